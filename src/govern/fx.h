/*
 * fx: exchange rates into the base currency, from text in the form of data/fx.conf: `base = USD`,
 * then sections `[YYYY-MM-DD]` of `EUR = 1.1716` (units of base for one unit). Later text overrides
 * earlier for the same day and currency. Pure: the caller reads the files.
 */
#ifndef GOVERN_FX_H
#define GOVERN_FX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct fx;

struct fx *fx_create(void); /* NULL = out of memory */
void fx_destroy(struct fx *fx);
/* Adds the rates of text; ERR_CONFIG as "name:line: why". Nothing is taken when it fails. */
bool fx_load(struct fx *fx, const char *name, const char *text, struct err *err);
const char *fx_base(const struct fx *fx); /* "USD" until a text says otherwise */

struct fx_amount {
    int64_t micros;   /* in base */
    double rate;      /* 1 when missing */
    int32_t rate_day; /* days since 1970-01-01 of the rate; 0 = missing */
    bool missing;     /* no rate for the pair: counted 1:1, to be flagged */
};
/* The rate of the latest section not after day (else the oldest); base != fx_base goes through the
 * cross rate. Rounded half away from zero. */
struct fx_amount fx_convert(const struct fx *fx, const char *currency, int64_t micros,
                            const char *base, int32_t day);

#endif
