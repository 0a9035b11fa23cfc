-- A revocation may end only the tokens issued before a time: of a user after a password reset, or with an empty subject
-- those of the whole installation.
ALTER TABLE revocations ADD COLUMN issued_before BIGINT; -- seconds since 1970; NULL: every token of the subject

-- A request may be under way while its user is deleted: nothing of theirs is written after that.
CREATE TRIGGER tasks_of_deleted_users BEFORE INSERT ON tasks
WHEN EXISTS (SELECT 1 FROM revocations WHERE subject = NEW.user_id AND issued_before IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'the owner of the task is deleted');
END;
