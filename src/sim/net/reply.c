#include "sim/net/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void reply_init(struct reply *reply, struct arena *arena)
{
    memset(reply, 0, sizeof *reply);
    reply->arena = arena;
    reply->status = 200;
    reply->account = -1;
    reply->content_type = "application/json; charset=UTF-8";
    str_init(&reply->body, REPLY_MAX);
}

void reply_fini(struct reply *reply)
{
    str_fini(&reply->body);
}

void reply_header(struct reply *reply, const char *name, const char *fmt, ...)
{
    char text[4096];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n < 0 || reply->header_count == REPLY_HEADERS) {
        return;
    }
    size_t used = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    const char *value = arena_copy(reply->arena, text, used);
    if (value != NULL) {
        reply->headers[reply->header_count++] = (struct reply_header){name, value};
    }
}

const char *reply_get_header(const struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcasecmp(reply->headers[i].name, name) == 0) {
            return reply->headers[i].value;
        }
    }
    return NULL;
}

void reply_drop_header(struct reply *reply, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcasecmp(reply->headers[i].name, name) != 0) {
            reply->headers[kept++] = reply->headers[i];
        }
    }
    reply->header_count = kept;
}

void reply_text(struct reply *reply, int status, const char *content_type, const char *body)
{
    reply->status = status;
    reply->content_type = content_type;
    str_reset(&reply->body);
    str_addn(&reply->body, body, strlen(body));
}

void reply_take(struct reply *reply, struct str *out)
{
    if (reply->code != 0) {
        str_fini(out);
        return;
    }
    str_fini(&reply->body);
    reply->body = *out;
    str_init(out, REPLY_MAX);
}
