/*
 * num: numbers from and to text whatever LC_NUMERIC says, and whole or not at all. Pure.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

/* The whole text, decimal, no white space; false (out untouched) otherwise or beyond the type. */
bool num_parse_i64(const char *text, int64_t *out);
/* Decimal or exponent form, finite; "inf", "nan" and hexadecimal are refused. */
bool num_parse_double(const char *text, double *out);
/* The shortest decimal text that reads back as the same double; "null" when not finite. */
void num_format_double(double value, char out[32]);

#endif
