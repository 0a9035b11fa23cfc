-- The same schema as SQLite's: a test compares them. Text that is sorted or compared is in bytes' order, as there.

CREATE TABLE users (
    id             TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    email          TEXT    NOT NULL UNIQUE, -- in lower case
    email_verified BOOLEAN NOT NULL DEFAULT FALSE,
    image          TEXT,
    password_hash  TEXT    NOT NULL, -- a PHC string
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL
);

CREATE TABLE sessions (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    remember     BOOLEAN NOT NULL, -- whether the cookie outlives the browser
    expires_at   BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    ip_address   TEXT,
    user_agent   TEXT,
    last_seen_at BIGINT  NOT NULL DEFAULT 0 -- to the minute
);

CREATE INDEX sessions_by_user ON sessions (user_id, created_at);

-- Sessions, and users, whose tokens are refused before they expire.
CREATE TABLE revocations (
    subject     TEXT   NOT NULL PRIMARY KEY, -- the id of a session or a user
    until       BIGINT NOT NULL, -- when the last token that it concerns has expired anyway
    recorded_at BIGINT NOT NULL DEFAULT (extract(EPOCH FROM clock_timestamp()) * 1000)::BIGINT
);

CREATE INDEX revocations_by_recording ON revocations (recorded_at);

CREATE TABLE tasks (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- a UUIDv7
    user_id         TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    title_key       TEXT COLLATE "C" NOT NULL, -- the title in lower case: what is searched and sorted
    description     TEXT,
    description_key TEXT,
    completed       BOOLEAN NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);

CREATE INDEX tasks_by_creation ON tasks (user_id, created_at, id);
CREATE INDEX tasks_by_update ON tasks (user_id, updated_at, id);
CREATE INDEX tasks_by_title ON tasks (user_id, title_key, id);

-- What a mailed link proves. Only a hash of the link's token is kept, and using it removes the row.
CREATE TABLE mail_tokens (
    hash       TEXT   NOT NULL PRIMARY KEY, -- SHA-256 in hex
    purpose    TEXT   NOT NULL, -- reset, verify or change
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email      TEXT   NOT NULL, -- the address that was written to
    expires_at BIGINT NOT NULL
);

CREATE INDEX mail_tokens_by_user ON mail_tokens (user_id, purpose);

-- Tries that all processes count together, and when each job of theirs was last begun by one of them.
CREATE TABLE tries (
    key     TEXT   NOT NULL PRIMARY KEY, -- the rule, and whom or what it counts
    free_at BIGINT NOT NULL -- when all tries are back
);

CREATE TABLE jobs (
    name     TEXT   NOT NULL PRIMARY KEY,
    begun_at BIGINT NOT NULL
);

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
