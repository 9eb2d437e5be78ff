/*
 * reports: asynchronous insights (reference 7): POST makes a run, which is queued, started, running
 * and then completed, failed or skipped as simulated time goes; its rows are frozen as of its end.
 * Runs expire after 30 days, and the oldest go when there are too many.
 *
 * Thread-safe.
 */
#ifndef SIM_API_REPORTS_H
#define SIM_API_REPORTS_H

#include "base/str.h"
#include "sim/api/call.h"

struct json;
struct reports;
struct reports *reports_create(uint64_t seed);
void reports_destroy(struct reports *reports);

/* POST .../insights. */
void reports_post(struct call *call);
/* GET /<run> and /<run>/insights; the call's run_id is set. */
void reports_node(struct call *call);
void reports_rows(struct call *call);
/* Is it one? Sets the account it belongs to. */
bool reports_find(struct reports *reports, const char *id, int64_t *run_id, int *account);
/* Saved state: a JSON list, and back. */
void reports_save(struct reports *reports, struct str *out);
void reports_load(struct reports *reports, const struct json *list);

#endif
