/*
 * insights: synchronous insights of an account, a campaign, an ad set or an ad, and the reading of
 * reports (reference 6).
 *
 * Status rules: without `filtering` every row but those of deleted objects is given, and sums hold
 * deleted and archived ads; with any `filtering` only active objects, unless a status filter names
 * others; deleted ads are listed at level=ad only when asked for.
 */
#ifndef SIM_API_INSIGHTS_H
#define SIM_API_INSIGHTS_H

#include "sim/api/call.h"
#include "sim/api/filter.h"
#include "sim/api/plan.h"
#include "sim/world/world_insight.h"

enum { INSIGHT_RANGES = 40, INSIGHT_LIMIT = 5000 };

/* Figures by which rows may be sorted and filtered. */
enum insight_metric {
    METRIC_NONE,
    METRIC_SPEND,
    METRIC_IMPRESSIONS,
    METRIC_CLICKS,
    METRIC_REACH,
    METRIC_CTR,
    METRIC_CPC,
    METRIC_CPM,
    METRIC_COUNT
};

struct insight_target {
    uint32_t account;
    bool has_ref;
    struct world_ref ref;
};

struct insights_query {
    struct call *call;
    struct world_query world; /* of the first range */
    int32_t since[INSIGHT_RANGES], until[INSIGHT_RANGES];
    size_t range_count;
    int64_t data_ms; /* figures as of */
    struct plan *plan;
    unsigned windows; /* bit per enum world_window shown beside `value` */
    bool by_device;   /* action_breakdowns has action_device */
    size_t breakdown_count, action_breakdown_count;
    bool beyond;                  /* lies too far back: no rows */
    bool reach_granted;           /* set before parsing: an async report within the day's ten */
    bool reach_old;               /* asks for reach by breakdown beyond 13 months */
    bool reach_hidden;            /* and does not get it */
    bool hourly;                  /* reach and frequency are 0 */
    bool on_meta_only;            /* what happened elsewhere is left out */
    unsigned row_mask, ad_mask;   /* effective statuses of rows and of ads that count */
    const struct filter *filters; /* ids, names and parents' statuses */
    const struct filter *metrics; /* on figures, after summing */
    enum insight_metric sort;     /* METRIC_NONE = by entity and day */
    bool descending;
    struct fault dropped; /* kind FAULT_DROP_ROW: this entity, this day */
    bool has_dropped;
};

/* What emit functions of insights read. */
struct insight_emit {
    const struct insights_query *query;
    const struct world_row *row;
    const struct world_account *account;
    struct str names[ENTITY_KIND_COUNT]; /* as JSON, of this row's object and those above */
    uint64_t name_ids[ENTITY_KIND_COUNT];
};

extern const struct node_type node_insights;

/* False = an error stands in the reply. request: where the parameters stand. query is zero but for
 * reach_granted. */
bool insights_parse(struct insights_query *query, struct call *call, const struct request *request,
                    const struct insight_target *target, int64_t data_ms);
/* Rows it may give, for deciding whether it is too much; takes world_lock. */
double insights_estimate(const struct insights_query *query);
double insights_weight(const struct insights_query *query); /* as the requirements weigh it */
double insights_cpu_ms(const struct insights_query *query, double rows);

/* GET .../insights: the whole answer. */
void insights_serve(struct call *call);
/* A page of rows for a query; the whole answer. */
void insights_page(struct call *call, struct insights_query *query, const struct request *request);
/* "insights":{"data":[...]} inside an object. */
void insights_nested(const struct emit *emit);

enum insight_metric insights_metric(const char *name); /* METRIC_NONE = no such */
double insights_figure(enum insight_metric metric, const struct world_metrics *metrics);
bool insights_keep_row(void *ctx, const struct world_entity *entity);
bool insights_keep_ad(void *ctx, const struct world_entity *ad);
bool insights_keep_metrics(const struct insights_query *query, const struct world_row *row);
void insights_row_init(struct insight_emit *emit, const struct insights_query *query,
                       const struct world_account *account);
void insights_row_fini(struct insight_emit *emit);
void insights_row_write(struct insight_emit *emit, const struct world_row *row, struct str *out);

#endif
