-- Rollups are deleted by age too; the past of all accounts is read by time.
CREATE INDEX usage_hourly_hour ON usage_hourly (hour);
CREATE INDEX holds_time ON holds (since);
CREATE INDEX entity_gone ON entity (account_no, kind) WHERE deleted_at IS NOT NULL;
