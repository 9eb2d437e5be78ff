/*
 * load: rows for the console's tables, read from the store as of env->at and kept in an arena. The
 * one place where the console meets the store's words. NULL with err on failure; a table without
 * rows is not a failure.
 */
#ifndef UI_VIEW_LOAD_H
#define UI_VIEW_LOAD_H

#include "ui/view/rows.h"

struct budget_report;

enum { LOAD_RUNS_MAX = 500, LOAD_LOG_MAX = 1000, LOAD_ACTIONS_MAX = 500 };

/* A copy whose texts live in the arena: the overview's go with its next load. to may be from. */
void load_keep_account(struct arena *arena, const struct account_line *from,
                       struct account_line *to);
/* All accounts, the most urgent first. */
struct account_line *load_accounts(struct arena *arena, const struct env *env, size_t *count,
                                   struct err *err);
/* account_id: NULL = all, "" = the app's own; else the account's and the app's. The newest reading
 * of each limiter. */
struct limiter_line *load_limiters(struct arena *arena, const struct env *env,
                                   const char *account_id, size_t *count, struct err *err);
/* The same with the header's three figures apart: another read, and as of an instant a long one. */
struct limiter_line *load_limiters_in_parts(struct arena *arena, const struct env *env,
                                            const char *account_id, size_t *count, struct err *err);
/* The course of one of them over env->range. */
bool load_limiter_course(struct arena *arena, const struct env *env, struct limiter_line *line,
                         struct err *err);
/* The newest first; account_id NULL = all. */
struct run_line *load_runs(struct arena *arena, const struct env *env, const char *account_id,
                           size_t max, size_t *count, struct err *err);
struct run_line *load_run(struct arena *arena, const struct env *env, int64_t run_id,
                          struct err *err);
/* What the day allows all (account_id NULL) or that account: as configured, or as an operator set
 * it. Pure. */
double load_allowed(const struct config *config, const struct budget_report *report,
                    const char *account_id);
/* Today's, all accounts together first; account_id NULL = all. */
struct budget_line *load_budget(struct arena *arena, const struct env *env, const char *account_id,
                                size_t *count, struct err *err);
/* Grouped by code and subcode over env->range. */
struct error_line *load_errors(struct arena *arena, const struct env *env, const char *account_id,
                               size_t *count, struct err *err);
struct log_line *load_log(struct arena *arena, const struct env *env, const char *account_id,
                          int64_t run_id, size_t *count, struct err *err);
struct action_line *load_actions(struct arena *arena, const struct env *env, const char *account_id,
                                 size_t *count, struct err *err);
/* An account's wait intervals over env->range, the oldest first. */
struct hold_line {
    enum hold_reason reason;
    int64_t since, ended_at; /* ended_at 0 = still */
    int64_t until;
    const char *detail; /* JSON, "" = none */
};
struct hold_line *load_holds(struct arena *arena, const struct env *env, const char *account_id,
                             size_t *count, struct err *err);
/* The complete days before today, as a zone counts its days; false when the zone is unknown, and
 * they are UTC's. Reads nothing but tzdata. */
bool load_days(const char *timezone, int64_t now, int days, int32_t *first, int32_t *last);

#endif
