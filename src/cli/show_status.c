/* status: what the accounts wait for and whether the engine lives, without a console. */
#include <stdio.h>

#include "cli/reading.h"
#include "control/control_client.h"
#include "store/read_alerts.h"
#include "store/read_engine.h"
#include "store/read_holds.h"
#include "json/write.h"

static const struct column status_columns[] = {
    {"engine_alive", NULL, CELL_BOOL,   0, "an engine runs on the state directory now" },
    {"engine_pid",   NULL, CELL_NUMBER, 0, "of the last one"                           },
    {"started_at",   NULL, CELL_TIME,   0, "when it started"                           },
    {"heartbeat_at", NULL, CELL_TIME,   0, "its last sign of life in the database"     },
    {"accounts",     NULL, CELL_NUMBER, 0, "known accounts"                            },
    {"entities",     NULL, CELL_NUMBER, 0, "campaigns, ad sets and ads; null with --at"},
    {"tombstones",   NULL, CELL_NUMBER, 0, "deleted ones that are kept; null with --at"},
    {"by_reason",    NULL, CELL_PARTS,  0, "accounts in each state, by wait reason"    },
    {"open_alerts",  NULL, CELL_NUMBER, 0, "alerts that are open"                      },
};
const struct table_spec status_spec = TABLE_SPEC("status", NULL, status_columns);

struct status {
    struct hold_total totals[HOLD_REASON_COUNT];
    struct engine_row engine;
    struct store_totals store;
    bool then; /* of an instant in the past, of which entities are not counted */
    size_t open_alerts;
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
    printf("%lld accounts", (long long)accounts_in(status));
    if (!status->then) {
        printf(", %lld entities", (long long)status->store.entities);
    }
    putchar('\n');
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        if (status->totals[i].count > 0) {
            printf("  %-15s %4lld  %s\n", hold_reason_name((enum hold_reason)i),
                   (long long)status->totals[i].count, hold_reason_text((enum hold_reason)i));
        }
    }
    if (status->open_alerts > 0) {
        printf("%zu open alerts; 'adtop alerts' lists them\n", status->open_alerts);
    }
    if (status->engine_alive && status->engine_known) {
        cli_say("engine: pid %lld on %s, %d workers", (long long)status->engine.pid,
                status->engine.host, status->engine.workers);
    } else {
        printf("engine: none runs; 'adtop engine' starts one\n");
    }
}

static void put_live(struct jw *w, const struct status *status, const char *key, int64_t value)
{
    if (status->then) {
        jw_put_text(w, key, NULL);
    } else {
        jw_put_i64(w, key, value);
    }
}

static void json_status(const struct status *status, int64_t now)
{
    struct str out;
    struct jw w;
    str_init(&out, 1 << 20);
    jw_init(&w, &out);
    jw_object_begin(&w);
    jw_put_text(&w, "command", status_spec.name);
    jw_put_time(&w, "as_of", now);
    jw_put_bool(&w, "engine_alive", status->engine_alive);
    jw_put_i64(&w, "engine_pid", status->engine.pid);
    jw_put_time(&w, "started_at", status->engine.started_at);
    jw_put_time(&w, "heartbeat_at", status->engine.heartbeat_at);
    jw_put_i64(&w, "accounts", accounts_in(status));
    put_live(&w, status, "entities", status->store.entities);
    put_live(&w, status, "tombstones", status->store.tombstones);
    jw_key(&w, "by_reason");
    jw_object_begin(&w);
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        jw_put_i64(&w, hold_reason_name((enum hold_reason)i), status->totals[i].count);
    }
    jw_object_end(&w);
    jw_put_i64(&w, "open_alerts", (int64_t)status->open_alerts);
    jw_object_end(&w);
    table_put_json(str_text(&out));
    str_fini(&out);
}

int show_status(struct cli *cli, const struct words *words, struct err *err)
{
    struct reading reading;
    struct status status = {0};
    struct alert_rows alerts = {0};
    struct control_holder holder;
    struct err none = {0};
    if (!reading_begin(cli, words, &reading, err)) {
        reading_end(&reading);
        return reading_exit(false, err);
    }
    status.then = cli->at_ms != 0;
    status.engine_known = read_engine(reading.reader, cli->at_ms, &status.engine, &none);
    status.engine_alive = control_lock_holder(cli->state_dir, &holder);
    bool ok = read_hold_totals(reading.reader, cli->at_ms, status.totals, err) &&
              (status.then || read_totals(reading.reader, &status.store, err)) &&
              read_alerts(reading.reader, reading.arena, cli->at_ms, 0, &alerts, err);
    status.open_alerts = alerts.count;
    if (ok && cli->json) {
        json_status(&status, reading.now);
    } else if (ok) {
        print_status(&status);
    }
    reading_end(&reading);
    return reading_exit(ok, err);
}
