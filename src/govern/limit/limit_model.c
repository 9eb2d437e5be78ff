#include "govern/limit/limit_model.h"

#include <math.h>
#include <stdbool.h>

/* Source: Marketing API rate limiting, reference 2.1. block_s where nothing is published (app,
 * insights load, token, use cases) is ours; reference 3.2 gives "1-2 min growing" for 4/1504022. */
static const struct limit_row rows[] = {
    {SCOPE_APP,          USE_CASE_NONE,           ACCESS_DEVELOPMENT, 0,      0,   3600, 300},
    {SCOPE_APP,          USE_CASE_NONE,           ACCESS_STANDARD,    0,      0,   3600, 300},
    {SCOPE_APP_INSIGHTS, USE_CASE_NONE,           ACCESS_DEVELOPMENT, 0,      0,   300,  60 },
    {SCOPE_APP_INSIGHTS, USE_CASE_NONE,           ACCESS_STANDARD,    0,      0,   300,  60 },
    {SCOPE_TOKEN,        USE_CASE_NONE,           ACCESS_DEVELOPMENT, 0,      0,   3600, 300},
    {SCOPE_TOKEN,        USE_CASE_NONE,           ACCESS_STANDARD,    0,      0,   3600, 300},
    {SCOPE_ACCOUNT,      USE_CASE_NONE,           ACCESS_DEVELOPMENT, 60,     0,   300,  300},
    {SCOPE_ACCOUNT,      USE_CASE_NONE,           ACCESS_STANDARD,    9000,   0,   300,  60 },
    {SCOPE_USE_CASE,     USE_CASE_ADS_MANAGEMENT, ACCESS_DEVELOPMENT, 300,    40,  3600, 300},
    {SCOPE_USE_CASE,     USE_CASE_ADS_MANAGEMENT, ACCESS_STANDARD,    100000, 40,  3600, 300},
    {SCOPE_USE_CASE,     USE_CASE_ADS_INSIGHTS,   ACCESS_DEVELOPMENT, 600,    400, 3600, 300},
    {SCOPE_USE_CASE,     USE_CASE_ADS_INSIGHTS,   ACCESS_STANDARD,    190000, 400, 3600, 300},
};

const struct limit_row *limit_row(enum scope_kind kind, enum use_case use_case,
                                  enum access_tier tier)
{
    enum access_tier as = tier == ACCESS_STANDARD ? ACCESS_STANDARD : ACCESS_DEVELOPMENT;
    enum use_case of = kind == SCOPE_USE_CASE ? use_case : USE_CASE_NONE;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].kind == kind && rows[i].use_case == of && rows[i].tier == as) {
            return &rows[i];
        }
    }
    return &rows[0];
}

double limit_max(const struct limit_row *row, int64_t active_ads)
{
    return row->max + row->per_active_ad * (double)(active_ads > 0 ? active_ads : 0);
}

double score_model_points(const struct score_model *m, int64_t period_s, int64_t now_ms)
{
    int64_t dt = now_ms > m->at_ms ? now_ms - m->at_ms : 0;
    return m->points * exp(-(double)dt / 1000.0 / (double)period_s);
}

void score_model_add(struct score_model *m, double points, int64_t period_s, int64_t now_ms)
{
    m->points = score_model_points(m, period_s, now_ms) + points;
    m->at_ms = now_ms;
}

static int64_t minute_of(int64_t ms)
{
    return ms / 60000;
}

static size_t bucket(struct window_model *m, int64_t now_ms)
{
    int64_t minute = minute_of(now_ms);
    size_t i = (size_t)(minute % WINDOW_MODEL_BUCKETS);
    if (m->minute[i] != minute) {
        m->minute[i] = minute;
        m->items[i] = 0;
        m->units[i] = 0;
        m->rise[i] = 0;
    }
    return i;
}

void window_model_add(struct window_model *m, double items, double units, int64_t now_ms)
{
    size_t i = bucket(m, now_ms);
    m->items[i] += (float)items;
    m->units[i] += (float)units;
}

void window_model_rose(struct window_model *m, double pct, int64_t now_ms)
{
    m->rise[bucket(m, now_ms)] += (float)pct;
}

struct window_sum window_model_sum(const struct window_model *m, int64_t since_ms, int64_t now_ms)
{
    int64_t oldest = minute_of(now_ms) - 60;
    int64_t newest = minute_of(since_ms);
    struct window_sum sum = {0};
    for (size_t i = 0; i < WINDOW_MODEL_BUCKETS; i++) {
        if (m->minute[i] > 0 && m->minute[i] >= oldest && m->minute[i] <= newest) {
            sum.items += (double)m->items[i];
            sum.units += (double)m->units[i];
            sum.rise += (double)m->rise[i];
            bool bare = m->rise[i] <= 0;
            sum.bare_items += bare ? (double)m->items[i] : 0;
            sum.bare_units += bare ? (double)m->units[i] : 0;
        }
    }
    return sum;
}
