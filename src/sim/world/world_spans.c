/* When an ad delivered: while it, its ad set, its campaign and its account all let it. */
#include "sim/world/world_impl.h"

struct toggle {
    int64_t at_ms;
    bool running;
};
struct toggles {
    bool before; /* running before the first toggle */
    uint32_t count;
    struct toggle at[SPANS_MAX];
};

static void push(struct toggles *list, int64_t at_ms, bool running)
{
    bool last = list->count ? list->at[list->count - 1].running : list->before;
    if (last != running && list->count < SPANS_MAX) {
        list->at[list->count++] = (struct toggle){at_ms, running};
    }
}

static void seen(void *ctx, const struct walk_event *event)
{
    struct toggles *list = ctx;
    push(list, event->at_ms, event->running);
}

/* `before` needs the walk's own start, which the first event must not precede: so it is filled from
 * the entity before the walk goes. */
static void collect(const struct world *world, const struct account *account, enum entity_kind kind,
                    uint32_t index, int64_t as_of_ms, struct toggles *out)
{
    const struct ent *ent = &account->list[kind].at[index];
    int64_t created = world_ms(world, ent->created_s);
    bool running = ent->status == WORLD_ACTIVE && (kind != ENTITY_AD || ent->issue == ISSUE_NONE);
    out->count = 0;
    out->before = created <= world->config.base_ms && running;
    if (created > world->config.base_ms && created <= as_of_ms) {
        push(out, created, running);
    }
    struct walk walk;
    world_walk(&(struct place){world, account, kind, index}, as_of_ms, &walk, seen, out);
}

static void collect_account(const struct world *world, const struct account *account,
                            int64_t as_of_ms, struct toggles *out)
{
    out->count = 0;
    out->before = account->profile->status == 1;
    for (uint32_t i = 0; i < account->own_count; i++) {
        const struct mutation *own = &world->mutations[account->own[i]];
        if (own->m.kind == WORLD_ACCOUNT_STATUS && own->m.at_ms <= as_of_ms) {
            push(out, own->m.at_ms, own->m.account_status == 1);
        }
    }
}

#define LAYERS 4

static void close_span(struct spans *out, int64_t from_ms, int64_t to_ms)
{
    if (to_ms > from_ms && out->count < SPANS_MAX * LAYERS) {
        out->at[out->count++] = (struct span){from_ms, to_ms};
    }
}

/* Follows the toggles of all layers in order of time. open_ms: start of the span open at base_ms,
 * or -1. */
static void merge(const struct toggles layers[LAYERS], int64_t open_ms, struct spans *out)
{
    uint32_t next[LAYERS] = {0};
    bool running[LAYERS];
    for (int i = 0; i < LAYERS; i++) {
        running[i] = layers[i].before;
    }
    for (;;) {
        int first = -1;
        for (int i = 0; i < LAYERS; i++) {
            if (next[i] < layers[i].count &&
                (first < 0 || layers[i].at[next[i]].at_ms < layers[first].at[next[first]].at_ms)) {
                first = i;
            }
        }
        if (first < 0) {
            break;
        }
        const struct toggle *toggle = &layers[first].at[next[first]++];
        running[first] = toggle->running;
        bool all = running[0] && running[1] && running[2] && running[3];
        if (all && open_ms < 0) {
            open_ms = toggle->at_ms;
        } else if (!all && open_ms >= 0) {
            close_span(out, open_ms, toggle->at_ms);
            open_ms = -1;
        }
    }
    if (open_ms >= 0) {
        close_span(out, open_ms, INT64_MAX);
    }
}

void world_spans(const struct world *world, const struct account *account, uint32_t ad,
                 int64_t as_of_ms, struct spans *out)
{
    const struct ent *ent = &account->list[ENTITY_AD].at[ad];
    int64_t base = world->config.base_ms;
    int64_t created = world_ms(world, ent->created_s);
    out->count = 0;
    if (ent->stop_s != ENT_OPEN && created <= base) {
        close_span(out, created, world_ms(world, ent->stop_s));
    }
    /* Archived and deleted ones never come back. */
    bool over = ent->stop_s != ENT_OPEN && (as_of_ms <= base || ent->status >= WORLD_ARCHIVED);
    if (over || (created > base && created > as_of_ms)) {
        return;
    }
    uint32_t adset = ent->parent;
    uint32_t campaign = account->list[ENTITY_ADSET].at[adset].parent;
    struct toggles layers[LAYERS];
    collect(world, account, ENTITY_AD, ad, as_of_ms, &layers[0]);
    if (!layers[0].before && layers[0].count == 0) {
        return;
    }
    collect(world, account, ENTITY_ADSET, adset, as_of_ms, &layers[1]);
    collect(world, account, ENTITY_CAMPAIGN, campaign, as_of_ms, &layers[2]);
    collect_account(world, account, as_of_ms, &layers[3]);
    bool open = created <= base;
    for (int i = 0; i < LAYERS; i++) {
        open = open && layers[i].before;
    }
    merge(layers, open ? created : -1, out);
}
