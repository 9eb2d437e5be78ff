-- A year of history of :accounts accounts, ending :now (ms), into an empty database of adtop: what the
-- console has to read on a bad day. Two runs a day and account, six calls and three readings a run,
-- a hold before each; raw calls of 30 days, readings of 90. Every seventh account is held now.
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :accounts - 1)
INSERT INTO account (account_no, account_id, name, currency, timezone_name, timezone_offset_min,
    account_status, disable_reason, tier, spend_7d, spend_7d_base, last_synced_at, data_as_of, next_due_at)
SELECT i + 1, 'act_' || (100000 + i), 'Account number ' || i || ' of the year', 'USD', 'UTC', 0, 1, 0,
    CASE WHEN i % 10 = 0 THEN 'high' WHEN i % 10 < 4 THEN 'medium' ELSE 'low' END, 1000000 * i,
    1000000 * i, :now - (i % 90) * 60000, :now - (i % 90) * 60000, :now + (i % 60) * 60000 + 60000
FROM n;

WITH RECURSIVE d(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM d WHERE k < 729)
INSERT INTO sync_runs (account_id, mode, trigger, status, started_at, finished_at, duration_ms,
    campaigns_fetched, adsets_fetched, ads_fetched, insights_called, insight_rows, api_calls, retries,
    bytes, entity_fetch_ms, insight_fetch_ms, db_ms, estimated_cost, actual_cost, error_code,
    error_subcode, error_message)
SELECT a.account_id, 'delta', 'schedule',
    CASE WHEN (k + a.account_no) % 50 = 0 THEN 'FAILED' ELSE 'SUCCESS' END,
    :now - (730 - k) * 43200000 + a.account_no * 40000, :now - (730 - k) * 43200000 + a.account_no * 40000 + 2400,
    2400, 3, 9, 27, 1, 200, 6, 0, 60000, 900, 1200, 40, 8, 9,
    CASE WHEN (k + a.account_no) % 50 = 0 THEN 17 END, CASE WHEN (k + a.account_no) % 50 = 0 THEN 2446079 END,
    CASE WHEN (k + a.account_no) % 50 = 0 THEN 'User request limit reached' END
FROM d, account a ORDER BY k, a.account_no;

INSERT INTO holds (account_id, reason, scope, scope_id, since, until, ended_at, detail)
SELECT account_id, 'quota_account', 'account', account_id, started_at - 600000, started_at, started_at,
    '{"rule":"threshold","pct":71.5,"threshold":70.0,"call_pct":0.8}'
FROM sync_runs WHERE started_at > :now - 400 * 86400000;

INSERT INTO holds (account_id, reason, scope, scope_id, since, until, detail)
SELECT account_id, CASE WHEN account_no % 7 = 0 THEN 'quota_account' ELSE 'due' END,
    CASE WHEN account_no % 7 = 0 THEN 'account' END, CASE WHEN account_no % 7 = 0 THEN account_id END,
    :now - 600000 - account_no * 100, :now + 600000 + account_no * 100,
    CASE WHEN account_no % 7 = 0 THEN '{"rule":"threshold","pct":88.5,"threshold":70.0,"call_pct":0.8}' ELSE '{}' END
FROM account;

WITH c(k) AS (VALUES (0), (1), (2), (3), (4), (5))
INSERT INTO api_calls (at, run_id, account_id, class, path, http_status, code, subcode, ms, bytes, rows,
    cost, failed, message)
SELECT started_at + k * 100, run_id, account_id, 'ads', account_id || '/ads?limit=500',
    CASE WHEN status = 'FAILED' AND k = 5 THEN 400 ELSE 200 END, CASE WHEN status = 'FAILED' AND k = 5 THEN 17 END,
    CASE WHEN status = 'FAILED' AND k = 5 THEN 2446079 END, 180, 20000, 100, 1,
    status = 'FAILED' AND k = 5, CASE WHEN status = 'FAILED' AND k = 5 THEN 'User request limit reached' END
FROM sync_runs, c WHERE started_at > :now - 30 * 86400000 ORDER BY started_at;

WITH u(k, scope, use_case) AS (VALUES (0, 'account', ''), (1, 'buc', 'ads_insights'), (2, 'app', ''))
INSERT INTO usage_log (at, scope, scope_id, buc_type, pct, call_count, total_time, total_cputime, access_tier, run_id)
SELECT started_at + 500, scope, CASE WHEN scope = 'app' THEN 'app' ELSE account_id END, use_case,
    (run_id * 7 + k) % 95, 40, 20, 10, 'standard_access', run_id
FROM sync_runs, u WHERE started_at > :now - 90 * 86400000 ORDER BY started_at;

INSERT OR REPLACE INTO limiters (scope, scope_id, use_case, pct, reading_pct, source, reading_at, model_pct,
    slope_per_min, threshold, reset_at, stuck, access_tier, updated_at)
SELECT 'account', account_id, '', (account_no * 7) % 95, (account_no * 7) % 95, 'account',
    :now - account_no * 500, 20, 0.4, 70, :now + 600000, 0, 'standard_access', :now FROM account
UNION ALL SELECT 'use_case', account_id, 'ads_insights', (account_no * 3) % 70, (account_no * 3) % 70, 'buc',
    :now - account_no * 500, 10, 0, 75, NULL, 0, 'standard_access', :now FROM account
UNION ALL SELECT 'app', 'app', '', 61, 61, 'app', :now - 2000, 50, 0.7, 80, NULL, 0, 'standard_access', :now;

INSERT OR REPLACE INTO budget_ledger (day, account_id, class, calls, cost)
SELECT date(started_at / 1000, 'unixepoch'), account_id, 'ads', sum(api_calls), sum(actual_cost)
FROM sync_runs GROUP BY 1, 2;
INSERT OR REPLACE INTO budget_hourly (day, hour, class, calls, cost, operator_cost)
SELECT date(started_at / 1000, 'unixepoch'), CAST(strftime('%H', started_at / 1000, 'unixepoch') AS INTEGER),
    'ads', sum(api_calls), sum(actual_cost), 0 FROM sync_runs GROUP BY 1, 2;

INSERT INTO account_history (account_id, field, value, since)
SELECT account_id, 'tier', tier, :now - 300 * 86400000 FROM account;
INSERT INTO log (at, level, source, account_id, run_id, message)
SELECT started_at + 2400, CASE status WHEN 'FAILED' THEN 'warn' ELSE 'info' END, 'engine', account_id, run_id,
    'delta ' || status FROM sync_runs WHERE started_at > :now - 90 * 86400000 ORDER BY started_at;
INSERT INTO operator_actions (at, actor, uid, action, target, reason, result)
SELECT :now - account_no * 3600000, 'ana', 1000, 'prioritize', account_id, 'client asks', 'ok' FROM account;
