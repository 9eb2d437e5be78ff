#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_TRIES = 10, LOCK_PAUSE_US = 10000 };

bool fd_write_all(int fd, const void *data, size_t n, struct err *err)
{
    const char *p = data;
    while (n > 0) {
        ssize_t written = write(fd, p, n);
        if (written >= 0) {
            p += written;
            n -= (size_t)written;
        } else if (errno == EAGAIN) {
            struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
            (void)poll(&poll_fd, 1, -1);
        } else if (errno != EINTR) {
            return err_set(err, ERR_IO, "cannot write: %s", strerror(errno));
        }
    }
    return true;
}

static bool not_open(const char *path, struct err *err)
{
    return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot open %s: %s", path,
                   strerror(errno));
}

/* The size is not asked for beforehand: /proc and pipes say 0, and a file can grow. */
static bool read_all(int fd, const char *path, size_t max, char **out, size_t *len, struct err *err)
{
    size_t cap = max < 8192 ? max + 1 : 8192, used = 0;
    char *text = malloc(cap + 1);
    while (text) {
        ssize_t got = read(fd, text + used, cap - used);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            free(text);
            return err_set(err, ERR_IO, "cannot read %s: %s", path, strerror(errno));
        }
        used += (size_t)got;
        if (used > max) {
            free(text);
            return err_set(err, ERR_LIMIT, "%s is larger than %zu bytes", path, max);
        }
        if (got == 0) {
            text[used] = '\0';
            *out = text;
            *len = used;
            return true;
        }
        if (used == cap) {
            cap = cap > max / 2 ? max + 1 : cap * 2;
            char *more = realloc(text, cap + 1);
            if (!more) {
                free(text);
            }
            text = more;
        }
    }
    return err_set(err, ERR_MEMORY, "no memory to read %s", path);
}

bool fd_read_file(const char *path, size_t max, char **out, size_t *len, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return not_open(path, err);
    }
    bool ok = read_all(fd, path, max, out, len, err);
    close(fd);
    return ok;
}

int fd_lock(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        not_open(path, err);
        return -1;
    }
    /* Somebody who only asks whether it is held holds it himself for a moment. */
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return fd;
        }
        if (errno != EWOULDBLOCK) {
            break;
        }
        usleep(LOCK_PAUSE_US);
    }
    if (errno == EWOULDBLOCK) {
        err_set(err, ERR_LOCKED, "%s is locked by another process", path);
    } else {
        err_set(err, ERR_IO, "cannot lock %s: %s", path, strerror(errno));
    }
    close(fd);
    return -1;
}

static bool make_one(const char *path, struct err *err)
{
    struct stat st;
    if (mkdir(path, 0700) == 0) {
        return true;
    }
    int why = errno;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) {
            return true;
        }
        why = ENOTDIR;
    }
    return err_set(err, ERR_IO, "cannot make the directory %s: %s", path, strerror(why));
}

bool fd_mkdir_private(const char *path, struct err *err)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part) {
        return err_set(err, ERR_IO, "cannot make the directory '%.80s': %s", path,
                       n == 0 ? "no name" : "the name is too long");
    }
    memcpy(part, path, n + 1);
    for (size_t i = 1; i < n; i++) {
        if (part[i] != '/') {
            continue;
        }
        part[i] = '\0';
        if (!make_one(part, err)) {
            return false;
        }
        part[i] = '/';
    }
    return make_one(part, err);
}
