/*
 * accounts: the ad accounts of the token. What the API says comes in by store_accounts_put; tier,
 * priority and pause are ours. Every change of tier, priority, paused, status or name opens a new
 * interval of account_history. Threads: see store.h.
 */
#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include "base/arena.h"
#include "model/account.h"
#include "store/store.h"

struct store_accounts {
    struct account *rows; /* by account_id; names are in the arena */
    size_t count;
};

/* Rows of a listing: takes name, currency, zone, status and disable_reason of each, and for an
 * account not seen before its tier too. listed_at is the start of the listing. */
bool store_accounts_put(struct store *store, const struct account *rows, size_t n,
                        int64_t listed_at, struct err *err);
/* After a complete listing that began at listed_at: the accounts it did not have are removed_at. */
bool store_accounts_remove_unlisted(struct store *store, int64_t listed_at, size_t *removed,
                                    struct err *err);
/* All of them, removed ones too. */
bool store_accounts_load(struct store *store, struct arena *arena, struct store_accounts *out,
                         struct err *err);
/* ERR_NOT_FOUND when unknown. out->name is in the arena. */
bool store_account_get(struct store *store, struct arena *arena, const char *account_id,
                       struct account *out, struct err *err);

bool store_account_set_tier(struct store *store, const char *account_id, enum tier tier,
                            bool pinned, int64_t at, struct err *err);
/* The figures behind what the account's field is now, JSON, for its history. */
bool store_account_explain(struct store *store, const char *account_id, const char *field,
                           const char *detail, struct err *err);
bool store_account_set_priority(struct store *store, const char *account_id, int priority,
                                int64_t at, struct err *err);
/* until: 0 = not paused, INT64_MAX = until resumed. */
bool store_account_set_paused(struct store *store, const char *account_id, int64_t until,
                              int64_t at, struct err *err);
bool store_account_set_spend(struct store *store, const char *account_id, int64_t spend_7d,
                             int64_t spend_7d_base, struct err *err);
bool store_account_set_due(struct store *store, const char *account_id, int64_t next_due_at,
                           struct err *err);

struct store_synced {
    int64_t last_synced_at, last_full_at, last_sweep_at, data_as_of; /* 0 = leave as it is */
};
bool store_account_set_synced(struct store *store, const char *account_id,
                              const struct store_synced *synced, struct err *err);

#endif
