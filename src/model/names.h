/* names: looking a word up in one of model's closed lists. */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* The word of value, or "?" outside the list. */
const char *names_get(const char *const *names, size_t count, int value);
/* The index of text; false when it is NULL or not in the list. */
bool names_find(const char *const *names, size_t count, const char *text, int *out);

#endif
