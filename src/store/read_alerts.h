/* read_alerts: alerts, drift and integrity checks: what somebody should look at. See reader.h. */
#ifndef STORE_READ_ALERTS_H
#define STORE_READ_ALERTS_H

#include "store/alerts.h"
#include "store/checks.h"
#include "store/drift.h"
#include "store/reader.h"

struct alert_rows {
    struct alert_row *rows; /* open ones first, worst and newest first */
    size_t count;
};
/* Open at at_ms, and those cleared since `from` (0 = open ones only). */
bool read_alerts(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t from,
                 struct alert_rows *out, struct err *err);

struct drift_rows {
    struct drift_row *rows; /* newest first */
    size_t count;
};
bool read_drift(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                const char *account_id, int64_t from, struct drift_rows *out, struct err *err);

struct check_rows {
    struct check_row *rows; /* newest first, at most 500 */
    size_t count;
};
/* bad_only: those that differ. account_id NULL = all. */
struct check_query {
    const char *account_id;
    int64_t run_id; /* 0 = all */
    int64_t from;
    bool bad_only;
};
bool read_checks(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                 const struct check_query *query, struct check_rows *out, struct err *err);

#endif
