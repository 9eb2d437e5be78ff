/* read_errors: failed calls, grouped and raw. See reader.h. */
#ifndef STORE_READ_ERRORS_H
#define STORE_READ_ERRORS_H

#include "store/read_runs.h"
#include "store/reader.h"

struct error_group {
    int code, subcode; /* both 0: no API error, see http_status */
    int http_status;   /* of the last one; 0 = no response */
    int64_t count;
    int64_t first_at, last_at;
    int64_t accounts; /* how many */
    const char *last_account_id;
    const char *last_message;
    const char *last_fbtrace_id;
    const char *last_path;
};
struct error_groups {
    struct error_group *rows; /* latest first */
    size_t count;
};
/* Failed calls in [from, at_ms or now]; account_id NULL = all. */
bool read_errors(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                 const char *account_id, int64_t from, struct error_groups *out, struct err *err);

/* How calls in (from, to] went, failed ones or not. */
bool read_call_health(struct store_reader *reader, int64_t from, int64_t to,
                      struct call_health *out, struct err *err);

#endif
