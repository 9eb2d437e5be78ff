#include "ui/widget/gauge.h"

enum { SWEEP_MAX = 512 };
static const double no_value = -1;

enum role gauge_role(double pct, double threshold)
{
    double line = threshold > 0 ? threshold : 100;
    return pct >= line ? ROLE_GAUGE_BAD : pct >= line * 0.85 ? ROLE_GAUGE_WARN : ROLE_GAUGE;
}

void gauge_draw(struct canvas *canvas, int y, int x, int width, double pct, double threshold)
{
    if (width < 3) {
        return;
    }
    int inner = width - 2;
    double bounded = pct < 0 ? 0 : pct > 100 ? 100 : pct;
    int full = (int)(bounded * inner / 100.0 + 0.5);
    if (bounded > 0 && full == 0) {
        full = 1;
    }
    int mark = threshold > 0 && threshold <= 100 ? (int)(threshold * inner / 100.0) : -1;
    mark = mark >= inner ? inner - 1 : mark;
    canvas_glyph(canvas, y, x, GLYPH_CAP_LEFT, ROLE_GAUGE_EMPTY);
    for (int i = 0; i < inner; i++) {
        if (i == mark) {
            canvas_glyph(canvas, y, x + 1 + i, GLYPH_THRESHOLD, ROLE_THRESHOLD);
        } else if (i < full) {
            canvas_glyph(canvas, y, x + 1 + i, GLYPH_FULL, gauge_role(pct, threshold));
        } else {
            canvas_glyph(canvas, y, x + 1 + i, GLYPH_EMPTY, ROLE_GAUGE_EMPTY);
        }
    }
    canvas_glyph(canvas, y, x + width - 1, GLYPH_CAP_RIGHT, ROLE_GAUGE_EMPTY);
}

/* One sample's column of a sweep of w columns; -1 = too old or in the future. */
static int sweep_column(const struct sweep *sweep, int64_t at, int w)
{
    int64_t last = sweep->now / sweep->bucket_ms;
    int64_t bucket = at / sweep->bucket_ms;
    return bucket > last || bucket <= last - w + 1 ? -1 : (int)(bucket % w);
}

static void sweep_bar(struct canvas *canvas, struct rect rect, int x, double value,
                      const struct sweep *sweep)
{
    int eighths = (int)(value / sweep->full_scale * rect.h * SPARK_LEVELS + 0.5);
    enum role role =
        sweep->threshold > 0 && value >= sweep->threshold ? ROLE_GRAPH_MARK : ROLE_GRAPH;
    eighths = eighths < 1 ? 1 : eighths;
    for (int i = 0; i < rect.h && eighths > 0; i++, eighths -= SPARK_LEVELS) {
        int level = eighths > SPARK_LEVELS ? SPARK_LEVELS : eighths;
        canvas_glyph(canvas, rect.y + rect.h - 1 - i, x, (enum glyph)(GLYPH_SPARK_1 + level - 1),
                     role);
    }
}

void sweep_draw(struct canvas *canvas, struct rect rect, const struct sweep *sweep)
{
    double columns[SWEEP_MAX];
    int w = rect.w > SWEEP_MAX ? SWEEP_MAX : rect.w;
    if (w < 2 || rect.h < 1 || sweep->bucket_ms <= 0 || sweep->full_scale <= 0) {
        return;
    }
    for (int i = 0; i < w; i++) {
        columns[i] = no_value;
    }
    for (size_t i = 0; i < sweep->count; i++) {
        int column = sweep_column(sweep, sweep->samples[i].at, w);
        if (column >= 0 && sweep->samples[i].value > columns[column]) {
            columns[column] = sweep->samples[i].value;
        }
    }
    int gap = (int)((sweep->now / sweep->bucket_ms + 1) % w);
    for (int i = 0; i < w; i++) {
        if (i == gap) {
            for (int y = 0; y < rect.h; y++) {
                canvas_glyph(canvas, rect.y + y, rect.x + i, GLYPH_NOW, ROLE_DIM);
            }
        } else if (columns[i] >= 0) {
            sweep_bar(canvas, rect, rect.x + i, columns[i], sweep);
        }
    }
}
