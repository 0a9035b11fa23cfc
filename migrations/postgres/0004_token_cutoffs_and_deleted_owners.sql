-- A revocation may end only the tokens issued before a time: of a user after a password reset, or with an empty subject
-- those of the whole installation.
ALTER TABLE revocations ADD COLUMN issued_before BIGINT; -- seconds since 1970; NULL: every token of the subject

-- A request may be under way while its user is deleted: nothing of theirs is written after that. The lock makes an insert and
-- the deletion of its owner wait for each other; statements of a volatile function see what was committed meanwhile.
CREATE FUNCTION refuse_tasks_of_deleted_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM users WHERE id = NEW.user_id FOR SHARE;
    IF EXISTS (SELECT 1 FROM revocations WHERE subject = NEW.user_id AND issued_before IS NULL) THEN
        RAISE EXCEPTION 'the owner of the task is deleted' USING ERRCODE = 'HF001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tasks_of_deleted_users BEFORE INSERT ON tasks
FOR EACH ROW EXECUTE FUNCTION refuse_tasks_of_deleted_users();
