-- Whose the usage of a limiter is, and what end a hold was first given: an estimate that moves on is
-- told as one.
ALTER TABLE limiters ADD COLUMN ours_pct REAL;
ALTER TABLE holds ADD COLUMN first_until INTEGER;
