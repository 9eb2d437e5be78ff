/*
 * alarm: reaches somebody who is not looking: bell, notification and window title when something
 * turns bad, once. What is bad already when the console starts is on its screen and does not ring;
 * what comes and goes rings again only after a while of calm.
 */
#ifndef UI_ALARM_H
#define UI_ALARM_H

#include <stdbool.h>
#include <stdint.h>

struct console;

struct alarm {
    bool started, rung;
    int64_t calm_since, rung_at; /* real monotonic ms; calm_since 0 = there is no calm */
    int64_t alert_seen;          /* the newest alert that has rung, or was there at the start */
};

/* Pure: does it ring now? bad: the verdict is; newest_alert: id of the newest open alert that
 * nobody acknowledged, 0 = none. */
bool alarm_step(struct alarm *alarm, bool bad, int64_t newest_alert, int64_t now, int64_t calm_ms);
/* After each frame. */
void alarm_update(struct console *console);

#endif
