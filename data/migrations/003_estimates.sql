-- Whose the usage of a limiter is; what end a hold was first given, for an estimate that moves on is
-- told as one; and how much of a run is done.
ALTER TABLE limiters ADD COLUMN ours_pct REAL;
ALTER TABLE holds ADD COLUMN first_until INTEGER;
ALTER TABLE sync_runs ADD COLUMN done_pct REAL;
