/* After a call: its reservation goes back, its readings, blocks and refusals are taken in. */
#include <string.h>

#include "govern/governor_parts.h"

/* The account a reading belongs to: its own when we know it, else (a business id as key, reference
 * 1.1) the one that was asked. */
static const char *reading_account(const struct governor *g, const struct usage_reading *r,
                                   const struct gate_call *call)
{
    bool known = governor_scope(g, SCOPE_ACCOUNT, r->scope_id, USE_CASE_NONE) != NULL;
    return known ? r->scope_id : call->account_id;
}

static bool reading_fits(const struct governor *g, const struct scope *s, int slot,
                         const struct usage_reading *r, const struct gate_call *call)
{
    if (s->slots[slot].source != r->source) {
        return false;
    }
    if (usage_source_is_app(r->source)) {
        return true;
    }
    bool same_case = r->source != USAGE_BUC || r->use_case == s->use_case;
    return same_case && strcmp(s->account_id, reading_account(g, r, call)) == 0;
}

static void learn_tier(struct governor *g, const struct gate_outcome *o)
{
    for (size_t i = 0; i < o->count; i++) {
        if (o->readings[i].access_tier != ACCESS_UNKNOWN) {
            g->tier = o->readings[i].access_tier;
            g->tier_inferred = false;
        }
    }
}

/* No header although a development account would show a quarter of its score: not development. */
static void infer_tier(struct governor *g, const struct gate_call *call,
                       const struct gate_outcome *o, int64_t now_ms)
{
    static const double visible_pct = 25;
    const struct scope *s = governor_scope(g, SCOPE_ACCOUNT, call->account_id, USE_CASE_NONE);
    bool unknown = g->tier == ACCESS_UNKNOWN && !g->no_inference && s && !s->slots[0].seen;
    if (unknown && o->ok && o->count == 0 &&
        scope_published_pct(s, ACCESS_UNKNOWN, now_ms) >= visible_pct) {
        g->tier = ACCESS_STANDARD;
        g->tier_inferred = true;
    }
}

/* Worst over duplicates; NULL = not among the readings. */
static const struct usage_reading *reading_for(const struct governor *g, const struct scope *s,
                                               int slot, const struct gate_outcome *o,
                                               const struct gate_call *call)
{
    const struct usage_reading *worst = NULL;
    for (size_t i = 0; i < o->count; i++) {
        const struct usage_reading *r = &o->readings[i];
        if (reading_fits(g, s, slot, r, call) && (!worst || r->pct > worst->pct)) {
            worst = r;
        }
    }
    return worst;
}

/* A use case whose header names a time to regain access is blocked, whatever else was answered. */
static void header_block(struct governor *g, struct scope *s, const struct usage_reading *r,
                         int64_t now_ms)
{
    bool open = block_phase(&s->block, now_ms) == BLOCK_NONE;
    if (r && r->source == USAGE_BUC && r->regain_s > 0 && open) {
        struct api_error none = {.error_class = ERROR_NONE};
        scope_throttled(s, &none, r->regain_s * 1000, true, g->tier, now_ms);
    }
}

static void read_scope(struct governor *g, struct scope *s, const struct gate_call *call,
                       const struct gate_outcome *o, int64_t now_ms)
{
    for (int i = 0; i < s->slot_count; i++) {
        const struct usage_reading *r = reading_for(g, s, i, o, call);
        if (r || o->count > 0) {
            scope_read(s, i, r, o->ok, g->tier, now_ms);
        } else if (o->ok) {
            scope_silent(s, i, now_ms);
        }
    }
}

void governor_learn(struct governor *g, struct scope *scopes[CALL_SCOPES], size_t n,
                    const struct gate_call *call, const struct gate_outcome *outcome,
                    int64_t now_ms)
{
    bool answered = outcome->ok || outcome->error.http_status > 0;
    learn_tier(g, outcome);
    for (size_t i = 0; i < n; i++) {
        scope_end(scopes[i], call, answered, g->tier, now_ms);
    }
    for (size_t i = 0; i < n; i++) {
        scope_answer(scopes[i], call, outcome->bytes, outcome->ok);
        read_scope(g, scopes[i], call, outcome, now_ms);
        scope_answered(scopes[i]);
    }
}

static void header_blocks(struct governor *g, struct scope *s, const struct gate_call *call,
                          const struct gate_outcome *o, int64_t now_ms)
{
    for (int i = 0; i < s->slot_count; i++) {
        header_block(g, s, reading_for(g, s, i, o, call), now_ms);
    }
}

