/*
 * fuzzy: whether the letters of a word occur in a text in order, whatever stands between them:
 * "acrt" in "Acme Retail". Case does not count. Nothing is ranked: rows keep the order that
 * somebody chose for them. Pure.
 */
#ifndef UI_WIDGET_FUZZY_H
#define UI_WIDGET_FUZZY_H

#include <stdbool.h>

/* Longer texts are looked at so far. */
enum { FUZZY_MAX = 512 };

/* No letters are in every text. */
bool fuzzy_match(const char *text, const char *letters);
/* The same, and which bytes of the text those letters are: near together where they occur more than
 * once. hits has an entry for each of its bytes; those of no letter stay as they are. */
bool fuzzy_find(const char *text, const char *letters, bool *hits);

#endif
