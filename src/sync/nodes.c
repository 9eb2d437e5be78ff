#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/entities.h"
#include "sync/keep.h"
#include "sync/parts.h"

/* One place of a batch is kept for the account itself. */
enum { TAKE_MAX = BATCH_MAX - 1 };

/* What is read by id, in this order: parents last, because what was read may name more of them. */
enum stage {
    STAGE_VANISHED_CAMPAIGNS,
    STAGE_VANISHED_ADSETS,
    STAGE_VANISHED_ADS,
    STAGE_DIFFERING,
    STAGE_STRAYS,
    STAGE_PARENT_ADSETS,
    STAGE_PARENT_CAMPAIGNS,
    STAGE_END
};

void nodes_create(struct chain *chain)
{
    struct nodes_part *part = &chain->as.nodes;
    chain->state = CHAIN_OFF; /* until the listings ended */
    chain->edge = EDGE_ADS;
    str_init(&part->body, 256 * 1024);
    for (int i = 0; i <= ENTITY_KIND_COUNT; i++) {
        ask_init(&part->asks[i]);
    }
    for (int i = 0; i < ENTITY_KIND_COUNT; i++) {
        part->dropped[i] = keep_dropped_load(chain->run, edge_of_kind((enum entity_kind)i));
    }
}

void nodes_fini(struct chain *chain)
{
    str_fini(&chain->as.nodes.body);
    for (int i = 0; i <= ENTITY_KIND_COUNT; i++) {
        ask_fini(&chain->as.nodes.asks[i]);
    }
}

/* ---- what to read ------------------------------------------------------------------------------
 */

static void add_item(struct nodes_part *part, const char *id, enum entity_kind kind,
                     enum node_why why)
{
    struct node_item *item = &part->items[part->count++];
    memset(item, 0, sizeof *item);
    snprintf(item->id, sizeof item->id, "%s", id);
    item->kind = kind;
    item->why = why;
}

static void add_ids(struct nodes_part *part, const struct store_ids *ids, enum entity_kind kind,
                    enum node_why why)
{
    for (size_t i = 0; i < ids->count; i++) {
        add_item(part, ids->ids[i], kind, why);
    }
    if (ids->count > 0) {
        snprintf(part->after, sizeof part->after, "%s", ids->ids[ids->count - 1]);
    }
}

static const struct listing_part *listing_of(const struct sync_run *run, enum entity_kind kind)
{
    for (size_t i = 0; i < run->chain_count; i++) {
        const struct chain *chain = &run->chains[i];
        if (chain->ops == &listing_ops[kind]) {
            return chain->state == CHAIN_DONE ? &chain->as.listing : NULL;
        }
    }
    return NULL;
}

/* Everything of that kind came, so that what did not is gone or hidden. */
static bool all_came(const struct sync_run *run, enum entity_kind kind)
{
    const struct listing_part *listing = listing_of(run, kind);
    return listing && listing->seen_all;
}

static bool take_vanished(struct chain *chain, enum entity_kind kind, struct err *err)
{
    struct sync_run *run = chain->run;
    struct nodes_part *part = &chain->as.nodes;
    struct store_ids ids = {0};
    if (!all_came(run, kind)) {
        return true;
    }
    struct store_unseen unseen = {.kind = kind,
                                  .since = listing_of(run, kind)->began_ms,
                                  .after = part->after,
                                  .limit = TAKE_MAX};
    if (!store_entities_unseen(run->deps.store, run->page, run->plan.account_id, &unseen, &ids,
                               err)) {
        return false;
    }
    add_ids(part, &ids, kind, NODE_VANISHED);
    return true;
}

static void take_differing(struct chain *chain)
{
    struct sync_run *run = chain->run;
    for (size_t i = 0; i < run->differ_count; i++) {
        add_item(&chain->as.nodes, run->differ[i].id, run->differ[i].kind, NODE_DIFFERS);
    }
    run->differ_count = 0;
}

/* Ads that only insights know. After a listing of all ads they are known to be gone. */
static bool take_strays(struct chain *chain, struct err *err)
{
    struct sync_run *run = chain->run;
    struct nodes_part *part = &chain->as.nodes;
    struct store_ids ids = {0};
    part->strays_done = run->plan.insights_count > 0;
    if (!part->strays_done || all_came(run, ENTITY_AD)) {
        return true;
    }
    if (!store_entities_strays(run->deps.store, run->page, run->plan.account_id, part->after,
                               TAKE_MAX, &ids, err)) {
        return false;
    }
    part->strays += (int64_t)ids.count;
    add_ids(part, &ids, ENTITY_AD, NODE_STRAY);
    return true;
}

