#include <stdlib.h>

#include "sim/control/control.h"
#include "json/write.h"

struct limits_ask {
    int64_t now_ms;
    bool falls; /* also how the hourly ones will fall */
};

static void member(struct jw *w, const char *key, double value)
{
    jw_key(w, key);
    jw_double(w, value);
}

/* 0 when it is not blocked now. */
static void write_block(struct jw *w, int64_t until_ms, int64_t now_ms)
{
    jw_key(w, "blocked_until_ms");
    jw_i64(w, until_ms > now_ms ? until_ms : 0);
}

/* The percentage at the start of each minute to come while nothing more is sent. */
static void write_falls(struct jw *w, const struct window *window, const struct window_limit *limit,
                        int64_t now_ms)
{
    static const int64_t minute_ms = 60000;
    jw_key(w, "falls");
    jw_array_begin(w);
    for (int64_t i = 1; i <= WINDOW_MINUTES; i++) {
        int64_t at_ms = (now_ms / minute_ms + i) * minute_ms;
        jw_double(w, window_use(window, limit, at_ms).worst_pct);
    }
    jw_array_end(w);
}

static void write_window(struct jw *w, const struct window *window,
                         const struct window_limit *limit, const struct limits_ask *ask)
{
    int64_t now_ms = ask->now_ms;
    struct window_use use = window_use(window, limit, now_ms);
    jw_object_begin(w);
    member(w, "calls", use.calls);
    member(w, "quota", limit->calls);
    member(w, "call_count", use.calls_pct);
    member(w, "total_cputime", use.cpu_pct);
    member(w, "total_time", use.wall_pct);
    member(w, "pct", use.worst_pct);
    write_block(w, window->blocked_until_ms, now_ms);
    if (ask->falls) {
        write_falls(w, window, limit, now_ms);
    }
    jw_object_end(w);
}

static void write_load(struct jw *w, const struct load *load, const struct load_limit *limit,
                       int64_t now_ms)
{
    jw_object_begin(w);
    member(w, "capacity_ms", limit->capacity_ms);
    member(w, "drain_s", limit->drain_s);
    member(w, "pct", load_pct(load, limit, now_ms));
    write_block(w, load->blocked_until_ms, now_ms);
    jw_object_end(w);
}

static void write_account(struct sim *sim, uint32_t index, const struct meter_view *view,
                          const struct limits_ask *ask, struct jw *w)
{
    int64_t now_ms = ask->now_ms;
    const struct meter_account *account = &view->account;
    const struct score_limit *score = &view->rates.score;
    struct window_limit management = meter_quota(&view->rates, USE_CASE_ADS_MANAGEMENT,
                                                 account->active_ads, account->user_errors);
    struct window_limit insights =
        meter_quota(&view->rates, USE_CASE_ADS_INSIGHTS, account->active_ads, account->user_errors);
    jw_object_begin(w);
    jw_key(w, "account_id");
    jw_text(w, sim->accounts[index].account_id);
    jw_key(w, "active_ads");
    jw_i64(w, account->active_ads);
    jw_key(w, "score");
    jw_object_begin(w);
    member(w, "points", score_points(&account->score, score, now_ms));
    member(w, "max", score->max);
    member(w, "decay_s", score->decay_s);
    member(w, "pct", score_pct(&account->score, score, now_ms));
    write_block(w, account->score.blocked_until_ms, now_ms);
    jw_object_end(w);
    jw_key(w, "ads_management");
    write_window(w, &account->management, &management, ask);
    jw_key(w, "ads_insights");
    write_window(w, &account->insights, &insights, ask);
    jw_key(w, "insights_load");
    write_load(w, &account->load, &view->rates.account_load, now_ms);
    jw_object_end(w);
}

void limits_write(struct sim *sim, bool falls, struct jw *w)
{
    struct meter_view *view = malloc(sizeof *view);
    int64_t now_ms = sim_now(sim);
    struct limits_ask ask = {.now_ms = now_ms, .falls = falls};
    if (view == NULL) {
        jw_null(w);
        return;
    }
    meter_view(sim->meter, -1, view);
    jw_object_begin(w);
    jw_key(w, "now_ms");
    jw_i64(w, now_ms);
    jw_key(w, "access_tier");
    jw_text(w, access_tier_name(view->tier));
    jw_key(w, "app");
    write_window(w, &view->app, &view->rates.app, &ask);
    jw_key(w, "app_insights");
    write_load(w, &view->app_load, &view->rates.app_load, now_ms);
    jw_key(w, "accounts");
    jw_array_begin(w);
    for (uint32_t i = 0; i < sim->account_count; i++) {
        meter_view(sim->meter, (int)i, view);
        write_account(sim, i, view, &ask, w);
    }
    jw_array_end(w);
    jw_object_end(w);
    free(view);
}
