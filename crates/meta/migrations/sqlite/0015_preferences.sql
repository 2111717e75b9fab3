-- What pages open with, as each user wants it.
CREATE TABLE preference (
    login TEXT NOT NULL COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (login, name)
) STRICT, WITHOUT ROWID;
