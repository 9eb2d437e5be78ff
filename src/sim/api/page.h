/*
 * page: the paging every listing shares: limit, cursors, next (which carries the token, as Meta's
 * does), and the faults that strike between pages (reference 5).
 */
#ifndef SIM_API_PAGE_H
#define SIM_API_PAGE_H

#include "base/str.h"
#include "sim/api/call.h"
#include "sim/api/cursor.h"

struct page {
    const struct request *request; /* whose path and parameters bind the cursor */
    struct cursor from, to;
    uint64_t limit, rows;
    uint64_t skip; /* rows to pass over first: a page asked for by its `before` cursor */
    bool more;     /* set by the listing: rows are left after `to` */
    bool drop;     /* lose the first row */
    bool repeat;   /* begin with the row before */
    bool empty;    /* give nothing this time */
    bool endless;  /* next even past the end */
};

/* False = an error stands in the reply. most: the edge clamps limit to it. */
bool page_begin(struct page *page, struct call *call, const struct request *request, uint64_t most);
/* True = the row before this position belongs to an earlier page. */
bool page_skips(struct page *page, uint64_t at, uint64_t sub, uint64_t last);
/* Writes `{"data":[`. */
void page_open(struct str *out);
/* Writes `],"paging":...` and leaves the object open for a summary. */
void page_close(struct page *page, struct call *call, struct str *out);

#endif
