#include "govern/governor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/limit/error_rate.h"
#include "govern/limit/scope.h"

/* Scopes one call passes: token, app, app insights, account, use case. */
enum { CALL_SCOPES = 5 };
enum { APP_SCOPES = 3 };

struct account_access {
    char account_id[ID_SIZE];
    bool no_access;
    int code;
};

struct governor {
    struct governor_config config;
    struct scope **scopes; /* sorted by kind group, account, use case; the first three always */
    size_t count, cap;
    struct account_access *access; /* accounts refused, few */
    size_t access_count, access_cap;
    struct error_rate errors;
    enum access_tier tier;
    bool tier_inferred; /* standard, because headers stay away where development would show */
    bool no_inference;  /* a throttle proved that wrong */
    bool token_invalid;
    int token_code, token_subcode;
    int64_t last_start_ms;
    int in_flight;
};

void governor_config_defaults(struct governor_config *out)
{
    *out = (struct governor_config){
        .account_pct = 70,
        .app_pct = 80,
        .insights_pct = 60,
        .use_case_pct = 75,
        .pacing_start_pct = 60,
        .critical_pct = 95,
        .error_rate_pct = 15,
        .error_slow_pct = 60,
        .max_scopes = 100000,
    };
}

/* App, app insights and token before the accounts; there by account, the account's own first. */
static int compare(const struct scope *s, enum scope_kind kind, const char *account_id,
                   enum use_case use_case)
{
    int text = strcmp(s->account_id, account_id);
    if (text != 0) {
        return text;
    }
    if (s->kind != kind) {
        return s->kind < kind ? -1 : 1;
    }
    return (s->use_case > use_case) - (s->use_case < use_case);
}

/* The index where it is or belongs. */
static size_t place(const struct governor *g, enum scope_kind kind, const char *account_id,
                    enum use_case use_case, bool *found)
{
    size_t low = 0, high = g->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(g->scopes[middle], kind, account_id, use_case);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *found = false;
    return low;
}

static struct scope *find(const struct governor *g, enum scope_kind kind, const char *account_id,
                          enum use_case use_case)
{
    bool found;
    size_t i = place(g, kind, account_id, use_case, &found);
    return found ? g->scopes[i] : NULL;
}

static struct scope *find_or_add(struct governor *g, enum scope_kind kind, const char *account_id,
                                 enum use_case use_case)
{
    bool found;
    size_t i = place(g, kind, account_id, use_case, &found);
    if (found) {
        return g->scopes[i];
    }
    if (g->count >= g->config.max_scopes) {
        return NULL;
    }
    if (g->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 64;
        struct scope **grown = realloc(g->scopes, cap * sizeof(struct scope *));
        if (!grown) {
            return NULL;
        }
        g->scopes = grown;
        g->cap = cap;
    }
    struct scope *s = scope_create(kind, use_case, account_id);
    if (s) {
        memmove(g->scopes + i + 1, g->scopes + i, (g->count - i) * sizeof(struct scope *));
        g->scopes[i] = s;
        g->count++;
    }
    return s;
}

struct governor *governor_create(const struct governor_config *config)
{
    struct governor *g = calloc(1, sizeof *g);
    if (!g) {
        return NULL;
    }
    g->last_start_ms = INT64_MIN / 2;
    governor_configure(g, config);
    if (!find_or_add(g, SCOPE_APP, "", USE_CASE_NONE) ||
        !find_or_add(g, SCOPE_APP_INSIGHTS, "", USE_CASE_NONE) ||
        !find_or_add(g, SCOPE_TOKEN, "", USE_CASE_NONE)) {
        governor_destroy(g);
        return NULL;
    }
    return g;
}

void governor_destroy(struct governor *g)
{
    if (g) {
        for (size_t i = 0; i < g->count; i++) {
            scope_destroy(g->scopes[i]);
        }
        free(g->scopes);
        free(g->access);
        free(g);
    }
}

void governor_configure(struct governor *g, const struct governor_config *config)
{
    g->config = *config;
    if (g->config.max_scopes < APP_SCOPES) {
        g->config.max_scopes = APP_SCOPES;
    }
}

const struct governor_config *governor_config(const struct governor *g)
{
    return &g->config;
}

static struct scope_lines lines_of(const struct governor *g, const struct scope *s)
{
    const struct governor_config *c = &g->config;
    static const int insights_slot = 1;
    struct scope_lines lines = {
        .start_pct = c->pacing_start_pct, .critical_pct = c->critical_pct, .tier = g->tier};
    double own[SCOPE_KIND_COUNT] = {
        [SCOPE_APP] = c->app_pct,
        [SCOPE_APP_INSIGHTS] = c->insights_pct,
        [SCOPE_TOKEN] = 100,
        [SCOPE_ACCOUNT] = c->account_pct,
        [SCOPE_USE_CASE] = c->use_case_pct,
    };
    lines.threshold_pct[0] = own[s->kind];
    lines.threshold_pct[insights_slot] = c->insights_pct;
    return lines;
}

