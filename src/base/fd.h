/* fd: files and descriptors, with errors that say what to do. All are close-on-exec. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

bool fd_write_all(int fd, const void *data, size_t n, struct err *err);
/* The whole file, NUL-terminated, for the caller to free; ERR_LIMIT when it is larger than max. */
bool fd_read_file(const char *path, size_t max, char **out, size_t *len, struct err *err);
/* An exclusively locked descriptor (flock), or -1: ERR_LOCKED when somebody holds it. */
int fd_lock(const char *path, struct err *err);
/* The directory and what is missing above it, mode 0700. */
bool fd_mkdir_private(const char *path, struct err *err);

#endif
