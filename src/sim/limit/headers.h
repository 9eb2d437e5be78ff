/*
 * headers: the five usage headers in the shapes Meta sends them (reference 1.1): whole percents in
 * x-app-usage and the use-case header, fractional ones elsewhere; minutes in the use-case header,
 * seconds in x-ad-account-usage; left out while close to zero; above 100 when it is so.
 */
#ifndef SIM_LIMIT_HEADERS_H
#define SIM_LIMIT_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/limit/meter.h"
#include "sim/net/reply.h"

struct usage_style {
    bool strings;        /* figures as JSON strings */
    bool absent;         /* none at all */
    bool twice;          /* the use-case object named twice */
    const char *garbage; /* instead of the value; NULL = none */
    double pct;          /* instead of the figure; below 0 = none */
    const char *only;    /* a header the style is for; "" = all */
};

struct usage_ask {
    int64_t now_ms;
    const char *account; /* number without "act_"; NULL = none */
    enum use_case use_case;
    double reach_pct; /* of the day's reports on reach by breakdown, older than 13 months; below 0 =
                         not asked for */
    struct usage_style style;
};

/* Below this a percentage is left out; insights load is always sent on insights. */
#define HEADERS_LEAST_PCT 1.0

void headers_add(struct reply *reply, const struct meter_view *view, const struct usage_ask *ask);

#endif
