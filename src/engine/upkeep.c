#include "engine/upkeep.h"

#include "config/config.h"
#include "engine/alerts.h"
#include "engine/limits.h"
#include "engine/record.h"
#include "engine/state.h"
#include "store/retention.h"

static void retain(struct engine *engine, int64_t now)
{
    const struct config *config = engine->config;
    struct store_retention retention = {.calls_ms = config->keep_api_calls_ms,
                                        .usage_ms = config->keep_usage_log_ms,
                                        .log_ms = config->keep_log_ms,
                                        .history_ms = config->keep_holds_ms,
                                        .data_ms = config->keep_insights_ms};
    struct err err = {0};
    bool more = true;
    /* Bounded steps: at most a few a minute, so that nobody waits for the writer. */
    for (int i = 0; i < 4 && more; i++) {
        if (!store_retain(engine->store, &retention, now, &more, &err)) {
            record_log(engine, LOG_ERROR, NULL, 0, "retention: %s", err.message);
            return;
        }
    }
}

void upkeep(struct engine *engine)
{
    int64_t now = engine_now(engine);
    struct err err = {0};
    alerts_watch(engine, now);
    retain(engine, now);
    if (!limits_reconfigure(engine, &err)) { /* overrides that have ended since */
        record_log(engine, LOG_ERROR, NULL, 0, "settings: %s", err.message);
    }
}
