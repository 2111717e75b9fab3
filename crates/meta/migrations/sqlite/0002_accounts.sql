-- Accounts that are more than a login: states, proof of who one is, tokens for a purpose, mail, a record that shows tampering.
ALTER TABLE user ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'invited', 'suspended'));
ALTER TABLE user ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE user ADD COLUMN password_changed_s INTEGER NOT NULL DEFAULT 0;

-- When the role last let its holder do something; for the access review.
ALTER TABLE role ADD COLUMN granted_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE role ADD COLUMN last_used_s INTEGER;

ALTER TABLE session ADD COLUMN proved_s INTEGER NOT NULL DEFAULT 0;

ALTER TABLE token ADD COLUMN provisioning INTEGER NOT NULL DEFAULT 0;

-- Mails that were promised in the transaction of the act that they tell of. `sealed` goes when the mail is sent, since
-- it may hold a link that lets its reader in.
CREATE TABLE mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_s INTEGER NOT NULL,
    kind TEXT NOT NULL,
    login TEXT NOT NULL,                -- whom it is for; empty for addresses without an account
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    sealed BLOB,                        -- JSON, encrypted with the installation's key
    once_key TEXT NOT NULL,             -- a mail with this key is made once within its kind's hold; empty: always
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'held')),
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_s INTEGER NOT NULL,
    done_s INTEGER,
    fault TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX mail_waiting ON mail (next_try_s) WHERE state = 'waiting';
CREATE INDEX mail_once ON mail (once_key, made_s) WHERE once_key <> '';

ALTER TABLE activity ADD COLUMN subject TEXT NOT NULL DEFAULT '';   -- the login that the act is about
ALTER TABLE activity ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE activity ADD COLUMN proof TEXT NOT NULL DEFAULT '';     -- session:7, token:3 or nothing
ALTER TABLE activity ADD COLUMN request TEXT NOT NULL DEFAULT '';
ALTER TABLE activity ADD COLUMN result TEXT NOT NULL DEFAULT 'done' CHECK (result IN ('done', 'refused'));
CREATE INDEX activity_kind ON activity (kind, id);
CREATE INDEX activity_who ON activity (who, id);
CREATE INDEX activity_subject ON activity (subject, id);
