-- Whose password another person chose and so knows, until its owner has chosen one.
ALTER TABLE user ADD COLUMN password_given INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER password_given_until_changed AFTER UPDATE OF password_changed_s ON user BEGIN
    UPDATE user SET password_given = 0 WHERE login = new.login;
END;
