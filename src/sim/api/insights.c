#include "sim/api/insights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "sim/api/errors.h"
#include "sim/api/page.h"
#include "sim/net/out.h"

/* Beyond these a synchronous query times out, a page is too much (figures are ours: Meta
 * publishes none, reference 6.3). */
#define SYNC_ROWS_MAX 3e6
#define SORT_ROWS_MAX (1u << 20)
#define PAGE_POINTS_MAX 150000u

static bool entity_filter(const struct insights_query *query, const struct filter *filter,
                          const struct world_entity *entity)
{
    const char *name = filter_local_name(filter->field);
    char text[32];
    bool campaign = strncmp(filter->field, "campaign.", 9) == 0;
    bool adset = strncmp(filter->field, "adset.", 6) == 0;
    struct world_ref parent = {entity->ref.account, campaign ? ENTITY_CAMPAIGN : ENTITY_ADSET,
                               campaign ? entity->campaign_index : entity->adset_index};
    bool own = (campaign && entity->ref.kind == ENTITY_CAMPAIGN) ||
               (adset && entity->ref.kind == ENTITY_ADSET) || (!campaign && !adset);
    if (strcmp(name, "id") == 0) {
        uint64_t id = own ? entity->id : campaign ? entity->campaign_id : entity->adset_id;
        snprintf(text, sizeof text, "%llu", (unsigned long long)id);
        return filter_test(filter, text);
    }
    if (strcmp(name, "objective") == 0) {
        return filter_test(filter, entity->objective != NULL ? entity->objective : "");
    }
    struct world_entity node = *entity;
    if (!own && !world_entity(query->call->sim->world, parent, query->data_ms, &node)) {
        return false;
    }
    if (strcmp(name, "effective_status") == 0) {
        return filter_test(filter, world_effective_text(node.effective));
    }
    struct str full;
    str_init(&full, 1 << 20);
    world_name_mended(&node.name, &full);
    bool passed = strcmp(name, "name") != 0 || filter_test(filter, str_text(&full));
    str_fini(&full);
    return passed;
}

/* Filters on objects below the level decide which ads count, the others which rows are given. */
static bool filter_on_ads(const struct insights_query *query, const struct filter *filter)
{
    bool ad = strncmp(filter->field, "ad.", 3) == 0;
    bool adset = strncmp(filter->field, "adset.", 6) == 0;
    switch (query->world.level) {
    case LEVEL_ACCOUNT:
        return true;
    case LEVEL_CAMPAIGN:
        return ad || adset;
    case LEVEL_ADSET:
        return ad;
    case LEVEL_AD:
    case LEVEL_COUNT:
        break;
    }
    return false;
}

static bool is_scope(const struct insights_query *query, const struct world_entity *entity)
{
    const struct world_ref *scope = &query->world.scope;
    return query->world.scoped && scope->kind == entity->ref.kind &&
           scope->index == entity->ref.index;
}

bool insights_keep_row(void *ctx, const struct world_entity *entity)
{
    const struct insights_query *query = ctx;
    if ((query->row_mask >> entity->effective & 1) == 0 && !is_scope(query, entity)) {
        return false;
    }
    for (const struct filter *filter = query->filters; filter != NULL; filter = filter->next) {
        if (!filter_on_ads(query, filter) && !entity_filter(query, filter, entity)) {
            return false;
        }
    }
    return true;
}

bool insights_keep_ad(void *ctx, const struct world_entity *ad)
{
    const struct insights_query *query = ctx;
    if ((query->ad_mask >> ad->effective & 1) == 0) {
        return false;
    }
    for (const struct filter *filter = query->filters; filter != NULL; filter = filter->next) {
        if (filter_on_ads(query, filter) && !entity_filter(query, filter, ad)) {
            return false;
        }
    }
    return true;
}

enum insight_metric insights_metric(const char *name)
{
    static const char *const names[METRIC_COUNT] = {
        [METRIC_SPEND] = "spend",   [METRIC_IMPRESSIONS] = "impressions",
        [METRIC_CLICKS] = "clicks", [METRIC_REACH] = "reach",
        [METRIC_CTR] = "ctr",       [METRIC_CPC] = "cpc",
        [METRIC_CPM] = "cpm"};
    for (int i = METRIC_NONE + 1; i < METRIC_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum insight_metric)i;
        }
    }
    return METRIC_NONE;
}

