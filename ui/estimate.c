#include "ui/estimate.h"

#include <string.h>

#include "store/read_runs.h"
#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/load.h"
#include "ui/widget/dialog.h"

enum { CHUNK = 8 * 1024, RUNS_LOOKED_AT = 20 };

bool estimate_of(const struct env *env, const char *account_id, struct estimate *out)
{
    struct arena *arena = arena_create(CHUNK);
    struct run_rows runs;
    struct run_query query = {.account_id = account_id,
                              .statuses = 1u << RUN_SUCCESS | 1u << RUN_PARTIAL,
                              .limit = RUNS_LOOKED_AT};
    const struct account_line *account = overview_account(env->overview, account_id);
    const struct overview *o = env->overview;
    *out = (struct estimate){
        .account_pct = -1, .app_pct = o->app.pct, .app_at = o->app.at, .budget_left = -1};
    bool ok = arena && read_runs(env->store, arena, env->at, &query, &runs, NULL);
    if (ok && runs.count) {
        out->calls = runs.rows[0].api_calls;
        out->cost = runs.rows[0].actual_cost;
        out->mode = runs.rows[0].mode;
        out->taken_at = runs.rows[0].started_at;
    }
    if (account) {
        out->account_pct = account->pct;
        out->account_at = account->pct_at;
    }
    if (o->budget_limit > 0) {
        out->budget_left = o->budget_limit - o->budget_used;
    }
    arena_destroy(arena);
    return ok;
}

void estimate_words(const struct estimate *e, const struct env *env, struct dialog *dialog)
{
    const struct overview *o = env->overview;
    if (!e->taken_at) {
        dialog_line(dialog, ROLE_TEXT, "it has never finished a run: its cost is unknown");
    } else {
        struct text at = format_time(e->taken_at, env->now, env->offset_s);
        dialog_line(dialog, ROLE_TEXT, "about %s calls, %s weighted (its last %s run, %s)",
                    format_count(e->calls).text, format_cost(e->cost).text, run_mode_name(e->mode),
                    at.text);
    }
    dialog_line(dialog, ROLE_TEXT, "account at %s (%s ago); app at %s, shared by %d accounts",
                format_pct(e->account_pct).text,
                e->account_pct < 0 ? "never" : format_age(env->now - e->account_at).text,
                format_pct(e->app_pct).text, o->accounts);
    if (e->budget_left >= 0) {
        bool tight = e->cost > e->budget_left;
        dialog_line(dialog, tight ? ROLE_ALARM : ROLE_TEXT, "budget left today: %s weighted%s",
                    format_cost(e->budget_left < 0 ? 0 : e->budget_left).text,
                    tight ? ", which is not enough" : "");
    }
}
