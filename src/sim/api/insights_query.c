#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "sim/api/breakdowns.h"
#include "sim/api/calendar.h"
#include "sim/api/errors.h"
#include "sim/api/insights.h"
#include "sim/api/listing.h"
#include "json/json.h"

#define BIT(effective) (1u << (effective))

enum { ALL_STATUSES = (1u << WORLD_EFF_COUNT) - 1, INCREMENT_MAX = 90 };

static bool refuse(struct call *call, const char *what)
{
    errors_reply(call->reply, GRAPH_BAD_PARAM, what);
    return false;
}

static bool read_level(struct insights_query *query, const struct request *request,
                       const struct insight_target *target)
{
    const char *text = request_param(request, "level");
    query->world.level = LEVEL_ACCOUNT;
    if (target->has_ref) {
        query->world.level = target->ref.kind == ENTITY_CAMPAIGN ? LEVEL_CAMPAIGN
                             : target->ref.kind == ENTITY_ADSET  ? LEVEL_ADSET
                                                                 : LEVEL_AD;
    }
    if (text != NULL && !insight_level_parse(text, &query->world.level)) {
        return refuse(query->call,
                      "level must be one of the following values: ad, adset, campaign, account");
    }
    return true;
}

static bool add_range(struct insights_query *query, const struct json *node)
{
    const char *since = json_text(json_get(node, "since"));
    const char *until = json_text(json_get(node, "until"));
    size_t i = query->range_count;
    if (i == INSIGHT_RANGES || since == NULL || until == NULL ||
        !date_parse(since, &query->since[i]) || !date_parse(until, &query->until[i])) {
        return refuse(query->call,
                      "time_range must be {'since':'YYYY-MM-DD','until':'YYYY-MM-DD'}");
    }
    if (query->since[i] > query->until[i]) {
        return refuse(query->call, "time_range: since must not be after until");
    }
    query->range_count++;
    return true;
}

static bool read_json_ranges(struct insights_query *query, const char *text, bool list)
{
    struct json_doc *doc = request_parse(query->call->request->arena, text);
    const struct json *root = doc != NULL ? json_root(doc) : NULL;
    bool ok = root != NULL && json_type(root) == (list ? JSON_ARRAY : JSON_OBJECT);
    if (!ok) {
        refuse(query->call, list ? "time_ranges must be a list" : "time_range must be an object");
    } else if (!list) {
        ok = add_range(query, root);
    } else {
        for (const struct json *node = json_first(root); ok && node != NULL;
             node = json_next(node)) {
            ok = add_range(query, node);
        }
        ok = ok && (query->range_count > 0 || refuse(query->call, "time_ranges must not be empty"));
    }
    json_free(doc);
    return ok;
}

static bool read_increment(struct insights_query *query, const struct request *request)
{
    const char *text = request_param(request, "time_increment");
    if (text == NULL || strcmp(text, "all_days") == 0) {
        query->world.increment = WORLD_ALL_DAYS;
    } else if (strcmp(text, "monthly") == 0) {
        query->world.increment = WORLD_MONTHLY;
    } else {
        char *end;
        long days = strtol(text, &end, 10);
        query->world.increment = *end == '\0' && days <= INCREMENT_MAX ? (int)days : 0;
        if (query->world.increment < 1) {
            return refuse(query->call,
                          "time_increment must be between 1 and 90, monthly or all_days");
        }
    }
    return true;
}

static bool read_dates(struct insights_query *query, const struct request *request, int32_t today)
{
    const char *ranges = request_param(request, "time_ranges");
    const char *range = request_param(request, "time_range");
    const char *preset = request_param(request, "date_preset");
    bool ok;
    if (ranges != NULL) {
        ok = read_json_ranges(query, ranges, true);
        query->world.increment = WORLD_ALL_DAYS;
    } else {
        ok = read_increment(query, request);
        if (ok && range != NULL) {
            ok = read_json_ranges(query, range, false);
        } else if (ok) {
            query->range_count = 1;
            ok = calendar_preset(preset != NULL ? preset : "last_30d", today, &query->since[0],
                                 &query->until[0]) ||
                 refuse(query->call, "date_preset is not one of the values allowed");
        }
    }
    for (size_t i = 0; ok && i < query->range_count; i++) {
        if (query->since[i] < calendar_months_before(today, RETENTION_MONTHS)) {
            errors_reply(query->call->reply, GRAPH_TOO_OLD);
            ok = false;
        }
    }
    return ok;
}

