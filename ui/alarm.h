/* alarm: reaches somebody who is not looking: bell, notification and window title when the verdict
 * turns bad, once; it has to be good again for a while before the next one. */
#ifndef UI_ALARM_H
#define UI_ALARM_H

struct console;

void alarm_update(struct console *console);

#endif