/* Readings of other accounts that came along (reference 1.1: up to 32 objects). */
static void read_others(struct governor *g, const struct gate_call *call,
                        const struct gate_outcome *o, int64_t now_ms)
{
    for (size_t i = 0; i < o->count; i++) {
        const struct usage_reading *r = &o->readings[i];
        bool other_case =
            r->source == USAGE_BUC && r->use_case != governor_use_case(call, SCOPE_USE_CASE);
        bool own = strcmp(reading_account(g, r, call), call->account_id) == 0;
        if (r->source != USAGE_BUC || (own && !other_case)) {
            continue;
        }
        struct scope *s =
            governor_scope(g, SCOPE_USE_CASE, reading_account(g, r, call), r->use_case);
        if (s) {
            scope_read(s, 0, r, o->ok, g->tier, now_ms);
            header_block(g, s, r, now_ms);
        }
    }
}

/* Reference 3.2, code 17: regain minutes of the use case, else reset_time_duration. */
static int64_t named_wait_ms(const struct governor *g, const struct gate_call *call,
                             const struct gate_outcome *o, enum scope_kind kind,
                             enum use_case use_case, bool *minutes)
{
    int64_t regain_s = 0, reset_s = 0;
    for (size_t i = 0; i < o->count && scope_kind_is_accounts(kind); i++) {
        const struct usage_reading *r = &o->readings[i];
        bool own = strcmp(reading_account(g, r, call), call->account_id) == 0;
        bool same_case = use_case == USE_CASE_NONE || r->use_case == use_case;
        if (own && r->source == USAGE_BUC && same_case && r->regain_s > regain_s) {
            regain_s = r->regain_s;
        } else if (own && r->source == USAGE_ACCOUNT && r->regain_s > reset_s) {
            reset_s = r->regain_s;
        }
    }
    *minutes = regain_s > 0;
    if (*minutes) {
        return regain_s * 1000;
    }
    return kind == SCOPE_ACCOUNT ? reset_s * 1000 : 0;
}

static void throttle(struct governor *g, const struct gate_call *call, const struct gate_outcome *o,
                     int64_t now_ms)
{
    enum scope_kind kind = o->error.scope;
    enum use_case use_case = USE_CASE_NONE;
    if (scope_kind_is_accounts(kind) && call->account_id[0] == '\0') {
        kind = SCOPE_APP; /* of no account: the next wider scope */
    }
    if (kind == SCOPE_USE_CASE) {
        use_case = o->error.use_case != USE_CASE_NONE ? o->error.use_case
                                                      : governor_use_case(call, SCOPE_USE_CASE);
    }
    const char *account = scope_kind_is_accounts(kind) ? call->account_id : "";
    struct scope *s = governor_scope_add(g, kind, account, use_case);
    if (s) {
        bool minutes;
        int64_t named = named_wait_ms(g, call, o, kind, use_case, &minutes);
        minutes = minutes && named >= o->error.wait_ms;
        scope_throttled(s, &o->error, named, minutes, g->tier, now_ms);
    }
    if (g->tier_inferred) {
        g->tier = ACCESS_UNKNOWN;
        g->tier_inferred = false;
        g->no_inference = true;
    }
}

static void people(struct governor *g, const struct gate_call *call, const struct gate_outcome *o)
{
    if (o->ok) {
        g->token_invalid = false;
        if (call->account_id[0] != '\0') {
            governor_set_access(g, call->account_id, false, 0);
        }
    } else if (o->error.error_class == ERROR_AUTH) {
        g->token_invalid = true;
        g->token_code = o->error.code;
        g->token_subcode = o->error.subcode;
    } else if (o->error.error_class == ERROR_ACCESS && o->error.reach == REACH_ACCOUNT &&
               call->account_id[0] != '\0') {
        governor_set_access(g, call->account_id, true, o->error.code);
    }
}

static bool is_own_throttle(const struct scope *s, const struct gate_call *call,
                            const struct api_error *e)
{
    if (e->error_class != ERROR_THROTTLE) {
        return false;
    }
    bool no_account = scope_kind_is_accounts(e->scope) && call->account_id[0] == '\0';
    return s->kind == (no_account ? SCOPE_APP : e->scope);
}

void governor_observe(struct governor *g, const struct gate_call *call,
                      const struct gate_outcome *outcome, int64_t now_ms)
{
    struct scope *scopes[CALL_SCOPES];
    size_t n = governor_scopes_of(g, call, scopes);
    bool answered = outcome->ok || outcome->error.http_status > 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_own_throttle(scopes[i], call, &outcome->error)) {
            block_answered(&scopes[i]->block, answered, now_ms);
        }
    }
    governor_learn(g, scopes, n, call, outcome, now_ms);
    for (size_t i = 0; i < n; i++) {
        header_blocks(g, scopes[i], call, outcome, now_ms);
    }
    read_others(g, call, outcome, now_ms);
    infer_tier(g, call, outcome, now_ms);
    if (!outcome->ok && outcome->error.error_class == ERROR_THROTTLE) {
        throttle(g, call, outcome, now_ms);
    }
    people(g, call, outcome);
    if (answered) {
        error_rate_add(&g->errors, !outcome->ok);
    }
    g->in_flight -= g->in_flight > 0;
}