static bool for_account(enum scope_kind kind)
{
    return kind == SCOPE_ACCOUNT || kind == SCOPE_USE_CASE;
}

/* Whether a call passes a scope of this kind. */
static bool concerns(const struct gate_call *call, enum scope_kind kind)
{
    if (for_account(kind)) {
        return call->account_id[0] != '\0';
    }
    return kind != SCOPE_APP_INSIGHTS || call_class_is_insights(call->call_class);
}

static enum use_case use_case_of(const struct gate_call *call, enum scope_kind kind)
{
    return kind == SCOPE_USE_CASE ? call_class_use_case(call->call_class) : USE_CASE_NONE;
}

/* The scopes a call passes that exist; entries may be fewer than CALL_SCOPES. */
static size_t scopes_of(const struct governor *g, const struct gate_call *call,
                        struct scope *out[CALL_SCOPES])
{
    size_t n = 0;
    for (int kind = 0; kind < SCOPE_KIND_COUNT; kind++) {
        enum scope_kind k = (enum scope_kind)kind;
        struct scope *s = NULL;
        if (concerns(call, k)) {
            s = find(g, k, for_account(k) ? call->account_id : "", use_case_of(call, k));
        }
        if (s) {
            out[n++] = s;
        }
    }
    return n;
}

static bool scopes_add(struct governor *g, const struct gate_call *call)
{
    return call->account_id[0] == '\0' ||
           (find_or_add(g, SCOPE_ACCOUNT, call->account_id, USE_CASE_NONE) &&
            find_or_add(g, SCOPE_USE_CASE, call->account_id, use_case_of(call, SCOPE_USE_CASE)));
}

