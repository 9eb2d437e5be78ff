/*
 * fd: files and descriptors with errors a person can act on. Every descriptor is close-on-exec.
 */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* All n bytes, however many writes it takes; EINTR and full pipes are waited out. */
bool fd_write_all(int fd, const void *data, size_t n, struct err *err);
/* The whole file, NUL-terminated beyond len, owned by the caller. ERR_LIMIT above max bytes. */
bool fd_read_file(const char *path, size_t max, char **out, size_t *len, struct err *err);
/* A descriptor holding the exclusive flock of the file (made 0600 if missing), or -1: ERR_LOCKED
 * when another process holds it. Closing it gives the lock up. */
int fd_lock(const char *path, struct err *err);
/* The directory and its missing parents, 0700. An existing one is left as it is. */
bool fd_mkdir_private(const char *path, struct err *err);

#endif
