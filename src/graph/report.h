/*
 * report: one asynchronous insights report: POST, poll, read (reference 7). A pure state machine:
 * it fills requests, judges answers and says when to go on; reading is a pager on report_path().
 */
#ifndef GRAPH_REPORT_H
#define GRAPH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/graph.h"
#include "model/insight.h"

enum report_state {
    REPORT_CREATE, /* send report_request(): the POST */
    REPORT_POLL,   /* send report_request() at or after next_at */
    REPORT_READ,   /* page through report_path() */
    REPORT_SPLIT,  /* too large or failed twice: ask report_split() */
    REPORT_FAILED  /* see error */
};

enum {
    REPORT_RACES_MAX = 5,     /* 100/33 right after creation, 1 s apart */
    REPORT_RESUBMITS_MAX = 2, /* skipped, stalled or failed for an unknown reason */
    REPORT_POLL_MS = 2000,    /* doubling to REPORT_POLL_MAX_MS */
    REPORT_POLL_MAX_MS = 60000,
    REPORT_STALL_MS = 20 * 60 * 1000, /* no change of status or percent */
    REPORT_REREADS_MAX = 3            /* of a result that cannot be read, before it is made anew */
};

struct report {
    enum report_state state;
    const char *account_id, *path; /* "act_1/insights"; lent */
    const struct graph_param *params;
    size_t param_count;
    int64_t run_id;
    char report_run_id[ID_SIZE];
    char status[32]; /* async_status */
    int percent;
    int64_t created_at, changed_at, next_at; /* ms, adtop's clock */
    int64_t poll_ms;
    int races, resubmits, tries, rereads;
    bool remade; /* because its result could not be read */
    struct api_error error;
    char poll_path[ID_SIZE], read_path[ID_SIZE + 16];
};

/* Params as for the synchronous request, without limit and after; lent for the report's life. */
void report_init(struct report *report, const struct graph_request *request, int64_t now_ms);
void report_request(struct report *report, struct graph_request *out);
/* Judges the answer to report_request(). A throttle leaves the state and moves next_at. */
enum report_state report_result(struct report *report, const struct graph_result *result,
                                int64_t now_ms, double unit);
/* The completed report could not be read (gone, no list, no rows where some were): a while later
 * again, up to REPORT_REREADS_MAX times; then the report is made anew, once; then it is split
 * (reference 10 #4). */
enum report_state report_read_failed(struct report *report, const struct api_error *error,
                                     int64_t now_ms, double unit);
/* "<report_run_id>/insights", once REPORT_READ. */
const char *report_path(const struct report *report);
/* A synchronous insights error that is answered by a report instead of a smaller page: time-outs
 * (1504038, 1504018) and the data-per-call limit (1487534). */
bool report_advised(const struct api_error *error);

/* What a report that is too much is divided by: its days first, then the nodes one level below the
 * one it was asked of (LEVEL_ACCOUNT, LEVEL_CAMPAIGN, LEVEL_ADSET), as long as these have rows of
 * `level`. SPLIT_NONE: it cannot be divided further. */
enum report_split { SPLIT_DATES, SPLIT_NODES, SPLIT_NONE };
enum report_split report_split(int32_t days, enum insight_level node, enum insight_level level);

#endif
