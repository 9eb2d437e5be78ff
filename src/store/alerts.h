/*
 * alerts: one interval row per rule and scope; at most one open at a time. Threads: see store.h.
 */
#ifndef STORE_ALERTS_H
#define STORE_ALERTS_H

#include "base/arena.h"
#include "model/alert.h"
#include "store/store.h"

const char *alert_severity_name(enum alert_severity severity); /* "info", ... */

struct alert_row {
    int64_t alert_id; /* given by the store */
    char rule[48];
    char scope[80]; /* account id, limiter, "engine" */
    enum alert_severity severity;
    int64_t since, cleared_at; /* cleared_at 0 = open */
    int64_t acked_at;
    char acked_by[64];
    char detail[512];
};
/* Sets alert->alert_id. An open one of the same rule and scope keeps its since and takes the new
 * severity and detail; *opened says which it was (may be NULL). */
bool store_alert_open(struct store *store, struct alert_row *alert, bool *opened, struct err *err);
/* No open one is no error. */
bool store_alert_clear(struct store *store, const char *rule, const char *scope, int64_t at,
                       struct err *err);
/* ERR_NOT_FOUND when there is none. */
bool store_alert_ack(struct store *store, int64_t alert_id, const char *by, int64_t at,
                     struct err *err);

struct store_alerts {
    struct alert_row *rows;
    size_t count;
};
/* Those that are open. */
bool store_alerts_load(struct store *store, struct arena *arena, struct store_alerts *out,
                       struct err *err);

#endif
