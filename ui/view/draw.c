#include "ui/view/draw.h"

#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/widget/gauge.h"

enum { LABEL_WIDTH = 15, GAUGE_MIN = 6, GAUGE_MAX = 40, HALF_MIN = 38 };
enum { SCALE_COLS = 40, SCALE_LINES = 3, SCALE_WIDTH = 5 };
enum { TAIL_AGE = 5, TAIL_RESET = 22, TAIL_ALL = 38 };

void draw_loading(struct canvas *canvas, struct rect line)
{
    canvas_text(canvas, line.y, line.x, line.w, ROLE_DIM, "loading ");
}

/* Age, reset and forecast, as much as fits. */
static void limiter_tail(const struct limiter_line *row, const struct env *env, int width,
                         char out[96])
{
    struct text age = format_age(env->now - row->at);
    int used = snprintf(out, 96, "%4.8s", row->pct < 0 ? "--" : row->stuck ? " stuck" : age.text);
    if (row->regain_at > env->now && width >= TAIL_RESET) {
        struct text reset = format_time(row->regain_at, env->now, env->offset_s);
        used += snprintf(out + used, 96 - (size_t)used, " %s %.20s",
                         row->blocked ? "blocked to" : "resets", reset.text);
    }
    if (row->pct >= 0 && row->pct < 100 && row->slope >= 0.5 && width >= TAIL_ALL) {
        struct text ahead = format_ahead((int64_t)((100 - row->pct) / row->slope * 60000));
        snprintf(out + used, 96 - (size_t)used, " 100%% in %.10s", ahead.text);
    }
}

static void draw_limiter(struct canvas *canvas, struct rect at, const struct limiter_line *row,
                         const struct env *env)
{
    char tail[96];
    int tail_width = at.w >= 80 ? TAIL_ALL : at.w >= 58 ? TAIL_RESET : TAIL_AGE;
    int gauge = at.w - LABEL_WIDTH - 5 - tail_width;
    gauge = gauge > GAUGE_MAX ? GAUGE_MAX : gauge;
    limiter_tail(row, env, tail_width, tail);
    int x = at.x;
    canvas_text(canvas, at.y, x, LABEL_WIDTH - 1, ROLE_TEXT, row->label);
    x += LABEL_WIDTH;
    if (gauge >= GAUGE_MIN) {
        gauge_draw(canvas, at.y, x, gauge, row->pct, row->threshold);
        x += gauge;
    }
    enum role role = row->pct < 0 ? ROLE_DIM : gauge_role(row->pct, row->threshold);
    int pct = row->stuck ? 4 : 5; /* the word needs a column more than an age */
    canvas_right(canvas, at.y, x, pct, role == ROLE_GAUGE ? ROLE_TEXT : role,
                 format_pct(row->pct).text);
    canvas_text(canvas, at.y, x + pct, at.x + at.w - x - pct,
                row->blocked || row->stuck ? ROLE_WARN : ROLE_DIM, tail);
}

/* How many limiters are nearer to their threshold than this one. */
static int rank_of(const struct limiter_line *rows, size_t count, size_t i)
{
    int rank = 0;
    double own = rows[i].pct / (rows[i].threshold > 0 ? rows[i].threshold : 100);
    for (size_t k = 0; k < count; k++) {
        double other = rows[k].pct / (rows[k].threshold > 0 ? rows[k].threshold : 100);
        rank += other > own || (k < i && !(other < own));
    }
    return rank;
}

void draw_limiters(struct canvas *canvas, struct rect rect, const struct limiter_line *rows,
                   size_t count, const struct env *env)
{
    bool two = (int)count > rect.h && rect.w >= 2 * HALF_MIN;
    int columns = two ? 2 : 1, width = two ? rect.w / 2 - 1 : rect.w;
    int shown = 0, room = columns * rect.h;
    for (size_t i = 0; i < count && shown < room; i++) {
        if (rank_of(rows, count, i) < room) {
            int y = rect.y + shown / columns, x = rect.x + shown % columns * (width + 2);
            draw_limiter(canvas, (struct rect){y, x, 1, width}, &rows[i], env);
            shown++;
        }
    }
    if (!count && rect.h > 0) {
        canvas_text(canvas, rect.y, rect.x, rect.w, ROLE_DIM, "no usage header has been read yet");
    }
}

