/*
 * breakdowns: the `breakdowns` and `sort` parameters of insights: which may stand together, how far
 * back they reach, and what they leave out (reference 2.2, 6.1, 6.3).
 */
#ifndef SIM_API_BREAKDOWNS_H
#define SIM_API_BREAKDOWNS_H

#include "sim/api/insights.h"

/* False = an error stands in the reply. */
bool breakdowns_read(struct insights_query *query, const struct request *request);
/* Once fields and ranges are read: refuses, empties or thins out what lies too far back. */
bool breakdowns_check_age(struct insights_query *query, int32_t today);
/* Rows per row without them. */
double breakdowns_cells(const struct insights_query *query);

#endif
