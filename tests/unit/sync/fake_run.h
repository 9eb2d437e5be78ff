/*
 * fake_run: the transport, gate, store and clock around a fake account, and runs over them.
 */
#ifndef TESTS_UNIT_SYNC_FAKE_RUN_H
#define TESTS_UNIT_SYNC_FAKE_RUN_H

#include "tests/unit/sync/fake.h"

/* ---- transport and gate -------------------------------------------------------------------------
 */

static inline bool fake_send(void *ctx, const struct graph_request *request, graph_done *done,
                             void *done_ctx, uint64_t *handle, struct err *err)
{
    struct fake *fake = ctx;
    (void)err;
    assert_true(fake->flying_count < FAKE_FLYING);
    struct flying *f = &fake->flying[fake->flying_count++];
    *f = (struct flying){++fake->last_handle, done, done_ctx, *request, {0}};
    fake_answer(fake, request, &f->reply);
    *handle = f->handle;
    return true;
}

static inline bool fake_cancel(void *ctx, uint64_t handle)
{
    struct fake *fake = ctx;
    for (size_t i = 0; i < fake->flying_count; i++) {
        if (fake->flying[i].handle == handle) {
            str_fini(&fake->flying[i].reply.body);
            fake->flying[i] = fake->flying[--fake->flying_count];
            return true;
        }
    }
    return false;
}

static inline void fake_deliver(struct fake *fake)
{
    struct flying f = fake->flying[0];
    static struct graph_result result;
    memmove(fake->flying, fake->flying + 1, --fake->flying_count * sizeof f);
    char load[120];
    const struct http_header headers[] = {
        {"Date",                       "Thu, 01 Jan 2026 12:00:00 GMT"},
        {"x-fb-ads-insights-throttle", load                           }
    };
    snprintf(load, sizeof load,
             "{\"app_id_util_pct\":%.2f,\"acc_id_util_pct\":1,\"ads_api_access_tier\":"
             "\"standard_access\"}",
             f.reply.load_pct);
    struct graph_response in = {.status = f.reply.status,
                                .body = str_text(&f.reply.body),
                                .body_len = f.reply.body.len,
                                .headers = headers,
                                .header_count = f.reply.load_pct > 0 ? 2 : 1,
                                .at = clock_now_ms(&fake->clock),
                                .account_id = ACCOUNT,
                                .call_class = f.request.call_class,
                                .report_poll = f.request.report_poll};
    struct json_doc *doc = graph_result_read(&in, &result);
    result.sent_at = in.at;
    result.server_ms = in.at;
    result.record.at = in.at;
    result.record.call_class = f.request.call_class;
    snprintf(result.record.account_id, sizeof result.record.account_id, "%s", ACCOUNT);
    f.done(f.ctx, &result);
    json_free(doc);
    str_fini(&f.reply.body);
}

static inline void fake_admit(void *ctx, const struct gate_call *call, struct gate_verdict *out)
{
    struct fake *fake = ctx;
    (void)call;
    memset(out, 0, sizeof *out);
    out->go = true;
    fake->admitted++;
}

static inline void fake_observe(void *ctx, const struct gate_call *call,
                                const struct gate_outcome *outcome)
{
    struct fake *fake = ctx;
    (void)call;
    (void)outcome;
    fake->observed++;
}

static inline void fake_release(void *ctx, const struct gate_call *call)
{
    struct fake *fake = ctx;
    (void)call;
    fake->released++;
}

/* ---- the account --------------------------------------------------------------------------------
 */

/* Noon UTC of 2026-01-01, in UTC. */
#define FAKE_NOW INT64_C(1767268800000)

static inline void fake_pass_time(struct fake *fake, int64_t ms)
{
    fake->clock.anchor_ms += ms;
}

static inline struct thing *fake_thing(struct fake *fake, enum entity_kind kind, const char *id,
                                       const char *parent, const char *status)
{
    assert_true(fake->thing_count < FAKE_THINGS);
    struct thing *t = &fake->things[fake->thing_count++];
    *t = (struct thing){.kind = kind, .status = status, .updated_s = FAKE_NOW / 1000 - 86400 * 40};
    snprintf(t->id, sizeof t->id, "%s", id);
    snprintf(t->parent, sizeof t->parent, "%s", parent);
    snprintf(t->name, sizeof t->name, "name of %s", id);
    return t;
}

