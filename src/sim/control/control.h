/*
 * control: the endpoints under /sim/, for tests and drills. None counts as an API call, none waits
 * for latency. All answer JSON; errors are {"error":"..."} with 400.
 *
 *   GET  /sim/help     what there is, fault kinds and settings included
 *   GET  /sim/clock    {now_ms, now, speed, anchor_ms, base_ms, start_ms}
 *   GET  /sim/truth    ?account=act_X&since=D&until=D&entities=1&at=T: exact totals per account and
 *                      day (default: today and the 7 days before), entities by kind and
 *                      effective status, all of them by id with entities=1
 *   GET  /sim/stats    calls by class and account, refusals, concurrency, tokens in URLs
 *   GET  /sim/limits   every limiter: value, limit, pct, blocked_until_ms
 *   GET  /sim/fault    those set, with hits     POST: sets one {"kind":...} or a list -> {"id":...}
 *   DELETE /sim/fault  ?id=N, without it all
 *   POST /sim/mutate   {"op":"set_status","id":"...","status":"ARCHIVED"} -> {"id":...} created
 *   POST /sim/set      {"latency":150,"limits_scale":0.02,"account_max":60}
 *   POST /sim/reset    ?what=stats|limits|faults, without it stats and limits
 *   POST /sim/save     writes --state
 */
#ifndef SIM_CONTROL_CONTROL_H
#define SIM_CONTROL_CONTROL_H

#include "sim/net/reply.h"
#include "sim/net/request.h"
#include "sim/sim.h"

void control_serve(struct sim *sim, struct request *request, struct reply *reply);

/* truth.c, limits.c */
struct jw;
void truth_write(struct sim *sim, const struct request *request, struct jw *w);
void limits_write(struct sim *sim, bool falls, struct jw *w);

#endif
