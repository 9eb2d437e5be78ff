/*
 * err: why something failed, for the person who reads it: what, why, what to do. Filled where it
 * fails, given context on the way up, logged once at the top.
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
    ERR_BODY,
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
    ERR_LIMIT
};

struct err {
    enum err_code code;
    bool retryable;
    char message[512];
};

/* Both return false, so that a failing function can end with them. err may be NULL. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "context: " in front of the message. */
bool err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
