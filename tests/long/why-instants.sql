-- why-instants: each answer of `why` against the simulator's figures of the same instant.
-- Slack of an end: a tenth of the wait, or one unit of the header behind it: a minute of the hourly
-- quotas (estimated_time_to_regain_access), else a second (reset_time_duration) and the engine's
-- tick of two. Their percentages are whole, so the end may also be that of one per cent more or less.
-- What was in flight when the end was told has been answered since or not: both ends are the
-- simulator's. An engine on a busy machine may be a second late, which is a minute of the day that
-- goes 60 times as fast; an answer is on its way for some hundredths of one. A refusal whose end the API does not name holds as long as the error table says.

CREATE VIEW fact AS
SELECT day, i, x.at, x.done, x.before, x.after, x.truth, x.limits,
    json_extract(why, '$.account_id') AS account, json_extract(why, '$.reason') AS reason,
    json_extract(why, '$.scope') AS scope, json_extract(why, '$.scope_id') AS scope_id,
    1000 * strftime('%s', json_extract(why, '$.since')) AS since,
    1000 * strftime('%s', json_extract(why, '$.until')) AS until,
    json_extract(why, '$.needs_person') AS person,
    json_extract(why, '$.detail.rule') AS rule, json_extract(why, '$.detail') AS detail
FROM said JOIN instant x USING (day, i);

-- What the simulator has of the account, and of the limiter that is named.
CREATE TABLE judged AS
SELECT f.*, (SELECT value FROM json_each(f.limits, '$.accounts') WHERE value ->> 'account_id' = account) AS own,
    (SELECT value ->> 'calls' FROM json_each(f.before, '$.accounts') WHERE value ->> 'account_id' = account) AS calls,
    (SELECT value ->> 'calls' FROM json_each(f.after, '$.accounts') WHERE value ->> 'account_id' = account) AS calls_after,
    (SELECT value ->> 'account_status' FROM json_each(f.truth, '$.accounts') WHERE value ->> 'account_id' = account) AS status,
    o.n AS holds, o.ended_at,
    (SELECT cost FROM spent s WHERE s.day = f.day AND s.i = f.i AND account_id = account) AS spent,
    (SELECT finished_at FROM failed s WHERE s.day = f.day AND s.i = f.i AND account_id = account) AS failed_at,
    (SELECT expires_at FROM paused s WHERE s.day = f.day AND s.i = f.i AND account_id = account) AS paused_until
FROM fact f LEFT JOIN open_holds o ON o.day = f.day AND o.i = f.i AND o.account_id = f.account;

CREATE TABLE limited AS
SELECT j.rowid AS id, j.*, CASE
    WHEN scope = 'app' THEN limits -> '$.app'
    WHEN scope = 'app_insights' THEN limits -> '$.app_insights'
    WHEN scope = 'account' THEN own -> '$.score'
    WHEN reason = 'quota_insights' OR (rule = 'blocked' AND own ->> '$.insights_load.blocked_until_ms' > own ->> '$.ads_insights.blocked_until_ms') THEN own -> '$.insights_load'
    WHEN scope_id LIKE '%/ads_management' THEN own -> '$.ads_management'
    WHEN scope_id LIKE '%/ads_insights' THEN own -> '$.ads_insights' END AS limiter
FROM judged j WHERE reason LIKE 'quota%';

-- slope: of those that fall evenly, per cent a millisecond; target: where the call may go.
CREATE TABLE measured AS
SELECT l.*, limiter ->> 'pct' AS pct, limiter ->> 'blocked_until_ms' AS blocked_until,
    0.1 / coalesce(limiter ->> 'decay_s', limiter ->> 'drain_s') AS slope,
    iif(limiter -> 'falls' IS NULL, 3000, 60000) + lag.answer_ms AS unit, iif(limiter -> 'falls' IS NULL, 0, 1) AS coarse,
    coalesce(detail ->> 'reserved_pct', 0) AS reserved,
    CASE rule WHEN 'pacing' THEN 0.6 * (detail ->> 'threshold') ELSE detail ->> 'target' END AS target,
    (SELECT max(r.at) FROM refused r WHERE r.day = l.day AND r.i = l.i AND r.code = detail ->> 'code'
        AND r.at - (detail ->> 'block_since') BETWEEN -200000 AND 40000) AS refused_at -- at: when it was sent
