-- What was too much for one answer, and how it was read instead.
CREATE TABLE run_splits (
    split_id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    level TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    node TEXT NOT NULL,
    became TEXT NOT NULL,
    parts INTEGER,
    code INTEGER,
    subcode INTEGER,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX run_splits_run ON run_splits (run_id);
CREATE INDEX run_splits_at ON run_splits (at);