static bool read_action_breakdowns(struct insights_query *query, const struct request *request)
{
    static const char *const known[] = {"action_type",      "action_device",   "action_destination",
                                        "action_target_id", "action_reaction", "action_video_sound",
                                        "action_video_type"};
    const char **names, *text = request_param(request, "action_breakdowns");
    size_t count;
    if (text == NULL || text[0] == '\0' ||
        !filter_parse_list(request->arena, text, &names, &count)) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            found = found || strcmp(known[k], names[i]) == 0;
        }
        if (!found) {
            return refuse(query->call, "action_breakdowns must be one of the values allowed");
        }
        query->by_device = query->by_device || strcmp(names[i], "action_device") == 0;
        query->action_breakdown_count += strcmp(names[i], "action_type") == 0 ? 0 : 1;
    }
    return true;
}

/* 7d_view and 28d_view are accepted and give nothing (reference 2.2). */
static bool read_windows(struct insights_query *query, const struct request *request)
{
    static const char *const silent[] = {"default",
                                         "7d_view",
                                         "28d_view",
                                         "1d_ev",
                                         "dda",
                                         "incrementality",
                                         "7d_view_first_conversion"};
    const char **names, *text = request_param(request, "action_attribution_windows");
    size_t count;
    if (text == NULL || text[0] == '\0' ||
        !filter_parse_list(request->arena, text, &names, &count)) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        bool found = strncmp(names[i], "skan_", 5) == 0;
        for (unsigned window = WORLD_1D_CLICK; window < WORLD_WINDOW_COUNT; window++) {
            if (strcmp(world_window_key((enum world_window)window), names[i]) == 0) {
                query->windows |= 1u << window;
                found = true;
            }
        }
        for (size_t k = 0; k < sizeof silent / sizeof silent[0]; k++) {
            found = found || strcmp(silent[k], names[i]) == 0;
        }
        if (!found) {
            return refuse(query->call,
                          "action_attribution_windows must be one of the values allowed");
        }
    }
    return true;
}

static int filter_kind(const char *field)
{
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        const char *name = entity_kind_name((enum entity_kind)kind);
        size_t n = strlen(name);
        if (strncmp(field, name, n) == 0 && field[n] == '.') {
            return kind;
        }
    }
    return -1;
}

static int level_kind(enum insight_level level)
{
    return level == LEVEL_CAMPAIGN ? ENTITY_CAMPAIGN
           : level == LEVEL_ADSET  ? ENTITY_ADSET
           : level == LEVEL_AD     ? ENTITY_AD
                                   : -1;
}

static bool add_status(struct insights_query *query, const struct filter *filter, int kind,
                       bool *given)
{
    const char *bad = "";
    unsigned mask = 0;
    bool delivery = strcmp(filter_local_name(filter->field), "delivery_info") == 0;
    enum entity_kind own = kind >= 0 ? (enum entity_kind)kind : ENTITY_AD;
    if (delivery) {
        mask = condition_delivery(filter->values, filter->value_count);
    } else if (!condition_statuses(own, filter->values, filter->value_count, &mask, &bad)) {
        return refuse(query->call, "effective_status: not a status of this object");
    }
    bool negative = filter->op == FILTER_NOT_IN || filter->op == FILTER_NOT_EQUAL;
    mask = negative ? ALL_STATUSES & ~mask : mask;
    *given = true;
    if (kind == level_kind(query->world.level)) {
        query->row_mask = mask;
    } else if (kind == ENTITY_AD) {
        query->ad_mask = mask;
    } else {
        return false; /* a parent's: the caller keeps the filter */
    }
    return true;
}

