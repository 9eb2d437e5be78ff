/*
 * pager: the paging state of one listing. Pure: it fills requests and judges results, others send.
 *
 * The next page is our own parameters plus cursors.after; paging.next is never followed. A page may
 * be short or empty with a next; three empty ones in a row end the listing, a repeated cursor too
 * (reference 5). "Reduce the amount of data" quarters the page and asks again with the same cursor;
 * successes let it grow slowly. A dead cursor (2642) starts the listing again, a few times at most.
 */
#ifndef GRAPH_PAGER_H
#define GRAPH_PAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph/graph.h"

enum {
    PAGER_PARAMS_MAX = 16,
    PAGER_EMPTY_MAX = 3, /* consecutive empty pages with a next */
    PAGER_RESTARTS_MAX = 3,
    PAGER_TRIES_MAX = 5, /* transient failures of one page */
    PAGER_SHRINK = 4,    /* every refusal is an error of ours: few steps */
    PAGER_CURSOR_SIZE = GRAPH_AFTER_SIZE + 128
};

enum pager_verdict {
    PAGER_PAGE,    /* take the rows; there is more */
    PAGER_LAST,    /* take the rows; the listing ended (see `ended_early`) */
    PAGER_AGAIN,   /* same page again after wait_ms (a throttle: when the governor admits it) */
    PAGER_RESTART, /* from page 1: rows may repeat, and nothing may be concluded from absence */
    PAGER_FIELD,   /* a field is rejected (error.field): quarantine it, init again */
    PAGER_FAILED
};

/* Texts are lent for the pager's life. */
struct pager_spec {
    enum call_class call_class;
    const char *account_id;
    const char *path;
    const struct graph_param *params; /* without limit and after */
    size_t param_count;
    int64_t run_id;
    int limit_max;   /* 500 entities, 1000 insights */
    int limit_start; /* remembered per account and edge; 0 = limit_max */
};

struct pager {
    struct pager_spec spec;
    char after[GRAPH_AFTER_SIZE]; /* cursor of the page to ask for; "" = the first */
    int limit;                    /* of the page to ask for */
    int pages;                    /* taken since the start or restart */
    int64_t rows;
    int restarts, tries, empties;
    int shrunk;            /* times since the last page that came */
    int good, good_needed; /* successes since the last growth; how many it takes */
    bool ended;
    bool ended_early;  /* ended by a guard: absence proves nothing */
    const char *guard; /* which one, for the log; NULL = none */
    int64_t wait_ms;   /* of PAGER_AGAIN */
    uint64_t seen[8];  /* hashes of the last cursors */
    /* what pager_request lends */
    struct graph_param params[PAGER_PARAMS_MAX + 2];
    char limit_text[12];
};

bool pager_init(struct pager *pager, const struct pager_spec *spec, struct err *err);
/* The request of the next page, lent from the pager until its next call. */
void pager_request(struct pager *pager, struct graph_request *out);
/* Judges the answer and moves on. unit: uniform in [0, 1), for the jitter. */
enum pager_verdict pager_result(struct pager *pager, const struct graph_result *result,
                                double unit);
/* Pages of at most so many rows from here on; 0 = no fewer. They do not grow for a while. */
void pager_lighten(struct pager *pager, int limit);
/* Resume text "v1 <hash> <limit> <pages> <rows> <after>", to commit with the page's rows. The hash
 * covers path and parameters: a cursor of other parameters is refused. "" once the listing ended.
 */
bool pager_save(const struct pager *pager, char out[PAGER_CURSOR_SIZE]);
/* false (and unchanged: from page 1) when the text is not of this listing. */
bool pager_load(struct pager *pager, const char *text);

#endif
