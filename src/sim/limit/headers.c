#include "sim/limit/headers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static bool styled(const struct usage_ask *ask, const char *header)
{
    return ask->style.only == NULL || ask->style.only[0] == '\0' ||
           strcmp(ask->style.only, header) == 0;
}

/* Whole percents are cut, not rounded: 99.9 is not yet 100. */
static void add_whole(struct str *out, const char *key, double pct, bool strings)
{
    str_addf(out, strings ? "\"%s\":\"%lld\"" : "\"%s\":%lld", key, (long long)floor(pct));
}

static void add_fraction(struct str *out, const char *key, double pct, bool strings)
{
    char text[32];
    snprintf(text, sizeof text, "%.2f", pct);
    size_t n = strlen(text);
    while (n > 1 && text[n - 1] == '0') {
        text[--n] = '\0';
    }
    if (text[n - 1] == '.') {
        text[n - 1] = '\0';
    }
    str_addf(out, strings ? "\"%s\":\"%s\"" : "\"%s\":%s", key, text);
}

static void emit(struct reply *reply, const struct usage_ask *ask, const char *header,
                 const struct str *value)
{
    bool special = styled(ask, header);
    if (special && ask->style.absent) {
        return;
    }
    const char *text = special && ask->style.garbage != NULL ? ask->style.garbage : str_text(value);
    reply_header(reply, header, "%s", text);
}

static double shown(const struct usage_ask *ask, const char *header, double pct)
{
    return ask->style.pct >= 0.0 && styled(ask, header) ? ask->style.pct : pct;
}

static bool strings(const struct usage_ask *ask, const char *header)
{
    return ask->style.strings && styled(ask, header);
}

static void add_three(struct str *out, const struct usage_ask *ask, const char *header,
                      const struct window_use *use)
{
    bool as_text = strings(ask, header);
    add_whole(out, "call_count", shown(ask, header, use->calls_pct), as_text);
    str_addc(out, ',');
    add_whole(out, "total_cputime", shown(ask, header, use->cpu_pct), as_text);
    str_addc(out, ',');
    add_whole(out, "total_time", shown(ask, header, use->wall_pct), as_text);
}

static void app_header(struct reply *reply, const struct meter_view *view,
                       const struct usage_ask *ask, struct str *out)
{
    static const char header[] = "x-app-usage";
    struct window_use use = window_use(&view->app, &view->rates.app, ask->now_ms);
    if (shown(ask, header, use.worst_pct) < HEADERS_LEAST_PCT) {
        return;
    }
    str_addc(out, '{');
    add_three(out, ask, header, &use);
    str_addc(out, '}');
    emit(reply, ask, header, out);
}

static void account_header(struct reply *reply, const struct meter_view *view,
                           const struct usage_ask *ask, struct str *out)
{
    static const char header[] = "x-ad-account-usage";
    const struct score *score = &view->account.score;
    const struct score_limit *limit = &view->rates.score;
    double pct = shown(ask, header, score_pct(score, limit, ask->now_ms));
    if (pct < HEADERS_LEAST_PCT && ask->now_ms >= score->blocked_until_ms) {
        return;
    }
    bool as_text = strings(ask, header);
    str_addc(out, '{');
    add_fraction(out, "acc_id_util_pct", pct, as_text);
    str_addc(out, ',');
    add_whole(out, "reset_time_duration", (double)score_reset_s(score, limit, ask->now_ms),
              as_text);
    str_addf(out, ",\"ads_api_access_tier\":\"%s\"}", access_tier_name(view->tier));
    emit(reply, ask, header, out);
}

static bool use_case_entry(struct str *out, const struct meter_view *view,
                           const struct usage_ask *ask, enum use_case use_case, bool first)
{
    static const char header[] = "x-business-use-case-usage";
    const struct window *window =
        use_case == USE_CASE_ADS_INSIGHTS ? &view->account.insights : &view->account.management;
    struct window_limit quota =
        meter_quota(&view->rates, use_case, view->account.active_ads, view->account.user_errors);
    struct window_use use = window_use(window, &quota, ask->now_ms);
    int64_t regain = window_regain_min(window, ask->now_ms);
    if (shown(ask, header, use.worst_pct) < HEADERS_LEAST_PCT && regain == 0) {
        return false;
    }
    str_addf(out, "%s{\"type\":\"%s\",", first ? "" : ",", use_case_name(use_case));
    add_three(out, ask, header, &use);
    str_addc(out, ',');
    add_whole(out, "estimated_time_to_regain_access", (double)regain, strings(ask, header));
    str_addf(out, ",\"ads_api_access_tier\":\"%s\"}", access_tier_name(view->tier));
    return true;
}

/* Keyed by the account's number; entries of both use cases when both are used. */
static void use_case_header(struct reply *reply, const struct meter_view *view,
                            const struct usage_ask *ask, struct str *out)
{
    static const char header[] = "x-business-use-case-usage";
    enum use_case other =
        ask->use_case == USE_CASE_ADS_INSIGHTS ? USE_CASE_ADS_MANAGEMENT : USE_CASE_ADS_INSIGHTS;
    struct str list;
    str_init(&list, 2048);
    bool any = use_case_entry(&list, view, ask, ask->use_case, true);
    any = use_case_entry(&list, view, ask, other, !any) || any;
    if (any) {
        str_addf(out, "{\"%s\":[%s]", ask->account, str_text(&list));
        if (ask->style.twice && styled(ask, header)) {
            str_addf(out, ",\"%s\":[%s]", ask->account, str_text(&list));
            str_addf(out, ",\"10153848260347724\":[{\"type\":\"pages\",\"call_count\":97,"
                          "\"total_cputime\":23,\"total_time\":23,"
                          "\"estimated_time_to_regain_access\":0}]");
        }
        str_addc(out, '}');
        emit(reply, ask, header, out);
    }
    str_fini(&list);
}

static void insights_header(struct reply *reply, const struct meter_view *view,
                            const struct usage_ask *ask, const char *header, const double pct[2],
                            struct str *out)
{
    bool as_text = strings(ask, header);
    str_addc(out, '{');
    add_fraction(out, "app_id_util_pct", shown(ask, header, pct[0]), as_text);
    str_addc(out, ',');
    add_fraction(out, "acc_id_util_pct", shown(ask, header, pct[1]), as_text);
    str_addf(out, ",\"ads_api_access_tier\":\"%s\"}", access_tier_name(view->tier));
    emit(reply, ask, header, out);
}

void headers_add(struct reply *reply, const struct meter_view *view, const struct usage_ask *ask)
{
    struct str out;
    str_init(&out, 4000);
    app_header(reply, view, ask, &out);
    if (ask->account != NULL && ask->use_case != USE_CASE_NONE) {
        str_reset(&out);
        account_header(reply, view, ask, &out);
        str_reset(&out);
        use_case_header(reply, view, ask, &out);
    }
    if (ask->account != NULL && ask->use_case == USE_CASE_ADS_INSIGHTS) {
        str_reset(&out);
        const double load[] = {
            load_pct(&view->app_load, &view->rates.app_load, ask->now_ms),
            load_pct(&view->account.load, &view->rates.account_load, ask->now_ms),
        };
        insights_header(reply, view, ask, "x-fb-ads-insights-throttle", load, &out);
    }
    if (ask->reach_pct >= 0.0 && ask->account != NULL) {
        str_reset(&out);
        const double reach[] = {0.0, ask->reach_pct};
        insights_header(reply, view, ask, "x-fb-ads-insights-reach-throttle", reach, &out);
    }
    str_fini(&out);
}
