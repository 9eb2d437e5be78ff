/*
 * holds: interval rows that say why each account (or a whole scope) is not moving. An account has
 * exactly one open hold at any moment once it had its first. Threads: see store.h.
 */
#ifndef STORE_HOLDS_H
#define STORE_HOLDS_H

#include "base/arena.h"
#include "model/hold.h"
#include "store/store.h"

/* The account's (or, with account_id "", the scope's) open hold ends at hold->since and this one
 * begins; sets hold->hold_id. When the open one has the same reason, scope and run, it goes on
 * instead: until and detail are replaced, since and hold_id are given back. */
bool store_hold_open(struct store *store, struct hold *hold, struct err *err);
/* A new end or new figures of an open hold. detail NULL = as it is. ERR_NOT_FOUND when it ended. */
bool store_hold_extend(struct store *store, int64_t hold_id, int64_t until, const char *detail,
                       struct err *err);
/* Only for scopes and for accounts that are gone: an account goes from hold to hold. */
bool store_hold_close(struct store *store, int64_t hold_id, int64_t ended_at, struct err *err);

struct store_holds {
    struct hold *rows;
    size_t count;
};
/* All open ones, for an engine that starts. */
bool store_holds_load(struct store *store, struct arena *arena, struct store_holds *out,
                      struct err *err);

#endif
