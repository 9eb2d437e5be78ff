/*
 * parts: the inside of a run, shared by its files and by nobody else. One thread at a time.
 *
 * A chain is one sequence of calls that depend on each other: the pages of a listing, a report and
 * its pages, batches of nodes. It is READY (may ask for its next call), FLYING, or over. chain.c
 * moves any chain (gate, send, answer); listing.c, insights.c and nodes.c know what a call of
 * theirs asks for and what an answer means; finish.c compares and closes.
 */
#ifndef SYNC_PARTS_H
#define SYNC_PARTS_H

#include "graph/batch.h"
#include "graph/decode.h"
#include "graph/pager.h"
#include "graph/report.h"
#include "sync/ask.h"
#include "sync/drift.h"
#include "sync/fit.h"
#include "sync/run.h"

struct arena;
struct chain;

enum {
    SPANS_MAX = 24,      /* of days and nodes still to be read; halving 90 days needs 7 */
    NODE_TRIES_MAX = 4,  /* of one batch */
    SWEEP_NODES_MAX = 4, /* differences read by id; more through one filtered listing */
    SPLITS_KEPT = 100,   /* of a run; the log has them all */
    LISTS_MAX = 16,      /* breakdowns named in one request */
    RUN_CHAINS = ENTITY_KIND_COUNT + PLAN_LEVELS_MAX + 2
};

enum chain_state { CHAIN_OFF, CHAIN_READY, CHAIN_FLYING, CHAIN_DONE, CHAIN_FAILED };

struct chain_ops {
    const char *name;
    /* The next request, lent until the answer. false = the chain failed or is over. */
    bool (*prepare)(struct chain *chain, struct graph_request *out);
    void (*answer)(struct chain *chain, const struct graph_result *result);
    /* What the governor is told, where the answer alone does not say it; may be NULL. */
    void (*outcome)(struct chain *chain, const struct graph_result *result,
                    struct gate_outcome *out);
};

/* Days and node still to be read by an insights chain. As a report or not: divide.c decides. */
struct span {
    int32_t first, last;
    enum insight_level node_level; /* LEVEL_ACCOUNT: the account's edge */
    char node[ID_SIZE];            /* id; of an `each` span: the last one read, "" = none yet */
    char parent[ID_SIZE];          /* of an `each` span: whose nodes; "" = the account's */
    bool each;                     /* to be read for every node of node_level */
    bool part;                     /* not all rows of its days: a node's alone */
    bool report;
    int64_t began_ms; /* our clock; rows of its days fetched before are no longer there */
};

/* Why an object is read by id: a listing of everything left it out, a sweep found it changed, only
 * insights know it, only its children do; and the account itself, before anything is called gone.
 */
enum node_why { NODE_VANISHED, NODE_DIFFERS, NODE_STRAY, NODE_PARENT, NODE_ACCOUNT };

struct node_item {
    char id[ID_SIZE];
    enum entity_kind kind;
    enum node_why why;
    bool done;
};

struct listing_part {
    enum entity_kind kind;
    struct plan_listing plan;
    int64_t began_ms;  /* our clock; rows fetched before are unseen */
    int64_t server_ms; /* Date of the first page; the watermark once complete */
    bool complete;     /* the whole of it came: absence means something */
    bool seen_all;     /* FULL or SWEEP: what it did not return may be gone */
    bool after_sweep;  /* reading the differences a sweep found */
    int64_t differ;    /* rows a sweep found changed or unknown */
    int64_t oldest_ms; /* the smallest updated_time among them */
    int64_t rows;
    struct node_item differing[SWEEP_NODES_MAX]; /* the first that differ */
};

struct insights_part {
    enum insight_level level;
    struct plan_insights plan;
    struct span spans[SPANS_MAX]; /* a stack: the last is being read */
    size_t span_count;
    bool paging;    /* the pager is set up for the top span */
    bool reporting; /* the report is */
    struct report report;
    struct fit fit;    /* what the account has borne, of reads like these */
    bool probe;        /* the top span is as much as was refused more than a day ago */
    int limit, start;  /* and its pages have at most so many rows, the first so many */
    int64_t server_ms; /* Date of the first answer */
    int64_t rows;
    int64_t impressions; /* of those rows */
};

struct nodes_part {
    struct node_item items[BATCH_MAX];
    size_t count;
    int tries;
    int stage;            /* of nodes.c */
    char after[ID_SIZE];  /* the last id the stage took */
    bool account_ok;      /* the account itself could be read */
    bool strays_done;     /* whoever is a stray still is gone */
    bool parents_done;    /* orphans were looked for */
    int64_t orphans;      /* parents that were missing */
    int64_t left_missing; /* of which unreadable: tombstones now */
    int64_t strays;       /* ads only insights knew, read by id */
    struct str body;
    struct ask asks[ENTITY_KIND_COUNT + 1]; /* the last: the account */
    uint64_t dropped[ENTITY_KIND_COUNT];
    struct graph_param batch[2];
    bool rejected; /* during batch_read: a field was, the batch is asked again without it */
};

