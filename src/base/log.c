#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/fd.h"
#include "base/utf8.h"

enum { MESSAGE_MAX = 2048, SECRETS_MAX = 32, SECRET_MIN = 6 };

/* The log is one of the few places that may keep state of the process. */
static struct {
    pthread_mutex_t lock;
    /* guarded by lock */
    log_sink *sink;
    void *ctx;
    enum log_level level;
    const char *secrets[SECRETS_MAX];
    size_t secret_sizes[SECRETS_MAX];
    size_t secret_count;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_INFO};

/* A sink that logs must not call itself. */
static _Thread_local bool in_sink;

const char *log_level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_WARN:
        return "warn";
    case LOG_ERROR:
        break;
    }
    return "error";
}

void log_set_sink(log_sink *sink, void *ctx)
{
    pthread_mutex_lock(&state.lock);
    state.sink = sink;
    state.ctx = ctx;
    pthread_mutex_unlock(&state.lock);
}

void log_set_level(enum log_level level)
{
    pthread_mutex_lock(&state.lock);
    state.level = level;
    pthread_mutex_unlock(&state.lock);
}

bool log_redact_add(const char *text, size_t n)
{
    if (n < SECRET_MIN) {
        return true;
    }
    pthread_mutex_lock(&state.lock);
    bool room = state.secret_count < SECRETS_MAX;
    if (room) {
        state.secrets[state.secret_count] = text;
        state.secret_sizes[state.secret_count++] = n;
    }
    pthread_mutex_unlock(&state.lock);
    return room;
}

void log_redact_remove(const char *text)
{
    pthread_mutex_lock(&state.lock);
    for (size_t i = 0; i < state.secret_count; i++) {
        if (state.secrets[i] == text) {
            size_t last = --state.secret_count;
            state.secrets[i] = state.secrets[last];
            state.secret_sizes[i] = state.secret_sizes[last];
            break;
        }
    }
    pthread_mutex_unlock(&state.lock);
}

/* With the lock held. A text that was cut may end in the beginning of a secret: that goes too. */
static void redact_locked(char *text, bool cut)
{
    size_t longest = 0;
    for (size_t i = 0; i < state.secret_count; i++) {
        size_t size = state.secret_sizes[i];
        for (char *hit = strstr(text, state.secrets[i]); hit;
             hit = strstr(hit + 3, state.secrets[i])) {
            memcpy(hit, "***", 3);
            memmove(hit + 3, hit + size, strlen(hit + size) + 1);
        }
        longest = size > longest ? size : longest;
    }
    if (cut) {
        size_t n = strlen(text);
        text[n > longest ? n - longest : 0] = '\0';
    }
}

void log_redact(char *text)
{
    pthread_mutex_lock(&state.lock);
    redact_locked(text, false);
    pthread_mutex_unlock(&state.lock);
}

/* One write, so that lines of several processes do not mix. */
static void to_stderr(enum log_level level, const char *source, const char *message)
{
    char line[MESSAGE_MAX + 128], at[32];
    date_format_rfc3339(clock_real_ms(), 0, at);
    int n =
        snprintf(line, sizeof line, "%s %-5s %s: %s\n", at, log_level_name(level), source, message);
    if (n > 0) {
        size_t size = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
        (void)fd_write_all(STDERR_FILENO, line, size, NULL);
    }
}

void log_write(enum log_level level, const char *source, const char *fmt, ...)
{
    int saved_errno = errno;
    pthread_mutex_lock(&state.lock);
    bool wanted = level >= state.level;
    pthread_mutex_unlock(&state.lock);
    if (!wanted) {
        return;
    }
    char raw[MESSAGE_MAX * 2], message[MESSAGE_MAX];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(raw, sizeof raw, fmt, args);
    va_end(args);
    pthread_mutex_lock(&state.lock);
    redact_locked(raw, n >= (int)sizeof raw);
    log_sink *sink = state.sink;
    void *ctx = state.ctx;
    pthread_mutex_unlock(&state.lock);
    utf8_clean(raw, message, sizeof message);
    explicit_bzero(raw, sizeof raw);
    if (sink && !in_sink) {
        in_sink = true;
        sink(ctx, level, source, message);
        in_sink = false;
    } else {
        to_stderr(level, source, message);
    }
    errno = saved_errno;
}
