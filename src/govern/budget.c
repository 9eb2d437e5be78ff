#include "govern/budget.h"

#include <stdio.h>

static const int64_t day_ms = 86400000;

struct budget_day budget_day(int64_t now_ms, int64_t day_starts_ms)
{
    int64_t shifted = now_ms - day_starts_ms;
    int64_t day = shifted / day_ms - (shifted % day_ms < 0);
    int64_t starts = day * day_ms + day_starts_ms;
    return (struct budget_day){
        .day = (int32_t)day, .starts_ms = starts, .ends_ms = starts + day_ms};
}

static double positive(double value)
{
    return value > 0 ? value : 0;
}

/* Of the whole, what is not kept: of their share the part that operators have not spent yet. */
static double limit_for(double whole, double operators, const struct budget_policy *policy,
                        enum budget_who who)
{
    double share = whole * policy->operator_reserve_pct / 100;
    return who == BUDGET_SCHEDULE ? whole - positive(share - operators) : whole;
}

void budget_decide(const struct budget_policy *policy, const struct budget_state *state,
                   enum budget_who who, double cost, int64_t now_ms, struct budget_verdict *out)
{
    double limit_all = limit_for(policy->daily, state->operators_all, policy, who);
    double limit_account = limit_for(policy->per_account, state->operators_account, policy, who);
    double used_all = state->spent_all + state->reserved_all;
    double used_account = state->spent_account + state->reserved_account;
    double left_all = positive(limit_all - used_all);
    double left_account = positive(limit_account - used_account);

    *out = (struct budget_verdict){.by_account = left_account < left_all};
    out->limit = out->by_account ? limit_account : limit_all;
    out->used = out->by_account ? used_account : used_all;
    out->left = out->by_account ? left_account : left_all;
    bool within = cost <= out->left;
    out->fits = within || who == BUDGET_OVERRIDE;
    double day_all = limit_for(policy->daily, 0, policy, who);
    double day_account = limit_for(policy->per_account, 0, policy, who);
    out->never = cost > (day_all < day_account ? day_all : day_account);
    if (!out->fits) {
        out->until_ms = budget_day(now_ms, policy->day_starts_ms).ends_ms;
    }
    snprintf(out->detail, sizeof out->detail,
             "{\"scope\":\"%s\",\"cost\":%.1f,\"used\":%.1f,\"limit\":%.1f,\"left\":%.1f,"
             "\"operator_reserve_pct\":%.0f,\"override\":%s,\"never_fits\":%s}",
             out->by_account ? "account" : "all", cost, out->used, out->limit, out->left,
             policy->operator_reserve_pct, who == BUDGET_OVERRIDE && !within ? "true" : "false",
             out->never ? "true" : "false");
}

double budget_recent(const double hours[24], int64_t day_starts_ms, int64_t now_ms,
                     int64_t *recent_ms)
{
    static const int64_t hour_ms = 3600000;
    int64_t passed = now_ms > day_starts_ms ? now_ms - day_starts_ms : 0;
    int64_t hour = passed / hour_ms < 23 ? passed / hour_ms : 23;
    double recent = hours[hour];
    *recent_ms = passed - hour * hour_ms;
    if (hour > 0 && *recent_ms < hour_ms / 2) {
        recent += hours[hour - 1];
        *recent_ms += hour_ms;
    }
    return recent;
}

struct budget_projection budget_project(double limit, double spent, double recent,
                                        int64_t recent_ms, int64_t now_ms, int64_t day_ends_ms)
{
    double per_ms = recent_ms > 0 ? recent / (double)recent_ms : 0;
    double remaining_ms = positive((double)(day_ends_ms - now_ms));
    struct budget_projection out = {
        .pct = limit > 0 ? 100 * spent / limit : 0,
        .rate_per_h = per_ms * 3600e3,
        .at_end = spent + per_ms * remaining_ms,
    };
    if (spent >= limit) {
        out.ends_at_ms = now_ms;
    } else if (per_ms > 0 && (limit - spent) / per_ms <= remaining_ms) {
        out.ends_at_ms = now_ms + (int64_t)((limit - spent) / per_ms);
    }
    return out;
}
