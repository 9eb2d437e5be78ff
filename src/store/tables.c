#include "store/tables.h"

#include "model/call.h"
#include "model/hold.h"
#include "model/operator.h"
#include "model/run.h"
#include "model/usage.h"
#include "store/alerts.h"
#include "store/checks.h"
#include "store/cursors.h"
#include "store/drift.h"
#include "store/engines.h"
#include "store/limiters.h"
#include "store/logs.h"
#include "store/overrides.h"

#define TABLE(name, rows) const struct fields name = {rows, sizeof(rows) / sizeof *(rows)}

static const struct field run_rows[] = {
    FIELD(struct run, run_id, F_I64),
    FIELD(struct run, account_id, F_WORD),
    FIELD_AS(struct run, "mode", mode, F_ENUM, WORDS_RUN_MODE),
    FIELD_AS(struct run, "trigger", trigger, F_ENUM, WORDS_RUN_TRIGGER),
    FIELD_AS(struct run, "status", status, F_ENUM, WORDS_RUN_STATUS),
    FIELD(struct run, started_at, F_I64),
    FIELD(struct run, finished_at, F_ID),
    FIELD(struct run, duration_ms, F_I64),
    FIELD(struct run, campaigns_fetched, F_I64),
    FIELD(struct run, adsets_fetched, F_I64),
    FIELD(struct run, ads_fetched, F_I64),
    FIELD(struct run, insights_called, F_I64),
    FIELD(struct run, insight_rows, F_I64),
    FIELD(struct run, api_calls, F_I64),
    FIELD(struct run, retries, F_I64),
    FIELD(struct run, bytes, F_I64),
    FIELD(struct run, entity_fetch_ms, F_I64),
    FIELD(struct run, insight_fetch_ms, F_I64),
    FIELD(struct run, db_ms, F_I64),
    FIELD(struct run, estimated_cost, F_REAL),
    FIELD(struct run, actual_cost, F_REAL),
    FIELD(struct run, usage_snapshot, F_TEXT),
    FIELD(struct run, error_code, F_CODE),
    FIELD(struct run, error_subcode, F_CODE),
    FIELD(struct run, error_message, F_TEXT),
    FIELD(struct run, fbtrace_id, F_TEXT),
    FIELD(struct run, progress, F_TEXT),
    FIELD(struct run, done_pct, F_GIVEN),
};
TABLE(run_fields, run_rows);

static const struct field split_rows[] = {
    FIELD(struct run_split, at, F_I64),          FIELD(struct run_split, run_id, F_I64),
    FIELD(struct run_split, account_id, F_WORD), FIELD(struct run_split, level, F_WORD),
    FIELD(struct run_split, first_day, F_DAY),   FIELD(struct run_split, last_day, F_DAY),
    FIELD(struct run_split, node, F_WORD),       FIELD(struct run_split, became, F_WORD),
    FIELD(struct run_split, parts, F_CODE),      FIELD(struct run_split, code, F_CODE),
    FIELD(struct run_split, subcode, F_CODE),    FIELD(struct run_split, why, F_WORD),
};
TABLE(split_fields, split_rows);

static const struct field call_rows[] = {
    FIELD(struct call_record, at, F_I64),
    FIELD(struct call_record, run_id, F_ID),
    FIELD(struct call_record, account_id, F_TEXT),
    FIELD_AS(struct call_record, "class", call_class, F_ENUM, WORDS_CALL_CLASS),
    FIELD(struct call_record, path, F_WORD),
    FIELD(struct call_record, http_status, F_INT),
    FIELD(struct call_record, code, F_CODE),
    FIELD(struct call_record, subcode, F_CODE),
    FIELD(struct call_record, fbtrace_id, F_TEXT),
    FIELD(struct call_record, ms, F_I64),
    FIELD(struct call_record, bytes, F_I64),
    FIELD(struct call_record, rows, F_I64),
    FIELD(struct call_record, cost, F_REAL),
};
TABLE(call_fields, call_rows);

