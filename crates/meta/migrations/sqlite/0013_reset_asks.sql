-- Who asked for a link for a new password, until it is decided whether there is one to send. Written for every name,
-- whether somebody has it or not.
CREATE TABLE reset_ask (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked BLOB NOT NULL                 -- encrypted JSON: the name as it was typed, and from where it was asked
) STRICT;

-- Whose password lets nobody in any more, until its owner has chosen a new one by a mailed link.
ALTER TABLE user ADD COLUMN password_must_change INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER password_needed_until_changed AFTER UPDATE OF password_changed_s ON user BEGIN
    UPDATE user SET password_must_change = 0 WHERE login = new.login;
END;
