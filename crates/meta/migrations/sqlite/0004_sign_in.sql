-- Failed tries to sign in, one line for each account, known device, address and network. The counts since the last
-- success or block decide; the totals are evidence and stay when somebody is unblocked.
CREATE TABLE attempt (
    kind TEXT NOT NULL CHECK (kind IN ('account', 'device', 'address', 'network')),
    name TEXT NOT NULL,                     -- login; login and device; address; network
    since_s INTEGER NOT NULL,
    last_s INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    failed_total INTEGER NOT NULL,
    refused_total INTEGER NOT NULL,         -- sent away without a look at the password
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_last ON attempt (kind, last_s);

-- How many tries failed in each hour since 1970, for the alarm when there are far more than usual.
CREATE TABLE attempt_hour (
    hour INTEGER PRIMARY KEY,
    failed INTEGER NOT NULL,
    refused INTEGER NOT NULL
) STRICT;

-- Browsers from which somebody has signed in. Of the cookie only a hash is kept.
CREATE TABLE device (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    secret_hash BLOB NOT NULL,
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    first_s INTEGER NOT NULL,
    last_s INTEGER NOT NULL,
    agent TEXT NOT NULL,
    country TEXT NOT NULL,                  -- of the last sign-in; empty when unknown
    UNIQUE (secret_hash, login)
) STRICT;
CREATE INDEX device_login ON device (login, last_s);

ALTER TABLE session ADD COLUMN device_hash BLOB;
ALTER TABLE session ADD COLUMN country TEXT NOT NULL DEFAULT '';

-- Links for a new password: one for each user, the newest.
CREATE TABLE reset (
    login TEXT PRIMARY KEY COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    expires_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A link dies with whatever shows that it is not needed or was meant for somebody else, whoever brought that about.
CREATE TRIGGER reset_ends_with_change AFTER UPDATE OF password_hash, email, state ON user BEGIN
    DELETE FROM reset WHERE login = new.login;
END;
CREATE TRIGGER reset_ends_with_sign_in AFTER INSERT ON session BEGIN
    DELETE FROM reset WHERE login = new.login;
END;

ALTER TABLE token ADD COLUMN sites TEXT NOT NULL DEFAULT '';        -- numbers separated by commas; empty: every site
ALTER TABLE token ADD COLUMN reach TEXT NOT NULL DEFAULT 'administer' CHECK (reach IN ('read', 'track', 'administer'));
ALTER TABLE token ADD COLUMN networks TEXT NOT NULL DEFAULT '';     -- separated by commas; empty: from everywhere
ALTER TABLE token ADD COLUMN url_allowed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN last_used_address TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN told_s INTEGER;                        -- when the owner was told that it expires soon
