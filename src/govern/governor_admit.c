/* Before a call: may it go, and what is reserved for it. */
#include <stdio.h>
#include <string.h>

#include "govern/governor_parts.h"

bool governor_scopes_add(struct governor *g, const struct gate_call *call)
{
    return call->account_id[0] == '\0' ||
           (governor_scope_add(g, SCOPE_ACCOUNT, call->account_id, USE_CASE_NONE) &&
            governor_scope_add(g, SCOPE_USE_CASE, call->account_id,
                               governor_use_case(call, SCOPE_USE_CASE)));
}

static bool refused(enum hold_reason reason, enum scope_kind scope, const char *scope_id,
                    int64_t until_ms, struct gate_verdict *out)
{
    *out = (struct gate_verdict){.reason = reason, .scope = scope, .until_ms = until_ms};
    snprintf(out->scope_id, sizeof out->scope_id, "%s", scope_id);
    return false;
}

static bool pass_people(const struct governor *g, const struct gate_call *call,
                        struct gate_verdict *out)
{
    bool tries_token = call->critical && call->call_class == CALL_TOKEN;
    if (g->token_invalid && !tries_token) {
        refused(HOLD_TOKEN_INVALID, SCOPE_TOKEN, "token", 0, out);
        snprintf(out->detail, sizeof out->detail,
                 "{\"rule\":\"token_invalid\",\"code\":%d,\"subcode\":%d}", g->token_code,
                 g->token_subcode);
        return false;
    }
    const struct account_access *a = governor_access(g, call->account_id);
    if (a && a->no_access && !call->critical) {
        refused(HOLD_NO_ACCESS, SCOPE_ACCOUNT, call->account_id, 0, out);
        snprintf(out->detail, sizeof out->detail, "{\"rule\":\"no_access\",\"code\":%d}", a->code);
        return false;
    }
    return true;
}

static bool pass_error_rate(const struct governor *g, int64_t now_ms, struct gate_verdict *out)
{
    int64_t spacing =
        error_rate_spacing_ms(&g->errors, g->config.error_rate_pct, g->config.error_slow_pct);
    int64_t ready = g->last_start_ms + spacing;
    if (ready <= now_ms) {
        return true;
    }
    refused(HOLD_BACKOFF, SCOPE_APP, "app", ready, out);
    snprintf(out->detail, sizeof out->detail,
             "{\"rule\":\"error_rate\",\"pct\":%.2f,\"limit\":%.1f,\"errors\":%d,\"calls\":%d,"
             "\"spacing_ms\":%lld}",
             error_rate_pct(&g->errors), g->config.error_rate_pct, g->errors.errors,
             g->errors.count, (long long)spacing);
    return false;
}

void governor_peek(const struct governor *g, const struct gate_call *call, int64_t now_ms,
                   struct gate_verdict *out)
{
    struct gate_verdict worst = {.go = true, .reason = HOLD_RUNNING};
    struct gate_verdict one;
    if (!pass_people(g, call, out)) {
        return;
    }
    if (!call->critical && !pass_error_rate(g, now_ms, &one)) {
        worst = one;
    }
    struct scope *scopes[CALL_SCOPES];
    size_t n = governor_scopes_of(g, call, scopes);
    for (size_t i = 0; i < n; i++) {
        struct scope_lines lines = governor_lines(g, scopes[i]);
        if (!scope_gate(scopes[i], call, &lines, now_ms, &one) &&
            (worst.go || one.until_ms > worst.until_ms)) {
            worst = one;
        }
    }
    *out = worst;
}

void governor_admit(struct governor *g, const struct gate_call *call, int64_t now_ms,
                    struct gate_verdict *out)
{
    if (!governor_scopes_add(g, call)) {
        refused(HOLD_UNKNOWN, SCOPE_ACCOUNT, call->account_id, now_ms + 60000, out);
        snprintf(out->detail, sizeof out->detail, "{\"rule\":\"scope_table_full\",\"scopes\":%zu}",
                 g->count);
        return;
    }
    governor_peek(g, call, now_ms, out);
    if (!out->go) {
        return;
    }
    struct scope *scopes[CALL_SCOPES];
    size_t n = governor_scopes_of(g, call, scopes);
    for (size_t i = 0; i < n; i++) {
        scope_start(scopes[i], call, now_ms);
    }
    g->last_start_ms = now_ms;
    g->in_flight++;
}

void governor_release(struct governor *g, const struct gate_call *call)
{
    struct scope *scopes[CALL_SCOPES];
    size_t n = governor_scopes_of(g, call, scopes);
    for (size_t i = 0; i < n; i++) {
        scope_end(scopes[i], call, false, g->tier, 0);
        block_unsent(&scopes[i]->block);
    }
    g->in_flight -= g->in_flight > 0;
}
