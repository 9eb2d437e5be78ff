#include "sim/api/breakdowns.h"

#include <string.h>

#include "sim/api/calendar.h"
#include "sim/api/errors.h"

enum { FREQUENCY_MONTHS = 6 };

#define BY(dimension) WORLD_BY(WORLD_##dimension)
#define HOURLY (BY(HOUR) | BY(AUDIENCE_HOUR))

/* The permutations that Meta lists; some only exist together with others. */
static const unsigned permutations[] = {
    BY(AGE),
    BY(GENDER),
    BY(AGE) | BY(GENDER),
    BY(COUNTRY),
    BY(REGION),
    BY(PLATFORM),
    BY(PLATFORM) | BY(IMPRESSION_DEVICE),
    BY(PLATFORM) | BY(POSITION),
    BY(PLATFORM) | BY(POSITION) | BY(IMPRESSION_DEVICE),
    BY(DEVICE),
    BY(PLATFORM) | BY(DEVICE),
    BY(PLATFORM) | BY(POSITION) | BY(DEVICE),
    BY(PRODUCT),
    BY(HOUR),
    BY(AUDIENCE_HOUR),
    BY(FREQUENCY),
    BY(MARKET),
};

static bool refuse_name(struct call *call, size_t at)
{
    struct str text;
    str_init(&text, 4096);
    str_addf(&text, "breakdowns[%zu] must be one of the following values: ", at);
    for (int i = 0; i < WORLD_DIMENSION_COUNT; i++) {
        str_addf(&text, "%s%s", i > 0 ? ", " : "", world_dimension_key((enum world_dimension)i));
    }
    errors_reply(call->reply, GRAPH_BAD_PARAM, str_text(&text));
    str_fini(&text);
    return false;
}

bool breakdowns_read(struct insights_query *query, const struct request *request)
{
    const char **names, *text = request_param(request, "breakdowns");
    size_t count;
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    if (!filter_parse_list(request->arena, text, &names, &count)) {
        errors_reply(query->call->reply, GRAPH_BAD_PARAM, "breakdowns must be an array");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned bit = 0;
        for (int k = 0; k < WORLD_DIMENSION_COUNT; k++) {
            bool same = strcmp(world_dimension_key((enum world_dimension)k), names[i]) == 0;
            bit |= same ? WORLD_BY(k) : 0;
        }
        if (bit == 0) {
            return refuse_name(query->call, i);
        }
        query->breakdown_count += (query->world.breakdowns & bit) == 0 ? 1 : 0;
        query->world.breakdowns |= bit;
    }
    bool listed = query->world.breakdowns == 0;
    for (size_t i = 0; i < sizeof permutations / sizeof permutations[0]; i++) {
        listed = listed || permutations[i] == query->world.breakdowns;
    }
    if (!listed) {
        errors_reply(query->call->reply, GRAPH_BAD_BREAKDOWN);
    }
    return listed;
}

static bool asks_for(const struct insights_query *query, const char *const *names, size_t count)
{
    for (size_t i = 0; i < query->plan->count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (strcmp(query->plan->items[i].key, names[k]) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool breakdowns_check_age(struct insights_query *query, int32_t today)
{
    static const char *const reach[] = {"reach", "frequency", "cpp"};
    static const char *const unique[] = {"unique_clicks", "unique_ctr", "cost_per_unique_click"};
    unsigned breakdowns = query->world.breakdowns;
    int32_t wall = calendar_months_before(today, REACH_MONTHS);
    int32_t frequency_wall = calendar_months_before(today, FREQUENCY_MONTHS);
    bool old = false, older_than_frequency = false;
    for (size_t i = 0; i < query->range_count; i++) {
        old = old || query->since[i] < wall;
        older_than_frequency = older_than_frequency || query->since[i] < frequency_wall;
    }
    if (breakdowns == 0) {
        return true;
    }
    if (old && asks_for(query, unique, sizeof unique / sizeof unique[0])) {
        errors_reply(query->call->reply, GRAPH_BAD_PARAM,
                     "breakdowns for unique-count fields are only available for the last 13 "
                     "months");
        return false;
    }
    /* Too far back: no rows, and no error either. */
    if ((old && (breakdowns & HOURLY) != 0) ||
        (older_than_frequency && (breakdowns & BY(FREQUENCY)) != 0)) {
        query->beyond = true;
    }
    query->reach_old = old && asks_for(query, reach, sizeof reach / sizeof reach[0]);
    query->reach_hidden = query->reach_old && !query->reach_granted;
    query->call->reach_old = query->reach_old;
    query->hourly = (breakdowns & HOURLY) != 0;
    query->on_meta_only = (breakdowns & (HOURLY | BY(REGION))) != 0;
    return true;
}

double breakdowns_cells(const struct insights_query *query)
{
    static const double cells[WORLD_DIMENSION_COUNT] = {
        [WORLD_AGE] = 6.0,
        [WORLD_GENDER] = 2.5,
        [WORLD_COUNTRY] = 5.0,
        [WORLD_PLATFORM] = 3.0,
        [WORLD_REGION] = 6.0,
        [WORLD_POSITION] = 4.0,
        [WORLD_DEVICE] = 3.0,
        [WORLD_IMPRESSION_DEVICE] = 3.0,
        [WORLD_PRODUCT] = 4.0,
        [WORLD_HOUR] = 20.0,
        [WORLD_AUDIENCE_HOUR] = 20.0,
        [WORLD_FREQUENCY] = 7.0,
        [WORLD_MARKET] = 4.0,
    };
    double product = 1.0;
    for (int i = 0; i < WORLD_DIMENSION_COUNT; i++) {
        product *= (query->world.breakdowns & WORLD_BY(i)) != 0 ? cells[i] : 1.0;
    }
    return product;
}
