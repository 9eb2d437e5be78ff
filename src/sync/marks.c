#include "sync/marks.h"

#include <string.h>

#include "base/tz.h"
#include "store/cursors.h"
#include "store/entities.h"
#include "store/insights.h"

enum { DAYS_MAX = 128, RECENT_DAYS = 8 };

static bool load_listings(struct store *store, const char *account_id, struct plan_marks *out,
                          struct err *err)
{
    int64_t counts[ENTITY_KIND_COUNT];
    if (!store_entities_count(store, account_id, counts, &out->active_ads, err)) {
        return false;
    }
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        struct store_cursor cursor;
        struct err none = {0};
        out->listing[kind].entities = counts[kind];
        if (!store_cursor_get(store, account_id, entity_kind_edge((enum entity_kind)kind), &cursor,
                              &none)) {
            if (none.code != ERR_NONE) {
                return err_set(err, none.code, "%s", none.message);
            }
            continue;
        }
        out->listing[kind].server_ms = cursor.watermark;
        out->listing[kind].key = cursor.filter_hash;
    }
    return true;
}

/* A window was read completely when the oldest of its days was: no day of it is older. */
static int64_t oldest(const struct store_day *days, int32_t first, int32_t last, int32_t base)
{
    int64_t at = INT64_MAX;
    for (int32_t day = first; day <= last; day++) {
        int64_t fetched = day < base ? 0 : days[day - base].fetched_at;
        at = fetched < at ? fetched : at;
    }
    return at == INT64_MAX ? 0 : at;
}

/* One configured level: its windows, as far as they are older than those before; rows of the level
 * that has most. Wide windows are as old as their complete days: today has never been read when it
 * begins, and every run reads it. */
static void take_days(const struct store_day *days, int32_t count, int32_t today,
                      const struct plan_policy *policy, struct plan_marks *out)
{
    int32_t base = today - count + 1;
    for (int window = 0; window < PLAN_WINDOW_COUNT; window++) {
        int32_t first = 0, last = 0;
        plan_window_days(policy, (enum plan_window)window, today, &first, &last);
        int64_t at = oldest(days, first, window == WINDOW_OPEN ? last : last - 1, base);
        out->window_at[window] = at < out->window_at[window] ? at : out->window_at[window];
    }
    for (int32_t i = count > RECENT_DAYS ? count - RECENT_DAYS : 0; i < count; i++) {
        out->rows_per_day = days[i].rows > out->rows_per_day ? days[i].rows : out->rows_per_day;
        out->delivering = out->delivering || days[i].impressions > 0;
    }
}

bool marks_load(struct store *store, const struct account *account,
                const struct plan_policy *policy, const struct tz *tz, int64_t now_ms,
                struct plan_marks *out, struct err *err)
{
    struct store_day days[DAYS_MAX];
    int32_t count = policy->month_days + 1 < DAYS_MAX ? policy->month_days + 1 : DAYS_MAX;
    int32_t today = tz_day(tz, now_ms);
    memset(out, 0, sizeof *out);
    for (int window = 0; window < PLAN_WINDOW_COUNT; window++) {
        out->window_at[window] = INT64_MAX;
    }
    if (!load_listings(store, account->account_id, out, err)) {
        return false;
    }
    for (size_t i = 0; i < policy->level_count; i++) {
        struct store_listing listing = {.account_id = account->account_id,
                                        .level = policy->levels[i],
                                        .breakdowns = policy->breakdowns,
                                        .day_from = today - count + 1,
                                        .day_to = today};
        if (!store_insights_days(store, &listing, days, err)) {
            return false;
        }
        take_days(days, count, today, policy, out);
    }
    out->delivering = out->delivering || out->active_ads > 0;
    return true;
}