static const struct field usage_rows[] = {
    FIELD(struct usage_reading, at, F_I64),
    FIELD_AS(struct usage_reading, "scope", source, F_ENUM, WORDS_USAGE_SOURCE),
    FIELD(struct usage_reading, scope_id, F_WORD),
    FIELD_AS(struct usage_reading, "buc_type", use_case, F_ENUM, WORDS_USE_CASE),
    FIELD(struct usage_reading, pct, F_REAL),
    FIELD(struct usage_reading, call_count, F_GIVEN),
    FIELD(struct usage_reading, total_time, F_GIVEN),
    FIELD(struct usage_reading, total_cputime, F_GIVEN),
    FIELD(struct usage_reading, regain_s, F_REGAIN),
    FIELD_AS(struct usage_reading, "access_tier", access_tier, F_NAME, WORDS_ACCESS),
    FIELD(struct usage_reading, run_id, F_ID),
};
TABLE(usage_fields, usage_rows);

static const struct field limiter_rows[] = {
    FIELD_AS(struct limiter_row, "scope", scope, F_ENUM, WORDS_SCOPE),
    FIELD(struct limiter_row, scope_id, F_WORD),
    FIELD_AS(struct limiter_row, "use_case", use_case, F_ENUM, WORDS_USE_CASE),
    FIELD(struct limiter_row, pct, F_GIVEN),
    FIELD(struct limiter_row, reading_pct, F_GIVEN),
    FIELD_AS(struct limiter_row, "source", source, F_NAME, WORDS_USAGE_SOURCE),
    FIELD(struct limiter_row, reading_at, F_ID),
    FIELD(struct limiter_row, model_pct, F_GIVEN),
    FIELD(struct limiter_row, ours_pct, F_GIVEN),
    FIELD(struct limiter_row, slope_per_min, F_REAL),
    FIELD(struct limiter_row, threshold, F_REAL),
    FIELD(struct limiter_row, eta_threshold_at, F_ID),
    FIELD(struct limiter_row, eta_full_at, F_ID),
    FIELD(struct limiter_row, reset_at, F_ID),
    FIELD(struct limiter_row, blocked_until, F_ID),
    FIELD(struct limiter_row, stuck, F_BOOL),
    FIELD_AS(struct limiter_row, "access_tier", access_tier, F_NAME, WORDS_ACCESS),
    FIELD(struct limiter_row, updated_at, F_I64),
};
TABLE(limiter_fields, limiter_rows);

static const struct field hold_rows[] = {
    FIELD(struct hold, hold_id, F_I64),
    FIELD(struct hold, account_id, F_TEXT),
    FIELD(struct hold, run_id, F_ID),
    FIELD_AS(struct hold, "reason", reason, F_ENUM, WORDS_HOLD_REASON),
    FIELD(struct hold, scope, F_TEXT),
    FIELD(struct hold, scope_id, F_TEXT),
    FIELD(struct hold, since, F_I64),
    FIELD(struct hold, until, F_ID),
    FIELD(struct hold, ended_at, F_ID),
    FIELD(struct hold, detail, F_TEXT),
    FIELD(struct hold, first_until, F_ID),
};
TABLE(hold_fields, hold_rows);

static const struct field action_rows[] = {
    FIELD(struct operator_action, action_id, F_I64),
    FIELD(struct operator_action, at, F_I64),
    FIELD(struct operator_action, actor, F_WORD),
    FIELD(struct operator_action, uid, F_I64),
    FIELD(struct operator_action, origin, F_TEXT),
    FIELD_AS(struct operator_action, "action", kind, F_ENUM, WORDS_OP_KIND),
    FIELD(struct operator_action, target, F_TEXT),
    FIELD(struct operator_action, args, F_TEXT),
    FIELD(struct operator_action, reason, F_TEXT),
    FIELD(struct operator_action, expires_at, F_ID),
    FIELD(struct operator_action, before, F_TEXT),
    FIELD(struct operator_action, after, F_TEXT),
    FIELD(struct operator_action, result, F_TEXT),
    FIELD(struct operator_action, undone_by, F_ID),
};
TABLE(action_fields, action_rows);

static const struct field drift_rows[] = {
    FIELD(struct drift_row, at, F_I64),
    FIELD(struct drift_row, account_id, F_WORD),
    FIELD(struct drift_row, edge, F_WORD),
    FIELD(struct drift_row, field, F_WORD),
    FIELD_AS(struct drift_row, "kind", kind, F_ENUM, WORDS_DRIFT_KIND),
    FIELD(struct drift_row, count, F_I64),
    FIELD(struct drift_row, sample, F_TEXT),
};
TABLE(drift_fields, drift_rows);

