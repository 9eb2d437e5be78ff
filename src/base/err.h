/*
 * err: why something failed, for the caller to decide by (code, retryable) and a person to read
 * (message: what, why, what to do). Lives in the caller's memory; every function accepts NULL.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err_code {
    ERR_NONE,
    ERR_IO,
    ERR_MEMORY,
    ERR_CONFIG,
    ERR_USAGE,
    ERR_NETWORK,
    ERR_TIMEOUT,
    ERR_BODY, /* an answer that is not what was agreed: HTML, no JSON, cut */
    ERR_API,
    ERR_AUTH,
    ERR_THROTTLED,
    ERR_STORE,
    ERR_STORE_FULL,
    ERR_STORE_NEWER,
    ERR_LOCKED,
    ERR_NOT_FOUND,
    ERR_REFUSED,
    ERR_CANCELLED,
    ERR_LIMIT /* larger, deeper or longer than we accept */
};

struct err {
    enum err_code code;
    bool retryable;
    char message[512]; /* UTF-8; ends in "..." where it was cut */
};

/* Always false, for `return err_set(err, ...)`. Network, time-out and throttle errors start out as
 * retryable, all others not. The arguments may point into err itself. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "context: " in front of the message; false. */
bool err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *err);
const char *err_code_name(enum err_code code); /* "io", "store_full", ...; "" for ERR_NONE */

#endif
