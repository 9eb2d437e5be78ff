/* tables: the field tables that both the writer and the readers use. Internal. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/fields.h"

extern const struct fields run_fields;      /* struct run; run_id first */
extern const struct fields split_fields;    /* struct run_split */
extern const struct fields call_fields;     /* struct call_record */
extern const struct fields usage_fields;    /* struct usage_reading */
extern const struct fields limiter_fields;  /* struct limiter_row */
extern const struct fields hold_fields;     /* struct hold; hold_id first */
extern const struct fields action_fields;   /* struct operator_action; action_id first */
extern const struct fields drift_fields;    /* struct drift_row */
extern const struct fields log_fields;      /* struct log_row; log_id first */
extern const struct fields alert_fields;    /* struct alert_row; alert_id first */
extern const struct fields check_fields;    /* struct check_row; check_id first */
extern const struct fields engine_fields;   /* struct engine_row; engine_id first */
extern const struct fields override_fields; /* struct override_row; override_id first */
extern const struct fields cursor_fields;   /* struct store_cursor */

#endif
