#include "engine/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/state.h"
#include "engine/waiting.h"
#include "store/holds.h"
#include "store/logs.h"

void record_log(struct engine *engine, enum log_level level, const char *account_id, int64_t run_id,
                const char *fmt, ...)
{
    char message[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    log_redact(message);
    log_write(level, "engine", "%s%s%s", account_id ? account_id : "", account_id ? ": " : "",
              message);
    struct log_row row = {.at = engine_now(engine),
                          .level = level,
                          .source = "engine",
                          .account_id = account_id,
                          .run_id = run_id,
                          .message = message};
    struct err err = {0};
    if (!store_log_append(engine->store, &row, &err)) {
        log_write(LOG_ERROR, "engine", "log: %s", err.message);
    }
}

void record_hold(struct engine *engine, struct hold *open, const struct hold *now)
{
    struct err err = {0};
    if (open->hold_id && waiting_same(open, now) && open->run_id == now->run_id) {
        return;
    }
    struct hold next = *now;
    next.hold_id = 0;
    next.ended_at = 0;
    if (!store_hold_open(engine->store, &next, &err)) {
        log_write(LOG_ERROR, "engine", "hold: %s", err.message);
        return;
    }
    *open = next;
}
