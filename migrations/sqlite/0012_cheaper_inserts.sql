-- `ABORT` takes back what the statement has done so far: for that, SQLite copies each page before an insert changes it. This
-- trigger comes before the insert, when there is nothing to take back. (The insert itself says `OR FAIL` for the same reason.)
DROP TRIGGER tasks_of_deleted_users;
CREATE TRIGGER tasks_of_deleted_users BEFORE INSERT ON tasks
WHEN EXISTS (SELECT 1 FROM revocations WHERE subject = NEW.user_id AND issued_before IS NULL)
BEGIN
    SELECT RAISE(FAIL, 'the owner of the task is deleted');
END;
