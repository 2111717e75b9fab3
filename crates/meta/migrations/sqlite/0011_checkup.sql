-- What the security check-up found, and what was done about it. Scores and states are also in the record of acts.
CREATE TABLE checkup_state (
    check_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    since_s INTEGER NOT NULL,           -- since when it is in this state
    measured_s INTEGER NOT NULL,
    evidence TEXT NOT NULL              -- JSON list of names and values, without secrets
) STRICT, WITHOUT ROWID;

CREATE TABLE checkup_flip (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    check_id TEXT NOT NULL,
    at_s INTEGER NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
) STRICT;
CREATE INDEX checkup_flip_check ON checkup_flip (check_id, id);

-- The last score of each hour, of the days before this week the last of each day.
CREATE TABLE checkup_score (
    hour INTEGER PRIMARY KEY,           -- since 1970
    at_s INTEGER NOT NULL,
    score INTEGER NOT NULL,
    grade TEXT NOT NULL
) STRICT;

CREATE TABLE accepted_risk (
    check_id TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    accepted_by TEXT NOT NULL,
    accepted_s INTEGER NOT NULL,
    until_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkup_fix (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    check_id TEXT NOT NULL,
    done_s INTEGER NOT NULL,
    done_by TEXT NOT NULL,
    diff TEXT NOT NULL,                 -- JSON list: what, before, after; secrets masked
    sealed BLOB NOT NULL,               -- what taking it back needs: JSON, encrypted with the installation's key
    undo_until_s INTEGER NOT NULL,
    ends_s INTEGER,                     -- taken back by itself then
    undone_s INTEGER
) STRICT;

-- What was seen of something that should not happen, by day: reports of page policies, tokens in addresses.
CREATE TABLE sighting (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    day INTEGER NOT NULL,
    times INTEGER NOT NULL,
    last_s INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (kind, name, day)
) STRICT, WITHOUT ROWID;

-- Requests to the tracker that made no hit: one line for each site and cause.
CREATE TABLE tracking_failure (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id INTEGER NOT NULL,           -- as it was asked for; there may be none
    cause TEXT NOT NULL,
    page_url TEXT NOT NULL,             -- the newest, masked; so the next two
    tracking_url TEXT NOT NULL,
    request TEXT NOT NULL,
    first_s INTEGER NOT NULL,
    last_s INTEGER NOT NULL,
    times INTEGER NOT NULL,
    UNIQUE (site_id, cause)
) STRICT;

-- When somebody last looked at a list that wants to be looked at.
CREATE TABLE looked_at (
    name TEXT PRIMARY KEY,
    at_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE recovery ADD COLUMN made_s INTEGER NOT NULL DEFAULT 0;      -- 0: before this was written down
ALTER TABLE token ADD COLUMN paused_s INTEGER;                          -- refused while this is set
-- What the last sign-in showed of the password: when, and whether it keeps the rules in force.
ALTER TABLE user ADD COLUMN password_judged_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user ADD COLUMN password_weak INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER password_judged_with_change AFTER UPDATE OF password_changed_s ON user BEGIN
    UPDATE user SET password_weak = 0, password_judged_s = new.password_changed_s WHERE login = new.login;
END;
