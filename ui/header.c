#include "ui/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/view/rows.h"
#include "ui/widget/gauge.h"

enum { DETAIL_MIN = 11, GAUGE_MIN = 12, GAUGE_MAX = 26, STALE_MS = 5 * 60000, HOUR_MS = 3600000 };

static struct text when(const struct console *console, int64_t at)
{
    return format_time(at, console->env.now, console->env.offset_s);
}

/* Figures stand apart by two columns; what does not fit is left out, the first ones stay. */
struct line {
    struct canvas *canvas;
    int y, x, end;
};

static void add(struct line *line, enum role role, const char *text)
{
    int width = text_width(text);
    int gap = line->x > 0 ? 2 : 0;
    if (width && line->x + gap + width <= line->end) {
        line->x += gap;
        line->x += canvas_text(line->canvas, line->y, line->x, width, role, text);
    }
}

static void clears_text(const struct console *console, const struct verdict *v, char out[80])
{
    out[0] = '\0';
    if (v->needs_person) {
        snprintf(out, 80, "needs you");
    } else if (v->clears_first) {
        struct text first = when(console, v->clears_first), last = when(console, v->clears_last);
        bool one = strcmp(first.text, last.text) == 0;
        snprintf(out, 80, one ? "clears %.20s" : "clears %.20s..%.20s", first.text, last.text);
    }
}

static void verdict_line(struct console *console)
{
    const struct verdict *v = &console->overview.verdict;
    struct canvas *canvas = &console->canvas;
    struct text clock = format_clock(console->env.now, console->env.offset_s);
    int clock_width = text_width(clock.text);
    char text[160];
    canvas_text(canvas, 0, canvas->cols - clock_width, clock_width, ROLE_TEXT, clock.text);
    struct line line = {canvas, 0, 0, canvas->cols - clock_width - 1};
    bool roomy = canvas->cols >= 70;
    const char *name = console->options->environment;
    name = name && *name ? name : console->config->environment;
    if (roomy || !console->overview.loaded) {
        add(&line, ROLE_TITLE_FOCUS, console->options->demo ? "adtop demo" : "adtop");
        add(&line, ROLE_ACCENT, name);
    }
    if (console->at) {
        add(&line, ROLE_BANNER, " PAST ");
    }
    if (!console->overview.loaded) {
        add(&line, ROLE_TEXT, "no data yet");
        return;
    }
    char since[80] = "", clears[80];
    snprintf(text, sizeof text, v->kind == VERDICT_OK ? "%s" : " %s ", v->word);
    add(&line, v->role, text);
    if (v->since) {
        struct text at = when(console, v->since), age = format_age(console->env.now - v->since);
        snprintf(since, sizeof since, "since %.20s (%.10s)", at.text, age.text);
    }
    clears_text(console, v, clears);
    int later = text_width(since) + text_width(clears) + 2 * (since[0] != 0) + 2 * (clears[0] != 0);
    int room = line.end - line.x - 2 - later;
    room = room < DETAIL_MIN ? line.end - line.x - 2 : room;
    if (v->detail[0] && room >= DETAIL_MIN) {
        line.x += 2;
        line.x += canvas_text(canvas, 0, line.x, room, v->kind == VERDICT_OK ? ROLE_DIM : ROLE_TEXT,
                              v->detail);
    }
    add(&line, ROLE_TEXT, since);
    add(&line, v->needs_person ? ROLE_ALARM : ROLE_TEXT, clears);
    if (v->blame[0] && v->kind != VERDICT_OK) {
        snprintf(text, sizeof text, "by %s", v->blame);
        add(&line, ROLE_DIM, text);
    }
}

/* "+4/min, 100% in 7m" while it rises. */
static void slope_text(const struct console *console, const struct limit_reading *r, char out[64])
{
    out[0] = '\0';
    bool old = console->env.now - r->at > STALE_MS; /* a slope of then says nothing of now */
    if (r->pct < 0 || old || (r->slope < 0.5 && r->slope > -0.5)) {
        return;
    }
    const struct canvas *c = &console->canvas;
    const char *arrow = c->ascii ? (r->slope > 0 ? "^" : "v") : r->slope > 0 ? "↑" : "↓";
    if (r->slope > 0 && r->pct < 100) {
        struct text ahead = format_ahead((int64_t)((100 - r->pct) / r->slope * 60000));
        snprintf(out, 64, "%s%+.0f/min 100%% in %.16s", arrow, r->slope, ahead.text);
    } else {
        snprintf(out, 64, "%s%+.0f/min", arrow, r->slope);
    }
}

static int gauge_at(struct console *console, int y, int x, int width, const char *label, double pct,
                    double threshold)
{
    struct canvas *canvas = &console->canvas;
    x += canvas_text(canvas, y, x, 10, ROLE_TEXT, label) + 1;
    gauge_draw(canvas, y, x, width, pct, threshold);
    struct text text = format_pct(pct);
    enum role role = pct >= 0 ? gauge_role(pct, threshold) : ROLE_DIM;
    x += width;
    canvas_text(canvas, y, x, 5, role == ROLE_GAUGE ? ROLE_TEXT : role, text.text);
    return x + 5;
}

/* When the day's budget is used up at the pace so far. */
static void budget_text(const struct console *console, double pct, char *out, size_t size)
{
    const struct overview *o = &console->overview;
    double spent_ms = (double)(console->env.now - o->budget_since);
    double rest = o->budget_limit - o->budget_used;
    double left_ms = o->budget_used > 0 ? rest / o->budget_used * spent_ms : 1e15;
    if (pct >= 100) {
        snprintf(out, size, "used up");
    } else if (console->env.now + (int64_t)left_ms < o->budget_ends) {
        snprintf(out, size, "ends %s", when(console, console->env.now + (int64_t)left_ms).text);
    } else {
        snprintf(out, size, "lasts");
    }
}

