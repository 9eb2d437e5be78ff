/*
 * money: amounts as integer micros of the currency's major unit (12.34 = 12340000), from and to
 * decimal text, never through a double. Pure.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

/* "-12.34", "5", ".5", "1.2e3"; digits beyond the sixth decimal are rounded half away from zero.
 * False (and out untouched) for anything else or above 9.2e12 units. */
bool money_parse_micros(const char *text, int64_t *micros);
/* Rounded half away from zero to 0..6 decimals. */
void money_format(int64_t micros, int decimals, char out[32]);
/* Decimals of an ISO 4217 currency: 2 but for the zero- and three-decimal ones. */
int money_decimals(const char *currency);
/* An amount in the currency's minor unit, decimal text ("39125" cents), as micros. */
bool money_parse_minor(const char *text, const char *currency, int64_t *micros);

#endif
