-- Devices on which users have signed in: what others try does not hold them back.
CREATE TABLE known_devices (
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id         TEXT   NOT NULL, -- what the device's signed cookie says
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
);

CREATE INDEX known_devices_by_end ON known_devices (expires_at);

-- Tries of passwords in a row, since the last right one.
CREATE TABLE guesses (
    account TEXT   NOT NULL, -- the id of a user; for e-mails that have no account, one of 65,536 that stand for all
    origin  TEXT   NOT NULL, -- the device, session or address that they come from; empty for all that are unknown
    tries   BIGINT NOT NULL,
    next_at BIGINT NOT NULL, -- when the next one is looked at
    PRIMARY KEY (account, origin)
);
