#include "ui/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/view/rows.h"
#include "ui/widget/gauge.h"

enum { DETAIL_MIN = 11, GAUGE_MIN = 10, GAUGE_MAX = 26, STALE_MS = 5 * 60000, HOUR_MS = 3600000 };
enum { COLS_CLOCK = 50, COLS_NAME = 70, COLS_ROOMY = 100, NAME_MIN = 6, CAUSE_MIN = 16 };

static const char tier_letters[TIER_COUNT + 1] = "HML";

static struct text when(const struct env *env, int64_t at)
{
    return format_time(at, env->now, env->offset_s);
}

/* Figures stand apart by two columns; what does not fit is left out, the first ones stay. */
struct line {
    struct canvas *canvas;
    int y, start, end;
    int x;
};

static void add_apart(struct line *line, int gap, enum role role, const char *text)
{
    int width = text_width(text);
    gap = line->x > line->start ? gap : 0;
    if (width && line->x + gap + width <= line->end) {
        line->x += gap;
        line->x += canvas_text(line->canvas, line->y, line->x, width, role, text);
    }
}

static void add(struct line *line, enum role role, const char *text)
{
    add_apart(line, 2, role, text);
}

static const char *arrow(bool ascii, bool up)
{
    return up ? (ascii ? "^" : "↑") : ascii ? "v" : "↓";
}

/* How many accounts the verdict is about. */
static int affected(const struct verdict *v)
{
    return v->held + v->needs_person;
}

/* "clears 10:24..10:40", "clears ~10:40 (was 10:31)"; the last part gives way first. */
static void add_clears(const struct env *env, struct line *line)
{
    const struct verdict *v = &env->overview->verdict;
    char text[64], was[96];
    if (!v->clears_first) {
        return;
    }
    struct text first = when(env, v->clears_first), last = when(env, v->clears_last);
    bool one = strcmp(first.text, last.text) == 0;
    snprintf(text, sizeof text, one ? "clears %s%.20s" : "clears %s%.20s..%.20s",
             v->clears_estimated ? "~" : "", first.text, last.text);
    snprintf(was, sizeof was, "%s (was %.20s)", text, when(env, v->clears_before).text);
    bool fits = line->x + 2 + text_width(was) <= line->end;
    add(line, ROLE_TEXT, v->clears_before && fits ? was : text);
}

static void add_people(const struct env *env, struct line *line)
{
    const struct verdict *v = &env->overview->verdict;
    char text[80];
    if (v->needs_person && env->overview->accounts > 1 && affected(v) > v->needs_person) {
        snprintf(text, sizeof text, "%d need%s you", v->needs_person,
                 v->needs_person == 1 ? "s" : "");
        add(line, ROLE_ALARM, text);
    } else if (v->needs_person) {
        add(line, ROLE_ALARM, "needs you");
    }
}

/* Against a quarter of an hour ago. */
static void add_trend(const struct env *env, struct line *line)
{
    const struct overview *o = env->overview;
    char text[80];
    int now = affected(&o->verdict);
    if (!now && !o->held_before) {
        return; /* nothing is held: whither that goes says nothing */
    }
    if (now > o->held_before) {
        snprintf(text, sizeof text, "worse %s%d", arrow(line->canvas->ascii, true),
                 now - o->held_before);
        add(line, ROLE_WARN, text);
    } else if (now < o->held_before) {
        snprintf(text, sizeof text, "better %s%d", arrow(line->canvas->ascii, false),
                 o->held_before - now);
        add(line, ROLE_TEXT, text);
    } else {
        add(line, ROLE_DIM, "steady");
    }
}

static void add_since(const struct env *env, struct line *line)
{
    char text[80];
    int64_t since = env->overview->verdict.since;
    if (since) {
        struct text at = when(env, since), age = format_age(env->now - since);
        if (line->canvas->cols < COLS_ROOMY) {
            snprintf(text, sizeof text, "for %.10s", age.text);
        } else {
            snprintf(text, sizeof text, "since %.20s (%.10s)", at.text, age.text);
        }
        add(line, ROLE_TEXT, text);
    }
}

/* Cut where there is no room for all of it: the first causes are the gravest. */
static void add_cause(const struct verdict *v, struct line *line)
{
    char text[192];
    int gap = line->x > line->start ? 2 : 0, room = line->end - line->x - gap;
    snprintf(text, sizeof text, "by %s%s%s", v->cause, v->advice[0] ? ": " : "", v->advice);
    if (room >= CAUSE_MIN || room >= text_width(text)) {
        line->x += gap;
        line->x += canvas_text(line->canvas, line->y, line->x, room, ROLE_TEXT, text);
    }
}

