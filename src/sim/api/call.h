/*
 * call: one API call on its way through the simulator, an HTTP request or an item of a batch.
 */
#ifndef SIM_API_CALL_H
#define SIM_API_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/api/fields.h"
#include "sim/drill/fault.h"
#include "sim/net/reply.h"
#include "sim/net/request.h"
#include "sim/sim.h"

enum call_kind {
    KIND_ACCOUNTS,
    KIND_CAMPAIGNS,
    KIND_ADSETS,
    KIND_ADS,
    KIND_CREATIVES,
    KIND_ACTIVITIES,
    KIND_INSIGHTS,
    KIND_INSIGHTS_TOTAL,
    KIND_REPORT,
    KIND_NODES,
    KIND_TOKEN,
    KIND_BATCH,
    KIND_OTHER,
    KIND_COUNT
};
const char *call_kind_name(enum call_kind kind); /* the words of model/call.h where they exist */

struct call {
    struct sim *sim;
    struct request *request;
    struct reply *reply;
    int64_t now_ms;
    enum call_kind kind;
    enum use_case use_case;
    int account;          /* index, -1 = none */
    struct world_ref ref; /* of /<id>, when has_ref */
    bool has_ref, creative;
    int64_t run_id;        /* of a report, 0 = none */
    const char *object_id; /* first segment */
    const char *edge;      /* second segment, "" = the node itself */
    const char *node;      /* type of the first segment's object, as errors name it */
    struct fault_call fault;
    uint64_t rows;       /* given back, for stats */
    double weighted;     /* cost as the requirements weigh it */
    bool reach_old;      /* reach by breakdown, older than 13 months */
    const char *version; /* that serves it: "v26.0" */
};

/* Does a fault of this kind strike this call? */
bool call_fault(struct call *call, enum fault_kind kind, struct fault *out);
const char *call_param(const struct call *call, const char *name);
/* summary=true, total_count, ... */
bool call_wants_summary(const struct call *call);

#endif
