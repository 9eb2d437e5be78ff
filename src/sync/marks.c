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

bool marks_load(struct store *store, const struct account *account,
                const struct plan_policy *policy, const struct tz *tz, int64_t now_ms,
                struct plan_marks *out, struct err *err)
{
    struct store_day days[DAYS_MAX];
    int32_t count = policy->month_days + 1 < DAYS_MAX ? policy->month_days + 1 : DAYS_MAX;
    int32_t today = tz_day(tz, now_ms);
    struct store_listing listing = {.account_id = account->account_id,
                                    .level = LEVEL_AD,
                                    .breakdowns = "",
                                    .day_from = today - count + 1,
                                    .day_to = today};
    memset(out, 0, sizeof *out);
    if (!load_listings(store, account->account_id, out, err) ||
        !store_insights_days(store, &listing, days, err)) {
        return false;
    }
    for (int window = 0; window < PLAN_WINDOW_COUNT; window++) {
        int32_t first = 0, last = 0;
        plan_window_days(policy, (enum plan_window)window, today, &first, &last);
        out->window_at[window] = oldest(days, first, last, listing.day_from);
    }
    for (int32_t i = count > RECENT_DAYS ? count - RECENT_DAYS : 0; i < count; i++) {
        out->rows_per_day = days[i].rows > out->rows_per_day ? days[i].rows : out->rows_per_day;
        out->delivering = out->delivering || days[i].impressions > 0;
    }
    out->delivering = out->delivering || out->active_ads > 0;
    return true;
}
