/*
 * account_parts: what stands in an account's row beside the account itself, put into the rows that
 * are already there. Of one account it is sought; of all of them it is read in one walk over the
 * time it is stored by, as long as that is short. Internal to read_accounts.
 */
#ifndef STORE_ACCOUNT_PARTS_H
#define STORE_ACCOUNT_PARTS_H

#include "store/read_accounts.h"
#include "store/reader_internal.h"

struct account_parts {
    struct store_reader *reader;
    struct rows *rows; /* struct account_row by account_id */
    int64_t at;
    bool past;      /* at is an instant of the past, not now */
    const char *id; /* rows has that one alone; NULL = all */
    /* Where an account is, by the hash of its id; row + 1, 0 = nothing; a power of two of them. */
    uint32_t *slots;
    size_t slot_count;
};

/* To be called when the rows are there, and again when some were dropped. */
bool account_parts_index(struct account_parts *p, struct err *err);
/* The row of that account, NULL when there is none; *hint (0 at first) is where it was. */
struct account_row *account_parts_row(const struct account_parts *p, const char *id, size_t *hint);
/* Whether the statement, which skips :most rows from :at on, finds none behind them. */
bool account_parts_few(const struct account_parts *p, const char *sql, bool *few, struct err *err);

/* Runs of the last day, the last run, the one that goes on; of the past also the last syncs. */
bool account_runs_read(const struct account_parts *p, struct err *err);
/* Of the past: name, tier, priority, pause and status, where account_history has them; drops the
 * accounts that were not listed yet. */
bool account_fields_read(struct account_parts *p, struct err *err);

#endif
