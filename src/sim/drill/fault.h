/*
 * fault: what goes wrong on purpose (reference 10, 12.3). A fault has a kind, says which calls it
 * strikes, how often and when, and carries the figures of its kind. They come from POST /sim/fault
 * and from scenario files, by the same keys.
 *
 * Keys of every kind:
 *   kind         one of fault_kind_name()
 *   path         a part of the request path ("/ads", "act_1/insights"); without it every path
 *   class        accounts campaigns adsets ads creatives activities insights insights_total report
 *                nodes token batch
 *   account      act_<n>
 *   probability  0..1, default 1
 *   count        strikes before it is spent, default without end
 *   skip         matching calls let through first
 *   from, until  instants: "+5m" after it was set, Unix seconds or milliseconds, RFC 3339
 * Keys of some kinds:
 *   http code subcode type transient message title user_msg   (api_error, run_failed, token)
 *   field   field_* : which one          value   field_type, header_garbage: what instead
 *   header  header_*: which one, default all
 *   ms      latency, clock_skew          pct     header_over, header_stuck, run_stalled
 *   limit   max_limit, reduce (pages above it)
 *   days    reduce (synchronous insights of more days)
 *   entity, day  drop_row: this row and no other
 *
 * Thread-safe. Times are simulated ms.
 */
#ifndef SIM_DRILL_FAULT_H
#define SIM_DRILL_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum fault_kind {
    FAULT_API_ERROR,   /* any error body */
    FAULT_REDUCE,      /* 500, "reduce the amount of data" */
    FAULT_UNKNOWN,     /* 500, 1/99 */
    FAULT_UNAVAILABLE, /* 400, code 2 */
    FAULT_TOKEN,       /* 190 with the subcode given (463) */
    FAULT_SILENT_17,   /* 17/2446079 without usage headers */
    FAULT_HTML_404,
    FAULT_HTML_500,
    FAULT_HTML_502,
    FAULT_EMPTY_200,
    FAULT_TEXT_200,   /* "Service Unavailable" */
    FAULT_STRING_200, /* a JSON string where an object belongs */
    FAULT_LATENCY,    /* real ms on top */
    FAULT_RESET,
    FAULT_TRUNCATE,
    FAULT_STALL,
    FAULT_DROP_ROW,      /* a listing loses the row between two pages */
    FAULT_DUPLICATE_ROW, /* a page begins with the last row of the one before */
    FAULT_EMPTY_PAGE,    /* an empty page with next */
    FAULT_ENDLESS_EMPTY, /* next goes on past the end, without data */
    FAULT_SHORT_PAGE,    /* half the rows, with next */
    FAULT_CURSOR,        /* 2642 in mid-listing */
    FAULT_CURSOR_DEPTH,  /* 100: the after cursor exceeds the max limit */
    FAULT_MAX_LIMIT,     /* the edge clamps limit */
    FAULT_IGNORE_FILTER,
    FAULT_FIELD_UNKNOWN, /* every object has a member nobody asked for */
    FAULT_FIELD_MISSING,
    FAULT_FIELD_REJECTED,
    FAULT_FIELD_TYPE, /* the field comes with another type: a bare number, an object, null */
    FAULT_BARE_IDS,   /* report_run_id unquoted */
    FAULT_RUN_RACE,   /* 100/33 on polling a young report */
    FAULT_RUN_STALLED,
    FAULT_RUN_SKIPPED,
    FAULT_RUN_FAILED,
    FAULT_RUN_EMPTY,   /* completed, and the first read of it empty */
    FAULT_RUN_SLOW,    /* takes ms longer */
    FAULT_RUN_EXPIRED, /* 100/33 although it was there */
    FAULT_BATCH_NULL,
    FAULT_BATCH_EMPTY, /* {} */
    FAULT_BATCH_960,
    FAULT_BATCH_WHOLE, /* one error object instead of the list */
    FAULT_BATCH_NO_HEADERS,
    FAULT_HEADER_STRINGS,
    FAULT_HEADER_GARBAGE,
    FAULT_HEADER_OVER,  /* more than 100 */
    FAULT_HEADER_STUCK, /* always pct (100) */
    FAULT_HEADER_ABSENT,
    FAULT_HEADER_TWICE, /* duplicate members */
    FAULT_VERSION_WARNING,
    FAULT_CLOCK_SKEW, /* Date is off by ms */
    FAULT_KIND_COUNT
};
const char *fault_kind_name(enum fault_kind kind);
const char *fault_kind_help(enum fault_kind kind);

struct fault {
    int64_t id;
    enum fault_kind kind;
    char path[96], call_class[24], account[40];
    double probability;
    int64_t count;             /* left, -1 = without end */
    int64_t skip;              /* left */
    int64_t from_ms, until_ms; /* until 0 = never ends */
    int http, code, subcode, transient;
    char type[32], message[256], title[96], user_msg[256];
    char field[64], value[256], header[64], entity[40], day[11];
    int64_t ms, limit, days;
    double pct;
    uint64_t hits;
};

struct fault_call {
    const char *path, *call_class, *account; /* account "" = none */
};

struct faults;
struct faults *faults_create(uint64_t seed);
void faults_destroy(struct faults *faults);

/* Defaults of a kind; then fault_set() each key; start_ms is what "+5m" counts from. */
bool fault_init(struct fault *fault, const char *kind, struct err *err);
bool fault_set(struct fault *fault, const char *key, const char *value, int64_t start_ms,
               struct err *err);
int64_t faults_add(struct faults *faults, const struct fault *fault);
/* id 0 = all. Returns how many went. */
size_t faults_remove(struct faults *faults, int64_t id);
size_t faults_list(struct faults *faults, struct fault *out, size_t max);

/* Does a fault of this kind strike the call? If so it is counted and copied. */
bool faults_strike(struct faults *faults, enum fault_kind kind, const struct fault_call *call,
                   int64_t now_ms, struct fault *out);
/* Would it, without counting? For facts that must stay the same while it lasts. */
bool faults_match(struct faults *faults, enum fault_kind kind, const struct fault_call *call,
                  int64_t now_ms, struct fault *out);
/* "+5m" from start, Unix seconds or ms, RFC 3339. */
bool fault_parse_time(const char *text, int64_t start_ms, int64_t *out);

#endif
