/* terminfo: what the terminal's description says. Apart, because <term.h> defines hundreds of short
 * macros. */
#ifndef UI_TERM_TERMINFO_H
#define UI_TERM_TERMINFO_H

#include <stdbool.h>
#include <stddef.h>

/* Of $TERM before the screen is opened: can it place its cursor? True when it is unknown. */
bool terminfo_addressable(void);
/* Of the open screen. */
bool terminfo_string(const char *name);
bool terminfo_flag(const char *name);
/* Is the capability exactly this? */
bool terminfo_is(const char *name, const char *text);
/* The bytes that move the cursor there; valid until the next one. */
const char *terminfo_move(int row, int column);
/* The bytes that end full-screen mode; returns how many. */
size_t terminfo_restore(char *out, size_t size);

#endif
