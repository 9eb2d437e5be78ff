/* socket: the address of a state directory's control socket, whatever the length of its path. */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include "base/err.h"

#define CONTROL_SOCKET_NAME "adtop.sock"
#define CONTROL_LOCK_NAME "adtop.lock"

/* A connected (or bound and listening) stream socket, close-on-exec, or -1. */
int control_socket_connect(const char *state_dir, struct err *err);
int control_socket_listen(const char *state_dir, unsigned mode, struct err *err);

#endif