static struct account_access *access_of(const struct governor *g, const char *account_id)
{
    for (size_t i = 0; i < g->access_count; i++) {
        if (strcmp(g->access[i].account_id, account_id) == 0) {
            return &g->access[i];
        }
    }
    return NULL;
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
    const struct account_access *a = access_of(g, call->account_id);
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
    size_t n = scopes_of(g, call, scopes);
    for (size_t i = 0; i < n; i++) {
        struct scope_lines lines = lines_of(g, scopes[i]);
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
    if (!scopes_add(g, call)) {
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
    size_t n = scopes_of(g, call, scopes);
    for (size_t i = 0; i < n; i++) {
        scope_start(scopes[i], call, now_ms);
    }
    g->last_start_ms = now_ms;
    g->in_flight++;
}

void governor_release(struct governor *g, const struct gate_call *call)
{
    struct scope *scopes[CALL_SCOPES];
    size_t n = scopes_of(g, call, scopes);
    for (size_t i = 0; i < n; i++) {
        scope_end(scopes[i], call, false, g->tier, 0);
        block_unsent(&scopes[i]->block);
    }
    g->in_flight -= g->in_flight > 0;
}

/* The account a reading belongs to: its own when we know it, else (a business id as key, reference
 * 1.1) the one that was asked. */
static const char *reading_account(const struct governor *g, const struct usage_reading *r,
                                   const struct gate_call *call)
{
    bool known = find(g, SCOPE_ACCOUNT, r->scope_id, USE_CASE_NONE) != NULL;
    return known || !call ? r->scope_id : call->account_id;
}

static bool reading_fits(const struct governor *g, const struct scope *s, int slot,
                         const struct usage_reading *r, const struct gate_call *call)
{
    if (s->slots[slot].source != r->source) {
        return false;
    }
    if (r->source == USAGE_APP || r->source == USAGE_INSIGHTS_APP) {
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
    const struct scope *s = find(g, SCOPE_ACCOUNT, call->account_id, USE_CASE_NONE);
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
        }
        header_block(g, s, r, now_ms);
    }
}

/* Readings of other accounts that came along (reference 1.1: up to 32 objects). */
static void read_others(struct governor *g, const struct gate_call *call,
                        const struct gate_outcome *o, int64_t now_ms)
{
    for (size_t i = 0; i < o->count; i++) {
        const struct usage_reading *r = &o->readings[i];
        bool other_case =
            r->source == USAGE_BUC && r->use_case != use_case_of(call, SCOPE_USE_CASE);
        bool own = strcmp(reading_account(g, r, call), call->account_id) == 0;
        if (r->source != USAGE_BUC || (own && !other_case)) {
            continue;
        }
        struct scope *s = find(g, SCOPE_USE_CASE, reading_account(g, r, call), r->use_case);
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
    for (size_t i = 0; i < o->count && for_account(kind); i++) {
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
    if (for_account(kind) && call->account_id[0] == '\0') {
        kind = SCOPE_APP; /* of no account: the next wider scope */
    }
    if (kind == SCOPE_USE_CASE) {
        use_case = o->error.use_case != USE_CASE_NONE ? o->error.use_case
                                                      : use_case_of(call, SCOPE_USE_CASE);
    }
    const char *account = for_account(kind) ? call->account_id : "";
    struct scope *s = find_or_add(g, kind, account, use_case);
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

static void set_access(struct governor *g, const char *account_id, bool no_access, int code)
{
    struct account_access *a = access_of(g, account_id);
    if (!a && no_access && g->access_count == g->access_cap) {
        size_t cap = g->access_cap ? g->access_cap * 2 : 8;
        struct account_access *grown = realloc(g->access, cap * sizeof *grown);
        if (!grown) {
            return; /* not remembered: the next call of the account learns it again */
        }
        g->access = grown;
        g->access_cap = cap;
    }
    if (!a && no_access) {
        a = &g->access[g->access_count++];
        snprintf(a->account_id, sizeof a->account_id, "%s", account_id);
    }
    if (a) {
        a->no_access = no_access;
        a->code = code;
    }
}

static void people(struct governor *g, const struct gate_call *call, const struct gate_outcome *o)
{
    if (o->ok) {
        g->token_invalid = false;
        if (call->account_id[0] != '\0') {
            set_access(g, call->account_id, false, 0);
        }
    } else if (o->error.error_class == ERROR_AUTH) {
        g->token_invalid = true;
        g->token_code = o->error.code;
        g->token_subcode = o->error.subcode;
    } else if (o->error.error_class == ERROR_ACCESS && o->error.reach == REACH_ACCOUNT &&
               call->account_id[0] != '\0') {
        set_access(g, call->account_id, true, o->error.code);
    }
}

static bool is_own_throttle(const struct scope *s, const struct gate_call *call,
                            const struct api_error *e)
{
    if (e->error_class != ERROR_THROTTLE) {
        return false;
    }
    bool no_account = for_account(e->scope) && call->account_id[0] == '\0';
    return s->kind == (no_account ? SCOPE_APP : e->scope);
}

void governor_observe(struct governor *g, const struct gate_call *call,
                      const struct gate_outcome *outcome, int64_t now_ms)
{
    struct scope *scopes[CALL_SCOPES];
    size_t n = scopes_of(g, call, scopes);
    bool answered = outcome->ok || outcome->error.http_status > 0;
    learn_tier(g, outcome);
    for (size_t i = 0; i < n; i++) {
        scope_end(scopes[i], call, answered, g->tier, now_ms);
        if (!is_own_throttle(scopes[i], call, &outcome->error)) {
            block_answered(&scopes[i]->block, answered, now_ms);
        }
    }
    for (size_t i = 0; i < n; i++) {
        read_scope(g, scopes[i], call, outcome, now_ms);
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

void governor_set_active_ads(struct governor *g, const char *account_id, int64_t active_ads)
{
    static const enum use_case cases[] = {USE_CASE_ADS_MANAGEMENT, USE_CASE_ADS_INSIGHTS};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scope *s = find_or_add(g, SCOPE_USE_CASE, account_id, cases[i]);
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
    const char *account = for_account(kind) ? reading->scope_id : "";
    struct scope *s = find_or_add(g, kind, account, use_case);
    if (reading->access_tier != ACCESS_UNKNOWN) {
        g->tier = reading->access_tier;
    }
    for (int i = 0; s && i < s->slot_count; i++) {
        if (s->slots[i].source == reading->source) {
            scope_read(s, i, reading, false, g->tier, reading->at);
        }
    }
}

void governor_restore_block(struct governor *g, enum scope_kind kind, const char *account_id,
                            enum use_case use_case, int64_t since_ms, int64_t until_ms)
{
    const char *account = for_account(kind) && account_id ? account_id : "";
    struct scope *s = find_or_add(g, kind, account, use_case);
    if (s && until_ms > since_ms) {
        struct api_error none = {.wait_ms = until_ms - since_ms};
        scope_throttled(s, &none, 0, false, g->tier, since_ms);
    }
}

void governor_token_renewed(struct governor *g)
{
    g->token_invalid = false;
}

void governor_access_restored(struct governor *g, const char *account_id)
{
    set_access(g, account_id, false, 0);
}

bool governor_token_invalid(const struct governor *g)
{
    return g->token_invalid;
}

bool governor_no_access(const struct governor *g, const char *account_id)
{
    const struct account_access *a = access_of(g, account_id);
    return a && a->no_access;
}

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
    struct scope_lines lines = lines_of(g, g->scopes[index]);
    scope_view_fill(g->scopes[index], &lines, now_ms, out);
    out->tier_assumed = out->tier_assumed && (g->tier == ACCESS_UNKNOWN || g->tier_inferred);
    return true;
}

bool governor_scope_find(const struct governor *g, enum scope_kind kind, const char *account_id,
                         enum use_case use_case, int64_t now_ms, struct scope_view *out)
{
    bool found;
    size_t i = place(g, kind, account_id ? account_id : "", use_case, &found);
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
