-- What visitors of a site are meant to do. Deleted ones stay, so that no number is used again.
CREATE TABLE goal (
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,                -- from 1 within the site
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    attribute TEXT NOT NULL,
    pattern TEXT NOT NULL,
    pattern_kind TEXT NOT NULL,
    case_sensitive INTEGER NOT NULL,
    many INTEGER NOT NULL,              -- 1 counts each time, 0 once in a visit
    revenue REAL NOT NULL,
    event_value_as_revenue INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;
