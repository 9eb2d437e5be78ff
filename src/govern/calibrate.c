#include "govern/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *calibrate_verdict_name(enum calibrate_verdict verdict)
{
    static const char *const names[] = {"few", "fits", "low", "high"};
    return names[verdict];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t count, double q)
{
    double at = q * (double)(count - 1);
    size_t i = (size_t)at;
    double part = at - (double)i;
    return i + 1 < count ? sorted[i] + part * (sorted[i + 1] - sorted[i]) : sorted[i];
}

/* A verdict needs a dozen medians of nine values each: those are not worth a call of qsort. */
static void sort(double *values, size_t count)
{
    static const size_t few = 16;
    if (count > few) {
        qsort(values, count, sizeof values[0], by_value);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        size_t at = i;
        while (at > 0 && values[at - 1] > value) {
            at--;
        }
        memmove(values + at + 1, values + at, (i - at) * sizeof value);
        values[at] = value;
    }
}

double calibrate_median(double *values, size_t count)
{
    if (count == 0) {
        return 0;
    }
    sort(values, count);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

enum calibrate_verdict calibrate_judge(double measured, double assumed, double *factor)
{
    *factor = 0;
    if (assumed <= 0) {
        return CALIBRATE_FITS;
    }
    *factor = measured / assumed;
    return *factor > 2 ? CALIBRATE_HIGH : *factor < 0.5 ? CALIBRATE_LOW : CALIBRATE_FITS;
}

struct calibration calibrate(const struct calibrate_sample *samples, size_t count, double assumed)
{
    struct calibration out = {.assumed = assumed};
    double ratio[CALIBRATE_SAMPLES_MAX];
    size_t skip = count > CALIBRATE_SAMPLES_MAX ? count - CALIBRATE_SAMPLES_MAX : 0;
    for (size_t i = skip; i < count; i++) {
        if (samples[i].units > 0) {
            ratio[out.samples++] = samples[i].rise_pct / samples[i].units;
        }
    }
    if (out.samples < CALIBRATE_SAMPLES_MIN) {
        return out; /* CALIBRATE_FEW */
    }
    double median = calibrate_median(ratio, out.samples);
    out.pct_per_unit = median > 0 ? median : 0;
    out.low = quantile(ratio, out.samples, 0.25);
    out.high = quantile(ratio, out.samples, 0.75);
    out.verdict = calibrate_judge(out.pct_per_unit, assumed, &out.factor);
    return out;
}

/* What is not explained when a unit of each class costs this. */
static double left_over(const struct calibrate_mix *mix, const double costs[CALL_CLASS_COUNT])
{
    double left = mix->rise_pct;
    for (int k = 0; k < CALL_CLASS_COUNT; k++) {
        left -= costs[k] * mix->units[k];
    }
    return left;
}

/* What class c is left with when the others cost what they are thought to. */
static size_t residues(const struct calibrate_mix *mixes, size_t count,
                       const double costs[CALL_CLASS_COUNT], int c,
                       struct calibrate_sample out[CALIBRATE_SAMPLES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < count && n < CALIBRATE_SAMPLES_MAX; i++) {
        double units = mixes[i].units[c];
        if (units > 0) {
            double left = left_over(&mixes[i], costs) + costs[c] * units;
            out[n++] = (struct calibrate_sample){units, left};
        }
    }
    return n;
}

/* Rise over all units, robust: where the classes are not told apart they cost this. */
static double even_cost(const struct calibrate_mix *mixes, size_t count)
{
    double ratio[CALIBRATE_SAMPLES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        double units = 0;
        for (int k = 0; k < CALL_CLASS_COUNT; k++) {
            units += mixes[i].units[k];
        }
        if (units > 0) {
            ratio[n++] = mixes[i].rise_pct / units;
        }
    }
    double median = calibrate_median(ratio, n);
    return median > 0 ? median : 0;
}

/* What is explained to a tenth of a usual rise is explained. */
static double fits_within(const struct calibrate_mix *mixes, size_t count)
{
    double rise[CALIBRATE_SAMPLES_MAX];
    for (size_t i = 0; i < count; i++) {
        rise[i] = fabs(mixes[i].rise_pct);
    }
    return fmax(0.01, 0.1 * calibrate_median(rise, count));
}

/* Normal equations of a weighted least-squares fit, drawn a little towards `even`. */
struct normal {
    double m[CALL_CLASS_COUNT][CALL_CLASS_COUNT + 1];
};

static void normal_add(struct normal *n, const struct calibrate_mix *mix, double weight)
{
    for (int j = 0; j < CALL_CLASS_COUNT; j++) {
        for (int k = 0; k < CALL_CLASS_COUNT; k++) {
            n->m[j][k] += weight * mix->units[j] * mix->units[k];
        }
        n->m[j][CALL_CLASS_COUNT] += weight * mix->units[j] * mix->rise_pct;
    }
}

/* Gauss-Jordan; the diagonal is positive by the pull to `even`. */
static void normal_solve(struct normal *n, double costs[CALL_CLASS_COUNT])
{
    for (int j = 0; j < CALL_CLASS_COUNT; j++) {
        double pivot = n->m[j][j];
        for (int k = 0; k <= CALL_CLASS_COUNT; k++) {
            n->m[j][k] /= pivot;
        }
        for (int i = 0; i < CALL_CLASS_COUNT; i++) {
            double factor = i == j ? 0 : n->m[i][j];
            for (int k = 0; k <= CALL_CLASS_COUNT; k++) {
                n->m[i][k] -= factor * n->m[j][k];
            }
        }
    }
    for (int j = 0; j < CALL_CLASS_COUNT; j++) {
        costs[j] = fmax(0, n->m[j][CALL_CLASS_COUNT]);
    }
}

double calibrate_mixes(const struct calibrate_mix *mixes, size_t count,
                       double costs[CALL_CLASS_COUNT])
{
    enum { ROUNDS = 20 };
    static const double pull = 0.02, least = 1e-6;
    count = count < CALIBRATE_SAMPLES_MAX ? count : CALIBRATE_SAMPLES_MAX;
    double even = even_cost(mixes, count), fits = fits_within(mixes, count);
    for (int k = 0; k < CALL_CLASS_COUNT; k++) {
        costs[k] = even;
    }
    for (int round = 0; round < ROUNDS; round++) {
        struct normal n = {0};
        for (size_t i = 0; i < count; i++) {
            normal_add(&n, &mixes[i], 1 / fmax(fabs(left_over(&mixes[i], costs)), fits));
        }
        for (int k = 0; k < CALL_CLASS_COUNT; k++) {
            double weight = pull * n.m[k][k] + least;
            n.m[k][k] += weight;
            n.m[k][CALL_CLASS_COUNT] += weight * even;
        }
        normal_solve(&n, costs);
    }
    return even;
}

struct calibration calibrate_mix(const struct calibrate_mix *mixes, size_t count,
                                 const double costs[CALL_CLASS_COUNT], int call_class,
                                 double assumed)
{
    struct calibrate_sample samples[CALIBRATE_SAMPLES_MAX];
    size_t n = residues(mixes, count, costs, call_class, samples);
    return calibrate(samples, n, assumed);
}

double calibrate_theil_sen(const double *x, const double *y, size_t count)
{
    if (count > CALIBRATE_SAMPLES_MAX) {
        x += count - CALIBRATE_SAMPLES_MAX;
        y += count - CALIBRATE_SAMPLES_MAX;
        count = CALIBRATE_SAMPLES_MAX;
    }
    if (count < 2) {
        return 0;
    }
    double *slopes = malloc(count * (count - 1) / 2 * sizeof *slopes);
    if (!slopes) {
        return 0; /* no claim rather than a failure: a slope is a hint */
    }
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            double dx = x[k] - x[i];
            if (fabs(dx) > 1e-12) {
                slopes[n++] = (y[k] - y[i]) / dx;
            }
        }
    }
    double slope = calibrate_median(slopes, n);
    free(slopes);
    return slope;
}
