#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const code_names[] = {
    [ERR_NONE] = "",
    [ERR_IO] = "io",
    [ERR_MEMORY] = "memory",
    [ERR_CONFIG] = "config",
    [ERR_USAGE] = "usage",
    [ERR_NETWORK] = "network",
    [ERR_TIMEOUT] = "timeout",
    [ERR_BODY] = "body",
    [ERR_API] = "api",
    [ERR_AUTH] = "auth",
    [ERR_THROTTLED] = "throttled",
    [ERR_STORE] = "store",
    [ERR_STORE_FULL] = "store_full",
    [ERR_STORE_NEWER] = "store_newer",
    [ERR_LOCKED] = "locked",
    [ERR_NOT_FOUND] = "not_found",
    [ERR_REFUSED] = "refused",
    [ERR_CANCELLED] = "cancelled",
    [ERR_LIMIT] = "limit",
};

const char *err_code_name(enum err_code code)
{
    size_t i = (size_t)code;
    return i < sizeof code_names / sizeof code_names[0] ? code_names[i] : "";
}

/* Cut on a code point, with "..." in place of the rest. */
static void mark_cut(char *text, size_t size)
{
    size_t end = size - 4;
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80) {
        end--;
    }
    memcpy(text + end, "...", 4);
}

static void put(struct err *err, const char *context, const char *fmt, va_list args)
{
    char text[sizeof err->message];
    int n = vsnprintf(text, sizeof text, fmt, args);
    size_t used = n > 0 ? (size_t)n : 0;
    if (context && used < sizeof text) {
        int more = snprintf(text + used, sizeof text - used, ": %s", context);
        used += more > 0 ? (size_t)more : 0;
    }
    if (used >= sizeof text) {
        mark_cut(text, sizeof text);
    }
    memcpy(err->message, text, sizeof text);
}

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    if (!err) {
        return false;
    }
    va_list args;
    va_start(args, fmt);
    put(err, NULL, fmt, args);
    va_end(args);
    err->code = code;
    err->retryable = code == ERR_NETWORK || code == ERR_TIMEOUT || code == ERR_THROTTLED;
    return false;
}

bool err_prefix(struct err *err, const char *fmt, ...)
{
    if (!err) {
        return false;
    }
    char rest[sizeof err->message];
    memcpy(rest, err->message, sizeof rest);
    va_list args;
    va_start(args, fmt);
    put(err, rest, fmt, args);
    va_end(args);
    return false;
}

void err_clear(struct err *err)
{
    if (err) {
        *err = (struct err){.code = ERR_NONE};
    }
}
