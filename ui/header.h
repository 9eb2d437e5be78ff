/*
 * header: the lines on top of every view: the verdict; what follows from it; the app's limit and
 * the day's budget; counters. The first line alone says whether anything is wrong.
 */
#ifndef UI_HEADER_H
#define UI_HEADER_H

#include "ui/widget/canvas.h"

struct console;
struct env;
struct overview;

void header_draw(struct console *console, int lines);
/* When it clears, who has to act, since when, whither it goes, and the cause, as much as fits; for
 * screens whose header is the verdict alone. Returns the column after it. */
int header_sentence(const struct env *env, struct canvas *canvas, struct rect rect);
/* How long the day's budget lasts at this pace. One account may have spent its own; if most are
 * held it is the day's, of which operators keep a share, and an end to come would be wrong. True: a
 * warning. */
bool header_budget(const struct overview *o, const struct env *env, double pct, char *out,
                   size_t size);

#endif