static inline struct thing *fake_get(struct fake *fake, const char *id)
{
    const struct thing *t = fake_find(fake, id);
    assert_non_null(t);
    return &fake->things[t - fake->things];
}

static inline void fake_spend(struct fake *fake, const char *ad, int32_t day, int64_t micros)
{
    assert_true(fake->figure_count < FAKE_ROWS);
    struct figure *f = &fake->figures[fake->figure_count++];
    *f = (struct figure){.day = day, .spend = micros, .clicks = (int)(micros % 7)};
    snprintf(f->ad, sizeof f->ad, "%s", ad);
}

static inline int32_t fake_today(const struct fake *fake)
{
    return tz_day(fake->tz, clock_now_ms(&fake->clock));
}

/* Two campaigns, four ad sets, 16 ads; every ad spent on each of the last ten days. */
static inline struct fake *fake_create(void)
{
    struct fake *fake = calloc(1, sizeof *fake);
    struct err err = {0};
    assert_non_null(fake);
    snprintf(fake->dir, sizeof fake->dir, "/tmp/adtop-sync-XXXXXX");
    assert_non_null(mkdtemp(fake->dir));
    snprintf(fake->db, sizeof fake->db, "%s/adtop.db", fake->dir);
    fake->store = store_open(fake->db, NULL, &err);
    assert_non_null(fake->store);
    fake->arena = arena_create(65536);
    assert_non_null(fake->arena);
    config_defaults(&fake->config);
    fake->clock = (struct clock){.speed = 1e-9, .anchor_ms = FAKE_NOW};
    rand_seed(&fake->rand, 1, 1);
    fake->tz = tz_load("UTC", &err);
    assert_non_null(fake->tz);
    snprintf(fake->name, sizeof fake->name, "An account");
    fake->account = (struct account){.account_id = ACCOUNT,
                                     .name = fake->name,
                                     .currency = "USD",
                                     .timezone_name = "UTC",
                                     .account_status = ACCOUNT_ACTIVE,
                                     .tier = TIER_LOW};
    assert_true(store_accounts_put(fake->store, &fake->account, 1, FAKE_NOW, &err));
    for (int i = 0; i < 22; i++) {
        char id[ID_SIZE], parent[ID_SIZE] = "";
        enum entity_kind kind = i < 2 ? ENTITY_CAMPAIGN : i < 6 ? ENTITY_ADSET : ENTITY_AD;
        snprintf(id, sizeof id, "%d", 1000 + i);
        if (kind != ENTITY_CAMPAIGN) {
            snprintf(parent, sizeof parent, "%d",
                     kind == ENTITY_ADSET ? 1000 + i % 2 : 1002 + i % 4);
        }
        fake_thing(fake, kind, id, parent, i % 5 == 4 ? "ARCHIVED" : "ACTIVE");
        for (int d = 0; kind == ENTITY_AD && d < 10; d++) {
            fake_spend(fake, id, fake_today(fake) - d, 1230000 + i * 10000 + d);
        }
    }
    return fake;
}

static inline void fake_destroy(struct fake *fake)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char path[96];
    store_close(fake->store);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", fake->db, tails[i]);
        unlink(path);
    }
    rmdir(fake->dir);
    tz_destroy(fake->tz);
    arena_destroy(fake->arena);
    free(fake);
}

/* ---- running ------------------------------------------------------------------------------------
 */

static inline struct sync_deps fake_deps(struct fake *fake)
{
    return (struct sync_deps){
        .store = fake->store,
        .net = {fake,        fake_send,    fake_cancel },
        .gate = { fake, fake_admit, fake_observe, fake_release},
        .clock = &fake->clock,
        .config = &fake->config,
        .rand = &fake->rand,
        .tiers = fake->tiers
    };
}

static inline struct sync_run *fake_start(struct fake *fake, const struct plan_request *request)
{
    struct plan_policy policy;
    struct plan_marks marks;
    struct sync_plan plan;
    struct err err = {0};
    struct arena *arena = arena_create(4096);
    plan_policy_from_config(&fake->config, &policy);
    int64_t now = clock_now_ms(&fake->clock);
    struct account account;
    assert_true(store_account_get(fake->store, arena, ACCOUNT, &account, &err));
    assert_true(marks_load(fake->store, &account, &policy, fake->tz, now, &marks, &err));
    struct plan_input in = {&account, &marks, &policy, request, fake->tz, now};
    plan_make(&in, &plan);
    struct sync_deps deps = fake_deps(fake);
    struct sync_run *run = sync_run_create(&deps, &plan, &err);
    assert_non_null(run);
    arena_destroy(arena);
    return run;
}

