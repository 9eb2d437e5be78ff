/* status: what the accounts wait for and whether the engine lives, without a console. */
#include <stdio.h>

#include "cli/reading.h"
#include "control/control_client.h"
#include "store/read_engine.h"
#include "store/read_holds.h"
#include "json/write.h"

struct status {
    struct hold_total totals[HOLD_REASON_COUNT];
    struct engine_row engine;
    struct store_totals store;
    bool engine_known, engine_alive;
};

static int64_t accounts_in(const struct status *status)
{
    int64_t count = 0;
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        count += status->totals[i].count;
    }
    return count;
}

static void print_status(const struct status *status)
{
    printf("%lld accounts, %lld entities\n", (long long)status->store.accounts,
           (long long)status->store.entities);
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        if (status->totals[i].count > 0) {
            printf("  %-15s %4lld  %s\n", hold_reason_name((enum hold_reason)i),
                   (long long)status->totals[i].count, hold_reason_text((enum hold_reason)i));
        }
    }
    if (status->engine_alive && status->engine_known) {
        printf("engine: pid %lld on %s, %d workers\n", (long long)status->engine.pid,
               status->engine.host, status->engine.workers);
    } else {
        printf("engine: none runs; 'adtop engine' starts one\n");
    }
}

static void json_status(const struct status *status)
{
    struct str out;
    struct jw w;
    str_init(&out, 1 << 20);
    jw_init(&w, &out);
    jw_object_begin(&w);
    jw_put_bool(&w, "engine_alive", status->engine_alive);
    jw_put_i64(&w, "engine_pid", status->engine.pid);
    jw_put_time(&w, "heartbeat_at", status->engine.heartbeat_at);
    jw_put_i64(&w, "accounts", accounts_in(status));
    jw_put_i64(&w, "entities", status->store.entities);
    jw_put_i64(&w, "tombstones", status->store.tombstones);
    jw_key(&w, "by_reason");
    jw_object_begin(&w);
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        jw_put_i64(&w, hold_reason_name((enum hold_reason)i), status->totals[i].count);
    }
    jw_object_end(&w);
    jw_object_end(&w);
    puts(str_text(&out));
    str_fini(&out);
}

int show_status(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct reading reading;
    struct status status = {0};
    struct control_holder holder;
    struct err none = {0};
    if (!reading_begin(cli, &reading, argc, argv, err)) {
        return reading_exit(false, err);
    }
    status.engine_known = read_engine(reading.reader, cli->at_ms, &status.engine, &none);
    status.engine_alive = control_lock_holder(cli->state_dir, &holder);
    bool ok = read_hold_totals(reading.reader, cli->at_ms, status.totals, err) &&
              read_totals(reading.reader, &status.store, err);
    if (ok && cli->json) {
        json_status(&status);
    } else if (ok) {
        print_status(&status);
    }
    reading_end(&reading);
    return reading_exit(ok, err);
}
