/*
 * overrides: an operator's budget or threshold for the day or until told, as intervals. Threads:
 * see store.h.
 */
#ifndef STORE_OVERRIDES_H
#define STORE_OVERRIDES_H

#include "base/arena.h"
#include "store/store.h"

struct override_row {
    int64_t override_id; /* given by the store */
    char name[48];       /* "budget", "threshold.account" */
    char scope[48];      /* account id, "" = everything */
    double value;
    int64_t since, until; /* until 0 = until changed */
    int64_t ended_at;     /* replaced or taken back; 0 = not */
    char actor[64];
    int64_t action_id;
};
/* Replaces the one in force for that name and scope. Sets override_id. */
bool store_override_set(struct store *store, struct override_row *row, struct err *err);
bool store_override_end(struct store *store, const char *name, const char *scope, int64_t at,
                        struct err *err);
/* Ends what the action set, when it is still in force, and puts what it replaced in force again. */
bool store_override_undo(struct store *store, int64_t action_id, int64_t at, struct err *err);
struct store_overrides {
    struct override_row *rows;
    size_t count;
};
/* In force at `at`. */
bool store_overrides_load(struct store *store, struct arena *arena, int64_t at,
                          struct store_overrides *out, struct err *err);

#endif
