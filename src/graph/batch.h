/*
 * batch: up to 50 relative GETs in one POST (reference 8.1). It saves round trips only: each item
 * counts as a call. An item that did not finish comes as null or {}: that is ERROR_RETRY.
 */
#ifndef GRAPH_BATCH_H
#define GRAPH_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "graph/graph.h"

enum { BATCH_MAX = 50 };

struct batch_item {
    const char *path; /* "120208325579370399" */
    const struct graph_param *params;
    size_t param_count;
};

/* The value of the `batch` parameter: [{"method":"GET","relative_url":"..."},...]. */
bool batch_body(const struct batch_item *items, size_t count, struct str *out, struct err *err);

/* Called once per item, in order; `result` is lent for the call. Its usage is the item's own. */
typedef void batch_item_fn(void *ctx, size_t index, const struct graph_result *result);

/* Reads the answer of a batch of `count` items. When the whole batch failed (an error object, a
 * bare string, no array) every item gets that error. `request` is the batch's own. */
void batch_read(const struct graph_result *outer, const struct graph_request *request, size_t count,
                batch_item_fn *each, void *ctx);

#endif