static double per(double numerator, int64_t denominator)
{
    return denominator > 0 ? numerator / (double)denominator : 0.0;
}

double insights_figure(enum insight_metric metric, const struct world_metrics *metrics)
{
    double spend = (double)metrics->spend_micros / 1e6;
    switch (metric) {
    case METRIC_SPEND:
        return spend;
    case METRIC_IMPRESSIONS:
        return (double)metrics->impressions;
    case METRIC_CLICKS:
        return (double)metrics->clicks;
    case METRIC_REACH:
        return (double)metrics->reach;
    case METRIC_CTR:
        return per(100.0 * (double)metrics->clicks, metrics->impressions);
    case METRIC_CPC:
        return per(spend, metrics->clicks);
    case METRIC_CPM:
        return per(1000.0 * spend, metrics->impressions);
    case METRIC_NONE:
    case METRIC_COUNT:
        break;
    }
    return 0.0;
}

bool insights_keep_metrics(const struct insights_query *query, const struct world_row *row)
{
    for (const struct filter *filter = query->metrics; filter != NULL; filter = filter->next) {
        char text[40];
        snprintf(text, sizeof text, "%.6f",
                 insights_figure(insights_metric(filter_local_name(filter->field)), &row->metrics));
        if (!filter_test(filter, text)) {
            return false;
        }
    }
    return true;
}

/* The row a fault loses for good: at levels below the account, where a sum can miss it. */
static bool row_lost(const struct insights_query *query, const struct world_row *row)
{
    if (!query->has_dropped || query->world.level == LEVEL_ACCOUNT) {
        return false;
    }
    const struct fault *fault = &query->dropped;
    struct date_text day = date_text(row->date_start);
    return (fault->entity[0] == '\0' || strtoull(fault->entity, NULL, 10) == row->entity.id) &&
           (fault->day[0] == '\0' || strcmp(fault->day, day.text) == 0) &&
           call_fault(query->call, FAULT_DROP_ROW, NULL);
}

struct row_walk {
    struct insights_query *query;
    struct world_rows *rows;
    size_t range;
    uint64_t position;
};

static bool row_walk_open(struct row_walk *walk)
{
    struct insights_query *query = walk->query;
    query->world.since = query->since[walk->range];
    query->world.until = query->until[walk->range];
    walk->rows =
        world_rows_create(query->call->sim->world, &query->world, walk->position, query->data_ms);
    return walk->rows != NULL;
}

/* The next row over all ranges; where to go on is in range and position. */
static bool row_walk_next(struct row_walk *walk, struct world_row *row)
{
    while (!walk->query->beyond && walk->range < walk->query->range_count) {
        if (walk->rows == NULL && !row_walk_open(walk)) {
            return false;
        }
        while (world_rows_next(walk->rows, row)) {
            walk->position = world_rows_position(walk->rows);
            if (insights_keep_metrics(walk->query, row) && !row_lost(walk->query, row)) {
                return true;
            }
        }
        world_rows_destroy(walk->rows);
        walk->rows = NULL;
        walk->position = 0;
        walk->range++;
    }
    return false;
}

static void write_row(struct page *page, struct insight_emit *emit, const struct world_row *row,
                      struct str *out)
{
    if (page->rows > 0) {
        str_addc(out, ',');
    }
    insights_row_write(emit, row, out);
    page->rows++;
}

