/*
 * osc: what is said to the terminal beside the screen: window title, notification, clipboard.
 * Nothing is sent to terminals whose family is not known to understand it: they would print it.
 * What has to reach the terminal outside of tmux or screen is wrapped for them. Main thread only.
 */
#ifndef UI_TERM_OSC_H
#define UI_TERM_OSC_H

#include <stdbool.h>

/* The most base64 bytes of a copy that terminals take. */
enum { OSC_COPY_MAX = 74994 };

enum osc_copied { OSC_COPIED, OSC_COPY_TOO_LONG, OSC_COPY_UNKNOWN /* to this terminal */ };

/* term: the terminal's name ($TERM), NULL = unknown. The window's title is put by, and back by
 * osc_close. */
void osc_open(const char *term);
void osc_close(void);
/* Text is made harmless. */
void osc_title(const char *text);
void osc_notify(const char *text);
/* OSC 52. */
enum osc_copied osc_copy(const char *text);
/* What has to be set elsewhere for the copy to get on, which nobody reports; "" = nothing known. */
const char *osc_copy_needs(void);

#endif
