#include "engine/share.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "control/control_client.h"
#include "control/socket.h"

enum { PATH_SIZE = 2200 };

gid_t share_group(const struct config *config)
{
    const char *name = config->readers[0] ? config->readers : config->operators;
    struct group group, *found = NULL;
    char buffer[16384];
    if (name[0] && getgrnam_r(name, &group, buffer, sizeof buffer, &found) == 0 && found) {
        return found->gr_gid;
    }
    return 0;
}

static bool give(const char *path, gid_t group, mode_t mode, struct err *err)
{
    return (chown(path, (uid_t)-1, group) == 0 && chmod(path, mode) == 0) ||
           err_set(err, ERR_IO,
                   "%s: cannot be given to the group of [access]: %s; be a member of it", path,
                   strerror(errno));
}

bool share_directory(const char *state_dir, gid_t group, struct err *err)
{
    char path[PATH_SIZE];
    struct stat info;
    if (!group) {
        return true;
    }
    snprintf(path, sizeof path, "%s/%s", state_dir, CONTROL_LOCK_NAME);
    bool private =
        stat(state_dir, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & 0027) == 0;
    return (!private || give(state_dir, group, 0750, err)) && give(path, group, 0640, err);
}

bool share_socket(const char *state_dir, gid_t group, struct err *err)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", state_dir, CONTROL_SOCKET_NAME);
    return !group || give(path, group, 0660, err);
}
