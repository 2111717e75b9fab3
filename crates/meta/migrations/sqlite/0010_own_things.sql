-- Dimensions that sites define themselves. They are never deleted, since recorded values refer to their slots.
CREATE TABLE own_dimension (
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,                -- from 1 in each site
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('visit', 'action')),
    slot INTEGER NOT NULL,              -- the column of the scope that holds the values, from 1
    active INTEGER NOT NULL,
    extractions TEXT NOT NULL,          -- JSON list
    case_sensitive INTEGER NOT NULL,
    PRIMARY KEY (site_id, id),
    UNIQUE (site_id, scope, slot)
) STRICT, WITHOUT ROWID;

-- Segments kept under a name. Without a site they are for all sites.
CREATE TABLE saved_segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    login TEXT NOT NULL COLLATE NOCASE,
    shared INTEGER NOT NULL,            -- for all who may see the site
    site_id INTEGER REFERENCES site (id) ON DELETE CASCADE,
    auto_archive INTEGER NOT NULL,      -- kept for clients of Matomo; nothing depends on it here
    created_s INTEGER NOT NULL,
    edited_s INTEGER
) STRICT;

-- Notes on days of a site.
CREATE TABLE annotation (
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,                -- from 0 in each site
    day TEXT NOT NULL,                  -- YYYY-MM-DD
    note TEXT NOT NULL,
    starred INTEGER NOT NULL,
    login TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;

-- What a person put on their dashboards. The first one stands for every user even before it is changed.
CREATE TABLE dashboard (
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    id INTEGER NOT NULL,                -- from 1 for each user
    name TEXT NOT NULL,
    layout TEXT NOT NULL,               -- JSON, as pages keep it
    PRIMARY KEY (login, id)
) STRICT, WITHOUT ROWID;