/* What is in order but has a reason to be known: "Acme: first read since 13:10, ends ~13:50". */
static void add_notice(const struct env *env, struct line *line)
{
    const struct account_line *row = env->overview->noticed;
    char notice[160], text[256];
    int room = line->end - line->x - (line->x > line->start ? 2 : 0);
    if (!row) {
        return;
    }
    reason_notice(row, env, notice, sizeof notice);
    /* The name gives way, not what is said of it. */
    int name = room - text_width(notice) - 2;
    if (name >= NAME_MIN && line->x + 2 < line->end) {
        line->x += line->x > line->start ? 2 : 0;
        const char *called = row->name[0] ? row->name : row->account_id;
        name = name < text_width(called) ? name : text_width(called);
        line->x += canvas_text(line->canvas, line->y, line->x, name, ROLE_TEXT, called);
        snprintf(text, sizeof text, ": %s", notice);
        line->x +=
            canvas_text(line->canvas, line->y, line->x, line->end - line->x, ROLE_TEXT, text);
    }
}

/* What follows from the verdict: when it clears, who has to act, whither it goes, the cause. */
static void sentence(const struct env *env, struct line *line)
{
    const struct overview *o = env->overview;
    char text[192];
    if (o->verdict.kind == VERDICT_EMPTY) {
        return;
    }
    if (o->verdict.kind != VERDICT_OK) {
        add_clears(env, line);
        add_people(env, line);
        if (line->canvas->cols >= COLS_CLOCK) {
            add_since(env, line);
        }
        add_cause(&o->verdict, line);
        if (o->verdict.kind != VERDICT_STALLED) {
            add_trend(env, line);
        }
        add_notice(env, line);
        return;
    }
    add_notice(env, line);
    if (o->next_due_at) {
        struct text at = when(env, o->next_due_at);
        struct text ahead = format_ahead(o->next_due_at - env->now);
        bool now = o->next_due_at <= env->now;
        snprintf(text, sizeof text, now ? "next sync now" : "next sync %.20s, in %.20s", at.text,
                 ahead.text);
        add(line, ROLE_DIM, text);
    }
    if (o->held_before) {
        snprintf(text, sizeof text, "%d held a quarter of an hour ago", o->held_before);
        add(line, ROLE_DIM, text);
    }
}

int header_sentence(const struct env *env, struct canvas *canvas, struct rect rect)
{
    struct line line = {canvas, rect.y, rect.x, rect.x + rect.w, .x = rect.x};
    if (env->overview->loaded) {
        sentence(env, &line);
    }
    return line.x;
}

static void add_detail(const struct console *console, struct line *line)
{
    const struct verdict *v = &console->overview.verdict;
    char text[256];
    if (v->kind == VERDICT_OK) {
        int all = console->overview.accounts;
        char of[24] = "", behind[32] = "";
        if (v->behind) {
            snprintf(of, sizeof of, "%d of ", all - v->behind);
            snprintf(behind, sizeof behind, ", %d still being read", v->behind);
        }
        const char *accounts = v->behind ? "" : all == 1 ? " account" : " accounts";
        snprintf(text, sizeof text, "%s%d%s on time%s%s%s", of, all, accounts, behind,
                 v->detail[0] ? ", " : "", v->detail);
    } else {
        snprintf(text, sizeof text, "%s", v->detail);
    }
    int room = line->end - line->x - 2;
    if (text[0] && room >= DETAIL_MIN) {
        line->x += 2;
        line->x += canvas_text(line->canvas, line->y, line->x, room,
                               v->kind == VERDICT_OK ? ROLE_DIM : ROLE_TEXT, text);
    }
}

/* Narrow screens have no room for the seconds. An instant of another day says which. */
static struct text clock_text(const struct console *console)
{
    struct text out, clock = format_clock(console->env.now, console->env.offset_s);
    struct text day =
        format_time(console->env.now, console_live_now(console), console->env.offset_s);
    const char *time = strrchr(day.text, ' ');
    clock.text[console->canvas.cols < COLS_CLOCK ? 5 : 8] = '\0';
    if (!console->env.at || !time) {
        return clock;
    }
    bool dated = strchr(time, ':') == NULL; /* a year instead of the time */
    int n = dated ? (int)strlen(day.text) : (int)(time - day.text);
    snprintf(out.text, sizeof out.text, "%.*s %.8s", n, day.text, clock.text);
    return out;
}

/* What was asked for and has not been read yet: what is shown is still what was there before. */
static int loading_text(const struct console *console, char out[64])
{
    struct text at = format_time(console->at, console->env.now, console->env.offset_s);
    bool then = console->at != console->env.at;
    snprintf(out, 64, " loading%s%s ", then ? " " : "", !then ? "" : console->at ? at.text : "now");
    return console->stale ? text_width(out) : 0;
}

