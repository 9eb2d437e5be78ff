#include "sync/fit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "graph/pager.h"
#include "json/json.h"

enum { DAY_MS = 24 * 3600 * 1000 };
static const double light_pct = 40, whole_pct = 100, room_pct = 50;
enum { LOAD_SHRINK = 16 }; /* at a time: a refusal blocks the app for a minute and longer */

static bool fresh(int64_t at, int64_t now_ms)
{
    return now_ms - at < DAY_MS;
}

/* The days by a few reads of as many as are known to come, one by one while that is unknown. */
static void divide(const struct fit *fit, int32_t days, struct fit_choice *out)
{
    int32_t good = fit->good_days > 0 && fit->good_days < days ? fit->good_days : 1;
    int32_t parts = (days + good - 1) / good;
    out->step = days > 1 && parts <= FIT_PARTS_MAX ? FIT_PARTS : FIT_REPORT;
    out->parts = out->step == FIT_PARTS ? (int)parts : 0;
}

void fit_open(const struct fit *fit, int32_t days, int limit_max, int64_t now_ms,
              struct fit_choice *out)
{
    memset(out, 0, sizeof *out);
    bool refused = fit->bad_days > 0 && days >= fit->bad_days;
    if (refused && fresh(fit->days_at, now_ms)) {
        divide(fit, days, out);
        return;
    }
    out->step = FIT_READ;
    out->probe = refused;
    out->limit = limit_max;
    if (fit->limit > 0) {
        int64_t limit = fit->limit;
        limit *= fresh(fit->limit_at, now_ms) ? 1 : PAGER_SHRINK;
        out->limit = limit < limit_max ? (int)limit : limit_max;
    }
    out->start = fit->light > 0 && fit->light < out->limit ? fit->light : out->limit;
}

void fit_refused(const struct fit *fit, const struct fit_refusal *refusal, struct fit_choice *out)
{
    memset(out, 0, sizeof *out);
    double asked = refusal->limit;
    if (refusal->rows > 0 && refusal->rows < asked) {
        asked = refusal->rows; /* the page holds no more */
    }
    int smaller = refusal->days > 1 ? 1 : 2;
    if (!refusal->time_out && !refusal->probe && asked > FIT_SMALL && refusal->in_a_row < smaller) {
        out->step = FIT_SMALLER;
        return;
    }
    divide(fit, refusal->days, out);
}

void fit_turned_away(struct fit *fit, int32_t days, int limit, struct fit_choice *out)
{
    memset(out, 0, sizeof *out);
    if (++fit->turned_away < FIT_TRIES) {
        out->step = FIT_READ;
        return;
    }
    fit->turned_away = FIT_TRIES - 1; /* of what is smaller one refusal tells */
    if (limit > FIT_LEAST) {
        out->step = FIT_SMALLER;
        out->limit = limit / LOAD_SHRINK > FIT_LEAST ? limit / LOAD_SHRINK : FIT_LEAST;
        fit->light = out->limit;
    } else {
        fit->turned_away = days > 1 ? fit->turned_away : 0;
        out->step = days > 1 ? FIT_PARTS : FIT_HOPELESS;
        out->parts = days > 1 ? 2 : 0;
    }
}

int fit_lighter(int rows, double load_pct)
{
    if (load_pct < whole_pct || rows <= FIT_LEAST) {
        return 0;
    }
    double light = rows * light_pct / load_pct;
    int least = rows / LOAD_SHRINK > FIT_LEAST ? rows / LOAD_SHRINK : FIT_LEAST;
    return light > least ? (int)light : least;
}

bool fit_may_grow(double load_pct)
{
    return load_pct < light_pct / 2;
}

bool fit_has_room(double load_pct)
{
    return load_pct < room_pct;
}

void fit_learn_refused(struct fit *fit, int32_t days, int64_t now_ms)
{
    if (fit->bad_days == 0 || days < fit->bad_days) {
        fit->bad_days = days;
    }
    if (fit->good_days >= fit->bad_days) {
        fit->good_days = 0;
    }
    fit->days_at = now_ms;
}

static bool learn_limit(struct fit *fit, int limit, int limit_max, int64_t now_ms)
{
    int known = limit < limit_max ? limit : 0;
    if (known == fit->limit && (known == 0 || fresh(fit->limit_at, now_ms))) {
        return false;
    }
    fit->limit = known;
    fit->limit_at = known ? now_ms : 0;
    return true;
}

static bool learn_light(struct fit *fit, int limit, int limit_max)
{
    int before = fit->light;
    fit->light = limit < limit_max ? limit : 0;
    return fit->light != before;
}

static bool learn_days(struct fit *fit, int32_t days)
{
    if (fit->bad_days == 0) {
        return false;
    }
    if (days >= fit->bad_days) { /* what was refused comes again */
        fit->bad_days = fit->good_days = 0;
        fit->days_at = 0;
        return true;
    }
    if (days > fit->good_days) {
        fit->good_days = days;
        return true;
    }
    return false;
}

bool fit_learn_read(struct fit *fit, int32_t days, int limit, int limit_max, bool complete,
                    int64_t now_ms)
{
    bool changed = fit->light > 0 ? learn_light(fit, limit, limit_max)
                                  : learn_limit(fit, limit, limit_max, now_ms);
    changed = changed || fit->turned_away > 0;
    fit->turned_away = 0;
    return (complete && learn_days(fit, days)) || changed;
}

void fit_part(int32_t first, int32_t last, int i, int n, int32_t *part_first, int32_t *part_last)
{
    int64_t days = (int64_t)last - first + 1;
    *part_first = first + (int32_t)(days * i / n);
    *part_last = first + (int32_t)(days * (i + 1) / n) - 1;
}

void fit_text(const struct fit *fit, char out[FIT_TEXT_SIZE])
{
    snprintf(out, FIT_TEXT_SIZE,
             "{\"limit\":%d,\"limit_at\":%" PRId64 ",\"bad_days\":%d,\"good_days\":%d,"
             "\"days_at\":%" PRId64 ",\"light\":%d,\"turned_away\":%d}",
             fit->limit, fit->limit_at, (int)fit->bad_days, (int)fit->good_days, fit->days_at,
             fit->light, fit->turned_away);
}

static int member(const struct json *root, const char *key)
{
    int64_t value = 0;
    json_i64(json_get(root, key), &value);
    return value > 0 && value < INT32_MAX ? (int)value : 0;
}

void fit_parse(const char *text, struct fit *out)
{
    struct json_doc *doc = json_parse(text, strlen(text), NULL, NULL);
    const struct json *root = json_root(doc);
    memset(out, 0, sizeof *out);
    out->limit = member(root, "limit");
    out->bad_days = member(root, "bad_days");
    out->good_days = member(root, "good_days");
    out->light = member(root, "light");
    out->turned_away = member(root, "turned_away");
    json_i64(json_get(root, "limit_at"), &out->limit_at);
    json_i64(json_get(root, "days_at"), &out->days_at);
    json_free(doc);
}
