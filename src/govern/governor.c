#include "govern/governor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/governor_parts.h"

enum { APP_SCOPES = 3 };

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
size_t governor_scope_place(const struct governor *g, enum scope_kind kind, const char *account_id,
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

struct scope *governor_scope(const struct governor *g, enum scope_kind kind, const char *account_id,
                             enum use_case use_case)
{
    bool found;
    size_t i = governor_scope_place(g, kind, account_id, use_case, &found);
    return found ? g->scopes[i] : NULL;
}

struct scope *governor_scope_add(struct governor *g, enum scope_kind kind, const char *account_id,
                                 enum use_case use_case)
{
    bool found;
    size_t i = governor_scope_place(g, kind, account_id, use_case, &found);
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
    struct scope *s = scope_create(kind, use_case, account_id, &g->common[kind][use_case]);
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
    if (!governor_scope_add(g, SCOPE_APP, "", USE_CASE_NONE) ||
        !governor_scope_add(g, SCOPE_APP_INSIGHTS, "", USE_CASE_NONE) ||
        !governor_scope_add(g, SCOPE_TOKEN, "", USE_CASE_NONE)) {
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

struct governor *governor_copy(const struct governor *g)
{
    struct governor *copy = malloc(sizeof *copy);
    if (!copy) {
        return NULL;
    }
    *copy = *g;
    copy->count = copy->access_count = 0;
    copy->scopes = calloc(g->cap, sizeof(struct scope *));
    copy->access = calloc(g->access_cap + 1, sizeof *copy->access);
    for (; copy->scopes && copy->count < g->count; copy->count++) {
        const struct scope *s = g->scopes[copy->count];
        copy->scopes[copy->count] = scope_copy(s, &copy->common[s->kind][s->use_case]);
        if (!copy->scopes[copy->count]) {
            break;
        }
    }
    if (!copy->access || copy->count < g->count) {
        governor_destroy(copy);
        return NULL;
    }
    for (; copy->access_count < g->access_count; copy->access_count++) {
        copy->access[copy->access_count] = g->access[copy->access_count];
    }
    return copy;
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

struct scope_lines governor_lines(const struct governor *g, const struct scope *s)
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

bool scope_kind_is_accounts(enum scope_kind kind)
{
    return kind == SCOPE_ACCOUNT || kind == SCOPE_USE_CASE;
}

/* Whether a call passes a scope of this kind. */
static bool concerns(const struct gate_call *call, enum scope_kind kind)
{
    if (scope_kind_is_accounts(kind)) {
        return call->account_id[0] != '\0';
    }
    return kind != SCOPE_APP_INSIGHTS || call_class_is_insights(call->call_class);
}

enum use_case governor_use_case(const struct gate_call *call, enum scope_kind kind)
{
    return kind == SCOPE_USE_CASE ? call_class_use_case(call->call_class) : USE_CASE_NONE;
}

/* The scopes a call passes that exist; entries may be fewer than CALL_SCOPES. */
size_t governor_scopes_of(const struct governor *g, const struct gate_call *call,
                          struct scope *out[CALL_SCOPES])
{
    size_t n = 0;
    for (int kind = 0; kind < SCOPE_KIND_COUNT; kind++) {
        enum scope_kind k = (enum scope_kind)kind;
        struct scope *s = NULL;
        if (concerns(call, k)) {
            s = governor_scope(g, k, scope_kind_is_accounts(k) ? call->account_id : "",
                               governor_use_case(call, k));
        }
        if (s) {
            out[n++] = s;
        }
    }
    return n;
}

struct account_access *governor_access(const struct governor *g, const char *account_id)
{
    for (size_t i = 0; i < g->access_count; i++) {
        if (strcmp(g->access[i].account_id, account_id) == 0) {
            return &g->access[i];
        }
    }
    return NULL;
}

void governor_set_access(struct governor *g, const char *account_id, bool no_access, int code)
{
    struct account_access *a = governor_access(g, account_id);
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

void governor_token_renewed(struct governor *g)
{
    g->token_invalid = false;
}

void governor_access_restored(struct governor *g, const char *account_id)
{
    governor_set_access(g, account_id, false, 0);
}

bool governor_token_invalid(const struct governor *g)
{
    return g->token_invalid;
}

bool governor_no_access(const struct governor *g, const char *account_id)
{
    const struct account_access *a = governor_access(g, account_id);
    return a && a->no_access;
}
