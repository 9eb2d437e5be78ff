#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/entities.h"
#include "sync/keep.h"
#include "sync/parts.h"

void nodes_create(struct chain *chain)
{
    chain->state = CHAIN_OFF; /* until the listings ended */
    chain->edge = EDGE_ADS;
    str_init(&chain->as.nodes.body, 256 * 1024);
    for (int i = 0; i < ENTITY_KIND_COUNT; i++) {
        ask_init(&chain->as.nodes.asks[i]);
    }
}

static void add_item(struct nodes_part *part, const char *id, enum entity_kind kind, bool vanished)
{
    struct node_item *item = &part->items[part->count++];
    memset(item, 0, sizeof *item);
    snprintf(item->id, sizeof item->id, "%s", id);
    item->kind = kind;
    item->vanished = vanished;
}

/* What complete listings left out, kind by kind. */
static bool take_vanished(struct chain *chain, struct err *err)
{
    struct sync_run *run = chain->run;
    struct nodes_part *part = &chain->as.nodes;
    while (part->kind < ENTITY_KIND_COUNT && part->count == 0) {
        const struct chain *listing = NULL;
        for (size_t i = 0; i < run->chain_count; i++) {
            bool hit = run->chains[i].ops == &listing_ops[part->kind];
            listing = hit ? &run->chains[i] : listing;
        }
        struct store_ids ids = {0};
        if (!listing || listing->state != CHAIN_DONE || !listing->as.listing.seen_all) {
            part->kind++;
            continue;
        }
        struct store_unseen unseen = {.kind = (enum entity_kind)part->kind,
                                      .since = listing->as.listing.began_ms,
                                      .limit = BATCH_MAX};
        if (!store_entities_unseen(run->deps.store, run->page, run->plan.account_id, &unseen, &ids,
                                   err)) {
            return false;
        }
        for (size_t i = 0; i < ids.count; i++) {
            add_item(part, ids.ids[i], (enum entity_kind)part->kind, true);
        }
        part->kind += ids.count == 0;
    }
    return true;
}

static void take_differing(struct chain *chain)
{
    struct sync_run *run = chain->run;
    struct nodes_part *part = &chain->as.nodes;
    for (size_t i = 0; part->count == 0 && i < run->differ_count; i++) {
        add_item(part, run->differ[i].id, run->differ[i].kind, false);
    }
    if (part->count > 0) {
        run->differ_count = 0;
    }
}

/* Ads that only insights know, where no listing of everything will settle them. */
static bool take_strays(struct chain *chain, struct err *err)
{
    struct sync_run *run = chain->run;
    struct nodes_part *part = &chain->as.nodes;
    struct store_ids ids = {0};
    if (part->count > 0 || part->orphan_round >= 4 || run->plan.insights_count == 0) {
        return true;
    }
    for (size_t i = 0; i < run->chain_count; i++) {
        const struct chain *ads = &run->chains[i];
        if (ads->ops == &listing_ops[ENTITY_AD] && ads->as.listing.seen_all) {
            return true;
        }
    }
    part->orphan_round++;
    if (!store_entities_strays(run->deps.store, run->page, run->plan.account_id, BATCH_MAX, &ids,
                               err)) {
        return false;
    }
    for (size_t i = 0; i < ids.count; i++) {
        add_item(part, ids.ids[i], ENTITY_AD, false);
    }
    return true;
}

/* The next batch; none left = the chain is done. */
static bool fill(struct chain *chain, struct err *err)
{
    struct nodes_part *part = &chain->as.nodes;
    part->count = 0;
    part->tries = 0;
    bool ok = take_vanished(chain, err);
    if (ok) {
        take_differing(chain);
        ok = take_strays(chain, err);
    }
    arena_reset(chain->run->page);
    return ok;
}

