-- Rollups are deleted by age too; the past of all accounts is read by time; what is counted is in an
-- index.
CREATE INDEX usage_hourly_hour ON usage_hourly (hour);
CREATE INDEX holds_time ON holds (since);
CREATE INDEX entity_gone ON entity (account_no, kind) WHERE deleted_at IS NOT NULL;
DROP INDEX entity_status;
CREATE INDEX entity_status ON entity (account_no, effective_status, kind, deleted_at);
DROP INDEX entity_tree;
CREATE INDEX entity_tree ON entity (account_no, kind, parent_no, deleted_at);