struct chain {
    struct sync_run *run;
    const struct chain_ops *ops;
    enum chain_state state;
    uint64_t handle;
    struct gate_call call; /* asked for, then in flight */
    bool held;             /* the gate's last word was: wait */
    struct gate_verdict verdict;
    int64_t not_before; /* backoff or poll, ms of adtop's clock; 0 = none */
    struct api_error error;
    enum edge edge;
    uint64_t dropped; /* fields quarantined */
    struct ask ask;
    struct pager pager;
    char cursor_name[32];
    union {
        struct listing_part listing;
        struct insights_part insights;
        struct nodes_part nodes;
    } as;
};

struct sync_run {
    struct sync_deps deps;
    struct sync_plan plan;
    struct run run;
    struct arena *page;
    struct chain chains[RUN_CHAINS];
    size_t chain_count;
    struct chain *total; /* NULL = no checksum */
    struct chain *nodes;
    struct drift drift;
    bool parked, done;
    bool nodes_begun, checked; /* phases that have come */
    bool fatal;                /* nothing further may be sent */
    bool compared_once;        /* differing days are being read again */
    int mismatches;            /* days that make it PARTIAL */
    int splits;                /* kept */
    char mismatch[400];        /* the first of them, for a person */
    struct api_error error;    /* of the first chain that failed */
    enum err_code local;       /* it was ours: the store, memory */
    struct plan_policy policy;
    int64_t began_us, db_us, keep_us;
    int64_t entity_first_us, entity_last_us, insight_first_us, insight_last_us;
    int64_t data_as_of; /* oldest server time among complete listings */
    struct node_item differ[SWEEP_NODES_MAX * ENTITY_KIND_COUNT];
    size_t differ_count;
};

/* chain.c */
void chain_init(struct chain *chain, struct sync_run *run, const struct chain_ops *ops);
void chain_fini(struct chain *chain);
bool chain_over(const struct chain *chain);
/* Starts its next call when it may; notes in `pause` what holds it otherwise. */
void chain_start(struct chain *chain, int64_t now_ms, struct sync_pause *pause);
void chain_cancel(struct chain *chain);
void chain_fail(struct chain *chain, const struct api_error *error);
void chain_fail_local(struct chain *chain, const struct err *err); /* store, memory, limits */
/* What every kind of paging does with an answer that is no page. true = ask again. */
bool chain_trouble(struct chain *chain, const struct graph_result *result,
                   enum pager_verdict verdict);
int64_t run_now(const struct sync_run *run);
void run_fail(struct sync_run *run, const struct api_error *error);
void run_fail_local(struct sync_run *run, const struct err *err);

/* listing.c */
bool listing_create(struct chain *chain, enum entity_kind kind, const struct plan_listing *plan,
                    struct err *err);
extern const struct chain_ops listing_ops[ENTITY_KIND_COUNT];

/* insights.c */
bool insights_create(struct chain *chain, const struct plan_insights *plan, struct err *err);
bool insights_push(struct chain *chain, const struct span *span);
struct span *insights_top(struct insights_part *part);
/* The top span as a report, from its beginning; its pages once it is made, from the first. */
bool insights_read_report(struct chain *chain, struct err *err);
extern const struct chain_ops insights_ops;

/* divide.c: insights that are too much for one answer. */
/* Puts down that the plan wants a report. */
void divide_planned(struct chain *chain);
/* How the top span is to be read, by what was learned; false = it was divided: look at the top
 * again. */
bool divide_fit(struct chain *chain);
/* A synchronous read was refused for its size. true = it is read otherwise from here on. */
bool divide_refused(struct chain *chain, const struct graph_result *result);
/* Insights load refused although it had room. true = it is read otherwise from here on. */
bool divide_turned_away(struct chain *chain, const struct graph_result *result);
/* A page of so many rows came: what it took of the load, and whether more may be asked for. */
void divide_weigh(struct chain *chain, const struct graph_result *result, int rows);
/* A page of a synchronous read came. */
void divide_learn(struct chain *chain, bool complete);
/* The top span's report is too much: false = it cannot be divided. */
bool divide_report(struct chain *chain);
/* An answer to the reading of a report. true = it could not be read, and is read again, made again
 * or divided. */
bool divide_unread(struct chain *chain, const struct graph_result *result,
                   enum pager_verdict verdict);

/* nodes.c */
void nodes_create(struct chain *chain);
void nodes_fini(struct chain *chain);
extern const struct chain_ops nodes_ops;

/* checksum.c: once insights and total are over; true = days are being read again. */
bool checksum_compare(struct sync_run *run);
/* Per cent of the total's impressions that the rows read so far hold; -1 = not known. */
double checksum_done_pct(struct sync_run *run);

/* finish.c */
void run_finish(struct sync_run *run);

#endif
