#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/entities.h"
#include "sync/keep.h"
#include "sync/parts.h"
#include "json/json.h"

static enum call_class kind_class(enum entity_kind kind)
{
    static const enum call_class classes[] = {CALL_CAMPAIGNS, CALL_ADSETS, CALL_ADS};
    return classes[kind];
}

static int64_t *kind_counter(struct run *run, enum entity_kind kind)
{
    int64_t *const counters[] = {&run->campaigns_fetched, &run->adsets_fetched, &run->ads_fetched};
    return counters[kind];
}

/* From page 1 of what part.plan says, with the page size learned before. */
static bool listing_open(struct chain *chain, int limit, struct err *err)
{
    struct sync_run *run = chain->run;
    struct listing_part *part = &chain->as.listing;
    if (!ask_listing(&chain->ask, run->plan.account_id, part->kind, &part->plan, chain->dropped,
                     err)) {
        return false;
    }
    struct pager_spec spec = {
        .call_class = kind_class(part->kind),
        .account_id = run->plan.account_id,
        .path = chain->ask.path,
        .params = chain->ask.params,
        .param_count = chain->ask.count,
        .run_id = run->run.run_id,
        .limit_max = part->plan.limit,
        .limit_start = limit,
    };
    return pager_init(&chain->pager, &spec, err);
}

/* A listing that was broken off less than an hour ago goes on from its cursor: they are not made
 * to be kept (reference 5), and rows move while nobody looks. */
static void listing_resume(struct chain *chain, const struct store_cursor *cursor)
{
    enum { RESUME_MS = 3600 * 1000 };
    struct listing_part *part = &chain->as.listing;
    struct json_doc *state;
    int64_t server_ms = 0;
    if (cursor->after[0] == '\0' || run_now(chain->run) - cursor->updated_at > RESUME_MS ||
        !pager_load(&chain->pager, cursor->after)) {
        return;
    }
    state = json_parse(cursor->state, strlen(cursor->state), NULL, NULL);
    json_i64(json_get(json_root(state), "server_ms"), &server_ms);
    json_i64(json_get(json_root(state), "differ"), &part->differ);
    json_i64(json_get(json_root(state), "oldest_ms"), &part->oldest_ms);
    json_free(state);
    if (part->differ > 0 && part->differ <= SWEEP_NODES_MAX) {
        part->differ =
            SWEEP_NODES_MAX + 1; /* which ones is not known any more: all by one filter */
    }
    part->began_ms = cursor->generation;
    part->server_ms = server_ms;
}

bool listing_create(struct chain *chain, enum entity_kind kind, const struct plan_listing *plan,
                    struct err *err)
{
    struct listing_part *part = &chain->as.listing;
    struct store_cursor cursor;
    part->kind = kind;
    part->plan = *plan;
    part->began_ms = run_now(chain->run);
    part->seen_all = plan->how == LISTING_FULL || plan->how == LISTING_SWEEP;
    chain->edge = edge_of_kind(kind);
    chain->dropped = keep_dropped_load(chain->run, chain->edge);
    snprintf(chain->cursor_name, sizeof chain->cursor_name, "%s", entity_kind_edge(kind));
    if (!keep_cursor_load(chain, &cursor, err) || !listing_open(chain, cursor.page_size, err)) {
        return false;
    }
    listing_resume(chain, &cursor);
    return true;
}

static bool listing_prepare(struct chain *chain, struct graph_request *out)
{
    pager_request(&chain->pager, out);
    return true;
}

/* ---- a page -------------------------------------------------------------------------------------
 */

struct page {
    struct entity *rows;
    size_t count;
    bool older; /* a row that the filter should have kept out */
};

