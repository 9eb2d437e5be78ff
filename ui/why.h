/*
 * why: the chain of reasons something is not moving, with figures, ages and ends, as the governor
 * recorded them when it decided; and what an error means and what to do about it.
 */
#ifndef UI_WHY_H
#define UI_WHY_H

#include "ui/role.h"

struct call_row;
struct env;
struct run_line;
struct sheet;
struct subject;

void why_explain(const struct env *env, const struct subject *subject, struct sheet *sheet);
/* The run itself, then its account. */
void why_run(const struct env *env, const struct run_line *run, struct sheet *sheet);
void why_call(const struct env *env, const struct call_row *call, struct sheet *sheet);
/* "label    text", over as many lines as it takes; nothing for an empty text. */
void why_text(struct sheet *sheet, enum role role, const char *label, const char *text);

#endif
