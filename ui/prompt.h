/* prompt: the line being typed at the bottom: a command, a filter, or what to find. */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/key.h"

struct console;

void prompt_key(struct console *console, struct key key);
void prompt_draw(struct console *console, int y);
/* Terms to find in the focused table from now on, "" = none. The selection stays. */
void prompt_find(struct console *console, const char *terms);

#endif