/* At most `answers` of them are delivered; true when the run is done. */
static inline bool fake_pump(struct fake *fake, struct sync_run *run, int answers)
{
    for (int rounds = 0; rounds < 20000; rounds++) {
        struct sync_pause pause;
        enum sync_state state = sync_run_pump(run, &pause);
        if (state == SYNC_DONE) {
            return true;
        }
        if (state == SYNC_WAITING) {
            assert_true(pause.at != INT64_MAX);
            int64_t wait = pause.at - clock_now_ms(&fake->clock);
            fake_pass_time(fake, wait > 0 ? wait : 1);
            continue;
        }
        if (answers-- <= 0) {
            return false;
        }
        fake_deliver(fake);
    }
    fail_msg("the run does not end");
    return false;
}

static inline const struct run *fake_run(struct fake *fake, const struct plan_request *request)
{
    struct sync_run *run = fake_start(fake, request);
    assert_true(fake_pump(fake, run, 10000));
    fake->result = *sync_run_result(run);
    sync_run_destroy(run);
    assert_int_equal(fake->admitted, fake->observed + fake->released);
    assert_int_equal(fake->flying_count, 0);
    return &fake->result;
}

static inline const struct run *fake_full(struct fake *fake)
{
    struct plan_request request = {.mode = RUN_FULL, .foreground = true, .force = true};
    return fake_run(fake, &request);
}

static inline const struct run *fake_mode(struct fake *fake, enum run_mode mode)
{
    struct plan_request request = {.mode = mode};
    return fake_run(fake, &request);
}

/* ---- looking ------------------------------------------------------------------------------------
 */

static inline struct store_reader *fake_reader(struct fake *fake)
{
    struct err err = {0};
    struct store_reader *reader = store_reader_open(fake->db, &fake->clock, &err);
    assert_non_null(reader);
    return reader;
}

static inline struct entity_row fake_held(struct fake *fake, const char *id)
{
    struct entity_row row = {0};
    struct err err = {0};
    struct store_reader *reader = fake_reader(fake);
    if (!read_entity(reader, fake->arena, id, &row, &err)) {
        fail_msg("%s: %s", id, err.message);
    }
    store_reader_close(reader);
    return row;
}

static inline int64_t fake_spend_held(struct fake *fake, int32_t from, int32_t to)
{
    int64_t spend = 0;
    struct err err = {0};
    assert_true(store_daily_spend(fake->store, ACCOUNT, from, to, &spend, &err));
    return spend;
}

static inline int64_t fake_spend_true(const struct fake *fake, int32_t from, int32_t to)
{
    int64_t spend = 0;
    for (size_t i = 0; i < fake->figure_count; i++) {
        bool in = fake->figures[i].day >= from && fake->figures[i].day <= to;
        spend += in ? fake->figures[i].spend : 0;
    }
    return spend;
}

static inline int64_t fake_present(struct fake *fake)
{
    struct entity_totals totals;
    struct err err = {0};
    struct store_reader *reader = fake_reader(fake);
    assert_true(read_entity_totals(reader, ACCOUNT, &totals, &err));
    store_reader_close(reader);
    return totals.present[0] + totals.present[1] + totals.present[2];
}

static inline void assert_status(const struct run *run, enum run_status status)
{
    if (run->status != status) {
        fail_msg("%s: %s", run_status_name(run->status), run->error_message);
    }
}

/* How often insights became this in the run, by what is put down. */
static inline int fake_became(struct fake *fake, int64_t run_id, const char *what)
{
    struct store_reader *reader = fake_reader(fake);
    struct split_rows splits;
    struct err err = {0};
    int count = 0;
    assert_true(read_run_splits(reader, fake->arena, 0, run_id, &splits, &err));
    for (size_t i = 0; i < splits.count; i++) {
        const struct run_split *split = &splits.rows[i];
        assert_string_equal(split->account_id, ACCOUNT);
        assert_true(split->why[0] != '\0' && split->last_day >= split->first_day);
        count += strcmp(split->became, what) == 0;
    }
    store_reader_close(reader);
    return count;
}

static inline void assert_week_exact(struct fake *fake)
{
    int32_t today = fake_today(fake);
    assert_int_equal(fake_spend_held(fake, today - 7, today),
                     fake_spend_true(fake, today - 7, today));
}

#endif
