/* checks: integrity_checks, a row for every checksum, sweep and search for orphans. Threads: see
 * store.h. */
#ifndef STORE_CHECKS_H
#define STORE_CHECKS_H

#include "model/ids.h"
#include "store/store.h"

enum check_result { CHECK_OK, CHECK_OPEN_DIFFERS, CHECK_DIFFERS, CHECK_RESULT_COUNT };
const char *check_result_name(enum check_result result); /* "ok", "open_differs", "differs" */

struct check_row {
    int64_t check_id; /* given by the store */
    int64_t at;
    char account_id[ID_SIZE];
    int64_t run_id;
    char kind[24];            /* "checksum", "sweep", "orphans" */
    int32_t day;              /* of a checksum */
    char field[24];           /* "spend", "impressions", "entities" */
    int64_t expected, actual; /* micros for money */
    enum check_result result;
    char detail[256];
};
bool store_check_append(struct store *store, struct check_row *check, struct err *err);

#endif
