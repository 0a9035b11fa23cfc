-- What a mailed link proves. Only a hash of the link's token is kept, and using it removes the row.

CREATE TABLE mail_tokens (
    hash       TEXT   NOT NULL PRIMARY KEY, -- SHA-256 in hex
    purpose    TEXT   NOT NULL, -- reset, verify or change
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email      TEXT   NOT NULL, -- the address that was written to
    expires_at BIGINT NOT NULL
);

CREATE INDEX mail_tokens_by_user ON mail_tokens (user_id, purpose);
