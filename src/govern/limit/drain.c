#include "govern/limit/drain.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "govern/calibrate.h"

static const double longest = 2;      /* gap, of the period: then nothing is left anyway */
static const double least_before = 5; /* below it a fall is hardly seen */
/* Of the published rate. */
static const double slowest = 0.25, fastest = 20;
static const double coarse = 1.25, fine = 1.04;
enum { COARSE_STEPS = 20, FINE_STEPS = 12 }; /* slowest to fastest; two coarse ones */
/* What is explained as well as the best: this share more left over, and this much a pair. */
static const double same_share = 0.01, same_pct = 0.02;
/* Standard deviations of the difference by which one explanation has to beat another. */
static const double clearly = 1;

/* The pairs, those of a kind side by side. */
struct sorted {
    struct drain_pair pairs[DRAIN_PAIRS];
    int count;
};

struct fall {
    enum decay_shape shape;
    double rate; /* 1/s, or per cent per second */
};

struct best {
    double rate, left;
};

struct fitted {
    double best, rate;
    bool shown; /* clearly better than what is published */
};

static uint32_t mix(uint32_t hash, uint32_t value)
{
    return (hash ^ value) * 16777619U;
}

uint32_t drain_kind(const char *account_id, int call_class, double cost, int64_t bytes, bool ok)
{
    uint32_t hash = 2166136261U;
    for (const char *c = account_id ? account_id : ""; *c; c++) {
        hash = mix(hash, (uint32_t)(unsigned char)*c);
    }
    hash = mix(hash, (uint32_t)call_class);
    hash = mix(hash, (uint32_t)lround(fmin(cost, 1e6) * 10));
    hash = mix(hash, bytes > 0 ? (uint32_t)ilogb((double)bytes) : 0U);
    hash = mix(hash, ok);
    return hash ? hash : 1U;
}

bool drain_add(struct drain *d, const struct drain_pair *pair, double period_s)
{
    if (pair->before < least_before || pair->dt_s <= 0 || pair->dt_s > longest * period_s) {
        return false;
    }
    d->pairs[d->next] = *pair;
    d->next = (d->next + 1) % DRAIN_PAIRS;
    d->count += d->count < DRAIN_PAIRS;
    d->fresh++;
    return true;
}

bool drain_due(struct drain *d)
{
    bool due = d->fresh * 8 >= d->count;
    d->fresh = due ? 0 : d->fresh;
    return due;
}

static int by_kind(const void *a, const void *b)
{
    const struct drain_pair *x = a, *y = b;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static void sort_pairs(const struct drain *d, struct sorted *out)
{
    out->count = d->count;
    for (int i = 0; i < d->count; i++) {
        out->pairs[i] = d->pairs[i];
    }
    qsort(out->pairs, (size_t)out->count, sizeof out->pairs[0], by_kind);
}

static double fallen(const struct drain_pair *p, enum decay_shape shape, double rate)
{
    return shape == DECAY_EVEN ? fmax(0, p->before - rate * p->dt_s)
                               : p->before * exp(-rate * p->dt_s);
}

/* What each pair leaves unexplained; returns their sum. */
static double left_over(const struct sorted *s, enum decay_shape shape, double rate,
                        double left[DRAIN_PAIRS])
{
    double cost[DRAIN_PAIRS], sum = 0;
    for (int i = 0, end; i < s->count; i = end) {
        for (end = i; end < s->count && s->pairs[end].kind == s->pairs[i].kind; end++) {
            left[end] = s->pairs[end].after - fallen(&s->pairs[end], shape, rate);
            cost[end - i] = left[end];
        }
        double median = fmax(0, calibrate_median(cost, (size_t)(end - i)));
        for (int k = i; k < end; k++) {
            left[k] = fabs(left[k] - median);
            sum += left[k];
        }
    }
    return sum;
}

/* From `from` by steps of `step` as long as the pairs are explained as well. */
static double walk(const struct sorted *s, enum decay_shape shape, double from, double step,
                   const double range[2], double enough)
{
    double left[DRAIN_PAIRS], at = from;
    for (;;) {
        double next = at * step;
        if (next < range[0] || next > range[1] || left_over(s, shape, next, left) > enough) {
            return at;
        }
        at = next;
    }
}

/* Standard deviations by which a explains the pairs better than b. */
static double better(const struct sorted *s, struct fall a, struct fall b)
{
    double left_a[DRAIN_PAIRS], left_b[DRAIN_PAIRS], sum = 0, squares = 0;
    left_over(s, a.shape, a.rate, left_a);
    left_over(s, b.shape, b.rate, left_b);
    for (int i = 0; i < s->count; i++) {
        double more = left_b[i] - left_a[i];
        sum += more;
        squares += more * more;
    }
    return squares > 0 ? sum / sqrt(squares) : 0;
}

/* Keeps the best of `count` rates from `from` on, each `step` times the one before. */
static void search(const struct sorted *s, struct fall from, double step, int count,
                   struct best *best)
{
    double left[DRAIN_PAIRS];
    for (int i = 0; i < count; i++) {
        double sum = left_over(s, from.shape, from.rate, left);
        if (sum < best->left) {
            *best = (struct best){from.rate, sum};
        }
        from.rate *= step;
    }
}

static struct fitted fit(const struct sorted *s, enum decay_shape shape, double prior)
{
    struct best best = {prior, INFINITY};
    const double range[2] = {slowest * prior, fastest * prior};
    search(s, (struct fall){shape, range[0]}, coarse, COARSE_STEPS, &best);
    search(s, (struct fall){shape, best.rate / coarse}, fine, FINE_STEPS, &best);
    struct fitted out = {.best = best.rate};
    double enough = best.left * (1 + same_share) + same_pct * s->count;
    double slow = walk(s, shape, out.best, 1 / fine, range, enough);
    double fast = prior > out.best ? walk(s, shape, out.best, fine, range, enough) : out.best;
    out.rate = prior < slow ? slow : prior > fast ? fast : prior;
    out.shown = better(s, (struct fall){shape, out.best}, (struct fall){shape, prior}) >= clearly;
    out.rate = out.shown ? out.rate : prior;
    return out;
}

/* how: standard deviations by which an even fall is the better explanation. That is how a score
 * falls by the reset it names, so a proportional one has to be clearly better; as long as it is a
 * little, the slower of both counts. */
static enum decay_shape shape_of(double how, const struct fitted *even, const struct fitted *share)
{
    if (how <= -clearly) {
        return DECAY_SHARE;
    }
    bool both = even->shown && share->shown;
    return how >= 0 || !share->shown ? DECAY_EVEN : both ? DECAY_SLOWER : DECAY_SHARE;
}

bool drain_fit(const struct drain *d, struct decay *out)
{
    struct sorted s;
    if (d->count < DRAIN_PAIRS_MIN) {
        return false;
    }
    sort_pairs(d, &s);
    struct decay prior = decay_prior(out->period_s);
    struct fitted even = fit(&s, DECAY_EVEN, prior.linear_s);
    struct fitted share = fit(&s, DECAY_SHARE, prior.share_s);
    double how =
        better(&s, (struct fall){DECAY_EVEN, even.best}, (struct fall){DECAY_SHARE, share.best});
    out->linear_s = even.rate;
    out->share_s = share.rate;
    out->shape = shape_of(how, &even, &share);
    return true;
}
