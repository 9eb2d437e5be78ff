/*
 * cursors: where each listing of an account stands. Put in the transaction of the page it accounts
 * for. Threads: see store.h.
 */
#ifndef STORE_CURSORS_H
#define STORE_CURSORS_H

#include "model/ids.h"
#include "store/store.h"

struct store_cursor {
    char account_id[ID_SIZE];
    char step[64];        /* "campaigns", "insights:ad", ... */
    int64_t watermark;    /* ms of the server's clock; 0 = none yet */
    uint64_t filter_hash; /* of the filter and status set the watermark was made with */
    char after[1024];     /* of the listing under way; "" = none is */
    int64_t generation;   /* when the listing under way began */
    int64_t rows;         /* it has brought so far */
    int64_t run_id;
    int page_size;    /* learned; 0 = default */
    char state[1024]; /* the step's own, JSON */
    int64_t updated_at;
};

/* false without an error (err->code ERR_NONE) and a zeroed out when there is none. */
bool store_cursor_get(struct store *store, const char *account_id, const char *step,
                      struct store_cursor *out, struct err *err);
bool store_cursor_put(struct store *store, const struct store_cursor *cursor, struct err *err);
/* step NULL = all of the account. */
bool store_cursor_delete(struct store *store, const char *account_id, const char *step,
                         struct err *err);

#endif
