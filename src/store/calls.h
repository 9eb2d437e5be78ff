/* calls: api_calls, one row a request. Threads: see store.h. */
#ifndef STORE_CALLS_H
#define STORE_CALLS_H

#include "model/call.h"
#include "store/store.h"

/* message: the API's, of a failed call; NULL or "" = none. */
bool store_call_append(struct store *store, const struct call_record *call, const char *message,
                       struct err *err);

#endif