/* Which list a filter goes to; false = refused. */
static bool sort_filter(struct insights_query *query, struct filter *filter, bool *given,
                        struct filter **filters, struct filter **metrics)
{
    const char *name = filter_local_name(filter->field);
    int kind = filter_kind(filter->field);
    if (insights_metric(name) != METRIC_NONE) {
        filter->next = *metrics;
        *metrics = filter;
        return true;
    }
    bool status = strcmp(name, "effective_status") == 0 || strcmp(name, "delivery_info") == 0;
    if (kind >= 0 && status) {
        if (add_status(query, filter, kind, given)) {
            return true;
        }
        if (query->call->reply->code != 0) {
            return false;
        }
    }
    if (kind >= 0 && (status || strcmp(name, "id") == 0 || strcmp(name, "name") == 0 ||
                      strcmp(name, "objective") == 0)) {
        filter->next = *filters;
        *filters = filter;
        return true;
    }
    if (name == filter->field || strcmp(filter->field, "action_type") == 0) {
        return true; /* unprefixed: silently without effect */
    }
    errors_reply(query->call->reply, GRAPH_NO_FILTER_FIELD, filter->field);
    return false;
}

static bool read_filters(struct insights_query *query, const struct request *request)
{
    const char *text = request_param(request, "filtering");
    query->row_mask = ALL_STATUSES & ~BIT(WORLD_EFF_DELETED);
    query->ad_mask = ALL_STATUSES;
    if (text == NULL || text[0] == '\0' || strcmp(text, "[]") == 0 ||
        call_fault(query->call, FAULT_IGNORE_FILTER, NULL)) {
        return true;
    }
    struct filter *list = NULL, *filters = NULL, *metrics = NULL, *next;
    const char *bad = "";
    bool given = false;
    if (filter_parse(request->arena, text, &list, &bad) != FILTER_OK) {
        return refuse(query->call, "param filtering must be an array.");
    }
    for (struct filter *filter = list; filter != NULL; filter = next) {
        next = filter->next;
        if (!sort_filter(query, filter, &given, &filters, &metrics)) {
            return false;
        }
    }
    if (!given) { /* any filtering turns the default status filter on */
        query->row_mask = BIT(WORLD_EFF_ACTIVE);
        query->ad_mask = query->world.level == LEVEL_ACCOUNT ? BIT(WORLD_EFF_ACTIVE) : ALL_STATUSES;
    } else if (query->ad_mask != ALL_STATUSES && query->world.level != LEVEL_AD) {
        query->row_mask = ALL_STATUSES;
    }
    query->filters = filters;
    query->metrics = metrics;
    return true;
}

/* ["impressions_descending"]: one element, of a figure. */
static bool read_sort(struct insights_query *query, const struct request *request)
{
    static const char *const orders[] = {"_ascending", "_descending"};
    const char **names, *text = request_param(request, "sort");
    size_t count;
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    if (!filter_parse_list(request->arena, text, &names, &count) || count > 1) {
        return refuse(query->call, "sort must be an array of one element");
    }
    for (int i = 0; count == 1 && i < 2; i++) {
        size_t n = strlen(names[0]), end = strlen(orders[i]);
        if (n > end && strcmp(names[0] + n - end, orders[i]) == 0) {
            const char *name = arena_copy(request->arena, names[0], n - end);
            query->sort = name != NULL ? insights_metric(name) : METRIC_NONE;
            query->descending = i == 1;
        }
    }
    return count == 0 || query->sort != METRIC_NONE ||
           refuse(query->call, "sort must be a metric followed by _ascending or _descending");
}

