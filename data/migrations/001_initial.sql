-- The first schema. Names users query are plural; where a leaner table pays, the plural is a view
-- over a singular table with integer keys. Instants: ms since 1970, UTC. Money: micros.

CREATE TABLE account (
    account_no INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    timezone_name TEXT NOT NULL,
    timezone_offset_min INTEGER NOT NULL,
    account_status INTEGER NOT NULL,
    disable_reason INTEGER NOT NULL,
    tier TEXT NOT NULL,
    tier_pinned INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0,
    paused_until INTEGER,
    spend_7d INTEGER NOT NULL DEFAULT 0,
    spend_7d_base INTEGER NOT NULL DEFAULT 0,
    last_synced_at INTEGER,
    last_full_at INTEGER,
    last_sweep_at INTEGER,
    data_as_of INTEGER,
    next_due_at INTEGER,
    removed_at INTEGER,
    listed_at INTEGER
) STRICT;

CREATE VIEW accounts AS
SELECT account_id, name, currency, timezone_name, timezone_offset_min, account_status,
       disable_reason, tier, tier_pinned, priority, paused_until, spend_7d, spend_7d_base,
       last_synced_at, last_full_at, last_sweep_at, data_as_of, next_due_at, removed_at
FROM account;

CREATE TABLE account_history (
    history_id INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT,
    since INTEGER NOT NULL,
    until INTEGER
) STRICT;
CREATE UNIQUE INDEX account_history_open ON account_history (account_id, field) WHERE until IS NULL;
CREATE INDEX account_history_since ON account_history (account_id, field, since);
CREATE INDEX account_history_time ON account_history (since);

-- entity_no is the id itself where that is a plain decimal below 2^63, else a negative number whose
-- text stands in entity_text. kind: 0 campaign, 1 ad set, 2 ad.
CREATE TABLE entity (
    entity_no INTEGER PRIMARY KEY,
    fetched_at INTEGER NOT NULL,
    account_no INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    campaign_no INTEGER,
    parent_no INTEGER,
    deleted_at INTEGER,
    created_time INTEGER,
    updated_time INTEGER,
    daily_budget INTEGER,
    lifetime_budget INTEGER,
    status TEXT,
    effective_status TEXT,
    objective TEXT,
    name TEXT
) STRICT;
CREATE INDEX entity_status ON entity (account_no, effective_status);
CREATE INDEX entity_tree ON entity (account_no, kind, parent_no);

CREATE TABLE entity_text (
    entity_no INTEGER PRIMARY KEY,
    entity_id TEXT NOT NULL UNIQUE
) STRICT;

-- Known from an insights row alone, so far.
CREATE TABLE stray (
    entity_no INTEGER PRIMARY KEY,
    account_no INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    name TEXT,
    adset_no INTEGER,
    adset_name TEXT,
    campaign_no INTEGER,
    campaign_name TEXT
) STRICT;

CREATE VIEW entities AS
SELECT CASE WHEN e.entity_no > 0 THEN CAST(e.entity_no AS TEXT)
            ELSE (SELECT t.entity_id FROM entity_text t WHERE t.entity_no = e.entity_no) END AS entity_id,
       a.account_id,
       CASE e.kind WHEN 0 THEN 'campaign' WHEN 1 THEN 'adset' ELSE 'ad' END AS kind,
       CASE WHEN e.campaign_no > 0 THEN CAST(e.campaign_no AS TEXT)
            ELSE (SELECT t.entity_id FROM entity_text t WHERE t.entity_no = e.campaign_no) END AS campaign_id,
       CASE WHEN e.parent_no > 0 THEN CAST(e.parent_no AS TEXT)
            ELSE (SELECT t.entity_id FROM entity_text t WHERE t.entity_no = e.parent_no) END AS parent_id,
       e.name, e.status, e.effective_status, e.objective, e.daily_budget, e.lifetime_budget,
       e.created_time, e.updated_time, e.fetched_at, e.deleted_at
FROM entity e JOIN account a ON a.account_no = e.account_no;

CREATE VIEW campaigns AS SELECT * FROM entities WHERE kind = 'campaign';
CREATE VIEW adsets AS SELECT * FROM entities WHERE kind = 'adset';
CREATE VIEW ads AS SELECT * FROM entities WHERE kind = 'ad';

