/* calls: api_calls, one row a request. Threads: see store.h. */
#ifndef STORE_CALLS_H
#define STORE_CALLS_H

#include "base/arena.h"
#include "model/call.h"
#include "store/store.h"

/* message: the API's, of a failed call; NULL or "" = none. */
bool store_call_append(struct store *store, const struct call_record *call, const char *message,
                       struct err *err);

/* What a call counts for in a limit, and what is told by it. */
struct counted_call {
    int64_t at; /* ms, when it was sent */
    char account_id[ID_SIZE];
    enum call_class call_class;
    double cost; /* weighted units */
    int64_t ms, bytes;
    bool failed;
};
struct store_calls {
    struct counted_call *rows; /* oldest first */
    size_t count;
};
/* Those sent after since_ms that were answered. */
bool store_calls_load(struct store *store, struct arena *arena, int64_t since_ms,
                      struct store_calls *out, struct err *err);

/* When the newest so many calls begin; 0 = there are not so many. */
bool store_calls_newest(struct store *store, int64_t count, int64_t *begin_ms, struct err *err);

#endif