static bool listing_decode(struct chain *chain, const struct graph_result *result, struct page *out,
                           struct err *err)
{
    struct sync_run *run = chain->run;
    struct listing_part *part = &chain->as.listing;
    struct decoder decoder = {
        .edge = chain->edge,
        .account_id = run->plan.account_id,
        .dropped = chain->dropped,
        .sweep = part->plan.how == LISTING_SWEEP,
        .arena = run->page,
        .drift = drift_add,
        .ctx = &run->drift,
    };
    size_t n = json_size(result->data);
    memset(out, 0, sizeof *out);
    out->rows = arena_alloc(run->page, (n + 1) * sizeof *out->rows);
    if (!out->rows) {
        return err_set(err, ERR_MEMORY, "no memory for a page of %zu rows", n);
    }
    for (const struct json *row = json_first(result->data); row; row = json_next(row)) {
        struct entity *e = &out->rows[out->count];
        if (!decode_entity(&decoder, row, e)) {
            continue;
        }
        e->kind = part->kind;
        out->older |= part->plan.how == LISTING_DELTA && e->updated_time != 0 &&
                      e->updated_time / 1000 <= part->plan.since_ms / 1000;
        out->count++;
    }
    return true;
}

/* Rows a sweep found unknown or moved; the first few by id, all through the oldest of them. */
static bool sweep_compare(struct chain *chain, const struct page *page, struct err *err)
{
    struct sync_run *run = chain->run;
    struct listing_part *part = &chain->as.listing;
    bool *changed = arena_alloc(run->page, page->count + 1);
    if (!changed) {
        return err_set(err, ERR_MEMORY, "no memory for a page of %zu rows", page->count);
    }
    if (!store_entities_changed(run->deps.store, run->plan.account_id, page->rows, page->count,
                                changed, err)) {
        return false;
    }
    for (size_t i = 0; i < page->count; i++) {
        struct entity *e = &page->rows[i];
        if (!changed[i]) {
            continue;
        }
        if (part->differ < SWEEP_NODES_MAX) {
            struct node_item *item = &part->differing[part->differ];
            snprintf(item->id, sizeof item->id, "%s", e->entity_id);
            item->kind = part->kind;
        }
        part->differ++;
        if (part->oldest_ms == 0 || e->updated_time < part->oldest_ms) {
            part->oldest_ms = e->updated_time;
        }
        /* The stored one stays until the row itself was read: a run that ends before leaves the
         * difference for the next sweep to find. */
        e->updated_time = 0;
    }
    return true;
}

static bool cursor_put(struct chain *chain, bool last, struct err *err)
{
    struct listing_part *part = &chain->as.listing;
    struct store_cursor cursor;
    if (!keep_cursor_load(chain, &cursor, err)) {
        return false;
    }
    cursor.generation = part->began_ms;
    snprintf(cursor.state, sizeof cursor.state,
             "{\"how\":\"%s\",\"server_ms\":%" PRId64 ",\"differ\":%" PRId64
             ",\"oldest_ms\":%" PRId64 "}",
             listing_how_name(part->plan.how), part->server_ms, part->differ, part->oldest_ms);
    /* The watermark moves only now that the whole listing came, to the server's clock at its
     * beginning, bound to the status set it was made with. */
    if (last && part->complete) {
        cursor.watermark = part->server_ms;
        cursor.filter_hash = part->plan.key;
    }
    return keep_cursor_save(chain, &cursor, err);
}

static bool listing_keep(struct chain *chain, const struct graph_result *result,
                         const struct page *page, bool last, struct err *err)
{
    struct sync_run *run = chain->run;
    struct listing_part *part = &chain->as.listing;
    if (!keep_begin(run, chain, result, err)) {
        return false;
    }
    bool ok = (part->plan.how != LISTING_SWEEP || sweep_compare(chain, page, err)) &&
              store_entities_put(run->deps.store, run->plan.account_id, page->rows, page->count,
                                 run_now(run), err);
    if (ok) {
        *kind_counter(&run->run, part->kind) += (int64_t)page->count;
        part->rows += (int64_t)page->count;
    }
    bool ended = last && !(part->plan.how == LISTING_SWEEP && part->differ > SWEEP_NODES_MAX);
    if (ended) {
        /* Past-the-end pages that promise more are a known quirk and end a listing well enough to
         * move a watermark, but nothing may be concluded from absence (reference 5). */
        part->complete = !chain->pager.ended_early || chain->pager.empties >= PAGER_EMPTY_MAX;
        part->seen_all = part->seen_all && !chain->pager.ended_early;
    }
    ok = ok && cursor_put(chain, ended, err);
    return keep_end(run, ok, err);
}

