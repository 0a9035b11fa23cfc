-- Sessions that were taken over from Better Auth, whose cookies go on working. A row stays until the session would have ended by
-- itself: one that was ended here must not come back with another import.
CREATE TABLE imported_sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY, -- SHA-256 in hex of Better Auth's token
    session_id TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX imported_sessions_by_end ON imported_sessions (expires_at);

-- With whom else users signed in where they come from.
CREATE TABLE provider_accounts (
    provider   TEXT   NOT NULL, -- google, github …
    account_id TEXT   NOT NULL, -- the provider's id of the user
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider, account_id)
);

CREATE INDEX provider_accounts_by_user ON provider_accounts (user_id);
