/*
 * mend: the pass over JSON text that makes it fit for cJSON (see json.h), in one run over the
 * bytes, copying only when something has to change. Syntax is left to the parser. Pure.
 */
#ifndef JSON_MEND_H
#define JSON_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct mended {
    const char *text; /* the given text where nothing had to change, else owned */
    size_t size;
    char *owned;  /* for free(); NULL = nothing was copied */
    size_t mends; /* replacements, quoted numbers left out */
};

/* ERR_LIMIT above max_depth levels, ERR_MEMORY. */
bool mend(const char *text, size_t n, size_t max_depth, struct mended *out, struct err *err);

#endif
