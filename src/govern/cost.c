#include "govern/cost.h"

#include <stddef.h>
#include <string.h>

static const int long_window_days = 90;

void cost_weights_defaults(struct cost_weights *out)
{
    *out = (struct cost_weights){
        .call = 1, .breakdowns = 3, .daily = 5, .window_90d = 2, .action_breakdowns = 4};
}

double cost_call(const struct cost_weights *w, const struct cost_shape *shape)
{
    double cost = w->call;
    if (!call_class_is_insights(shape->call_class)) {
        return cost;
    }
    cost *= shape->breakdowns ? w->breakdowns : 1;
    cost *= shape->daily ? w->daily : 1;
    cost *= shape->days >= long_window_days ? w->window_90d : 1;
    cost *= shape->action_breakdowns ? w->action_breakdowns : 1;
    return cost;
}

double cost_total(const struct cost_weights *w, const struct cost_shape *shapes, size_t count,
                  double *calls)
{
    double cost = 0, sum = 0;
    for (size_t i = 0; i < count; i++) {
        cost += shapes[i].calls * cost_call(w, &shapes[i]);
        sum += shapes[i].calls;
    }
    if (calls) {
        *calls = sum;
    }
    return cost;
}

bool cost_action_breakdowns(const char *list)
{
    return list && list[0] != '\0' && strcmp(list, "action_type") != 0;
}
