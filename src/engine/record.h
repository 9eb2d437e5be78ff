/* record: rows of the store the engine writes about itself. A failed write is logged, never fatal:
 * what counts for the data commits elsewhere. */
#ifndef ENGINE_RECORD_H
#define ENGINE_RECORD_H

#include <stdint.h>

#include "base/log.h"

struct engine;
struct hold;

/* The store's log and the process log. account_id NULL = none, run_id 0 = none. */
void record_log(struct engine *engine, enum log_level level, const char *account_id, int64_t run_id,
                const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The account's open interval becomes this one, when it differs. */
void record_hold(struct engine *engine, struct hold *open, const struct hold *now);

#endif
