/*
 * serve: one API call from version to usage headers: route, token, faults, limiters, handler, cost.
 */
#ifndef SIM_API_SERVE_H
#define SIM_API_SERVE_H

#include "sim/net/reply.h"
#include "sim/net/request.h"
#include "sim/sim.h"

/* Answers an API call (everything but /sim/...). Waits no latency: reply->latency_ms says it. */
void serve_call(struct sim *sim, struct request *request, struct reply *reply);

#endif