/* What a full column stands for, and where the threshold lies. Returns what is left of the room. */
static struct rect draw_scale(struct canvas *canvas, struct rect rect, double threshold)
{
    int bottom = rect.y + rect.h - 1;
    int line = bottom - (int)(threshold / 100 * rect.h);
    canvas_right(canvas, rect.y, rect.x, SCALE_WIDTH - 1, ROLE_DIM, "100%");
    canvas_right(canvas, bottom, rect.x, SCALE_WIDTH - 1, ROLE_DIM, "0%");
    if (threshold > 0 && line > rect.y && line < bottom) {
        canvas_right(canvas, line, rect.x, SCALE_WIDTH - 1, ROLE_THRESHOLD,
                     format_pct(threshold).text);
    }
    return (struct rect){rect.y, rect.x + SCALE_WIDTH, rect.h, rect.w - SCALE_WIDTH};
}

void draw_course(struct canvas *canvas, struct rect rect, const struct limiter_line *limiter,
                 const struct env *env)
{
    if (limiter->step_ms && rect.w >= SCALE_COLS && rect.h >= SCALE_LINES) {
        rect = draw_scale(canvas, rect, limiter->threshold);
    }
    int width = rect.w > 3 ? rect.w : 3;
    int64_t bucket = env->range / (width - 1);
    struct sweep sweep = {.samples = limiter->samples,
                          .count = limiter->sample_count,
                          .bucket_ms = bucket > limiter->step_ms ? bucket : limiter->step_ms,
                          .now = env->now,
                          .full_scale = 100,
                          .threshold = limiter->threshold};
    if (limiter->step_ms) {
        sweep_draw(canvas, rect, &sweep);
    }
}

int draw_classes(const double cost[CALL_CLASS_COUNT], enum call_class out[CALL_CLASS_COUNT])
{
    int count = 0;
    for (int c = 0; c < CALL_CLASS_COUNT; c++) {
        int at = count;
        for (; cost[c] > 0 && at > 0 && cost[out[at - 1]] < cost[c]; at--) {
            out[at] = out[at - 1];
        }
        if (cost[c] > 0) {
            out[at] = (enum call_class)c;
            count++;
        }
    }
    return count;
}

/* A column shows the state that lasted longest in it. */
static const struct hold_line *state_at(const struct hold_line *rows, size_t count, int64_t from,
                                        int64_t to)
{
    const struct hold_line *best = NULL;
    int64_t longest = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t start = rows[i].since > from ? rows[i].since : from;
        int64_t end = rows[i].ended_at && rows[i].ended_at < to ? rows[i].ended_at : to;
        if (end - start > longest) {
            longest = end - start;
            best = &rows[i];
        }
    }
    return best;
}

void draw_timeline(struct canvas *canvas, struct rect rect, const struct hold_line *rows,
                   size_t count, const struct env *env)
{
    int64_t from = env->now - env->range;
    if (rect.h < 1 || rect.w < 4) {
        return;
    }
    for (int i = 0; i < rect.w; i++) {
        int64_t start = from + env->range * i / rect.w;
        const struct hold_line *row =
            state_at(rows, count, start, from + env->range * (i + 1) / rect.w);
        if (row) {
            canvas_text(canvas, rect.y, rect.x + i, 1, state_role(row->reason),
                        state_letter(row->reason));
        }
    }
    if (rect.h > 1) {
        struct text begin = format_time(from, env->now, env->offset_s);
        struct text end = format_time(env->now, env->now, env->offset_s);
        canvas_text(canvas, rect.y + 1, rect.x, rect.w / 2, ROLE_DIM, begin.text);
        canvas_right(canvas, rect.y + 1, rect.x + rect.w / 2, rect.w - rect.w / 2, ROLE_DIM,
                     end.text);
    }
}

int draw_reason(struct canvas *canvas, struct rect rect, const struct account_line *row,
                const struct env *env)
{
    char text[320];
    reason_sentence(row, env, text, sizeof text);
    return canvas_wrap(canvas, rect, state_role(row->reason), text);
}

void draw_facts(struct canvas *canvas, int y, int x, int width, const struct account_line *row,
                const struct env *env)
{
    struct text lag = format_age(env->now - row->last_synced_at);
    struct text cadence = format_age(row->cadence_ms);
    char priority[24] = "";
    if (row->priority) {
        snprintf(priority, sizeof priority, ", priority %+d", row->priority);
    }
    canvas_textf(canvas, y, x, width, ROLE_DIM, "%s tier%s, every %s; synced %s%s%s; %s, %s",
                 tier_name(row->tier), row->tier_pinned ? " (pinned)" : "", cadence.text,
                 row->last_synced_at ? lag.text : "never", row->last_synced_at ? " ago" : "",
                 priority, row->currency, row->timezone);
}
