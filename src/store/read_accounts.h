/* read_accounts: the accounts pane, one row an account with all that it shows. See reader.h. */
#ifndef STORE_READ_ACCOUNTS_H
#define STORE_READ_ACCOUNTS_H

#include "model/account.h"
#include "model/hold.h"
#include "model/run.h"
#include "model/usage.h"
#include "store/reader.h"

struct account_row {
    struct account account; /* as of at_ms for tier, priority, pause, status, name and syncs */
    /* What it waits for; reason HOLD_UNKNOWN and hold_id 0 when nothing is known. */
    int64_t hold_id;
    enum hold_reason reason;
    const char *hold_scope, *hold_scope_id; /* "" = none */
    const char *hold_detail;                /* JSON, "" = none */
    int64_t hold_since, hold_until;         /* until 0 = a person must act */
    int64_t hold_first_until;               /* the end it was given first; 0 = none */
    int64_t hold_run_id;
    /* The worst of the account's own readings; -1 = never had one. */
    double usage_pct;
    enum usage_source usage_source;
    int64_t usage_at;
    double usage_slope; /* points a minute; as of an instant 0 */
    /* The last finished run; last_run_id 0 = none. */
    int64_t last_run_id;
    enum run_status last_status;
    int64_t last_started_at, last_finished_at;
    int last_error_code, last_error_subcode;
    const char *last_error; /* "" = none */
    /* The run going on; 0 = none. */
    int64_t running_run_id;
    int64_t running_since;
    const char *progress;
    double done_pct; /* of its insights; 0 or less = not known */
    /* Windows that end at at_ms. */
    int64_t runs_24h;
    int64_t errors_1h; /* failed API calls */
    double cost_today; /* UTC day; -1 = not known: of the past */
};
struct account_rows {
    struct account_row *rows; /* by account_id */
    size_t count;
};
/* include_removed: accounts no longer in the listing too. */
bool read_accounts(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                   bool include_removed, struct account_rows *out, struct err *err);
/* ERR_NOT_FOUND when there is none. account_id in the form act_<n>. */
bool read_account(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                  const char *account_id, struct account_row *out, struct err *err);

struct history_row {
    const char *account_id;
    const char *field; /* "tier", "priority", "paused", "status", "name" */
    const char *value;
    const char *detail;   /* JSON, "" = none */
    int64_t since, until; /* until 0 = still so */
};
struct history_rows {
    struct history_row *rows; /* newest first */
    size_t count;
};
/* Intervals that began in [from, at_ms or now]; account_id, field NULL = all. */
struct history_query {
    const char *account_id, *field;
    int64_t from;
    size_t limit; /* 0 = 200 */
};
bool read_account_history(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                          const struct history_query *query, struct history_rows *out,
                          struct err *err);

#endif
