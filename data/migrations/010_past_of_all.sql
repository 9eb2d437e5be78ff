-- What was so at an instant is among what ended after it, and what ran on a day is told by the index:
-- of all accounts both are read in one walk, not account by account.
CREATE INDEX account_history_until ON account_history (until, account_id, field, since, value);
DROP INDEX sync_runs_started;
CREATE INDEX sync_runs_started ON sync_runs (started_at, account_id, status, finished_at);