static const struct field log_rows[] = {
    FIELD(struct log_row, log_id, F_I64),
    FIELD(struct log_row, at, F_I64),
    FIELD_AS(struct log_row, "level", level, F_ENUM, WORDS_LOG_LEVEL),
    FIELD(struct log_row, source, F_PTR),
    FIELD(struct log_row, account_id, F_PTR),
    FIELD(struct log_row, run_id, F_ID),
    FIELD(struct log_row, code, F_CODE),
    FIELD(struct log_row, message, F_PTR),
    FIELD(struct log_row, detail, F_PTR),
    FIELD(struct log_row, acked_at, F_ID),
    FIELD(struct log_row, acked_by, F_PTR),
};
TABLE(log_fields, log_rows);

static const struct field alert_rows[] = {
    FIELD(struct alert_row, alert_id, F_I64),
    FIELD(struct alert_row, rule, F_WORD),
    FIELD(struct alert_row, scope, F_WORD),
    FIELD_AS(struct alert_row, "severity", severity, F_ENUM, WORDS_SEVERITY),
    FIELD(struct alert_row, since, F_I64),
    FIELD(struct alert_row, cleared_at, F_ID),
    FIELD(struct alert_row, acked_at, F_ID),
    FIELD(struct alert_row, acked_by, F_TEXT),
    FIELD(struct alert_row, detail, F_TEXT),
};
TABLE(alert_fields, alert_rows);

static const struct field check_rows[] = {
    FIELD(struct check_row, check_id, F_I64),
    FIELD(struct check_row, at, F_I64),
    FIELD(struct check_row, account_id, F_WORD),
    FIELD(struct check_row, run_id, F_ID),
    FIELD(struct check_row, kind, F_WORD),
    FIELD(struct check_row, day, F_DAY),
    FIELD(struct check_row, field, F_TEXT),
    FIELD(struct check_row, expected, F_I64),
    FIELD(struct check_row, actual, F_I64),
    FIELD_AS(struct check_row, "result", result, F_ENUM, WORDS_CHECK_RESULT),
    FIELD(struct check_row, detail, F_TEXT),
};
TABLE(check_fields, check_rows);

static const struct field engine_rows[] = {
    FIELD(struct engine_row, engine_id, F_I64),
    FIELD(struct engine_row, started_at, F_I64),
    FIELD(struct engine_row, heartbeat_at, F_I64),
    FIELD(struct engine_row, stopped_at, F_ID),
    FIELD(struct engine_row, pid, F_I64),
    FIELD(struct engine_row, host, F_TEXT),
    FIELD(struct engine_row, version, F_TEXT),
    FIELD(struct engine_row, mode, F_TEXT),
    FIELD(struct engine_row, base_url, F_TEXT),
    FIELD(struct engine_row, workers, F_INT),
    FIELD_AS(struct engine_row, "clock_speed", clock.speed, F_REAL, WORDS_NONE),
    FIELD_AS(struct engine_row, "clock_anchor_ms", clock.anchor_ms, F_I64, WORDS_NONE),
    FIELD(struct engine_row, reason, F_TEXT),
};
TABLE(engine_fields, engine_rows);

static const struct field override_rows[] = {
    FIELD(struct override_row, override_id, F_I64), FIELD(struct override_row, name, F_WORD),
    FIELD(struct override_row, scope, F_WORD),      FIELD(struct override_row, value, F_REAL),
    FIELD(struct override_row, since, F_I64),       FIELD(struct override_row, until, F_ID),
    FIELD(struct override_row, ended_at, F_ID),     FIELD(struct override_row, actor, F_TEXT),
    FIELD(struct override_row, action_id, F_ID),
};
TABLE(override_fields, override_rows);

static const struct field cursor_rows[] = {
    FIELD(struct store_cursor, account_id, F_WORD),
    FIELD(struct store_cursor, step, F_WORD),
    FIELD(struct store_cursor, watermark, F_ID),
    FIELD(struct store_cursor, filter_hash, F_I64), /* the same 64 bits */
    FIELD(struct store_cursor, after, F_TEXT),
    FIELD(struct store_cursor, generation, F_ID),
    FIELD(struct store_cursor, rows, F_I64),
    FIELD(struct store_cursor, run_id, F_ID),
    FIELD(struct store_cursor, page_size, F_INT),
    FIELD(struct store_cursor, state, F_TEXT),
    FIELD(struct store_cursor, updated_at, F_ID),
};
TABLE(cursor_fields, cursor_rows);
