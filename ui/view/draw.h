/* draw: pieces several views draw. */
#ifndef UI_VIEW_DRAW_H
#define UI_VIEW_DRAW_H

#include "ui/view/load.h"
#include "ui/widget/canvas.h"

/* In place of what has not been read yet. */
void draw_loading(struct canvas *canvas, struct rect line);
/* Limiters as gauges with threshold, age, reset and forecast; two a line where height is short. */
void draw_limiters(struct canvas *canvas, struct rect rect, const struct limiter_line *rows,
                   size_t count, const struct env *env);
/* The course of a limiter whose samples are loaded, over env->range; 100 % is the full height. */
void draw_course(struct canvas *canvas, struct rect rect, const struct limiter_line *limiter,
                 const struct env *env);
/* The classes of call that cost anything, the dearest first. Returns how many. */
int draw_classes(const double cost[CALL_CLASS_COUNT], enum call_class out[CALL_CLASS_COUNT]);
/* Wait states over env->range as one bar, a letter per stretch. */
void draw_timeline(struct canvas *canvas, struct rect rect, const struct hold_line *rows,
                   size_t count, const struct env *env);
/* One sentence: what the account waits for and until when; over as many lines as there are.
 * Returns how many it took. */
int draw_reason(struct canvas *canvas, struct rect rect, const struct account_line *row,
                const struct env *env);
/* One line: tier, cadence, age of its data, priority, currency and zone. */
void draw_facts(struct canvas *canvas, int y, int x, int width, const struct account_line *row,
                const struct env *env);

#endif
