-- With `completed` at its end, it holds all that the counts of a list ask for; its order is what it was.
DROP INDEX tasks_by_due_date;
CREATE INDEX tasks_by_due_date ON tasks (user_id, due_key, id, completed);
