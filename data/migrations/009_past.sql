-- What the past is drawn from stands in the index: an account's history by field, what calls cost by
-- time.
DROP INDEX account_history_since;
CREATE INDEX account_history_since ON account_history (account_id, field, since, until, value);
DROP INDEX api_calls_at;
CREATE INDEX api_calls_at ON api_calls (at, account_id, class, cost);