/* Narrow screens have no room for the program's name. */
static void verdict_line(struct console *console)
{
    const struct verdict *v = &console->overview.verdict;
    struct canvas *canvas = &console->canvas;
    struct text clock = clock_text(console);
    char text[32];
    int clock_width = text_width(clock.text);
    canvas_text(canvas, 0, canvas->cols - clock_width, clock_width, ROLE_TEXT, clock.text);
    int left = canvas->cols - clock_width - 1;
    char loading[64];
    int width = loading_text(console, loading);
    canvas_text(canvas, 0, left - width, width, ROLE_BANNER, loading);
    struct line line = {canvas, 0, 0, left - width, .x = 0};
    const char *name = console_environment(console);
    if (canvas->cols >= COLS_NAME || !console->overview.loaded) {
        add(&line, ROLE_TITLE_FOCUS, console->options->demo ? "adtop demo" : "adtop");
    }
    if (*name) {
        snprintf(text, sizeof text,
                 console->theme.roles[ROLE_ACCENT].attrs & ATTR_REVERSE ? " %.28s " : "%.28s",
                 name);
        add(&line, ROLE_ACCENT, text);
    }
    if (console->env.at) {
        add(&line, ROLE_BANNER, " PAST ");
    }
    if (!console->overview.loaded) {
        add(&line, ROLE_TEXT, "no data yet");
        return;
    }
    snprintf(text, sizeof text, v->kind == VERDICT_OK ? "%s" : " %s ", v->word);
    add(&line, v->role, text);
    add_detail(console, &line);
}

