/*
 * cursor: opaque paging positions. A cursor is bound to the listing it came from (a hash of path
 * and parameters but for fields and paging ones): used with others it is invalid, error 2642. It
 * holds an offset and a position hint, so that a page deep in a listing costs no more than the
 * first, and like Meta's it is no snapshot.
 */
#ifndef SIM_API_CURSOR_H
#define SIM_API_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/net/request.h"

enum { CURSOR_SIZE = 96 };

struct cursor {
    uint64_t binding;
    uint64_t rows; /* of the listing before this position */
    uint64_t at;   /* where the listing goes on, in its own terms */
    uint64_t sub;
    uint64_t last; /* where the row before this position can be read again */
};

/* The parameters that make a listing what it is; secrets and paging are left out. */
uint64_t cursor_binding(const struct request *request);
void cursor_write(const struct cursor *cursor, char out[CURSOR_SIZE]);
/* False when it is no cursor or bound to another listing. */
bool cursor_read(const char *text, uint64_t binding, struct cursor *out);

#endif
