#include "sync/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "config/config.h"
#include "graph/decode.h"
#include "graph/pager.h"
#include "store/accounts.h"
#include "store/calls.h"
#include "store/ledger.h"
#include "store/usage.h"
#include "sync/ask.h"
#include "json/json.h"

enum { PAGE_LIMIT = 200, HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

struct accounts_sync {
    struct sync_deps deps;
    struct arena *page;
    struct ask ask;
    struct pager pager;
    uint64_t dropped;
    uint64_t handle; /* 0 = nothing in flight */
    struct gate_call call;
    struct gate_verdict verdict;
    bool held;
    int64_t not_before;
    int64_t listed_at;
    bool done, failed;
    struct api_error error;
};

static bool open_listing(struct accounts_sync *listing, struct err *err)
{
    if (!ask_accounts(&listing->ask, listing->dropped, err)) {
        return false;
    }
    struct pager_spec spec = {.call_class = CALL_ACCOUNTS,
                              .account_id = "",
                              .path = listing->ask.path,
                              .params = listing->ask.params,
                              .param_count = listing->ask.count,
                              .limit_max = PAGE_LIMIT};
    return pager_init(&listing->pager, &spec, err);
}

struct accounts_sync *accounts_sync_create(const struct sync_deps *deps, struct err *err)
{
    struct accounts_sync *listing = calloc(1, sizeof *listing);
    if (!listing) {
        err_set(err, ERR_MEMORY, "accounts: out of memory");
        return NULL;
    }
    listing->deps = *deps;
    listing->page = arena_create(65536);
    listing->listed_at = clock_now_ms(deps->clock);
    ask_init(&listing->ask);
    if (!listing->page || !open_listing(listing, err)) {
        accounts_sync_destroy(listing);
        return NULL;
    }
    return listing;
}

void accounts_sync_destroy(struct accounts_sync *listing)
{
    if (!listing) {
        return;
    }
    if (listing->handle && listing->deps.net.cancel) {
        listing->deps.net.cancel(listing->deps.net.ctx, listing->handle);
        listing->deps.gate.release(listing->deps.gate.ctx, &listing->call);
    }
    ask_fini(&listing->ask);
    arena_destroy(listing->page);
    free(listing);
}

void accounts_sync_bind(struct accounts_sync *listing, const struct sync_net *net)
{
    listing->deps.net = *net;
}

static void fail(struct accounts_sync *listing, const struct api_error *error)
{
    listing->error = *error;
    listing->failed = true;
    listing->done = true;
}

static void fail_local(struct accounts_sync *listing, const struct err *err)
{
    struct api_error error = {.error_class = ERROR_PERMANENT};
    snprintf(error.message, sizeof error.message, "%.399s", err->message);
    fail(listing, &error);
}

/* The call itself, its readings and its cost. */
static bool keep_call(struct accounts_sync *listing, const struct graph_result *result,
                      struct err *err)
{
    struct store *store = listing->deps.store;
    struct call_record record = result->record;
    int64_t at = record.at - listing->deps.config->budget_day_starts_ms;
    struct ledger_entry entry = {.day = (int32_t)(at / DAY_MS),
                                 .hour = (int)(at % DAY_MS / HOUR_MS),
                                 .call_class = CALL_ACCOUNTS,
                                 .calls = 1,
                                 .cost = listing->call.cost};
    record.cost = listing->call.cost;
    return store_call_append(store, &record, result->ok ? NULL : result->error.message, err) &&
           store_usage_append(store, result->usage.readings, result->usage.count, err) &&
           store_ledger_add(store, &entry, err);
}

static bool keep_page(struct accounts_sync *listing, const struct graph_result *result, bool last,
                      struct err *err)
{
    struct decoder decoder = {
        .edge = EDGE_ACCOUNTS, .dropped = listing->dropped, .arena = listing->page};
    struct store *store = listing->deps.store;
    size_t count = 0, removed = 0;
    struct account *rows = arena_alloc(listing->page, (json_size(result->data) + 1) * sizeof *rows);
    if (!rows) {
        return err_set(err, ERR_MEMORY, "accounts: no memory for a page");
    }
    for (const struct json *row = json_first(result->data); row; row = json_next(row)) {
        rows[count].tier = TIER_LOW;
        count += decode_account(&decoder, row, &rows[count]);
    }
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = keep_call(listing, result, err) &&
              store_accounts_put(store, rows, count, listing->listed_at, err) &&
              (!last || listing->pager.ended_early ||
               store_accounts_remove_unlisted(store, listing->listed_at, &removed, err));
    return store_end(store, ok, err);
}

static void take_trouble(struct accounts_sync *listing, const struct graph_result *result,
                         enum pager_verdict verdict)
{
    struct err err = {0};
    if (!keep_call(listing, result, &err)) {
        fail_local(listing, &err);
        return;
    }
    if (verdict == PAGER_FIELD &&
        fields_drop(EDGE_ACCOUNTS, result->error.field, &listing->dropped) &&
        open_listing(listing, &err)) {
        return;
    }
    if (verdict == PAGER_AGAIN || verdict == PAGER_RESTART) {
        listing->not_before = clock_now_ms(listing->deps.clock) + listing->pager.wait_ms;
        return;
    }
    fail(listing, &result->error);
}

static void on_answer(void *ctx, const struct graph_result *result)
{
    struct accounts_sync *listing = ctx;
    struct gate_outcome outcome = {.ok = result->ok,
                                   .readings = result->usage.readings,
                                   .count = result->usage.count,
                                   .server_ms = result->server_ms,
                                   .bytes = result->bytes};
    struct err err = {0};
    if (!result->ok) {
        outcome.error = result->error;
    }
    listing->handle = 0;
    listing->deps.gate.observe(listing->deps.gate.ctx, &listing->call, &outcome);
    enum pager_verdict verdict =
        pager_result(&listing->pager, result, rand_unit(listing->deps.rand));
    if (verdict != PAGER_PAGE && verdict != PAGER_LAST) {
        take_trouble(listing, result, verdict);
    } else if (!keep_page(listing, result, verdict == PAGER_LAST, &err)) {
        fail_local(listing, &err);
    } else {
        listing->done = verdict == PAGER_LAST;
    }
    arena_reset(listing->page);
}

static void say_pause(const struct accounts_sync *listing, struct sync_pause *pause)
{
    memset(pause, 0, sizeof *pause);
    pause->at = listing->not_before;
    pause->reason = HOLD_BACKOFF;
    if (listing->held) {
        pause->at = listing->verdict.until_ms ? listing->verdict.until_ms : INT64_MAX;
        pause->reason = listing->verdict.reason;
        pause->scope = listing->verdict.scope;
        memcpy(pause->scope_id, listing->verdict.scope_id, sizeof pause->scope_id);
        memcpy(pause->detail, listing->verdict.detail, sizeof listing->verdict.detail);
    }
    pause->until = pause->at == INT64_MAX ? 0 : pause->at;
}

static void send_next(struct accounts_sync *listing)
{
    struct graph_request request;
    struct err err = {0};
    pager_request(&listing->pager, &request);
    memset(&listing->call, 0, sizeof listing->call);
    listing->call.call_class = CALL_ACCOUNTS;
    listing->call.items = 1;
    listing->call.cost = listing->deps.config->cost_call;
    listing->deps.gate.admit(listing->deps.gate.ctx, &listing->call, &listing->verdict);
    listing->held = !listing->verdict.go;
    if (listing->held) {
        return;
    }
    if (!listing->deps.net.send(listing->deps.net.ctx, &request, on_answer, listing,
                                &listing->handle, &err)) {
        listing->deps.gate.release(listing->deps.gate.ctx, &listing->call);
        fail_local(listing, &err);
    }
}

enum sync_state accounts_sync_pump(struct accounts_sync *listing, struct sync_pause *pause)
{
    memset(pause, 0, sizeof *pause);
    pause->at = INT64_MAX;
    pause->reason = HOLD_RUNNING;
    if (!listing->done && !listing->handle &&
        listing->not_before <= clock_now_ms(listing->deps.clock)) {
        send_next(listing);
    }
    if (listing->done) {
        return SYNC_DONE;
    }
    if (listing->handle) {
        return SYNC_ACTIVE;
    }
    say_pause(listing, pause);
    return SYNC_WAITING;
}

const struct api_error *accounts_sync_error(const struct accounts_sync *listing)
{
    return listing->failed ? &listing->error : NULL;
}
