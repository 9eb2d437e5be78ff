/*
 * log: one record a line, to standard error unless a sink is set. Any thread. Registered secrets
 * are redacted.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

const char *log_level_name(enum log_level level);
void log_write(enum log_level level, const char *source, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* NULL = standard error again. The sink is called under the log's own lock. */
void log_set_sink(void (*sink)(void *ctx, enum log_level, const char *source, const char *message),
                  void *ctx);
void log_set_level(enum log_level level);

#endif