static void limits_line(struct console *console, int y)
{
    const struct overview *o = &console->overview;
    struct canvas *canvas = &console->canvas;
    int width = (canvas->cols - 52) / 2;
    char text[96];
    width = width < GAUGE_MIN ? GAUGE_MIN : width > GAUGE_MAX ? GAUGE_MAX : width;
    int x = gauge_at(console, y, 0, width, "app", o->app.pct, o->app.threshold);
    int half = canvas->cols * 54 / 100;
    struct line left = {canvas, y, x - 1, half - 1};
    if (o->app.pct >= 0 && console->env.now - o->app.at > STALE_MS) {
        struct text age = format_age(console->env.now - o->app.at);
        snprintf(text, sizeof text, "%s old", age.text);
        add(&left, ROLE_STALE, text);
    } else {
        slope_text(console, &o->app, text);
        add(&left, ROLE_TEXT, text);
    }
    double pct = o->budget_limit > 0 ? o->budget_used * 100 / o->budget_limit : -1;
    x = gauge_at(console, y, half, width, "budget", pct, 100);
    struct line right = {canvas, y, x - 1, canvas->cols};
    if (o->budget_limit > 0) {
        budget_text(console, pct, text, sizeof text);
        add(&right, strcmp(text, "lasts") == 0 ? ROLE_DIM : ROLE_WARN, text);
    }
}

static void add_engine(const struct console *console, struct line *line)
{
    const struct overview *o = &console->overview;
    char text[96];
    if (console->at) {
        add(line, ROLE_BANNER, " as of this instant; 0 = live ");
    } else if (console->control) {
        add(line, ROLE_DIM,
            console->may_act_known && !console->may_act ? "engine ok, read-only" : "engine ok");
    } else {
        struct text age = format_age(console->env.now - o->heartbeat_at);
        snprintf(text, sizeof text, o->heartbeat_at ? "engine gone, seen %s ago" : "no engine",
                 age.text);
        add(line, console->options->read_only ? ROLE_STALE : ROLE_ALARM, text);
    }
}

static void counters_line(struct console *console, int y)
{
    const struct overview *o = &console->overview;
    struct line line = {&console->canvas, y, 0, console->canvas.cols};
    char text[128];
    bool rising = o->errors_hour > o->errors_before;
    snprintf(text, sizeof text, "run %d", o->reasons[HOLD_RUNNING]);
    add(&line, o->reasons[HOLD_RUNNING] ? ROLE_RUNNING : ROLE_DIM, text);
    snprintf(text, sizeof text, "queue %d", o->reasons[HOLD_QUEUED] + o->reasons[HOLD_CONCURRENCY]);
    add(&line, ROLE_TEXT, text);
    snprintf(text, sizeof text, "err %d/h%s", o->errors_hour,
             !rising                 ? ""
             : console->canvas.ascii ? " ^"
                                     : " ↑");
    add(&line, rising ? ROLE_WARN : ROLE_TEXT, text);
    if (o->worst_target > 0) {
        struct text lag = format_age(o->worst_lag), target = format_age(o->worst_target);
        snprintf(text, sizeof text, "oldest %s %s (target %s)", tier_name(o->worst_tier), lag.text,
                 target.text);
        add(&line, o->worst_lag > o->worst_target * 3 / 2 ? ROLE_WARN : ROLE_TEXT, text);
    }
    struct text data = format_age(console->env.now - o->data_at);
    snprintf(text, sizeof text, "data %s", o->data_at ? data.text : "none");
    int64_t stale = o->worst_target ? o->worst_target * 3 / 2 : HOUR_MS;
    add(&line, console->env.now - o->data_at > stale ? ROLE_STALE : ROLE_TEXT, text);
    add_engine(console, &line);
}

static void last_line(struct console *console, int y)
{
    const struct overview *o = &console->overview;
    struct line line = {&console->canvas, y, 0, console->canvas.cols};
    char text[400];
    for (int t = 0; t < TIER_COUNT; t++) {
        snprintf(text, sizeof text, "%s %d%s", tier_name((enum tier)t), o->tier_accounts[t],
                 o->tier_bad[t] ? ":" : "");
        add(&line, o->tier_accounts[t] ? ROLE_TEXT : ROLE_DIM, text);
        if (o->tier_bad[t]) {
            line.x +=
                canvas_textf(&console->canvas, y, line.x, 8, ROLE_ALARM, "%d!", o->tier_bad[t]);
        }
    }
    if (o->has_action) {
        const struct operator_action *a = &o->action;
        struct text age = format_age(console->env.now - a->at);
        const struct account_line *account = overview_account(o, a->target);
        snprintf(text, sizeof text, "last: %.20s %s %.40s%s%.60s%s %s ago", a->actor,
                 op_kind_name(a->kind), account ? account->name : a->target,
                 a->reason[0] ? " \"" : "", a->reason, a->reason[0] ? "\"" : "", age.text);
        if (text_width(text) > line.end - line.x - 2) {
            canvas_text(&console->canvas, y, line.x + 2, line.end - line.x - 2, ROLE_DIM, text);
        } else {
            add(&line, ROLE_DIM, text);
        }
    }
}

void header_draw(struct console *console, int lines)
{
    if (lines > 0) {
        verdict_line(console);
    }
    if (!console->overview.loaded) {
        return;
    }
    if (lines == 2) {
        counters_line(console, 1);
    } else if (lines >= HEADER_MAX) {
        limits_line(console, 1);
        counters_line(console, 2);
        last_line(console, 3);
    }
}
