-- Routine holds go after a month, the others stay for a year: they were walked over each minute.
CREATE INDEX holds_routine ON holds (ended_at) WHERE reason IN ('running', 'due', 'queued', 'concurrency');
