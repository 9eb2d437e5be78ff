/* paint: a canvas onto the curses screen: roles to attributes and colour pairs, cells to
 * characters. Main thread only; the screen is open meanwhile. */
#ifndef UI_TERM_PAINT_H
#define UI_TERM_PAINT_H

#include <stdbool.h>

struct canvas;
struct term_caps;
struct theme;

/* caps is lent until paint_close. */
void paint_open(const struct term_caps *caps);
void paint_close(void);
/* Lent until the next one. */
void paint_set_theme(const struct theme *theme);
/* False when nothing differed from the frame before, and nothing was written. */
bool paint_frame(const struct canvas *canvas);
/* The next frame counts as different, whatever it holds. */
void paint_forget(void);

#endif