/* "+4/min, 100% in 7m" while it rises. */
static void slope_text(const struct console *console, const struct limit_reading *r, char out[64])
{
    out[0] = '\0';
    bool old = console->env.now - r->at > STALE_MS; /* a slope of then says nothing of now */
    if (r->pct < 0 || old || (r->slope < 0.5 && r->slope > -0.5)) {
        return;
    }
    const char *sign = arrow(console->canvas.ascii, r->slope > 0);
    if (r->slope > 0 && r->pct < 100) {
        struct text ahead = format_ahead((int64_t)((100 - r->pct) / r->slope * 60000));
        snprintf(out, 64, "%s%+.0f/min 100%% in %.16s", sign, r->slope, ahead.text);
    } else {
        snprintf(out, 64, "%s%+.0f/min", sign, r->slope);
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

bool header_budget(const struct overview *o, const struct env *env, double pct, char *out,
                   size_t size)
{
    int held = o->reasons[HOLD_BUDGET];
    bool holds = pct < 100 && 2 * held > o->accounts;
    if (holds) {
        snprintf(out, size, "holds %d", held);
    } else if (pct >= 100) {
        snprintf(out, size, "used up");
    } else if (o->budget.ends_at_ms) {
        snprintf(out, size, "ends %s", when(env, o->budget.ends_at_ms).text);
    } else {
        snprintf(out, size, "lasts today");
    }
    return holds || pct >= 100 || o->budget.ends_at_ms;
}

static void add_budget(const struct console *console, double pct, struct line *line)
{
    char text[FORMAT_SIZE + 16];
    bool short_of = header_budget(&console->overview, &console->env, pct, text, sizeof text);
    add(line, short_of ? ROLE_WARN : ROLE_DIM, text);
}

static void limits_line(struct console *console, int y)
{
    const struct overview *o = &console->overview;
    struct canvas *canvas = &console->canvas;
    int width = (canvas->cols - 56) / 2;
    char text[96];
    width = width < GAUGE_MIN ? GAUGE_MIN : width > GAUGE_MAX ? GAUGE_MAX : width;
    int x = gauge_at(console, y, 0, width, "app", o->app.pct, o->app.threshold);
    int half = canvas->cols * 54 / 100;
    struct line left = {canvas, y, 0, half - 1, .x = x - 1};
    if (o->app.pct < 0) {
        add(&left, ROLE_DIM, console->env.at ? "no reading" : "never read");
    } else if (console->env.now - o->app.at > STALE_MS) {
        struct text age = format_age(console->env.now - o->app.at);
        snprintf(text, sizeof text, "%s old", age.text);
        add(&left, ROLE_STALE, text);
    } else {
        slope_text(console, &o->app, text);
        add(&left, ROLE_TEXT, text);
    }
    double pct = o->budget_limit > 0 ? o->budget_used * 100 / o->budget_limit : -1;
    x = gauge_at(console, y, half, width, "budget", pct, 100);
    struct line right = {canvas, y, 0, canvas->cols, .x = x - 1};
    if (o->budget_limit > 0) {
        add_budget(console, pct, &right);
    }
}

/* Whether somebody is there to do the work, and how fresh what is shown is. */
static void add_engine(const struct console *console, struct line *line)
{
    const struct overview *o = &console->overview;
    char text[96];
    if (console->env.at) {
        bool roomy = line->canvas->cols >= COLS_ROOMY; /* PAST stands above */
        add(line, ROLE_BANNER, roomy ? " as of this instant; 0 = live " : " 0 = live ");
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

/* "H 3!/4 M 4 L 4": accounts by tier, and how many of them are in trouble. */
static void add_tiers(const struct console *console, struct line *line)
{
    const struct overview *o = &console->overview;
    for (int t = 0; t < TIER_COUNT; t++) {
        char text[48];
        bool bad = o->tier_bad[t] > 0;
        snprintf(text, sizeof text, bad ? "%c %d!/%d" : "%c %d", tier_letters[t],
                 bad ? o->tier_bad[t] : o->tier_accounts[t], o->tier_accounts[t]);
        if (o->tier_accounts[t]) {
            add_apart(line, t ? 1 : 2, bad ? ROLE_ALARM : ROLE_DIM, text);
        }
    }
}

/* In fewer words where it would leave no room for what has to stand behind it. */
static void add_lag(const struct console *console, struct line *line, int behind)
{
    const struct overview *o = &console->overview;
    if (o->worst_target <= 0) {
        return;
    }
    char text[160], brief[160], least[160];
    const char *tier = tier_name(o->worst_tier);
    struct text age = format_age(o->worst_lag), target = format_age(o->worst_target);
    const char *lag = o->worst_unread ? "unread" : age.text;
    int room = line->end - line->x - 2 - behind;
    bool old = !o->worst_unread && o->worst_lag > o->worst_target * 3 / 2;
    snprintf(text, sizeof text, "stalest %s %s, target %s", tier, lag, target.text);
    snprintf(brief, sizeof brief, "stalest %c %s of %s", tier_letters[o->worst_tier], lag,
             target.text);
    snprintf(least, sizeof least, "stalest %c %s", tier_letters[o->worst_tier], lag);
    add(line, old ? ROLE_WARN : ROLE_TEXT,
        text_width(text) <= room    ? text
        : text_width(brief) <= room ? brief
                                    : least);
}

static void counters_line(struct console *console, int y)
{
    const struct overview *o = &console->overview;
    struct line line = {&console->canvas, y, 0, console->canvas.cols, .x = 0};
    char text[128];
    bool rising = o->errors_hour > o->errors_before;
    struct text data = format_age(console->env.now - o->data_at);
    int64_t stale = o->worst_target ? o->worst_target * 3 / 2 : HOUR_MS;
    bool narrow = console->canvas.cols < COLS_NAME;
    bool first = narrow || console->env.at || !console->control;
    if (first) { /* the gravest first: it may be all that fits */
        add_engine(console, &line);
    }
    add_tiers(console, &line);
    snprintf(text, sizeof text, "run %d", o->reasons[HOLD_RUNNING]);
    add(&line, o->reasons[HOLD_RUNNING] ? ROLE_RUNNING : ROLE_DIM, text);
    snprintf(text, sizeof text, "queue %d", o->reasons[HOLD_QUEUED] + o->reasons[HOLD_CONCURRENCY]);
    add(&line, o->reasons[HOLD_QUEUED] ? ROLE_TEXT : ROLE_DIM, text);
    bool roomy = console->canvas.cols >= COLS_ROOMY;
    snprintf(text, sizeof text, "%d %s/h%s", o->errors_hour,
             !roomy                ? "err"
             : o->errors_hour == 1 ? "error"
                                   : "errors",
             rising ? arrow(console->canvas.ascii, true) : "");
    add(&line, rising ? ROLE_WARN : o->errors_hour ? ROLE_TEXT : ROLE_DIM, text);
    snprintf(text, sizeof text, "data %s", o->data_at ? data.text : "none");
    add_lag(console, &line, 2 + text_width(text));
    add(&line, console->env.now - o->data_at > stale ? ROLE_STALE : ROLE_DIM, text);
    if (!first) {
        add_engine(console, &line);
    }
}

static void sentence_line(struct console *console, int y)
{
    header_sentence(&console->env, &console->canvas, (struct rect){y, 0, 1, console->canvas.cols});
}

void header_draw(struct console *console, int lines)
{
    static void (*const order[HEADER_MAX])(struct console *, int) = {NULL, sentence_line,
                                                                     limits_line, counters_line};
    if (lines > 0) {
        verdict_line(console);
    }
    for (int i = 1; i < lines && i < HEADER_MAX && console->overview.loaded; i++) {
        order[i](console, i);
    }
}
