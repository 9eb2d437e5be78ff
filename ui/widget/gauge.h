/*
 * gauge: how much of a limit is used, with a mark where its threshold lies. sweep: the course of a
 * figure, each sample in a fixed column by its time, so that a new one changes one column only.
 */
#ifndef UI_WIDGET_GAUGE_H
#define UI_WIDGET_GAUGE_H

#include "ui/widget/canvas.h"

/* pct < 0 = no reading; above 100 fills the gauge. threshold <= 0 = no mark. */
void gauge_draw(struct canvas *canvas, int y, int x, int width, double pct, double threshold);
/* Below 85 % of the threshold plain, above it a warning, from the threshold on bad. */
enum role gauge_role(double pct, double threshold);

struct sample {
    int64_t at;
    double value;
};

/*
 * A column is bucket_ms long and shows the greatest value that falls in it; columns wrap, so that
 * the newest overwrites the oldest, and a mark stands before the newest. Samples in time order.
 * full_scale: the value of a full column.
 */
struct sweep {
    const struct sample *samples;
    size_t count;
    int64_t bucket_ms, now;
    double full_scale, threshold;
};
void sweep_draw(struct canvas *canvas, struct rect rect, const struct sweep *sweep);

#endif