/* Looked for when everything was listed: a parent may simply not have come yet before. */
static bool take_parents(struct chain *chain, enum entity_kind kind, struct err *err)
{
    struct sync_run *run = chain->run;
    struct nodes_part *part = &chain->as.nodes;
    struct store_ids ids = {0};
    for (int k = 0; k < ENTITY_KIND_COUNT; k++) {
        if (!all_came(run, (enum entity_kind)k)) {
            return true;
        }
    }
    struct store_unseen parents = {.kind = kind, .after = part->after, .limit = TAKE_MAX};
    part->parents_done = true;
    if (!store_entities_missing(run->deps.store, run->page, run->plan.account_id, &parents, &ids,
                                err)) {
        return false;
    }
    part->orphans += (int64_t)ids.count;
    add_ids(part, &ids, kind, NODE_PARENT);
    return true;
}

static bool take(struct chain *chain, struct err *err)
{
    switch ((enum stage)chain->as.nodes.stage) {
    case STAGE_VANISHED_CAMPAIGNS:
        return take_vanished(chain, ENTITY_CAMPAIGN, err);
    case STAGE_VANISHED_ADSETS:
        return take_vanished(chain, ENTITY_ADSET, err);
    case STAGE_VANISHED_ADS:
        return take_vanished(chain, ENTITY_AD, err);
    case STAGE_DIFFERING:
        take_differing(chain);
        return true;
    case STAGE_STRAYS:
        return take_strays(chain, err);
    case STAGE_PARENT_ADSETS:
        return take_parents(chain, ENTITY_ADSET, err);
    case STAGE_PARENT_CAMPAIGNS:
        return take_parents(chain, ENTITY_CAMPAIGN, err);
    case STAGE_END:
        break;
    }
    return true;
}

/* The next batch; none left = the chain is done. */
static bool fill(struct chain *chain, struct err *err)
{
    struct nodes_part *part = &chain->as.nodes;
    part->count = 0;
    part->tries = 0;
    bool ok = true;
    while (ok && part->count == 0 && part->stage < STAGE_END) {
        ok = take(chain, err);
        if (part->count == 0) {
            part->stage++;
            part->after[0] = '\0';
        }
    }
    if (ok && part->count > 0 && !part->account_ok && part->items[0].why != NODE_DIFFERS) {
        add_item(part, chain->run->plan.account_id, ENTITY_AD, NODE_ACCOUNT);
        struct node_item account = part->items[part->count - 1];
        part->items[part->count - 1] = part->items[0];
        part->items[0] = account;
    }
    arena_reset(chain->run->page);
    return ok;
}

/* ---- the batch ---------------------------------------------------------------------------------
 */

static struct ask *ask_of(struct nodes_part *part, const struct node_item *item)
{
    return &part->asks[item->why == NODE_ACCOUNT ? (int)ENTITY_KIND_COUNT : (int)item->kind];
}

static bool ask_item(struct nodes_part *part, const struct node_item *item, struct err *err)
{
    struct ask *ask = ask_of(part, item);
    return item->why == NODE_ACCOUNT
               ? ask_account(ask, item->id, err)
               : ask_node(ask, item->id, edge_of_kind(item->kind), part->dropped[item->kind], err);
}

