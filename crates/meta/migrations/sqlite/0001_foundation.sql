-- Times are seconds since 1970 in UTC unless the name ends in _ms.
CREATE TABLE site (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    urls TEXT NOT NULL,                 -- JSON list, the main URL first
    timezone TEXT NOT NULL,
    currency TEXT NOT NULL,
    ecommerce INTEGER NOT NULL,
    site_search INTEGER NOT NULL,
    keyword_parameters TEXT NOT NULL,   -- this and the next five: one entry after another, separated by commas
    category_parameters TEXT NOT NULL,
    excluded_ips TEXT NOT NULL,
    excluded_parameters TEXT NOT NULL,
    excluded_user_agents TEXT NOT NULL,
    excluded_referrers TEXT NOT NULL,
    exclude_unknown_urls INTEGER NOT NULL,
    keep_url_fragments INTEGER NOT NULL, -- 0 as the instance says, 1 keep, 2 cut
    created_s INTEGER NOT NULL,
    kind TEXT NOT NULL,
    grouping TEXT NOT NULL,
    creator TEXT NOT NULL
) STRICT;

CREATE TABLE user (
    login TEXT PRIMARY KEY COLLATE NOCASE,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL,
    superuser INTEGER NOT NULL,
    created_s INTEGER NOT NULL,
    last_seen_s INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE role (
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('view', 'write', 'admin')),
    PRIMARY KEY (login, site_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    created_s INTEGER NOT NULL,
    last_used_s INTEGER NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    description TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_s INTEGER NOT NULL,
    expires_s INTEGER,
    last_used_s INTEGER
) STRICT;

-- What was done, by whom and from where. Written in the transaction of the act itself.
CREATE TABLE activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,               -- JSON, without secrets
    address TEXT NOT NULL
) STRICT;

-- Secrets of this installation, made once.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
