/*
 * calibrate: how many per cent of a limiter a weighted unit really costs, from measured rises
 * (usage_log against api_calls). Robust: the median of ratios, or Theil-Sen over pairs, so that
 * other users of the account and odd readings do not bend it. Pure.
 */
#ifndef GOVERN_CALIBRATE_H
#define GOVERN_CALIBRATE_H

#include <stddef.h>

#include "model/call.h"

enum { CALIBRATE_SAMPLES_MAX = 256, CALIBRATE_SAMPLES_MIN = 5 };

/* Between two readings of one limiter: what was sent, and the rise with decay given back. */
struct calibrate_sample {
    double units;
    double rise_pct;
};

enum calibrate_verdict {
    CALIBRATE_FEW,  /* under CALIBRATE_SAMPLES_MIN usable samples: nothing is claimed */
    CALIBRATE_FITS, /* within a factor of two of the assumption */
    CALIBRATE_LOW,  /* costs less than half of what was assumed */
    CALIBRATE_HIGH  /* costs more than twice of it */
};
const char *calibrate_verdict_name(enum calibrate_verdict verdict); /* "few","fits","low","high" */

struct calibration {
    double pct_per_unit; /* 0 when there are too few samples */
    double low, high;    /* quartiles of the single ratios */
    size_t samples;      /* usable ones */
    double assumed;      /* what it is compared with, pct per unit */
    double factor;       /* measured / assumed; 0 = unknown */
    enum calibrate_verdict verdict;
};

/* How a measured cost stands to an assumed one; *factor: their ratio. assumed <= 0: FITS, 0. */
enum calibrate_verdict calibrate_judge(double measured, double assumed, double *factor);

/* Samples with units <= 0 are skipped; only the last CALIBRATE_SAMPLES_MAX count.
 * assumed <= 0: no comparison, the verdict is FITS when there are enough samples. */
struct calibration calibrate(const struct calibrate_sample *samples, size_t count, double assumed);

/* The same with several classes of calls between the readings. Units may be negative: of calls that
 * left an hour's window. */
struct calibrate_mix {
    double units[CALL_CLASS_COUNT];
    double rise_pct;
};
/* Per cent a unit of each class, by the least sum of absolute deviations (least squares, weighed
 * anew by what is left). Returns the cost of a unit when all classes cost the same, which is also
 * the answer for those that always come together. */
double calibrate_mixes(const struct calibrate_mix *mixes, size_t count,
                       double costs[CALL_CLASS_COUNT]);
/* One class of them, the others at their costs; mixes at most CALIBRATE_SAMPLES_MAX. */
struct calibration calibrate_mix(const struct calibrate_mix *mixes, size_t count,
                                 const double costs[CALL_CLASS_COUNT], int call_class,
                                 double assumed);

/* Median of pairwise slopes; what a limiter rises per unit when samples are cumulative sums.
 * NaN-free: 0 when fewer than two distinct units. At most CALIBRATE_SAMPLES_MAX points. */
double calibrate_theil_sen(const double *x, const double *y, size_t count);
/* Sorts values; 0 for none. */
double calibrate_median(double *values, size_t count);

#endif
