-- What each task can be found by: numbers that stand for its owner and a piece of its text (see server/src/tasks/search.rs).
CREATE TABLE task_search (
    task_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pieces  BIGINT[] NOT NULL
);

CREATE FUNCTION tasks_leave_the_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM task_search USING gone WHERE task_id = gone.id;
    RETURN NULL;
END $$;

CREATE TRIGGER tasks_leave_the_search AFTER DELETE ON tasks REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION tasks_leave_the_search();

-- What was written lately is in a list that each search goes through: it is to be short.
CREATE INDEX task_search_by_piece ON task_search USING gin (pieces) WITH (gin_pending_list_limit = 256);

-- Up to which task the index was filled with those that are older than it: the next start goes on from there.
CREATE TABLE task_search_state (
    up_to TEXT COLLATE "C" NOT NULL,
    is_done BOOLEAN NOT NULL
);

INSERT INTO task_search_state (up_to, is_done) SELECT '', NOT EXISTS (SELECT 1 FROM tasks);
