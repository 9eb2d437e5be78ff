-- The figures behind a change, JSON.
ALTER TABLE account_history ADD COLUMN detail TEXT;
