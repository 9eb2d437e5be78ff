/* What is shown of the governor. */
#include "govern/governor_parts.h"

enum access_tier governor_tier(const struct governor *g)
{
    return g->tier;
}

size_t governor_scope_count(const struct governor *g)
{
    return g->count;
}

bool governor_scope_view(const struct governor *g, size_t index, int64_t now_ms,
                         struct scope_view *out)
{
    if (index >= g->count) {
        return false;
    }
    struct scope_lines lines = governor_lines(g, g->scopes[index]);
    scope_view_fill(g->scopes[index], &lines, now_ms, out);
    out->tier_assumed = out->tier_assumed && (g->tier == ACCESS_UNKNOWN || g->tier_inferred);
    return true;
}

bool governor_scope_find(const struct governor *g, enum scope_kind kind, const char *account_id,
                         enum use_case use_case, int64_t now_ms, struct scope_view *out)
{
    bool found;
    size_t i = governor_scope_place(g, kind, account_id ? account_id : "", use_case, &found);
    return found && governor_scope_view(g, i, now_ms, out);
}

void governor_error_rate(const struct governor *g, struct error_rate_view *out)
{
    *out = (struct error_rate_view){
        .calls = g->errors.count,
        .errors = g->errors.errors,
        .pct = error_rate_pct(&g->errors),
        .limit = g->config.error_rate_pct,
        .wait_ms =
            error_rate_spacing_ms(&g->errors, g->config.error_rate_pct, g->config.error_slow_pct),
    };
}

int governor_in_flight(const struct governor *g)
{
    return g->in_flight;
}