/* ---- the end, and what is no end
 * ------------------------------------------------------------------ */

static void listing_again(struct chain *chain, enum listing_how how, int64_t since_ms)
{
    struct err err = {0};
    struct listing_part *part = &chain->as.listing;
    part->plan.how = how;
    part->plan.since_ms = since_ms;
    part->plan.limit = chain->run->policy.entity_limit;
    part->rows = 0;
    if (!listing_open(chain, 0, &err)) {
        chain_fail_local(chain, &err);
    }
}

static void listing_end(struct chain *chain)
{
    struct sync_run *run = chain->run;
    struct listing_part *part = &chain->as.listing;
    if (part->plan.how == LISTING_SWEEP && part->differ > SWEEP_NODES_MAX) {
        part->after_sweep = true;
        listing_again(chain, LISTING_DELTA, part->oldest_ms - 1000);
        return;
    }
    if (!part->complete) {
        struct api_error error = {.error_class = ERROR_RETRY, .reach = REACH_REQUEST};
        snprintf(error.message, sizeof error.message, "the listing of %s broke off: %s",
                 chain->ops->name, chain->pager.guard ? chain->pager.guard : "?");
        chain_fail(chain, &error);
        return;
    }
    if (part->plan.how == LISTING_SWEEP) {
        memcpy(run->differ + run->differ_count, part->differing,
               (size_t)part->differ * sizeof *run->differ);
        run->differ_count += (size_t)part->differ;
    }
    if (run->data_as_of == 0 || part->server_ms < run->data_as_of) {
        run->data_as_of = part->server_ms;
    }
    chain->state = CHAIN_DONE;
}

/* Filters on fields that an edge does not know are silently ignored and return everything, with
 * the default statuses (reference 4.5): then the listing is made again without one. */
static void listing_unfiltered(struct chain *chain)
{
    struct listing_part *part = &chain->as.listing;
    struct drift_note note = {chain->edge, "filtering", DRIFT_REJECTED, "updated_time ignored"};
    drift_add(&chain->run->drift, &note);
    log_write(LOG_WARN, "sync", "%s: %s: the API ignores the updated_time filter; listing all",
              chain->run->plan.account_id, entity_kind_edge(part->kind));
    part->seen_all = true;
    part->began_ms = run_now(chain->run);
    part->server_ms = 0;
    listing_again(chain, LISTING_FULL, 0);
}

static void listing_take(struct chain *chain, const struct graph_result *result, bool last)
{
    struct sync_run *run = chain->run;
    struct listing_part *part = &chain->as.listing;
    struct page page;
    struct err err = {0};

    if (part->server_ms == 0) {
        part->server_ms = result->server_ms ? result->server_ms : result->sent_at;
    }
    bool ok = listing_decode(chain, result, &page, &err) &&
              listing_keep(chain, result, &page, last && !page.older, &err);
    arena_reset(run->page);
    if (!ok) {
        chain_fail_local(chain, &err);
    } else if (page.older && !part->after_sweep) {
        listing_unfiltered(chain);
    } else if (last) {
        listing_end(chain);
    }
}

static void listing_answer(struct chain *chain, const struct graph_result *result)
{
    struct listing_part *part = &chain->as.listing;
    struct err err = {0};
    enum pager_verdict verdict =
        pager_result(&chain->pager, result, rand_unit(chain->run->deps.rand));
    if (verdict == PAGER_PAGE || verdict == PAGER_LAST) {
        listing_take(chain, result, verdict == PAGER_LAST);
        return;
    }
    if (!chain_trouble(chain, result, verdict)) {
        return;
    }
    if (verdict == PAGER_RESTART) {
        part->differ = 0;
        part->rows = 0;
    }
    if (verdict == PAGER_FIELD && !listing_open(chain, chain->pager.limit, &err)) {
        chain_fail_local(chain, &err);
    }
}

const struct chain_ops listing_ops[ENTITY_KIND_COUNT] = {
    {"campaigns", listing_prepare, listing_answer, NULL},
    {"adsets",    listing_prepare, listing_answer, NULL},
    {"ads",       listing_prepare, listing_answer, NULL},
};
