/* keyboard: keys and mouse out of curses. Main thread only; the screen is open meanwhile. */
#ifndef UI_TERM_KEYBOARD_H
#define UI_TERM_KEYBOARD_H

#include <stdbool.h>

#include "ui/key.h"

void keyboard_open(void);
void keyboard_close(void);
/* K_NONE when no key waits. */
struct key keyboard_next(void);
/* Presses of the left button and the wheel; dragging stays the terminal's own. */
void keyboard_mouse(bool on);
bool keyboard_has_mouse(void);

#endif
