-- Calls by hour and class, beyond the retention of api_calls; checks and tombstones by age.
CREATE TABLE calls_hourly (
    hour INTEGER NOT NULL,
    class TEXT NOT NULL,
    calls INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    busiest_minute INTEGER NOT NULL,
    cost REAL NOT NULL,
    PRIMARY KEY (hour, class)
) STRICT, WITHOUT ROWID;
CREATE INDEX integrity_checks_ok ON integrity_checks (at) WHERE result = 'ok';
CREATE INDEX engine_stopped ON engine (stopped_at) WHERE stopped_at IS NOT NULL;
