-- Second factors. Secrets are encrypted with the installation's key, which lies in a file of its own.
CREATE TABLE totp (
    login TEXT PRIMARY KEY COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    made_s INTEGER NOT NULL,
    last_step INTEGER NOT NULL,             -- the newest step whose code was used; only later ones count
    guess_step INTEGER NOT NULL DEFAULT 0,  -- the step in which the latest guesses were made, and how many
    guesses INTEGER NOT NULL DEFAULT 0,
    wrong_day INTEGER NOT NULL DEFAULT 0,   -- the day since 1970 of the latest wrong guesses, and how many
    wrong_guesses INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A secret that is offered for set-up, until a code shows that the app has it.
CREATE TABLE totp_offer (
    session_id INTEGER PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    made_s INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    sealed BLOB NOT NULL                    -- of a hash of login and code
) STRICT;
CREATE INDEX recovery_login ON recovery (login);

CREATE TABLE passkey (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    handle BLOB NOT NULL,                   -- by which authenticators know the user; the same for all of a user's keys
    credential_id BLOB NOT NULL UNIQUE,
    credential TEXT NOT NULL,               -- JSON: the public key with its counter
    name TEXT NOT NULL,
    made_s INTEGER NOT NULL,
    last_used_s INTEGER
) STRICT;
CREATE INDEX passkey_login ON passkey (login);
CREATE INDEX passkey_handle ON passkey (handle);

-- Whoever gave the right password and still owes the second factor. It opens nothing but the question for the factor.
CREATE TABLE half_session (
    token_hash BLOB PRIMARY KEY,
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    begun_s INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Since when a user must use a second factor, as the rule in force says; kept by every write.
CREATE TABLE factor_need (
    login TEXT PRIMARY KEY COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    since_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whatever takes away the right to be here ends what was opened with it, by whichever way it was taken.
CREATE TRIGGER sessions_end_with_activity AFTER UPDATE OF state ON user WHEN new.state <> 'active' BEGIN
    DELETE FROM session WHERE login = new.login;
    DELETE FROM half_session WHERE login = new.login;
END;
CREATE TRIGGER sessions_end_with_superuser AFTER UPDATE OF superuser ON user WHEN old.superuser = 1 AND new.superuser = 0
BEGIN
    DELETE FROM session WHERE login = new.login;
    DELETE FROM half_session WHERE login = new.login;
END;
