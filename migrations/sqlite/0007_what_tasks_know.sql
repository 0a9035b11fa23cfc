-- Days are text, as 2027-01-31; the keys are what is filtered and sorted by.

ALTER TABLE tasks ADD COLUMN due_date TEXT;

-- Those without a day come after all that have one.
ALTER TABLE tasks ADD COLUMN due_key TEXT NOT NULL GENERATED ALWAYS AS (COALESCE(due_date, '~')) VIRTUAL;

ALTER TABLE tasks ADD COLUMN priority SMALLINT NOT NULL DEFAULT 0; -- 0 none, 1 low, 2 medium, 3 high

ALTER TABLE tasks ADD COLUMN tags TEXT NOT NULL DEFAULT ''; -- each between two line feeds, or nothing at all

ALTER TABLE tasks ADD COLUMN tags_key TEXT NOT NULL DEFAULT ''; -- the same in lower case

ALTER TABLE tasks ADD COLUMN position TEXT NOT NULL DEFAULT '';

ALTER TABLE tasks ADD COLUMN completed_at BIGINT;

-- The newest first: the id, which ascends, with every hexadecimal digit turned over. What digits become is no digit of an
-- id, so that none is turned twice.
UPDATE tasks SET
    completed_at = CASE WHEN completed THEN updated_at END,
    position = replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(lower(id), '-', ''),
            '6', 'w'), '7', 'x'), '8', 'y'), '9', 'z'),
            '0', 'F'), '1', 'E'), '2', 'D'), '3', 'C'), '4', 'B'), '5', 'A'),
            'a', '5'), 'b', '4'), 'c', '3'), 'd', '2'), 'e', '1'), 'f', '0'),
            'w', '9'), 'x', '8'), 'y', '7'), 'z', '6');

CREATE INDEX tasks_by_due_date ON tasks (user_id, due_key, id);
CREATE INDEX tasks_by_priority ON tasks (user_id, priority, id);
CREATE INDEX tasks_by_position ON tasks (user_id, position, id);

-- What was deleted: to be put back, and to be told to those who were away.
CREATE TABLE deleted_tasks (
    user_id    TEXT   NOT NULL,
    id         TEXT   NOT NULL PRIMARY KEY,
    task       TEXT   NOT NULL, -- as JSON
    deleted_at BIGINT NOT NULL
);

CREATE INDEX deleted_tasks_by_deletion ON deleted_tasks (user_id, deleted_at);
CREATE INDEX deleted_tasks_by_age ON deleted_tasks (deleted_at);
