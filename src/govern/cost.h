/*
 * cost: weighted units of a call (requirements.md 4): 1 for an entity call or basic insights,
 * multiplied for what Meta's load grows with. Pure.
 */
#ifndef GOVERN_COST_H
#define GOVERN_COST_H

#include <stdbool.h>
#include <stddef.h>

#include "model/call.h"

struct cost_weights {
    double call;              /* 1 */
    double breakdowns;        /* x3 */
    double daily;             /* x5, time_increment=1 */
    double window_90d;        /* x2, 90 days or more */
    double action_breakdowns; /* x4, beyond the API's own action_type */
};
void cost_weights_defaults(struct cost_weights *out);

/* Calls of one kind. All but call_class and calls matter for insights and report reads alone. */
struct cost_shape {
    enum call_class call_class;
    double calls; /* pages; may be an estimate with a fraction */
    bool breakdowns, daily, action_breakdowns;
    int days; /* of the window, both ends included */
};

/* Units of ONE call of this shape (calls is ignored). */
double cost_call(const struct cost_weights *w, const struct cost_shape *shape);
/* Units of a whole plan; *calls (may be NULL) gets the number of calls. */
double cost_total(const struct cost_weights *w, const struct cost_shape *shapes, size_t count,
                  double *calls);
/* Whether a list such as "action_type,action_device" asks for more than the default. */
bool cost_action_breakdowns(const char *list);

#endif
