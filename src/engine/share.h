/* share: the files of a state directory that the groups of [access] may reach: 0750 for the
 * directory, 0640 for database and lock, 0660 for the socket. Without groups they stay private. */
#ifndef ENGINE_SHARE_H
#define ENGINE_SHARE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct config;

/* The group of the files: that of the readers, whom the operators belong to as well, else that of
 * the operators. 0 = none is configured, or it does not exist. */
gid_t share_group(const struct config *config);
/* Directory and lock; a directory that was not private to begin with is left as it is. */
bool share_directory(const char *state_dir, gid_t group, struct err *err);
/* The socket, once somebody listens on it. */
bool share_socket(const char *state_dir, gid_t group, struct err *err);

#endif