static bool build(struct chain *chain, struct graph_request *out, struct err *err)
{
    struct nodes_part *part = &chain->as.nodes;
    struct batch_item items[BATCH_MAX];
    for (size_t i = 0; i < part->count; i++) {
        struct ask *ask = &part->asks[part->items[i].kind];
        if (!ask_node(ask, part->items[i].id, edge_of_kind(part->items[i].kind), 0, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < part->count; i++) {
        const struct ask *ask = &part->asks[part->items[i].kind];
        items[i] = (struct batch_item){part->items[i].id, ask->params, ask->count};
    }
    str_reset(&part->body);
    if (!batch_body(items, part->count, &part->body, err)) {
        return false;
    }
    part->batch[0] = (struct graph_param){"batch", str_text(&part->body)};
    part->batch[1] = (struct graph_param){"include_headers", "true"};
    *out = (struct graph_request){.call_class = CALL_NODES,
                                  .account_id = chain->run->plan.account_id,
                                  .path = "",
                                  .params = part->batch,
                                  .param_count = 2,
                                  .post = true,
                                  .items = (int)part->count,
                                  .run_id = chain->run->run.run_id};
    return true;
}

static bool nodes_prepare(struct chain *chain, struct graph_request *out)
{
    struct nodes_part *part = &chain->as.nodes;
    struct err err = {0};
    if (part->count == 0 && !fill(chain, &err)) {
        chain_fail_local(chain, &err);
        return false;
    }
    if (part->count == 0) {
        chain->state = CHAIN_DONE;
        return false;
    }
    if (!build(chain, out, &err)) {
        chain_fail_local(chain, &err);
        return false;
    }
    return true;
}

struct taking {
    struct chain *chain;
    struct err err;
    bool ok;
};

static void take_found(struct taking *taking, struct node_item *item,
                       const struct graph_result *result)
{
    struct sync_run *run = taking->chain->run;
    struct entity entity = {0};
    struct decoder decoder = {.edge = edge_of_kind(item->kind),
                              .account_id = run->plan.account_id,
                              .arena = run->page,
                              .drift = drift_add,
                              .ctx = &run->drift};
    if (!decode_entity(&decoder, result->root, &entity)) {
        return;
    }
    entity.kind = item->kind;
    item->done = true;
    taking->ok = taking->ok && store_entities_put(run->deps.store, run->plan.account_id, &entity, 1,
                                                  run_now(run), &taking->err);
}

static void take_item(void *ctx, size_t index, const struct graph_result *result)
{
    struct taking *taking = ctx;
    struct chain *chain = taking->chain;
    struct sync_run *run = chain->run;
    struct node_item *item = &chain->as.nodes.items[index];
    const char *ids[1] = {item->id};
    if (item->done) {
        return;
    }
    if (result->ok) {
        take_found(taking, item, result);
    } else if (result->error.error_class == ERROR_GONE) {
        item->done = true;
        taking->ok = taking->ok && (!item->vanished ||
                                    store_entities_delete(run->deps.store, run->plan.account_id,
                                                          ids, 1, run_now(run), &taking->err));
    } else if (result->error.error_class != ERROR_RETRY &&
               result->error.error_class != ERROR_THROTTLE) {
        item->done = true; /* looked at again by the next complete listing */
        log_write(LOG_WARN, "sync", "%s: %s: %s", run->plan.account_id, item->id,
                  result->error.message);
    }
}

/* What is left of a batch is asked again, a few times. */
static void keep_rest(struct chain *chain)
{
    struct nodes_part *part = &chain->as.nodes;
    size_t left = 0;
    for (size_t i = 0; i < part->count; i++) {
        if (!part->items[i].done) {
            part->items[left++] = part->items[i];
        }
    }
    part->count = left;
    if (left > 0 && ++part->tries >= NODE_TRIES_MAX) {
        struct api_error error = {.error_class = ERROR_RETRY, .reach = REACH_REQUEST};
        snprintf(error.message, sizeof error.message, "%zu objects could not be read by id", left);
        chain_fail(chain, &error);
    } else if (left > 0) {
        chain->not_before = run_now(chain->run) + 1000 * (int64_t)part->tries;
    }
}

static void nodes_answer(struct chain *chain, const struct graph_result *result)
{
    struct sync_run *run = chain->run;
    struct nodes_part *part = &chain->as.nodes;
    struct taking taking = {.chain = chain, .ok = true};
    struct graph_request request = {.call_class = CALL_NODES,
                                    .account_id = run->plan.account_id,
                                    .path = "",
                                    .items = (int)part->count,
                                    .run_id = run->run.run_id};
    if (!keep_begin(run, chain, result, &taking.err)) {
        chain_fail_local(chain, &taking.err);
        return;
    }
    batch_read(result, &request, part->count, take_item, &taking);
    bool ok = keep_end(run, taking.ok, &taking.err);
    arena_reset(run->page);
    if (!ok) {
        chain_fail_local(chain, &taking.err);
        return;
    }
    keep_rest(chain);
}

/* A batch answers 200 whatever its items say: the worst item speaks for it. */
struct worst {
    struct gate_outcome *out;
};

static void look_at_item(void *ctx, size_t index, const struct graph_result *result)
{
    struct worst *worst = ctx;
    (void)index;
    bool counts = !result->ok && (result->error.error_class == ERROR_THROTTLE ||
                                  result->error.error_class == ERROR_AUTH);
    if (counts && worst->out->ok) {
        worst->out->ok = false;
        worst->out->error = result->error;
    }
}

static void nodes_outcome(struct chain *chain, const struct graph_result *result,
                          struct gate_outcome *out)
{
    struct worst worst = {.out = out};
    struct graph_request request = {.call_class = CALL_NODES,
                                    .account_id = chain->run->plan.account_id,
                                    .path = "",
                                    .items = (int)chain->as.nodes.count};
    if (out->ok) {
        batch_read(result, &request, chain->as.nodes.count, look_at_item, &worst);
    }
}

const struct chain_ops nodes_ops = {"nodes", nodes_prepare, nodes_answer, nodes_outcome};