static void write_page(struct page *page, struct insights_query *query, struct insight_emit *emit,
                       struct str *out)
{
    struct world_row *row = arena_alloc(query->call->request->arena, sizeof *row);
    struct row_walk walk = {.query = query,
                            .range = page->from.sub,
                            .position = page->repeat ? page->from.last : page->from.at};
    if (row == NULL || page->empty) {
        return;
    }
    uint64_t before = walk.position;
    size_t range = walk.range;
    while (row_walk_next(&walk, row)) {
        if (page->rows == page->limit) {
            page->more = true;
            break;
        }
        page->to.last = walk.range == range ? before : 0;
        page->to.at = before = walk.position;
        page->to.sub = range = walk.range;
        if (page_skips(page, page->to.at, page->to.sub, page->to.last)) {
            continue;
        }
        if (page->drop) {
            page->drop = false;
            continue;
        }
        write_row(page, emit, row, out);
    }
    world_rows_destroy(walk.rows);
    if (!page->more) {
        page->to.sub = query->range_count;
        page->to.at = 0;
    }
}

/* Where a row can be read again, and what it is sorted by. */
struct sorted_row {
    double figure;
    size_t range, order;
    uint64_t position;
};

static int by_figure(const void *a, const void *b)
{
    const struct sorted_row *x = a, *y = b;
    if (x->figure != y->figure) {
        return x->figure < y->figure ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

/* All rows, in order; NULL = no memory or more than can be sorted. */
static struct sorted_row *sort_rows(struct insights_query *query, struct world_row *row,
                                    size_t *count)
{
    struct row_walk walk = {.query = query};
    struct sorted_row *list = NULL;
    size_t room = 0;
    *count = 0;
    for (;;) {
        struct sorted_row next = {.range = walk.range, .position = walk.position};
        if (!row_walk_next(&walk, row)) {
            break;
        }
        next.position = walk.range == next.range ? next.position : 0;
        next.range = walk.range;
        next.order = *count;
        double figure = insights_figure(query->sort, &row->metrics);
        next.figure = query->descending ? -figure : figure;
        if (*count == room) {
            room = room > 0 ? room * 2 : 1024;
            struct sorted_row *more =
                room <= SORT_ROWS_MAX ? realloc(list, room * sizeof *list) : NULL;
            if (more == NULL) {
                world_rows_destroy(walk.rows);
                free(list);
                return NULL;
            }
            list = more;
        }
        list[(*count)++] = next;
    }
    world_rows_destroy(walk.rows);
    if (*count > 0) {
        qsort(list, *count, sizeof *list, by_figure);
    }
    return list != NULL ? list : calloc(1, sizeof *list);
}

/* A page of the sorted rows: positions are ranks. */
static void write_sorted(struct page *page, struct insights_query *query, struct insight_emit *emit,
                         struct str *out)
{
    struct world_row *row = arena_alloc(query->call->request->arena, sizeof *row);
    size_t count = 0;
    struct sorted_row *list = row != NULL ? sort_rows(query, row, &count) : NULL;
    if (list == NULL) {
        errors_reply(query->call->reply, GRAPH_TIMEOUT);
        return;
    }
    size_t at = (size_t)page->from.rows;
    page->skip = 0;
    for (; at < count && page->rows < page->limit && !page->empty; at++) {
        struct row_walk walk = {
            .query = query, .range = list[at].range, .position = list[at].position};
        if (row_walk_next(&walk, row)) {
            write_row(page, emit, row, out);
        }
        world_rows_destroy(walk.rows);
    }
    page->more = at < count;
    free(list);
}

static void write_rows(struct page *page, struct insights_query *query, struct insight_emit *emit,
                       struct str *out)
{
    if (query->sort != METRIC_NONE) {
        write_sorted(page, query, emit, out);
    } else {
        write_page(page, query, emit, out);
    }
}

void insights_page(struct call *call, struct insights_query *query, const struct request *request)
{
    struct page page;
    if (!page_begin(&page, call, request, INSIGHT_LIMIT)) {
        return;
    }
    struct str out;
    struct world_account account;
    struct insight_emit emit;
    str_init(&out, REPLY_MAX);
    sim_lock(call->sim);
    world_account(call->sim->world, query->world.account, call->now_ms, &account);
    insights_row_init(&emit, query, &account);
    page_open(&out);
    write_rows(&page, query, &emit, &out);
    page_close(&page, call, &out);
    insights_row_fini(&emit);
    sim_unlock(call->sim);
    str_addc(&out, '}');
    call->reply->cpu_ms += insights_cpu_ms(query, (double)page.rows);
    if (page.rows * (query->plan->weight + 2) > PAGE_POINTS_MAX) {
        errors_reply(call->reply, GRAPH_REDUCE);
    }
    reply_take(call->reply, &out);
}

static struct insight_target target_of(const struct call *call)
{
    return (struct insight_target){
        .account = (uint32_t)call->account, .has_ref = call->has_ref, .ref = call->ref};
}

/* Reads of more days than a fault bears. */
static bool too_many_days(struct call *call, const struct insights_query *query)
{
    struct fault fault;
    int32_t days = query->until[query->range_count - 1] - query->since[0] + 1;
    return faults_match(call->sim->faults, FAULT_REDUCE, &call->fault, call->now_ms, &fault) &&
           fault.days > 0 && days > fault.days && call_fault(call, FAULT_REDUCE, NULL);
}

void insights_serve(struct call *call)
{
    struct insights_query *query = arena_alloc(call->request->arena, sizeof *query);
    struct insight_target target = target_of(call);
    if (query == NULL || !insights_parse(query, call, call->request, &target, call->now_ms)) {
        return;
    }
    call->weighted = insights_weight(query);
    if (insights_estimate(query) > SYNC_ROWS_MAX) {
        call->reply->cpu_ms += insights_cpu_ms(query, 5000.0);
        errors_reply(call->reply, GRAPH_TIMEOUT);
        return;
    }
    if (too_many_days(call, query)) {
        errors_reply(call->reply, GRAPH_REDUCE);
        return;
    }
    insights_page(call, query, call->request);
}

static bool nested_request(const struct emit *emit, struct request *out)
{
    struct arena *arena = emit->call->request->arena;
    char path[64];
    bool account = emit->entity == NULL;
    int n = snprintf(path, sizeof path, account ? "/act_%llu/insights" : "/%llu/insights",
                     (unsigned long long)(account ? emit->account->id : emit->entity->id));
    request_init(out, arena, "GET", arena_copy(arena, path, n > 0 ? (size_t)n : 0));
    struct str text;
    str_init(&text, 1 << 20);
    fields_print(emit->item->field->children, &text);
    if (text.len > 0) {
        request_add(out, "fields", arena_copy(arena, str_text(&text), text.len));
    }
    str_fini(&text);
    for (const struct field_mod *mod = emit->item->field->mods; mod != NULL; mod = mod->next) {
        request_add(out, mod->name, mod->args);
    }
    /* date_preset and time_range of the listing shape embedded insights (reference 4.1). */
    static const char *const inherited[] = {"date_preset", "time_range"};
    for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++) {
        const char *value = call_param(emit->call, inherited[i]);
        if (value != NULL && request_param(out, inherited[i]) == NULL) {
            request_add(out, inherited[i], value);
        }
    }
    return out->path != NULL && !out->too_many;
}

void insights_nested(const struct emit *emit)
{
    struct call *call = emit->call;
    struct request *request = arena_alloc(call->request->arena, sizeof *request);
    struct insights_query *query = arena_alloc(call->request->arena, sizeof *query);
    struct insight_target target = {.has_ref = emit->entity != NULL};
    struct page page;
    if (emit->entity != NULL) {
        target.ref = emit->entity->ref;
    }
    if (request == NULL || query == NULL || !nested_request(emit, request) ||
        !world_account_find(call->sim->world, emit->account->id, &target.account)) {
        return;
    }
    if (!insights_parse(query, call, request, &target, call->now_ms) ||
        !page_begin(&page, call, request, INSIGHT_LIMIT)) {
        return;
    }
    struct str out;
    struct insight_emit row;
    str_init(&out, REPLY_MAX);
    insights_row_init(&row, query, emit->account);
    page_open(&out);
    write_rows(&page, query, &row, &out);
    page_close(&page, call, &out);
    insights_row_fini(&row);
    if (page.rows > 0) {
        out_key(emit->out, emit->item->key);
        str_addn(emit->out, str_text(&out), out.len);
        str_addc(emit->out, '}');
    }
    str_fini(&out);
    call->reply->cpu_ms += insights_cpu_ms(query, (double)page.rows);
}