-- 0 is no breakdown.
CREATE TABLE breakdown (
    breakdown_no INTEGER PRIMARY KEY,
    dimensions TEXT NOT NULL,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE action_key (
    key_no INTEGER PRIMARY KEY,
    action_type TEXT NOT NULL,
    attribution TEXT NOT NULL,
    UNIQUE (action_type, attribution)
) STRICT;

-- level: 0 account (entity_no 0), 1 campaign, 2 ad set, 3 ad. Dates: days since 1970-01-01.
-- actions: JSON, an element [key_no, count, value] each; the five columns before it are what
-- daily_metrics needs of it.
CREATE TABLE insight (
    account_no INTEGER NOT NULL,
    level INTEGER NOT NULL,
    date_start INTEGER NOT NULL,
    entity_no INTEGER NOT NULL,
    date_stop INTEGER NOT NULL,
    breakdown_no INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    spend INTEGER NOT NULL,
    impressions INTEGER NOT NULL,
    clicks INTEGER NOT NULL,
    reach INTEGER,
    link_clicks ANY NOT NULL,
    leads ANY NOT NULL,
    registrations ANY NOT NULL,
    purchases ANY NOT NULL,
    purchase_value INTEGER NOT NULL,
    actions TEXT,
    PRIMARY KEY (account_no, level, date_start, entity_no, date_stop, breakdown_no)
) STRICT, WITHOUT ROWID;

CREATE VIEW insights AS
SELECT a.account_id,
       CASE i.level WHEN 0 THEN 'account' WHEN 1 THEN 'campaign' WHEN 2 THEN 'adset' ELSE 'ad' END AS level,
       CASE WHEN i.entity_no > 0 THEN CAST(i.entity_no AS TEXT) WHEN i.entity_no = 0 THEN a.account_id
            ELSE (SELECT t.entity_id FROM entity_text t WHERE t.entity_no = i.entity_no) END AS entity_id,
       date(i.date_start * 86400, 'unixepoch') AS date_start,
       date(i.date_stop * 86400, 'unixepoch') AS date_stop,
       CASE i.breakdown_no WHEN 0 THEN ''
            ELSE (SELECT b.text FROM breakdown b WHERE b.breakdown_no = i.breakdown_no) END AS breakdown,
       i.spend, i.impressions, i.clicks, i.reach, i.fetched_at, i.run_id
FROM insight i JOIN account a ON a.account_no = i.account_no;

CREATE VIEW insight_actions AS
SELECT a.account_id,
       CASE i.level WHEN 0 THEN 'account' WHEN 1 THEN 'campaign' WHEN 2 THEN 'adset' ELSE 'ad' END AS level,
       CASE WHEN i.entity_no > 0 THEN CAST(i.entity_no AS TEXT) WHEN i.entity_no = 0 THEN a.account_id
            ELSE (SELECT t.entity_id FROM entity_text t WHERE t.entity_no = i.entity_no) END AS entity_id,
       date(i.date_start * 86400, 'unixepoch') AS date_start,
       date(i.date_stop * 86400, 'unixepoch') AS date_stop,
       CASE i.breakdown_no WHEN 0 THEN ''
            ELSE (SELECT b.text FROM breakdown b WHERE b.breakdown_no = i.breakdown_no) END AS breakdown,
       k.action_type, k.attribution,
       CAST(json_extract(j.value, '$[1]') AS TEXT) AS count,
       json_extract(j.value, '$[2]') AS value
FROM insight i JOIN account a ON a.account_no = i.account_no
     JOIN json_each(i.actions) j
     JOIN action_key k ON k.key_no = json_extract(j.value, '$[0]');

-- Which days of which listing are complete, and as of when.
CREATE TABLE insight_day (
    account_no INTEGER NOT NULL,
    level INTEGER NOT NULL,
    dimensions TEXT NOT NULL,
    date INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    PRIMARY KEY (account_no, level, dimensions, date)
) STRICT, WITHOUT ROWID;

-- Sums of the levels above the listed one; the listed one is read off its insight rows. source: that
-- level, on the account's rows alone.
CREATE TABLE daily_sum (
    account_no INTEGER NOT NULL,
    level INTEGER NOT NULL,
    date INTEGER NOT NULL,
    entity_no INTEGER NOT NULL,
    spend INTEGER NOT NULL,
    impressions INTEGER NOT NULL,
    clicks INTEGER NOT NULL,
    link_clicks ANY NOT NULL,
    leads ANY NOT NULL,
    registrations ANY NOT NULL,
    purchases ANY NOT NULL,
    purchase_value INTEGER NOT NULL,
    source INTEGER,
    PRIMARY KEY (account_no, level, date, entity_no)
) STRICT, WITHOUT ROWID;

CREATE VIEW daily_metrics AS
SELECT CASE WHEN d.entity_no > 0 THEN CAST(d.entity_no AS TEXT)
            WHEN d.entity_no = 0 THEN (SELECT a.account_id FROM account a WHERE a.account_no = d.account_no)
            ELSE (SELECT t.entity_id FROM entity_text t WHERE t.entity_no = d.entity_no) END AS entity_id,
       date(d.date * 86400, 'unixepoch') AS date,
       d.spend, d.impressions, d.clicks, d.link_clicks, d.leads, d.registrations, d.purchases,
       d.purchase_value
FROM daily_sum d
UNION ALL
SELECT CASE WHEN i.entity_no > 0 THEN CAST(i.entity_no AS TEXT)
            ELSE (SELECT t.entity_id FROM entity_text t WHERE t.entity_no = i.entity_no) END,
       date(i.date_start * 86400, 'unixepoch'),
       i.spend, i.impressions, i.clicks, i.link_clicks, i.leads, i.registrations, i.purchases,
       i.purchase_value
FROM daily_sum s
     JOIN insight i ON i.account_no = s.account_no AND i.level = s.source AND i.date_start = s.date
                   AND i.date_stop = s.date AND i.breakdown_no = 0
WHERE s.level = 0 AND s.source > 0;

-- Where each listing of an account stands.
CREATE TABLE cursors (
    account_id TEXT NOT NULL,
    step TEXT NOT NULL,
    watermark INTEGER,
    filter_hash INTEGER NOT NULL,
    after TEXT,
    generation INTEGER,
    rows INTEGER NOT NULL,
    run_id INTEGER,
    page_size INTEGER NOT NULL,
    state TEXT,
    updated_at INTEGER,
    PRIMARY KEY (account_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_runs (
    run_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL,
    mode TEXT NOT NULL,
    trigger TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    duration_ms INTEGER NOT NULL,
    campaigns_fetched INTEGER NOT NULL,
    adsets_fetched INTEGER NOT NULL,
    ads_fetched INTEGER NOT NULL,
    insights_called INTEGER NOT NULL,
    insight_rows INTEGER NOT NULL,
    api_calls INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    entity_fetch_ms INTEGER NOT NULL,
    insight_fetch_ms INTEGER NOT NULL,
    db_ms INTEGER NOT NULL,
    estimated_cost REAL NOT NULL,
    actual_cost REAL NOT NULL,
    usage_snapshot TEXT,
    error_code INTEGER,
    error_subcode INTEGER,
    error_message TEXT,
    fbtrace_id TEXT,
    progress TEXT
) STRICT;
CREATE INDEX sync_runs_account ON sync_runs (account_id, started_at, status);
CREATE INDEX sync_runs_started ON sync_runs (started_at);
CREATE INDEX sync_runs_open ON sync_runs (account_id) WHERE status = 'RUNNING';

CREATE TABLE api_calls (
    call_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    run_id INTEGER,
    account_id TEXT,
    class TEXT NOT NULL,
    path TEXT NOT NULL,
    http_status INTEGER NOT NULL,
    code INTEGER,
    subcode INTEGER,
    fbtrace_id TEXT,
    ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    cost REAL NOT NULL,
    failed INTEGER NOT NULL,
    message TEXT
) STRICT;
CREATE INDEX api_calls_at ON api_calls (at);
CREATE INDEX api_calls_run ON api_calls (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX api_calls_failed ON api_calls (at) WHERE failed = 1;

CREATE TABLE usage_log (
    usage_id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    scope TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    buc_type TEXT NOT NULL,
    pct REAL NOT NULL,
    call_count REAL,
    total_time REAL,
    total_cputime REAL,
    regain_s INTEGER,
    access_tier TEXT,
    run_id INTEGER
) STRICT;
CREATE INDEX usage_log_scope ON usage_log (scope_id, scope, buc_type, at);
CREATE INDEX usage_log_at ON usage_log (at);

CREATE TABLE usage_latest (
    scope_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    buc_type TEXT NOT NULL,
    at INTEGER NOT NULL,
    logged_at INTEGER NOT NULL,
    pct REAL NOT NULL,
    call_count REAL,
    total_time REAL,
    total_cputime REAL,
    regain_s INTEGER,
    access_tier TEXT,
    run_id INTEGER,
    PRIMARY KEY (scope_id, scope, buc_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_hourly (
    scope_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    buc_type TEXT NOT NULL,
    hour INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    max_pct REAL NOT NULL,
    sum_pct REAL NOT NULL,
    last_pct REAL NOT NULL,
    PRIMARY KEY (scope_id, scope, buc_type, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls_daily (
    day TEXT NOT NULL,
    account_id TEXT NOT NULL,
    class TEXT NOT NULL,
    calls INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    throttled INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    cost REAL NOT NULL,
    PRIMARY KEY (day, account_id, class)
) STRICT, WITHOUT ROWID;

-- What the governor thinks of every scope.
CREATE TABLE limiters (
    scope TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    use_case TEXT NOT NULL,
    pct REAL,
    reading_pct REAL,
    source TEXT,
    reading_at INTEGER,
    model_pct REAL,
    slope_per_min REAL NOT NULL,
    threshold REAL NOT NULL,
    eta_threshold_at INTEGER,
    eta_full_at INTEGER,
    reset_at INTEGER,
    blocked_until INTEGER,
    stuck INTEGER NOT NULL,
    access_tier TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (scope_id, scope, use_case)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
    hold_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT,
    run_id INTEGER,
    reason TEXT NOT NULL,
    scope TEXT,
    scope_id TEXT,
    since INTEGER NOT NULL,
    until INTEGER,
    ended_at INTEGER,
    detail TEXT
) STRICT;
CREATE UNIQUE INDEX holds_open ON holds (account_id) WHERE ended_at IS NULL AND account_id IS NOT NULL;
CREATE UNIQUE INDEX holds_open_scope ON holds (scope, scope_id) WHERE ended_at IS NULL AND account_id IS NULL;
CREATE INDEX holds_since ON holds (account_id, since);
CREATE INDEX holds_ended ON holds (ended_at);

CREATE TABLE holds_daily (
    day TEXT NOT NULL,
    account_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    holds INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    PRIMARY KEY (day, account_id, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE budget_ledger (
    day TEXT NOT NULL,
    account_id TEXT NOT NULL,
    class TEXT NOT NULL,
    calls INTEGER NOT NULL,
    cost REAL NOT NULL,
    PRIMARY KEY (day, account_id, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE budget_hourly (
    day TEXT NOT NULL,
    hour INTEGER NOT NULL,
    class TEXT NOT NULL,
    calls INTEGER NOT NULL,
    cost REAL NOT NULL,
    operator_cost REAL NOT NULL,
    PRIMARY KEY (day, hour, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_actions (
    action_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    uid INTEGER NOT NULL,
    origin TEXT,
    action TEXT NOT NULL,
    target TEXT,
    args TEXT,
    reason TEXT,
    expires_at INTEGER,
    before TEXT,
    after TEXT,
    result TEXT,
    undone_by INTEGER
) STRICT;
CREATE INDEX operator_actions_at ON operator_actions (at);
CREATE INDEX operator_actions_target ON operator_actions (target, at);

CREATE TABLE schema_drift (
    day TEXT NOT NULL,
    account_id TEXT NOT NULL,
    edge TEXT NOT NULL,
    field TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sample TEXT,
    PRIMARY KEY (day, account_id, edge, field, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX schema_drift_at ON schema_drift (at);

CREATE TABLE log (
    log_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    source TEXT NOT NULL,
    account_id TEXT,
    run_id INTEGER,
    code INTEGER,
    message TEXT NOT NULL,
    detail TEXT,
    acked_at INTEGER,
    acked_by TEXT
) STRICT;
CREATE INDEX log_at ON log (at);
CREATE INDEX log_account ON log (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX log_run ON log (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX log_loud ON log (log_id) WHERE level IN ('warn', 'error');

CREATE TABLE alerts (
    alert_id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL,
    scope TEXT NOT NULL,
    severity TEXT NOT NULL,
    since INTEGER NOT NULL,
    cleared_at INTEGER,
    acked_at INTEGER,
    acked_by TEXT,
    detail TEXT
) STRICT;
CREATE UNIQUE INDEX alerts_open ON alerts (rule, scope) WHERE cleared_at IS NULL;
CREATE INDEX alerts_cleared ON alerts (cleared_at);

CREATE TABLE integrity_checks (
    check_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    run_id INTEGER,
    kind TEXT NOT NULL,
    day TEXT,
    field TEXT,
    expected INTEGER NOT NULL,
    actual INTEGER NOT NULL,
    result TEXT NOT NULL,
    detail TEXT
) STRICT;
CREATE INDEX integrity_checks_at ON integrity_checks (at);
CREATE INDEX integrity_checks_run ON integrity_checks (run_id);
CREATE INDEX integrity_checks_bad ON integrity_checks (at) WHERE result <> 'ok';

CREATE TABLE engine (
    engine_id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    stopped_at INTEGER,
    pid INTEGER NOT NULL,
    host TEXT,
    version TEXT,
    mode TEXT,
    base_url TEXT,
    workers INTEGER NOT NULL,
    clock_speed REAL NOT NULL,
    clock_anchor_ms INTEGER NOT NULL,
    reason TEXT
) STRICT;

CREATE TABLE overrides (
    override_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    value REAL NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    ended_at INTEGER,
    actor TEXT,
    action_id INTEGER
) STRICT;
CREATE UNIQUE INDEX overrides_open ON overrides (name, scope) WHERE ended_at IS NULL;
CREATE INDEX overrides_since ON overrides (since);
