#include "govern/calibrate_log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/limit/drain.h"
#include "govern/limit/limit_model.h"

static const int64_t hour_ms = 3600000;
static const int64_t longest_ms = 900000; /* of an interval between readings of whole per cent */
static const int64_t together_ms = 5000;
static const double steps_needed = 2; /* of them, for a rise that can be measured */

/* Readings of one limiter, and the calls it counts. */
struct limiter {
    const struct usage_reading **readings;
    size_t reading_count;
    const struct replay_call **calls;
    size_t call_count;
    int64_t *sent; /* the earliest sending among a call and those answered after it */
};

struct log {
    const struct usage_reading **readings; /* by limiter, then time */
    size_t reading_count;
    const struct replay_call **by_time, **by_account; /* answered calls */
    size_t call_count;
    int64_t *sent; /* room for a limiter's */
    struct decay decay[USAGE_SOURCE_COUNT];
};

static int compare_limiter(const struct usage_reading *x, const struct usage_reading *y)
{
    if (x->source != y->source) {
        return x->source < y->source ? -1 : 1;
    }
    int text = usage_source_is_app(x->source) ? 0 : strcmp(x->scope_id, y->scope_id);
    return text != 0 ? text : (x->use_case > y->use_case) - (x->use_case < y->use_case);
}

