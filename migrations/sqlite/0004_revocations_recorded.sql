-- When each was written, by the database's own clock: what one process ends the others find.

ALTER TABLE revocations RENAME TO revocations_before;

CREATE TABLE revocations (
    subject     TEXT   NOT NULL PRIMARY KEY, -- the id of a session or a user
    until       BIGINT NOT NULL, -- when the last token that it concerns has expired anyway
    recorded_at BIGINT NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
);

INSERT INTO revocations (subject, until) SELECT subject, until FROM revocations_before;

DROP TABLE revocations_before;

CREATE INDEX revocations_by_recording ON revocations (recorded_at);
