-- When a device last asked for something, to the minute.

ALTER TABLE sessions ADD COLUMN last_seen_at BIGINT NOT NULL DEFAULT 0;

UPDATE sessions SET last_seen_at = updated_at;
