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
