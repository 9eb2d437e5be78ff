#include "sim/api/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/api/entity_fields.h"
#include "sim/api/errors.h"
#include "sim/api/page.h"
#include "sim/net/out.h"

/* Meta clamps limit here and there; connectors use 25 to 500. */
enum { ENTITY_LIMIT = 1000, CREATIVE_LIMIT = 500, HEAVY_CREATIVE_LIMIT = 50 };

/* The entities a listing walks: all of an account, or those below one. */
struct walk {
    struct call *call;
    uint32_t account, span;
    enum entity_kind kind;
    bool scoped;
    struct world_ref scope;
};

static struct walk walk_of(struct call *call, enum entity_kind kind, uint32_t account,
                           const struct world_ref *scope)
{
    struct walk walk = {.call = call, .account = account, .kind = kind};
    walk.span = world_entity_span(call->sim->world, account, kind);
    if (scope != NULL) {
        walk.scoped = true;
        walk.scope = *scope;
    }
    return walk;
}

/* First ad below this ad set or one after it in the campaign. */
static bool walk_down(const struct world *world, struct world_ref adset, bool below,
                      struct world_ref *out)
{
    bool any = below;
    while (any) {
        if (world_first_child(world, adset, out)) {
            return true;
        }
        any = world_next_sibling(world, adset, &adset);
    }
    return false;
}

/* The candidate after position at (= index of the last one + 1); false = no more. */
static bool walk_next(const struct walk *walk, uint64_t at, struct world_ref *out)
{
    const struct world *world = walk->call->sim->world;
    if (!walk->scoped) {
        *out = (struct world_ref){walk->account, walk->kind, (uint32_t)at};
        return at < walk->span;
    }
    struct world_ref last = {walk->account, walk->kind, (uint32_t)(at > 0 ? at - 1 : 0)};
    if (walk->kind == walk->scope.kind + 1) {
        return at == 0 ? world_first_child(world, walk->scope, out)
                       : world_next_sibling(world, last, out);
    }
    struct world_ref adset;
    if (at == 0) {
        return world_first_child(world, walk->scope, &adset) && walk_down(world, adset, true, out);
    }
    if (world_next_sibling(world, last, out)) {
        return true;
    }
    struct world_entity entity;
    if (!world_entity(world, last, INT64_MAX / 4, &entity)) {
        return false;
    }
    adset = (struct world_ref){walk->account, ENTITY_ADSET, entity.adset_index};
    bool more = world_next_sibling(world, adset, &adset);
    return walk_down(world, adset, more, out);
}

static bool walk_passes(const struct walk *walk, const struct condition *condition,
                        struct world_ref ref, struct world_entity *entity, bool whole)
{
    const struct world *world = walk->call->sim->world;
    enum world_effective effective;
    int64_t updated_ms;
    if (!world_entity_state(world, ref, walk->call->now_ms, &effective, &updated_ms) ||
        (condition->status_mask >> effective & 1) == 0 ||
        updated_ms / 1000 <= condition->updated_above ||
        updated_ms / 1000 >= condition->updated_below) {
        return false;
    }
    if (!whole && condition->filters == NULL) {
        return true;
    }
    return world_entity(world, ref, walk->call->now_ms, entity) &&
           condition_test(condition, entity);
}

static uint64_t walk_count(const struct walk *walk, const struct condition *condition)
{
    uint64_t count = 0;
    struct world_ref ref;
    struct world_entity entity;
    for (uint64_t at = 0; walk_next(walk, at, &ref); at = (uint64_t)ref.index + 1) {
        count += walk_passes(walk, condition, ref, &entity, false) ? 1 : 0;
    }
    return count;
}

typedef void write_fn(const struct plan *plan, struct call *call,
                      const struct world_account *account, const struct world_entity *entity,
                      struct str *out);