FROM lag, limited l;

-- The end the simulator's state gives, when nothing more is sent, and its percentage at ours.
CREATE TABLE ended AS
SELECT m.*, CASE
    WHEN rule IN ('blocked', 'full') AND blocked_until > at THEN blocked_until
    WHEN rule = 'blocked' AND refused_at > 0 AND detail ->> 'named_by_api' = 0 THEN refused_at + (150000 << (detail ->> 'strikes'))
    WHEN rule = 'full' THEN at + pct / slope
    WHEN rule = 'blocked' OR pct <= target THEN at
    WHEN slope IS NOT NULL THEN at + (pct - target) / slope
    ELSE (at / 60000 + 1 + coalesce((SELECT min(key) FROM json_each(limiter, '$.falls') WHERE value <= target), 60)) * 60000
    END AS truth_end, CASE
    WHEN rule <> 'threshold' THEN NULL
    WHEN pct <= target + coarse + reserved THEN at
    WHEN slope IS NOT NULL THEN at + (pct - target - reserved) / slope
    ELSE (at / 60000 + 1 + coalesce((SELECT min(key) FROM json_each(limiter, '$.falls') WHERE value <= target + coarse + reserved), 60)) * 60000
    END AS first_end, CASE
    WHEN rule <> 'threshold' OR slope IS NOT NULL OR pct <= target - 1 THEN NULL
    ELSE (at / 60000 + 1 + coalesce((SELECT min(key) FROM json_each(limiter, '$.falls') WHERE value <= target - 1), 60)) * 60000
    END AS last_end, CASE
    WHEN until <= at THEN pct
    WHEN slope IS NOT NULL THEN max(0, pct - slope * (until - at))
    WHEN until / 60000 = at / 60000 THEN pct
    ELSE coalesce(limiter ->> ('$.falls[' || (until / 60000 - at / 60000 - 1) || ']'), 0)
    END AS pct_then
FROM measured m;

CREATE TABLE slack AS SELECT id, max(unit, 0.1 * (truth_end - since)) AS ms FROM ended;

