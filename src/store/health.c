/* How calls went: for the engine's alerts and for the console. */
#include <string.h>

#include "model/error_catalog.h"
#include "store/read_errors.h"
#include "store/reader_internal.h"

/* Whether a failed call is one that is repeated and then goes well. */
static bool passes(int code, int subcode, int http_status)
{
    return error_catalog_find(code, subcode, NULL, http_status)->error_class == ERROR_RETRY;
}

bool read_call_health(struct store_reader *reader, int64_t from, int64_t to,
                      struct call_health *out, struct err *err)
{
    struct query q = {0};
    struct call_health sum = {0};
    /* Summed here: SQLite would sort the calls first. */
    if (!db_query(&reader->db, &q,
                  "SELECT class, http_status, code, subcode, failed, ms FROM api_calls WHERE at > "
                  ":from AND at <= :to",
                  err)) {
        return false;
    }
    bind_i64(&q, ":from", from);
    bind_i64(&q, ":to", to);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        int class_at = words_value(WORDS_CALL_CLASS, col_text(&q, 0, NULL));
        int status = (int)col_i64(&q, 1);
        sum.all++;
        if (status > 0) {
            sum.calls[class_at]++;
            sum.ms[class_at] += col_i64(&q, 5);
        }
        if (col_i64(&q, 4) && passes((int)col_i64(&q, 2), (int)col_i64(&q, 3), status)) {
            sum.passing++;
        }
    }
    db_done(&q);
    if (step == 0) {
        *out = sum;
    }
    return step == 0;
}
