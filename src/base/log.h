/*
 * log: one line a record, to standard error or to the one sink (the store's log table). Any thread.
 * Registered secrets are replaced by "***", control characters made harmless, whoever formats.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

const char *log_level_name(enum log_level level); /* "debug", "info", "warn", "error" */

/* source: the module, "sync". A message is cut at 2 KiB. */
void log_write(enum log_level level, const char *source, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The sink is called from the writing thread with no lock held; what it logs itself goes to
 * standard error. NULL = standard error. ctx has to outlive every thread that logs. */
typedef void log_sink(void *ctx, enum log_level level, const char *source, const char *message);
void log_set_sink(log_sink *sink, void *ctx);
/* Records below are dropped; LOG_INFO at the start. */
void log_set_level(enum log_level level);

/* Called by secret.c; text stays owned by the caller until the remove. Texts under 6 bytes are not
 * redacted: they occur in ordinary words. False when 32 are registered already. */
bool log_redact_add(const char *text, size_t n);
void log_redact_remove(const char *text);
/* Replaces registered secrets in the text, in place (the text never grows). */
void log_redact(char *text);

#endif
