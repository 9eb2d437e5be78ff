/* What was known before a restart, and facts from elsewhere. */
#include "govern/governor_parts.h"

void governor_set_active_ads(struct governor *g, const char *account_id, int64_t active_ads)
{
    static const enum use_case cases[] = {USE_CASE_ADS_MANAGEMENT, USE_CASE_ADS_INSIGHTS};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scope *s = governor_scope_add(g, SCOPE_USE_CASE, account_id, cases[i]);
        if (s) {
            s->active_ads = active_ads;
        }
    }
}

void governor_restore_reading(struct governor *g, const struct usage_reading *reading)
{
    static const enum scope_kind kinds[USAGE_SOURCE_COUNT] = {
        [USAGE_APP] = SCOPE_APP,           [USAGE_ACCOUNT] = SCOPE_ACCOUNT,
        [USAGE_BUC] = SCOPE_USE_CASE,      [USAGE_INSIGHTS_APP] = SCOPE_APP_INSIGHTS,
        [USAGE_INSIGHTS] = SCOPE_USE_CASE,
    };
    enum scope_kind kind = kinds[reading->source];
    enum use_case use_case = reading->source == USAGE_BUC        ? reading->use_case
                             : reading->source == USAGE_INSIGHTS ? USE_CASE_ADS_INSIGHTS
                                                                 : USE_CASE_NONE;
    const char *account = scope_kind_is_accounts(kind) ? reading->scope_id : "";
    struct scope *s = governor_scope_add(g, kind, account, use_case);
    if (reading->access_tier != ACCESS_UNKNOWN) {
        g->tier = reading->access_tier;
    }
    for (int i = 0; s && i < s->slot_count; i++) {
        if (s->slots[i].source == reading->source) {
            scope_read(s, i, reading, false, g->tier, reading->at);
        }
    }
}

void governor_restore_call(struct governor *g, const struct gate_call *call, int64_t at_ms)
{
    struct scope *scopes[CALL_SCOPES];
    if (call->account_id[0]) {
        enum use_case use_case = governor_use_case(call, SCOPE_USE_CASE);
        governor_scope_add(g, SCOPE_ACCOUNT, call->account_id, USE_CASE_NONE);
        governor_scope_add(g, SCOPE_USE_CASE, call->account_id, use_case);
    }
    size_t count = governor_scopes_of(g, call, scopes);
    for (size_t i = 0; i < count; i++) {
        scope_count_call(scopes[i], gate_items(call), gate_units(call), g->tier, at_ms);
    }
}

void governor_restore_sent(struct governor *g, const struct gate_call *call, int64_t at_ms)
{
    struct scope *scopes[CALL_SCOPES];
    size_t n = governor_scopes_add(g, call) ? governor_scopes_of(g, call, scopes) : 0;
    for (size_t i = 0; i < n; i++) {
        scope_start(scopes[i], call, at_ms);
    }
}

void governor_restore_answer(struct governor *g, const struct gate_call *call,
                             const struct gate_outcome *outcome, int64_t at_ms)
{
    struct scope *scopes[CALL_SCOPES];
    size_t n = governor_scopes_of(g, call, scopes);
    governor_learn(g, scopes, n, call, outcome, at_ms);
}

void governor_restore_block(struct governor *g, enum scope_kind kind, const char *account_id,
                            enum use_case use_case, int64_t since_ms, int64_t until_ms)
{
    const char *account = scope_kind_is_accounts(kind) && account_id ? account_id : "";
    struct scope *s = governor_scope_add(g, kind, account, use_case);
    if (s && until_ms > since_ms) {
        struct api_error none = {.wait_ms = until_ms - since_ms};
        scope_throttled(s, &none, 0, false, g->tier, since_ms);
    }
}
