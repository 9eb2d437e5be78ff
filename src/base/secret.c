#include "base/secret.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"

struct secret {
    size_t size;   /* without the NUL */
    size_t mapped; /* bytes of this mapping, header included */
    char text[];
};

/* A mapping of its own: locking and MADV_DONTDUMP work on whole pages. Both are best effort: a low
 * RLIMIT_MEMLOCK must not keep the program from starting. */
struct secret *secret_create(const char *text, size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t mapped = (sizeof(struct secret) + n + 1 + page - 1) / page * page;
    struct secret *secret =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (secret == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(secret, mapped, MADV_DONTDUMP);
    (void)mlock(secret, mapped);
    secret->size = n;
    secret->mapped = mapped;
    if (n > 0) {
        memcpy(secret->text, text, n);
    }
    if (!log_redact_add(secret->text, n)) { /* what the log could print is no secret */
        secret_destroy(secret);
        return NULL;
    }
    return secret;
}

void secret_destroy(struct secret *secret)
{
    if (!secret) {
        return;
    }
    size_t mapped = secret->mapped;
    log_redact_remove(secret->text);
    explicit_bzero(secret, mapped);
    (void)munlock(secret, mapped);
    (void)munmap(secret, mapped);
}

const char *secret_reveal(const struct secret *secret)
{
    return secret ? secret->text : "";
}

size_t secret_size(const struct secret *secret)
{
    return secret ? secret->size : 0;
}

static bool check_private(const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return true; /* reading it says why, better */
    }
    if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return err_set(err, ERR_CONFIG, "%s can be read by others (mode %03o); run: chmod 600 %s",
                       path, (unsigned)(st.st_mode & 0777), path);
    }
    return true;
}

bool secret_load(const char *path, struct secret **out, struct err *err)
{
    enum { SECRET_MAX = 64 * 1024 };
    char *text;
    size_t n;
    if (!check_private(path, err) || !fd_read_file(path, SECRET_MAX, &text, &n, err)) {
        return false;
    }
    size_t start = 0;
    while (start < n && isspace((unsigned char)text[start])) {
        start++;
    }
    size_t end = start;
    while (end < n && text[end] != '\n' && text[end] != '\r' && text[end] != '\0') {
        end++;
    }
    while (end > start && isspace((unsigned char)text[end - 1])) {
        end--;
    }
    struct secret *secret = end > start ? secret_create(text + start, end - start) : NULL;
    explicit_bzero(text, n);
    free(text);
    if (!secret) {
        return end > start ? err_set(err, ERR_MEMORY, "no memory for the secret in %s", path)
                           : err_set(err, ERR_CONFIG,
                                     "%s is empty; put the secret on its first line", path);
    }
    *out = secret;
    return true;
}