static int by_limiter(const void *a, const void *b)
{
    const struct usage_reading *x = *(const struct usage_reading *const *)a;
    const struct usage_reading *y = *(const struct usage_reading *const *)b;
    int order = compare_limiter(x, y);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_account(const void *a, const void *b)
{
    const struct replay_call *x = *(const struct replay_call *const *)a;
    const struct replay_call *y = *(const struct replay_call *const *)b;
    int order = strcmp(x->call.account_id, y->call.account_id);
    return order != 0 ? order : (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static void log_free(struct log *log)
{
    free(log->readings);
    free(log->by_time);
    free(log->by_account);
    free(log->sent);
}

static bool wanted(const struct calibrate_log *in, const struct usage_reading *r)
{
    return !in->account_id || usage_source_is_app(r->source) ||
           strcmp(r->scope_id, in->account_id) == 0;
}

static bool log_build(const struct calibrate_log *in, struct log *out)
{
    size_t readings = 1;
    for (size_t i = 0; i < in->count; i++) {
        readings += in->calls[i].reading_count;
    }
    *out = (struct log){.readings = calloc(readings, sizeof(struct usage_reading *)),
                        .by_time = calloc(in->count + 1, sizeof(struct replay_call *)),
                        .by_account = calloc(in->count + 1, sizeof(struct replay_call *)),
                        .sent = calloc(in->count + 1, sizeof *out->sent)};
    if (!out->readings || !out->by_time || !out->by_account || !out->sent) {
        log_free(out);
        return false;
    }
    for (size_t i = 0; i < in->count; i++) {
        const struct replay_call *call = &in->calls[i];
        for (size_t k = 0; k < call->reading_count; k++) {
            if (wanted(in, &call->readings[k])) {
                out->readings[out->reading_count++] = &call->readings[k];
            }
        }
        if (!call->throttled) {
            out->by_time[out->call_count] = call;
            out->by_account[out->call_count++] = call;
        }
    }
    qsort(out->readings, out->reading_count, sizeof(struct usage_reading *), by_limiter);
    qsort(out->by_account, out->call_count, sizeof(struct replay_call *), by_account);
    return true;
}

static bool counts(const struct usage_reading *of, const struct replay_call *call)
{
    switch (of->source) {
    case USAGE_BUC:
        return call_class_use_case(call->call.call_class) == of->use_case;
    case USAGE_INSIGHTS:
    case USAGE_INSIGHTS_APP:
        return call_class_is_insights(call->call.call_class);
    case USAGE_APP:
    case USAGE_ACCOUNT:
    case USAGE_SOURCE_COUNT:
        break;
    }
    return true;
}

/* The limiter whose readings begin at `first`. */
static struct limiter limiter_at(const struct log *log, size_t first)
{
    const struct usage_reading *of = log->readings[first];
    struct limiter out = {.readings = log->readings + first};
    while (first + out.reading_count < log->reading_count &&
           compare_limiter(of, log->readings[first + out.reading_count]) == 0) {
        out.reading_count++;
    }
    out.calls = log->by_time;
    out.call_count = log->call_count;
    if (usage_source_is_app(of->source)) {
        return out;
    }
    size_t low = 0, high = log->call_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = strcmp(log->by_account[middle]->call.account_id, of->scope_id) < 0;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    out.calls = log->by_account + low;
    for (out.call_count = 0; low + out.call_count < log->call_count; out.call_count++) {
        if (strcmp(log->by_account[low + out.call_count]->call.account_id, of->scope_id) != 0) {
            break;
        }
    }
    return out;
}

/* Units by class of the calls answered in (from, to]; *at: where the last one ended. */
static int add_units(const struct limiter *l, int64_t from, int64_t to, double sign, size_t *at,
                     double units[CALL_CLASS_COUNT])
{
    int added = 0;
    for (; *at < l->call_count && l->calls[*at]->at_ms <= to; (*at)++) {
        const struct replay_call *call = l->calls[*at];
        if (call->at_ms > from && counts(l->readings[0], call)) {
            units[call->call.call_class] += sign * call->call.cost;
            added++;
        }
    }
    return added;
}

static uint32_t kind_of(const struct limiter *l, size_t last)
{
    const struct replay_call *call = l->calls[last];
    const char *account =
        usage_source_is_app(l->readings[0]->source) ? NULL : call->call.account_id;
    return drain_kind(account, (int)call->call.call_class, call->call.cost, call->rows, true);
}

/* How load falls: the pairs of all limiters of the source. */
static void learn_fall(struct log *log, enum usage_source source)
{
    struct drain drain = {0};
    struct decay *decay = &log->decay[source];
    for (size_t i = 0; i < log->reading_count;) {
        struct limiter l = limiter_at(log, i);
        size_t at = 0;
        i += l.reading_count;
        for (size_t k = 1; k < l.reading_count && l.readings[0]->source == source; k++) {
            const struct usage_reading *a = l.readings[k - 1], *b = l.readings[k];
            double units[CALL_CLASS_COUNT] = {0};
            if (add_units(&l, a->at, b->at, 1, &at, units) == 1) {
                struct drain_pair pair = {a->pct, b->pct, (double)(b->at - a->at) / 1000.0,
                                          kind_of(&l, at - 1)};
                drain_add(&drain, &pair, decay->period_s);
            }
        }
    }
    drain_fit(&drain, decay);
}

/* What is left of a at b's time. */
static double left_of(const struct log *log, const struct usage_reading *a,
                      const struct usage_reading *b)
{
    if (usage_source_is_hourly(a->source)) {
        return a->pct; /* what left is counted by its calls */
    }
    if (a->source == USAGE_ACCOUNT && a->regain_s > 0) {
        return decay_to_reset(a->pct, a->regain_s, b->at - a->at);
    }
    return decay_after(&log->decay[a->source], a->pct, b->at - a->at);
}

static void note_sent(const struct log *log, struct limiter *l)
{
    l->sent = log->sent;
    l->sent[l->call_count] = INT64_MAX;
    for (size_t i = l->call_count; i-- > 0;) {
        const struct replay_call *call = l->calls[i];
        int64_t sent = call->at_ms - call->took_ms;
        bool counted = counts(l->readings[0], call);
        l->sent[i] = counted && sent < l->sent[i + 1] ? sent : l->sent[i + 1];
    }
}

/* Answers given side by side arrive in any order: the highest of their readings is the last. */
static const struct usage_reading *upper(const struct usage_reading *top,
                                         const struct usage_reading *r)
{
    return top->pct > r->pct && r->at - top->at <= together_ms ? top : r;
}

/* Whether after reading k nothing is under way; next: the first call answered later. */
static bool is_quiet(const struct limiter *l, size_t k, size_t next)
{
    static const int64_t trailing_ms = 1000; /* an answer is logged as soon as it is read */
    int64_t at = l->readings[k]->at;
    bool last = k + 1 == l->reading_count || l->readings[k + 1]->at - at > trailing_ms;
    return last && l->sent[next] > at;
}

/* Whether the interval from a to b tells something. */
static bool measurable(const struct usage_reading *a, const struct usage_reading *b, bool quiet)
{
    bool stands = a->pct >= 100 && b->pct >= 100;
    bool step = !usage_source_is_hourly(a->source) || fabs(b->pct - a->pct) >= steps_needed;
    return !stands && ((step && quiet) || b->at - a->at >= longest_ms);
}

/* Intervals between readings, the last CALIBRATE_SAMPLES_MAX of them. */
static size_t sample(const struct log *log, const struct limiter *l,
                     struct calibrate_mix samples[CALIBRATE_SAMPLES_MAX])
{
    size_t n = 0, at = 0, left = 0;
    double units[CALL_CLASS_COUNT] = {0};
    const struct usage_reading *base = l->readings[0], *top = NULL;
    for (size_t k = 1; k < l->reading_count; k++) {
        const struct usage_reading *r = l->readings[k], *last = l->readings[k - 1];
        add_units(l, last->at, r->at, 1, &at, units);
        if (usage_source_is_hourly(r->source)) {
            add_units(l, last->at - hour_ms, r->at - hour_ms, -1, &left, units);
        }
        bool lost = r->at - last->at >= hour_ms;
        top = lost || !top ? r : upper(top, r);
        if (!lost && !measurable(base, top, is_quiet(l, k, at))) {
            continue;
        }
        if (!lost) {
            struct calibrate_mix *mix = &samples[n++ % CALIBRATE_SAMPLES_MAX];
            memcpy(mix->units, units, sizeof units);
            mix->rise_pct = top->pct - left_of(log, base, top);
        }
        memset(units, 0, sizeof units);
        base = top;
        top = NULL;
    }
    return n < CALIBRATE_SAMPLES_MAX ? n : CALIBRATE_SAMPLES_MAX;
}

/* Per cent of a call by the published limit; 0 = none is published. */
static double published(const struct calibrate_log *in, const struct limiter *l)
{
    const struct usage_reading *last = l->readings[l->reading_count - 1];
    if (last->source != USAGE_ACCOUNT && last->source != USAGE_BUC) {
        return 0;
    }
    enum scope_kind kind = last->source == USAGE_ACCOUNT ? SCOPE_ACCOUNT : SCOPE_USE_CASE;
    int64_t ads = in->active_ads ? in->active_ads(in->ctx, last->scope_id) : 0;
    double max = limit_max(limit_row(kind, last->use_case, last->access_tier), ads);
    return max > 0 ? 100 / max : 0;
}

static void judge(const struct calibrate_log *in, const struct log *log, const struct limiter *l,
                  struct calibrate_row *rows, size_t max, size_t *count)
{
    struct calibrate_mix samples[CALIBRATE_SAMPLES_MAX];
    const struct usage_reading *of = l->readings[0];
    size_t n = sample(log, l, samples);
    double costs[CALL_CLASS_COUNT], even = calibrate_mixes(samples, n, costs);
    double of_call = published(in, l);
    for (int c = 0; c < CALL_CLASS_COUNT; c++) {
        struct calibrate_row row = {.source = of->source,
                                    .use_case = of->use_case,
                                    .call_class = (enum call_class)c,
                                    .published = of_call > 0};
        double units = 0;
        for (size_t i = 0; i < l->call_count; i++) {
            bool is = l->calls[i]->call.call_class == row.call_class && counts(of, l->calls[i]);
            row.calls += is;
            units += is ? l->calls[i]->call.cost : 0;
        }
        if (row.calls == 0 || *count >= max) {
            continue;
        }
        snprintf(row.account_id, sizeof row.account_id, "%s",
                 usage_source_is_app(of->source) ? "" : of->scope_id);
        double assumed = units > 0 && of_call > 0 ? of_call * (double)row.calls / units : even;
        row.cost = calibrate_mix(samples, n, costs, c, assumed);
        rows[(*count)++] = row;
    }
}

bool calibrate_log(const struct calibrate_log *in, struct calibrate_row *rows, size_t max,
                   size_t *count)
{
    struct log log;
    *count = 0;
    if (!log_build(in, &log)) {
        return false;
    }
    for (int s = 0; s < USAGE_SOURCE_COUNT; s++) {
        log.decay[s] = decay_prior(300);
    }
    learn_fall(&log, USAGE_INSIGHTS_APP);
    learn_fall(&log, USAGE_INSIGHTS);
    for (size_t i = 0; i < log.reading_count;) {
        struct limiter l = limiter_at(&log, i);
        note_sent(&log, &l);
        judge(in, &log, &l, rows, max, count);
        i += l.reading_count;
    }
    log_free(&log);
    return true;
}