static bool read_fields(struct insights_query *query, const struct request *request)
{
    static const char *const level_ids[LEVEL_COUNT] = {
        [LEVEL_ACCOUNT] = "account_id,impressions,spend",
        [LEVEL_CAMPAIGN] = "account_id,campaign_id,impressions,spend",
        [LEVEL_ADSET] = "account_id,campaign_id,adset_id,impressions,spend",
        [LEVEL_AD] = "account_id,campaign_id,adset_id,ad_id,impressions,spend",
    };
    struct field *fields = NULL;
    const char *bad = "", *text = request_param(request, "fields");
    const char *summary = request_param(request, "summary");
    if (text == NULL || text[0] == '\0') {
        text = level_ids[query->world.level];
    }
    if (!fields_parse(request->arena, text, &fields, &bad)) {
        return refuse(query->call, "Syntax error in the fields parameter");
    }
    if (summary != NULL && strstr(summary, "total_count") == NULL && summary[0] != 't' &&
        summary[0] != 'f') {
        errors_reply(query->call->reply, GRAPH_SUMMARY_RACE, summary);
        return false;
    }
    query->plan = plan_build(query->call, &node_insights, fields);
    return query->plan != NULL;
}

bool insights_parse(struct insights_query *query, struct call *call, const struct request *request,
                    const struct insight_target *target, int64_t data_ms)
{
    bool reach_granted = query->reach_granted;
    *query =
        (struct insights_query){.call = call, .data_ms = data_ms, .reach_granted = reach_granted};
    query->world.account = target->account;
    query->world.scoped = target->has_ref;
    query->world.scope = target->ref;
    query->world.keep_row = insights_keep_row;
    query->world.keep_ad = insights_keep_ad;
    query->world.ctx = query;
    sim_lock(call->sim);
    int32_t today = world_today(call->sim->world, target->account, call->now_ms);
    sim_unlock(call->sim);
    if (!read_level(query, request, target) || !read_dates(query, request, today) ||
        !breakdowns_read(query, request) || !read_action_breakdowns(query, request) ||
        !read_windows(query, request) || !read_sort(query, request) ||
        !read_filters(query, request) || !read_fields(query, request) ||
        !breakdowns_check_age(query, today)) {
        return false;
    }
    query->world.since = query->since[0];
    query->world.until = query->until[0];
    query->has_dropped = faults_match(call->sim->faults, FAULT_DROP_ROW, &call->fault, call->now_ms,
                                      &query->dropped) &&
                         (query->dropped.entity[0] != '\0' || query->dropped.day[0] != '\0');
    return true;
}

static double insights_days(const struct insights_query *query)
{
    double days = 0.0;
    for (size_t i = 0; i < query->range_count; i++) {
        days += query->until[i] - query->since[i] + 1;
    }
    return days;
}

double insights_estimate(const struct insights_query *query)
{
    struct sim *sim = query->call->sim;
    double ads = (double)sim_active_ads(sim, (int)query->world.account, query->call->now_ms);
    double share[LEVEL_COUNT] = {
        [LEVEL_ACCOUNT] = 0.0, [LEVEL_CAMPAIGN] = 0.2, [LEVEL_ADSET] = 0.5, [LEVEL_AD] = 1.0};
    double periods = query->world.increment > 0
                         ? insights_days(query) / (double)query->world.increment
                         : (double)query->range_count;
    return (ads * share[query->world.level] + 1.0) * periods * breakdowns_cells(query);
}

double insights_weight(const struct insights_query *query)
{
    double weight = 1.0;
    weight *= query->breakdown_count > 0 ? 3.0 : 1.0;
    weight *= query->world.increment == 1 ? 5.0 : 1.0;
    weight *= insights_days(query) >= 90.0 ? 2.0 : 1.0;
    weight *= query->action_breakdown_count > 0 ? 4.0 : 1.0;
    return weight;
}

double insights_cpu_ms(const struct insights_query *query, double rows)
{
    double by = 1.0 + 2.0 * (double)query->breakdown_count + (query->by_device ? 1.0 : 0.0) +
                (double)query->action_breakdown_count;
    return 12.0 + 0.05 * insights_days(query) +
           0.01 * rows * (double)(query->plan->weight + 2) * by;
}
