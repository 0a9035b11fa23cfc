-- What a create answered, for whoever sends it again.

CREATE TABLE idempotency_keys (
    user_id    TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    body_hash  TEXT   NOT NULL, -- SHA-256 in base64url
    answer     TEXT   NOT NULL, -- the task as JSON
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);

CREATE INDEX idempotency_keys_by_creation ON idempotency_keys (created_at);
