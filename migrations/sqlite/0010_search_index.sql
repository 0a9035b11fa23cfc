-- The index of a search knows a task by a number that stays: an implicit rowid may change when the file is vacuumed.
CREATE TABLE tasks_with_numbers (
    number          INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE, -- a UUIDv7
    user_id         TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    title_key       TEXT    NOT NULL, -- the title in lower case: what is sorted
    description     TEXT,
    description_key TEXT, -- not in use any more
    completed       BOOLEAN NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    due_date        TEXT,
    due_key         TEXT    NOT NULL GENERATED ALWAYS AS (COALESCE(due_date, '~')) VIRTUAL,
    priority        SMALLINT NOT NULL DEFAULT 0, -- 0 none, 1 low, 2 medium, 3 high
    tags            TEXT    NOT NULL DEFAULT '', -- each between two line feeds, or nothing at all
    tags_key        TEXT    NOT NULL DEFAULT '', -- the same in lower case
    position        TEXT    NOT NULL DEFAULT '',
    completed_at    BIGINT
);

INSERT INTO tasks_with_numbers (id, user_id, title, title_key, description, completed, created_at, updated_at, due_date, priority,
                                tags, tags_key, position, completed_at)
SELECT id, user_id, title, title_key, description, completed, created_at, updated_at, due_date, priority,
       tags, tags_key, position, completed_at
FROM tasks ORDER BY id;

DROP TABLE tasks;
ALTER TABLE tasks_with_numbers RENAME TO tasks;

CREATE INDEX tasks_by_creation ON tasks (user_id, created_at, id);
CREATE INDEX tasks_by_update ON tasks (user_id, updated_at, id);
CREATE INDEX tasks_by_title ON tasks (user_id, title_key, id);
CREATE INDEX tasks_by_due_date ON tasks (user_id, due_key, id, completed);
CREATE INDEX tasks_by_priority ON tasks (user_id, priority, id);
CREATE INDEX tasks_by_position ON tasks (user_id, position, id);

-- It went with the table that it was of (see 0009).
CREATE TRIGGER tasks_of_deleted_users BEFORE INSERT ON tasks
WHEN EXISTS (SELECT 1 FROM revocations WHERE subject = NEW.user_id AND issued_before IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'the owner of the task is deleted');
END;

-- What each task can be found by: words that stand for its owner and a piece of its text (see server/src/tasks/search.rs).
CREATE VIRTUAL TABLE task_search USING fts5 (pieces, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

-- Tasks with greater numbers are not in it yet: they are put there many at a time, which costs a quarter of one by one.
CREATE TABLE task_search_state (
    indexed_up_to INTEGER NOT NULL
);

INSERT INTO task_search_state (indexed_up_to) VALUES (0);

-- A number that is free again may be given to a new task.
CREATE TRIGGER tasks_leave_the_search AFTER DELETE ON tasks
BEGIN
    DELETE FROM task_search WHERE rowid = OLD.number;
    UPDATE task_search_state SET indexed_up_to = (SELECT COALESCE(max(number), 0) FROM tasks)
    WHERE indexed_up_to > (SELECT COALESCE(max(number), 0) FROM tasks);
END;
