-- Days are text, as 2027-01-31; the keys are what is filtered and sorted by.

ALTER TABLE tasks
    ADD COLUMN due_date TEXT COLLATE "C",
    -- Those without a day come after all that have one.
    ADD COLUMN due_key TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(due_date, '~')) STORED,
    ADD COLUMN priority SMALLINT NOT NULL DEFAULT 0, -- 0 none, 1 low, 2 medium, 3 high
    ADD COLUMN tags TEXT NOT NULL DEFAULT '', -- each between two line feeds, or nothing at all
    ADD COLUMN tags_key TEXT NOT NULL DEFAULT '', -- the same in lower case
    ADD COLUMN position TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN completed_at BIGINT;

-- The newest first: the id, which ascends, with every hexadecimal digit turned over.
UPDATE tasks SET
    completed_at = CASE WHEN completed THEN updated_at END,
    position = translate(lower(id), '0123456789abcdef-', 'FEDCBA9876543210');

CREATE INDEX tasks_by_due_date ON tasks (user_id, due_key, id);
CREATE INDEX tasks_by_priority ON tasks (user_id, priority, id);
CREATE INDEX tasks_by_position ON tasks (user_id, position, id);

-- What was deleted: to be put back, and to be told to those who were away.
CREATE TABLE deleted_tasks (
    user_id    TEXT   NOT NULL,
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    task       TEXT   NOT NULL, -- as JSON
    deleted_at BIGINT NOT NULL
);

CREATE INDEX deleted_tasks_by_deletion ON deleted_tasks (user_id, deleted_at);
CREATE INDEX deleted_tasks_by_age ON deleted_tasks (deleted_at);
