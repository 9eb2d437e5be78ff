/* loop: waits for keys, signals, the engine and the second, and draws what changed. */
#ifndef UI_LOOP_H
#define UI_LOOP_H

#include "base/err.h"

struct console;

bool loop_run(struct console *console, struct err *err);

#endif
