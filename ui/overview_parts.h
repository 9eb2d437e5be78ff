/*
 * overview_parts: the inside of the overview, shared by its files and by nobody else: overview.c
 * loads and counts, overview_account.c makes a line of an account, overview_limits.c reads
 * limiters, overview_notices.c what is told besides.
 */
#ifndef UI_OVERVIEW_PARTS_H
#define UI_OVERVIEW_PARTS_H

#include "ui/overview.h"
#include "ui/view/rows.h"

struct account_row;
struct budget_report;
struct change_row;

/* Of what is in order but worth a sentence; urgency is ten times this, and the tier. */
enum { URGENCY_NOTICED = 8, URGENCY_STEP = 10 };

/* Held by nothing: it waits for its time or its turn. */
bool overview_idle(enum hold_reason reason);
/* Texts are lent by the row. */
void overview_line(const struct account_row *row, const struct overview *o,
                   const struct overview_source *source, struct account_line *out);
/* What an operator set for a time goes before what is configured. */
void overview_find_thresholds(const struct config *config, const struct budget_report *report,
                              double thresholds[USAGE_SOURCE_COUNT]);
bool overview_load_limits(struct overview *o, const struct overview_source *s,
                          struct account_line *lines, struct err *err);
/* What open alerts say of Meta's answers, and how they are now. */
bool overview_load_api(const struct overview_source *s, struct verdict_api *out, struct err *err);
/* Whether so many entities are worth a sentence. */
bool overview_stands_out(const struct change_row *change);
/* What of all that is in order is worth one most; the lines are sorted by id. */
bool overview_load_notices(struct overview *o, const struct overview_source *s,
                           struct account_line *lines, struct err *err);

#endif