static bool build(struct chain *chain, struct graph_request *out, struct err *err)
{
    struct nodes_part *part = &chain->as.nodes;
    struct batch_item items[BATCH_MAX];
    for (size_t i = 0; i < part->count; i++) {
        if (!ask_item(part, &part->items[i], err)) {
            return false;
        }
    }
    for (size_t i = 0; i < part->count; i++) {
        const struct ask *ask = ask_of(part, &part->items[i]);
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

/* ---- answers -----------------------------------------------------------------------------------
 */

struct taking {
    struct chain *chain;
    struct err err;
    bool ok;
};

static void put_entity(struct taking *taking, const struct entity *entity)
{
    struct sync_run *run = taking->chain->run;
    taking->ok = taking->ok && store_entities_put(run->deps.store, run->plan.account_id, entity, 1,
                                                  run_now(run), &taking->err);
}

static void take_found(struct taking *taking, struct node_item *item,
                       const struct graph_result *result)
{
    struct sync_run *run = taking->chain->run;
    struct entity entity = {0};
    struct decoder decoder = {.edge = edge_of_kind(item->kind),
                              .account_id = run->plan.account_id,
                              .dropped = taking->chain->as.nodes.dropped[item->kind],
                              .arena = run->page,
                              .drift = drift_add,
                              .ctx = &run->drift};
    item->done = true;
    if (decode_entity(&decoder, result->root, &entity)) {
        put_entity(taking, &entity);
    }
}

/* Gone for good or hidden: the API does not tell which. A stray is settled with its names later,
 * what a sweep has just seen is looked at again by the next. */
static void take_gone(struct taking *taking, struct node_item *item)
{
    struct nodes_part *part = &taking->chain->as.nodes;
    item->done = part->account_ok || item->why == NODE_DIFFERS;
    part->left_missing += item->done && item->why == NODE_PARENT;
    if (item->done && (item->why == NODE_VANISHED || item->why == NODE_PARENT)) {
        struct entity entity = {
            .kind = item->kind, .entity_id = item->id, .effective_status = ENTITY_INACCESSIBLE};
        put_entity(taking, &entity);
    }
}

/* While the account itself cannot be read nothing of it may be called gone. */
static void take_account(struct taking *taking, struct node_item *item,
                         const struct graph_result *result)
{
    struct nodes_part *part = &taking->chain->as.nodes;
    enum error_class error_class = result->error.error_class;
    part->account_ok = result->ok;
    item->done = result->ok;
    if (result->ok || error_class == ERROR_RETRY || error_class == ERROR_THROTTLE) {
        return;
    }
    struct api_error error = result->error;
    error.error_class = error_class == ERROR_AUTH ? ERROR_AUTH : ERROR_ACCESS;
    error.reach = error_class == ERROR_AUTH ? error.reach : REACH_ACCOUNT;
    chain_fail(taking->chain, &error);
}

static void take_rejected(struct chain *chain, struct node_item *item,
                          const struct api_error *error)
{
    struct nodes_part *part = &chain->as.nodes;
    enum edge edge = edge_of_kind(item->kind);
    uint64_t before = part->dropped[item->kind];
    if (!fields_drop(edge, error->field, &part->dropped[item->kind])) {
        /* Another item of the batch may have said the same; a required field cannot be left out. */
        uint64_t probe = 0;
        item->done = !fields_drop(edge, error->field, &probe) || (before & probe) == 0;
        part->rejected = part->rejected || !item->done;
        return;
    }
    struct drift_note note = {edge, error->field, DRIFT_REJECTED, error->message};
    drift_add(&chain->run->drift, &note);
    keep_dropped_save(chain->run, edge, part->dropped[item->kind]);
    part->rejected = true;
}

static void take_item(void *ctx, size_t index, const struct graph_result *result)
{
    struct taking *taking = ctx;
    struct chain *chain = taking->chain;
    struct node_item *item = &chain->as.nodes.items[index];
    enum error_class error_class = result->error.error_class;
    if (item->why == NODE_ACCOUNT) {
        take_account(taking, item, result);
    } else if (result->ok) {
        take_found(taking, item, result);
    } else if (error_class == ERROR_GONE) {
        take_gone(taking, item);
    } else if (error_class == ERROR_FIELD) {
        take_rejected(chain, item, &result->error);
    } else if (error_class == ERROR_AUTH) {
        chain_fail(chain, &result->error);
    } else if (error_class != ERROR_RETRY && error_class != ERROR_THROTTLE) {
        item->done = true; /* looked at again by the next complete listing */
        log_write(LOG_WARN, "sync", "%s: %s: %s", chain->run->plan.account_id, item->id,
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
    if (left > 0 && part->rejected) {
        part->rejected = false;
        return;
    }
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
    if (!result->ok && result->error.error_class == ERROR_THROTTLE) {
        keep_answer(chain, result); /* how long it lasts is the gate's to say */
        return;
    }
    if (!keep_begin(run, chain, result, &taking.err)) {
        chain_fail_local(chain, &taking.err);
        return;
    }
    batch_read(result, &request, part->count, take_item, &taking);
    bool ok = keep_end(run, taking.ok, &taking.err);
    arena_reset(run->page);
    if (!ok) {
        chain_fail_local(chain, &taking.err);
    } else if (chain->state == CHAIN_READY) {
        keep_rest(chain);
    }
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
