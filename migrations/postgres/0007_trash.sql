-- What was removed from the trash for good keeps its row, without a text, so that clients that were away still hear that it was
-- deleted. The trash is read past those rows.
CREATE INDEX deleted_tasks_in_trash ON deleted_tasks (user_id, deleted_at, id) WHERE task <> '';
