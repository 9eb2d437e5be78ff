/*
 * put: what field writers share: key and value of the field at hand.
 */
#ifndef SIM_API_PUT_H
#define SIM_API_PUT_H

#include "sim/api/plan.h"

void put_key(const struct emit *emit);
void put_id(const struct emit *emit, uint64_t id);        /* 0 = absent */
void put_text(const struct emit *emit, const char *text); /* NULL = absent */
void put_raw(const struct emit *emit, const char *json);
void put_int(const struct emit *emit, int64_t value);     /* a JSON number */
void put_amount(const struct emit *emit, int64_t amount); /* numeric string; below 0 = absent */
void put_time(const struct emit *emit, int64_t ms);       /* in the account's zone; 0 = absent */

/* "2023-03-21T22:41:46-0700", quoted. */
void write_time(struct str *out, int64_t ms, const struct tz *tz);
void write_id(struct str *out, uint64_t id);
void write_name(struct str *out, const struct world_name *name);

#endif
