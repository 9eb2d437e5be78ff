/*
 * out: JSON text as the Graph API spells it: ASCII only (everything else as \uXXXX), "/" escaped,
 * numbers of insights as strings. Made for pages of thousands of rows: no tree, no printf.
 */
#ifndef SIM_NET_OUT_H
#define SIM_NET_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Quoted. Text is UTF-8; a lone surrogate (ED A0..BF xx) comes out as the half it is and C0 80 as
 * \u0000: both occur in names Meta stores. Other invalid bytes become \ufffd. */
void out_string(struct str *out, const char *text);
void out_stringn(struct str *out, const char *text, size_t n);
/* Text known to need no escape, unquoted. */
void out_raw(struct str *out, const char *text);
void out_int(struct str *out, int64_t value);
/* "123" */
void out_quoted_int(struct str *out, int64_t value);
/* Micros as decimal text, quoted, without trailing zeros past two decimals: "14.35". */
void out_quoted_micros(struct str *out, int64_t micros, int decimals);
/* value / 10^6 rounded to six decimals, quoted, trailing zeros cut: "4.864865". */
void out_quoted_ratio(struct str *out, int64_t numerator, int64_t denominator, int64_t factor);
/* `,"name":`, or without the comma at the start of an object. */
void out_key(struct str *out, const char *name);

#endif
