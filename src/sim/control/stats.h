/*
 * stats: what clients did, for tests and drills: calls by class and account, refusals by limiter,
 * calls made in the knowledge of a block, concurrency, tokens in URLs. Control endpoints count for
 * nothing. Thread-safe.
 */
#ifndef SIM_CONTROL_STATS_H
#define SIM_CONTROL_STATS_H

#include "sim/api/call.h"
#include "json/write.h"

struct stats;
struct stats *stats_create(size_t accounts);
void stats_destroy(struct stats *stats);

/* An HTTP request begins and ends; a batch is one. */
void stats_begin(struct stats *stats, bool token_in_url);
void stats_end(struct stats *stats);
/* An account is being worked on, from routing to the end of the answer. */
void stats_account_begin(struct stats *stats, int account);
void stats_account_end(struct stats *stats, int account);
/* One call, a batch's item too. told: refused by a block the client knew of. */
void stats_call(struct stats *stats, const struct call *call, enum limiter refused, bool told);
/* A number that differs for every call. */
uint64_t stats_next(struct stats *stats);
void stats_reset(struct stats *stats);

void stats_write(struct stats *stats, const struct sim *sim, struct jw *w);

#endif
