-- Rights beside roles: a capability lets its holder do one more thing on a site where they hold a role.
CREATE TABLE capability (
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    capability TEXT NOT NULL,
    PRIMARY KEY (login, site_id, capability)
) STRICT, WITHOUT ROWID;

ALTER TABLE role ADD COLUMN granted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE user ADD COLUMN superuser_since_s INTEGER NOT NULL DEFAULT 0;

-- One for each user who is invited. Of the secrets in the mail and in the copied link only hashes are kept.
CREATE TABLE invitation (
    login TEXT PRIMARY KEY COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    inviter TEXT NOT NULL COLLATE NOCASE,
    mail_hash BLOB UNIQUE,
    link_hash BLOB UNIQUE,
    sent_s INTEGER NOT NULL,
    expires_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Reviews of who may do what. A review is signed over its lines as they stand then, and never changes after.
CREATE TABLE review (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    begun_s INTEGER NOT NULL,
    begun_by TEXT NOT NULL,
    signed_s INTEGER,
    signed_by TEXT,
    signature BLOB
) STRICT;
CREATE UNIQUE INDEX review_open ON review (signed_s IS NULL) WHERE signed_s IS NULL;

CREATE TABLE review_line (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    review_id INTEGER NOT NULL REFERENCES review (id),
    login TEXT NOT NULL,
    email TEXT NOT NULL,
    site_id INTEGER NOT NULL,           -- 0 for superuser rights, which hold everywhere
    site_name TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    granted_s INTEGER NOT NULL,         -- 0: before this was written down
    granted_by TEXT NOT NULL,
    last_used_s INTEGER,
    verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'confirmed', 'lowered', 'gone')),
    after TEXT NOT NULL DEFAULT '',     -- the role that remains, or noaccess
    decided_by TEXT NOT NULL DEFAULT '',
    decided_s INTEGER,
    UNIQUE (review_id, login, site_id)
) STRICT;
