/* header: the lines on top of every view: verdict, the app's limit and the budget, counters, what
 * was done last. The first line alone says whether anything is wrong. */
#ifndef UI_HEADER_H
#define UI_HEADER_H

struct console;

void header_draw(struct console *console, int lines);

#endif
