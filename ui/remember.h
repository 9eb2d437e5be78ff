/*
 * remember: which columns a person took out of a table and by what it is sorted, from one console
 * to the next, in $XDG_STATE_HOME/adtop/tables (else ~/.local/state/adtop/tables). One line a
 * table: accounts.0 hidden id,zone sort -lag Columns stand under their keys; what no longer exists
 * is passed over. Nothing depends on the file: when it cannot be read or written the tables are as
 * they come.
 */
#ifndef UI_REMEMBER_H
#define UI_REMEMBER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

struct view;

enum { REMEMBER_MAX = 64 * 1024 };

/* What is remembered of the view's tables is done to them. */
void remember_apply(const char *text, struct view *view);
/* Replaces the view's lines in text. */
void remember_note(struct str *text, const struct view *view);

/* The file's text, "" when there is none. */
void remember_load(struct str *text);
bool remember_save(const struct str *text, struct err *err);

#endif