CREATE TABLE verdict AS
SELECT day, i, account, reason, rule, iif(problem IS NULL, 1, 0) AS ok, problem, figures FROM (
    SELECT day, i, account, reason, rule, CASE
        WHEN limiter IS NULL THEN 'no such limiter'
        WHEN holds IS NOT 1 THEN 'open holds: ' || coalesce(holds, 0)
        WHEN until IS NULL THEN 'no end'
        WHEN until < at - lag.ms AND coalesce(ended_at, done) > at + 3000 THEN 'its end is over'
        WHEN ended_at IS NULL AND calls_after > calls THEN 'sent although it waits'
        WHEN rule = 'blocked' AND blocked_until = 0 AND refused_at IS NULL AND until - at > slack.ms THEN 'not blocked'
        WHEN rule = 'threshold' AND pct < target - 1 AND until - at > slack.ms THEN 'below its target'
        WHEN rule IN ('blocked', 'threshold', 'full') AND (until > max(truth_end, coalesce(last_end, truth_end)) + slack.ms OR until < min(truth_end, coalesce(first_end, truth_end)) - slack.ms) THEN 'end'
        WHEN rule = 'pacing' AND pct + (detail ->> 'reserved_pct') + (detail ->> 'call_pct') < target - 1 THEN 'below the pacing start'
        WHEN rule = 'pacing' AND until > truth_end + slack.ms THEN 'paced for longer than it needs'
        WHEN rule = 'pacing' AND pct_then > (detail ->> 'threshold') + 1 THEN 'above the line at its end'
        WHEN rule NOT IN ('blocked', 'threshold', 'full', 'pacing') AND until - at > 60000 THEN 'long for ' || rule
        WHEN rule IN ('probe', 'ramp') AND blocked_until = 0 AND refused_at IS NULL THEN 'was never blocked'
        WHEN rule IN ('probe', 'ramp') AND blocked_until > at + 3000 THEN 'still blocked'
        END AS problem,
        printf('%s until +%.0fs; simulator: %.1f%%, blocked +%.0fs, end +%.0fs, %.1f%% at ours, slack %.0fs; %s', scope_id,
            (until - at) / 1000.0, pct, (blocked_until - at) / 1000.0 * (blocked_until > 0), (truth_end - at) / 1000.0, pct_then, slack.ms / 1000.0, detail) AS figures
    FROM lag, ended JOIN slack USING (id)
    UNION ALL
    SELECT day, i, account, reason, rule, CASE
        WHEN reason IS NULL OR reason = 'unknown' THEN 'no reason'
        WHEN holds IS NOT 1 THEN 'open holds: ' || coalesce(holds, 0)
        WHEN reason = 'disabled' AND status = 1 THEN 'active at the simulator'
        WHEN reason IN ('due', 'disabled', 'budget', 'backoff') AND until IS NULL THEN 'no end'
        WHEN reason IN ('due', 'disabled', 'budget', 'backoff') AND until < at - lag.ms AND coalesce(ended_at, done) > at + 3000 THEN 'its end is over'
        WHEN reason <> 'running' AND coalesce(ended_at, done) >= done AND calls_after > calls THEN 'sent although it waits'
        WHEN reason = 'running' AND calls_at_end IS NOT NULL AND calls_at_end = 0 THEN 'running, and nothing was ever sent'
        WHEN reason IN ('token_invalid', 'no_access') THEN 'nobody took access'
        WHEN reason = 'paused' AND coalesce(paused_until, 0) / 1000 <> until / 1000 THEN 'nobody paused it until then'
        WHEN reason = 'budget' AND (until % 86400000 <> 0 OR until - at > 86400000) THEN 'not the end of the day'
        WHEN reason = 'budget' AND detail ->> 'used' + (detail ->> 'cost') <= detail ->> 'limit' THEN 'it fits'
        WHEN reason = 'budget' AND detail ->> 'scope' = 'account' AND abs(detail ->> 'used' - coalesce(spent, 0)) > 0.5 THEN 'other spending in the ledger'
        WHEN failures IS NOT NULL AND (failed_at IS NULL OR failed_at > at) THEN 'nothing failed'
        WHEN failures <= 3 AND abs(until - failed_at - (30000 << failures)) > 3000 THEN 'not the backoff of so many failures'
        WHEN failures > 3 AND until - failed_at NOT BETWEEN 297000 AND 903000 THEN 'not the backoff of many failures'
        END, printf('until %+.0fs; simulator: status %d, calls %d, then %d', (until - at) / 1000.0, status, calls, calls_after)
    FROM lag, (SELECT j.*, detail ->> 'failures' AS failures, (SELECT max(k.calls_after) FROM judged k WHERE k.day = j.day AND k.account = j.account) AS calls_at_end FROM judged j)
    WHERE reason IS NULL OR reason NOT LIKE 'quota%');

-- What was brought about on purpose was seen, and confirmed.
INSERT INTO verdict SELECT 'events', 0, '', kind, '', 0, 'never confirmed', '' FROM (SELECT DISTINCT kind FROM wanted)
WHERE kind NOT IN (SELECT reason FROM verdict WHERE ok UNION SELECT rule FROM verdict WHERE ok AND rule IS NOT NULL);

.mode list
.separator '  '
SELECT '  refuted', day, i, account, reason, coalesce(rule, ''), problem, figures FROM verdict WHERE NOT ok ORDER BY day, i;
SELECT '  ' || day, reason, coalesce(rule, ''), sum(ok) || ' confirmed', sum(NOT ok) || ' refuted' FROM verdict GROUP BY day, reason, rule;
SELECT '  ' || day, 'insights load', count(*) || ' waits', printf('the end later than the simulator''s by %.0f s on average, %.0f at most',
    avg((until - truth_end) / 1000.0), max((until - truth_end) / 1000.0)) FROM ended
WHERE rule = 'threshold' AND limiter -> 'drain_s' IS NOT NULL GROUP BY day;
