/* utf8: text from outside, whatever it holds. Independent of the locale. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_valid(const char *s, size_t n);
/* The bytes of the next code point (n > 0); an invalid byte is U+FFFD and 1. */
size_t utf8_next(const char *s, size_t n, uint32_t *cp);
/* Columns on a terminal: 0, 1 or 2; -1 for controls. */
int utf8_width(uint32_t cp);
/* A copy that is harmless on a terminal: controls, escape sequences, bidi overrides and invalid
 * bytes become visible replacements. Cut at a code point to fit; returns its length. */
size_t utf8_clean(const char *in, char *out, size_t out_size);

#endif
