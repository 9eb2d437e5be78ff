/* scope_window: what a rolling hour's reading becomes as the hour goes on. Inside of scope. */
#ifndef GOVERN_SCOPE_WINDOW_H
#define GOVERN_SCOPE_WINDOW_H

#include <stdint.h>

struct scope;
struct slot;
struct usage_reading;

/* Answers given side by side are read in any order. */
enum { SIDE_BY_SIDE_MS = 5000 };

/* What is left of the last level; what others did is taken to fall evenly. */
double scope_window_left(const struct scope *s, const struct slot *slot, int64_t now_ms);
/* The level a reading stands for; what it rose by is noted in its minute. */
double scope_window_level(struct scope *s, const struct slot *slot, const struct usage_reading *r);

#endif
