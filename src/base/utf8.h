/*
 * utf8: decoding, width on a terminal, and making text from outside harmless. Independent of the
 * locale (libutf8proc). Pure.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No overlong forms, surrogates, or values above U+10FFFF. */
bool utf8_valid(const char *s, size_t n);
/* Decodes one code point and returns the bytes it took; an invalid byte is U+FFFD and 1. n > 0. */
size_t utf8_next(const char *s, size_t n, uint32_t *cp);
/* Writes the code point (U+FFFD when it is none); 1..4 bytes, no NUL. */
size_t utf8_put(uint32_t cp, char out[4]);
/* Columns of a code point: 0 (combining, joiner, sign), 1 or 2; -1 for controls. */
int utf8_width(uint32_t cp);
/* Signs that follow a letter and take room of their own in print, most vowel signs of India among
 * them (general category Mc). Some terminals give them a column, some none; a terminal may tell
 * those that extend a grapheme by definition (Bengali and Tamil aa) from the others. */
enum utf8_sign { UTF8_SIGN_SPACING, UTF8_SIGN_EXTENDING, UTF8_SIGNS, UTF8_NO_SIGN = UTF8_SIGNS };
enum utf8_sign utf8_sign(uint32_t cp);
/* Columns of a whole text, code point by code point, as ncurses counts them. */
int utf8_text_width(const char *text);
/* True for what may not reach a terminal: controls, bidi overrides, line separators, ... */
bool utf8_is_hostile(uint32_t cp);
/* A copy that is valid UTF-8 and harmless on a terminal: tab and newline become a space, other
 * hostile code points and invalid bytes U+FFFD; cut at a code point when out is short. Returns the
 * bytes written, without the NUL. */
size_t utf8_clean(const char *in, char *out, size_t out_size);
size_t utf8_clean_n(const char *in, size_t n, char *out, size_t out_size);

#endif
