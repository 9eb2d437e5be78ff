/*
 * calibrate_log: per cent of each limiter per weighted unit, by account and class of call, from the
 * recorded calls and readings (api_calls, usage_log), beside what is assumed. Between two readings
 * of a limiter lie answers of several classes; what they cost is told apart by a robust regression
 * (calibrate.h). An interval ends where nothing was under way, so that every answer is on the right
 * side. What fell meanwhile is given back: of an hour's quota the calls that left it, of a score
 * the even fall to its reset, of insights load what drain.h has learned of it. Pure.
 *
 * Assumed is what is published for a call (reference 2.1), else, where no limit is published, that
 * a unit costs the same in every class: then it is the weights of cost.h that are judged.
 */
#ifndef GOVERN_CALIBRATE_LOG_H
#define GOVERN_CALIBRATE_LOG_H

#include <stdbool.h>

#include "govern/calibrate.h"
#include "govern/replay.h"

struct calibrate_log {
    const struct replay_call *calls; /* in order of at_ms, with their readings */
    size_t count;
    const char *account_id; /* only its limiters and the app's; NULL = all */
    /* Quotas grow with them; NULL = none. */
    int64_t (*active_ads)(void *ctx, const char *account_id);
    void *ctx;
};

struct calibrate_row {
    enum usage_source source;
    enum use_case use_case;   /* of USAGE_BUC */
    char account_id[ID_SIZE]; /* "" = the app's */
    enum call_class call_class;
    int64_t calls; /* of the class, that the limiter counted */
    bool published;
    struct calibration cost; /* per weighted unit */
};

/* Rows in order of source, account, use case, class; at most max. False = out of memory. */
bool calibrate_log(const struct calibrate_log *log, struct calibrate_row *rows, size_t max,
                   size_t *count);

#endif
