/*
 * governor_parts: the inside of the governor, shared by its files and by nobody else:
 * governor.c keeps the table of scopes and who may call at all, governor_admit.c decides before a
 * call, governor_observe.c learns after it, governor_restore.c brings back what was known before a
 * restart, governor_view.c shows.
 */
#ifndef GOVERN_GOVERNOR_PARTS_H
#define GOVERN_GOVERNOR_PARTS_H

#include "govern/governor.h"
#include "govern/limit/error_rate.h"
#include "govern/limit/scope.h"

/* Scopes one call passes: token, app, app insights, account, use case. */
enum { CALL_SCOPES = 5 };

struct account_access {
    char account_id[ID_SIZE];
    bool no_access;
    int code;
};

struct governor {
    struct governor_config config;
    struct scope **scopes; /* sorted by kind group, account, use case; the app's three always */
    size_t count, cap;
    struct scope_common common[SCOPE_KIND_COUNT][USE_CASE_COUNT];
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

/* Whether scopes of this kind belong to an account each. */
bool scope_kind_is_accounts(enum scope_kind kind);
/* The use case under which a call passes a scope of this kind. */
enum use_case governor_use_case(const struct gate_call *call, enum scope_kind kind);

/* The index where a scope is, or belongs. */
size_t governor_scope_place(const struct governor *g, enum scope_kind kind, const char *account_id,
                            enum use_case use_case, bool *found);
struct scope *governor_scope(const struct governor *g, enum scope_kind kind, const char *account_id,
                             enum use_case use_case);
/* NULL = the table is full, or out of memory. */
struct scope *governor_scope_add(struct governor *g, enum scope_kind kind, const char *account_id,
                                 enum use_case use_case);
/* The scopes a call passes that exist; how many. */
size_t governor_scopes_of(const struct governor *g, const struct gate_call *call,
                          struct scope *out[CALL_SCOPES]);
/* Adds those of the call's account. False = the table is full, or out of memory. */
bool governor_scopes_add(struct governor *g, const struct gate_call *call);
struct scope_lines governor_lines(const struct governor *g, const struct scope *s);

/* A call ended: it counts, and what its readings say of its scopes is learned. */
void governor_learn(struct governor *g, struct scope *scopes[CALL_SCOPES], size_t n,
                    const struct gate_call *call, const struct gate_outcome *outcome,
                    int64_t now_ms);

/* NULL = never refused. */
struct account_access *governor_access(const struct governor *g, const char *account_id);
void governor_set_access(struct governor *g, const char *account_id, bool no_access, int code);

#endif