static bool dropped(struct call *call, const struct world_entity *entity)
{
    struct fault fault;
    if (!faults_match(call->sim->faults, FAULT_DROP_ROW, &call->fault, call->now_ms, &fault)) {
        return false;
    }
    return fault.entity[0] != '\0' && fault.day[0] == '\0' &&
           strtoull(fault.entity, NULL, 10) == entity->id && call_fault(call, FAULT_DROP_ROW, NULL);
}

static void write_one(struct page *page, write_fn *write, const struct plan *plan,
                      struct call *call, const struct world_account *account,
                      const struct world_entity *entity, struct str *out)
{
    if (page->rows > 0) {
        str_addc(out, ',');
    }
    write(plan, call, account, entity, out);
    page->rows++;
}

static void write_repeat(struct page *page, const struct walk *walk, write_fn *write,
                         const struct plan *plan, const struct world_account *account,
                         struct str *out)
{
    struct world_entity entity;
    struct world_ref last = {walk->account, walk->kind, (uint32_t)page->from.last};
    if (page->repeat && world_entity(walk->call->sim->world, last, walk->call->now_ms, &entity)) {
        write_one(page, write, plan, walk->call, account, &entity, out);
    }
}

/* Fills a page; afterwards page->more says whether anything is left. */
static void write_rows(struct page *page, const struct walk *walk,
                       const struct condition *condition, write_fn *write, const struct plan *plan,
                       struct str *out)
{
    struct world_account account;
    struct world_entity entity;
    struct world_ref ref;
    uint64_t at = page->from.at;
    world_account(walk->call->sim->world, walk->account, walk->call->now_ms, &account);
    if (page->empty) {
        return;
    }
    write_repeat(page, walk, write, plan, &account, out);
    while (walk_next(walk, at, &ref)) {
        bool whole = page->rows < page->limit; /* one past the page only has to be there */
        bool passes = walk_passes(walk, condition, ref, &entity, whole);
        if (passes && !whole) {
            page->more = true;
            break;
        }
        at = (uint64_t)ref.index + 1;
        if (!passes || dropped(walk->call, &entity) || page_skips(page, at, 0, ref.index)) {
            continue;
        }
        if (page->drop) {
            page->drop = false;
            continue;
        }
        write_one(page, write, plan, walk->call, &account, &entity, out);
        page->to.at = at;
        page->to.last = ref.index;
    }
    page->to.at = page->more ? page->to.at : at;
}

static void add_summary(struct call *call, const struct walk *walk,
                        const struct condition *condition, struct str *out)
{
    if (call_wants_summary(call)) {
        str_add(out, ",\"summary\":{\"total_count\":");
        out_int(out, (int64_t)walk_count(walk, condition));
        str_addc(out, '}');
    }
}

void listing_serve(struct call *call, enum entity_kind kind)
{
    struct field *fields = NULL;
    const char *bad = "", *text = call_param(call, "fields");
    struct condition condition;
    struct page page;
    if (text != NULL && !fields_parse(call->request->arena, text, &fields, &bad)) {
        errors_reply(call->reply, GRAPH_BAD_PARAM, "Syntax error in the fields parameter");
        return;
    }
    struct plan *plan = plan_build(call, node_of_kind(kind), fields);
    if (plan == NULL || !condition_read(call, call->request, kind, &condition) ||
        !page_begin(&page, call, call->request, ENTITY_LIMIT)) {
        return;
    }
    struct str out;
    str_init(&out, REPLY_MAX);
    sim_lock(call->sim);
    struct walk walk =
        walk_of(call, kind, (uint32_t)call->account, call->has_ref ? &call->ref : NULL);
    page_open(&out);
    write_rows(&page, &walk, &condition, entity_write, plan, &out);
    page_close(&page, call, &out);
    add_summary(call, &walk, &condition, &out);
    sim_unlock(call->sim);
    str_addc(&out, '}');
    reply_take(call->reply, &out);
    call->reply->cpu_ms += 0.02 * (double)page.rows * (double)(plan->weight + 1);
}

