#include "control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* sun_path holds 107 bytes; a state directory may be longer. Its descriptor under /proc is short.
 */
static bool address_of(const char *state_dir, struct sockaddr_un *address, int *dir_fd,
                       struct err *err)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    *dir_fd = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*dir_fd < 0) {
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
                       "state directory %s: %s; check --state-dir", state_dir, strerror(errno));
    }
    int n = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", *dir_fd,
                     CONTROL_SOCKET_NAME);
    return n > 0 && (size_t)n < sizeof address->sun_path;
}

int control_socket_connect(const char *state_dir, struct err *err)
{
    struct sockaddr_un address;
    int dir_fd = -1;
    int fd = -1;
    if (!address_of(state_dir, &address, &dir_fd, err)) {
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        bool absent = errno == ENOENT || errno == ECONNREFUSED;
        err_set(err, absent ? ERR_NOT_FOUND : ERR_IO, "engine of %s: %s%s", state_dir,
                absent ? "none is running" : strerror(errno),
                absent ? "; start one with 'adtop engine'" : "; ask its owner for access");
        if (fd >= 0) {
            close(fd);
        }
        fd = -1;
    }
    close(dir_fd);
    return fd;
}

int control_socket_listen(const char *state_dir, unsigned mode, struct err *err)
{
    struct sockaddr_un address;
    int dir_fd = -1;
    int fd = -1;
    if (!address_of(state_dir, &address, &dir_fd, err)) {
        return -1;
    }
    /* Left behind by a killed engine; the caller holds the lock, so nobody listens on it. */
    unlinkat(dir_fd, CONTROL_SOCKET_NAME, 0);
    mode_t old = umask(0777 & ~(mode_t)mode);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
                 listen(fd, 64) == 0;
    umask(old);
    if (!bound) {
        err_set(err, ERR_IO, "control socket in %s: %s; the directory must be on a local disk",
                state_dir, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        fd = -1;
    }
    close(dir_fd);
    return fd;
}
