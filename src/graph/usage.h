/*
 * usage: reads the usage headers of a response into readings. Pure, tolerant: a value may be a
 * number, a numeric string, above 100, duplicated, or garbage (reported in `fault`, never fatal).
 * An absent header means unknown, not zero. Source: reference 1.1 and 1.2.
 */
#ifndef GRAPH_USAGE_H
#define GRAPH_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http.h"
#include "model/usage.h"

/* 32 objects of x-business-use-case-usage is the API's maximum; the request's own come first. */
enum { USAGE_READINGS_MAX = 40 };

struct usage_set {
    struct usage_reading readings[USAGE_READINGS_MAX];
    size_t count;
    double reach_pct;       /* x-fb-ads-insights-reach-throttle, worst; -1 = absent */
    const char *fault_name; /* header that could not be read; NULL = none */
    char fault[120];        /* its value, cut */
};

struct usage_context {
    int64_t at; /* ms, arrival on adtop's clock */
    int64_t run_id;
    const char *account_id; /* of the request, "act_<n>"; NULL or "" = none */
};

void usage_read(const struct http_header *headers, size_t count,
                const struct usage_context *context, struct usage_set *out);

/* Worst percentage of one source for one scope id; -1 = no reading. scope_id NULL = any. */
double usage_worst(const struct usage_set *set, enum usage_source source, const char *scope_id);

#endif