/* A creative per ad; those of deleted ads stay in the library. */
void creatives_serve(struct call *call)
{
    struct field *fields = NULL;
    const char *bad = "", *text = call_param(call, "fields");
    struct condition condition = {.kind = ENTITY_AD,
                                  .status_mask = (1u << WORLD_EFF_COUNT) - 1,
                                  .updated_above = INT64_MIN,
                                  .updated_below = INT64_MAX};
    struct page page;
    if (text != NULL && !fields_parse(call->request->arena, text, &fields, &bad)) {
        errors_reply(call->reply, GRAPH_BAD_PARAM, "Syntax error in the fields parameter");
        return;
    }
    struct plan *plan = plan_build(call, &node_creative, fields);
    if (plan == NULL || !page_begin(&page, call, call->request, CREATIVE_LIMIT)) {
        return;
    }
    bool heavy = fields_find(fields, "object_story_spec") != NULL ||
                 fields_find(fields, "asset_feed_spec") != NULL;
    if (heavy && page.limit > HEAVY_CREATIVE_LIMIT) {
        errors_reply(call->reply, GRAPH_REDUCE);
        return;
    }
    struct str out;
    str_init(&out, REPLY_MAX);
    sim_lock(call->sim);
    struct walk walk =
        walk_of(call, ENTITY_AD, (uint32_t)call->account, call->has_ref ? &call->ref : NULL);
    page_open(&out);
    write_rows(&page, &walk, &condition, creative_write, plan, &out);
    page_close(&page, call, &out);
    add_summary(call, &walk, &condition, &out);
    sim_unlock(call->sim);
    str_addc(&out, '}');
    reply_take(call->reply, &out);
    call->reply->cpu_ms += 0.4 * (double)page.rows * (double)(plan->weight + 1);
}

/* The request a nested edge stands for, so that its next link and cursor are those of the edge. */
static bool nested_request(const struct emit *emit, struct request *out)
{
    struct arena *arena = emit->call->request->arena;
    struct str text;
    str_init(&text, 1 << 20);
    if (emit->entity != NULL) {
        str_addf(&text, "/%llu/%s", (unsigned long long)emit->entity->id, emit->item->key);
    } else {
        str_addf(&text, "/act_%llu/%s", (unsigned long long)emit->account->id, emit->item->key);
    }
    request_init(out, arena, "GET", arena_copy(arena, str_text(&text), text.len));
    str_reset(&text);
    fields_print(emit->item->field->children, &text);
    request_add(out, "fields", arena_copy(arena, str_text(&text), text.len));
    str_fini(&text);
    for (const struct field_mod *mod = emit->item->field->mods; mod != NULL; mod = mod->next) {
        request_add(out, mod->name, mod->args);
    }
    return out->path != NULL && !out->too_many;
}

void listing_nested(const struct emit *emit, enum entity_kind kind)
{
    struct call *call = emit->call;
    struct request *request = arena_alloc(call->request->arena, sizeof *request);
    struct condition condition;
    struct page page = {0};
    if (request == NULL || !nested_request(emit, request) ||
        !condition_read(call, request, kind, &condition) ||
        !page_begin(&page, call, request, ENTITY_LIMIT)) {
        return;
    }
    uint32_t account;
    if (!world_account_find(call->sim->world, emit->account->id, &account)) {
        return;
    }
    struct walk walk =
        walk_of(call, kind, account, emit->entity != NULL ? &emit->entity->ref : NULL);
    struct str nested;
    str_init(&nested, REPLY_MAX);
    page_open(&nested);
    write_rows(&page, &walk, &condition, entity_write, emit->item->nested, &nested);
    page_close(&page, call, &nested);
    if (page.rows > 0) {
        out_key(emit->out, emit->item->key);
        str_addn(emit->out, str_text(&nested), nested.len);
        str_addc(emit->out, '}');
    }
    str_fini(&nested);
    /* Hidden from the counters, not from the CPU budget (reference 4.1). */
    call->reply->cpu_ms += 0.05 * (double)page.rows * (double)(emit->item->nested->weight + 1);
}
