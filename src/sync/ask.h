/*
 * ask: the parameters of one listing, as text. Pure.
 *
 * Entities: every status but DELETED, which no edge accepts (reference 4.4). Insights: any
 * `filtering` brings back the default status filter, so all statuses of the level are named,
 * DELETED among them (6.1); the account's total is asked without a filter.
 */
#ifndef SYNC_ASK_H
#define SYNC_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "graph/fields.h"
#include "graph/graph.h"
#include "sync/plan.h"

enum { ASK_PARAMS_MAX = 10 };

struct ask {
    char path[GRAPH_PATH_MAX];
    size_t count;
    struct graph_param params[ASK_PARAMS_MAX];
    /* owned texts behind params */
    struct str fields, statuses, filtering, range, breakdowns, windows;
};

/* What a page of insights is asked for. */
struct ask_insights {
    const char *node; /* account, campaign or ad set whose /insights edge it is */
    enum insight_level level;
    int32_t first_day, last_day;
    const char *breakdowns;        /* comma separated; NULL or "" = none */
    const char *action_breakdowns; /* as above */
    const char *attribution;       /* attribution windows, as above */
    uint64_t dropped;              /* quarantined fields */
};

void ask_init(struct ask *ask);
void ask_fini(struct ask *ask);

bool ask_listing(struct ask *ask, const char *account_id, enum entity_kind kind,
                 const struct plan_listing *listing, uint64_t dropped, struct err *err);
bool ask_insights(struct ask *ask, const struct ask_insights *in, struct err *err);
bool ask_accounts(struct ask *ask, uint64_t dropped, struct err *err);
/* The account itself, as little of it as there is. */
bool ask_account(struct ask *ask, const char *account_id, struct err *err);
/* An entity by its id; the path is the id. */
bool ask_node(struct ask *ask, const char *id, enum edge edge, uint64_t dropped, struct err *err);

#endif
