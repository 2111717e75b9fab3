-- The record becomes a chain: each line's hash covers the line before it. Lines from before cannot be proved, and no
-- release has written any.
DELETE FROM activity;
ALTER TABLE activity ADD COLUMN hash BLOB NOT NULL DEFAULT x'';

-- Signed heads of the chain, and the signed stub of what was pruned.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_s INTEGER NOT NULL,
    line INTEGER NOT NULL,              -- the last line that it covers
    hash BLOB NOT NULL,                 -- of that line
    pruned INTEGER NOT NULL,            -- 1: lines up to this one were removed
    signature BLOB NOT NULL
) STRICT;
CREATE INDEX audit_head_line ON audit_head (line);

-- How far the record was sent on to each place.
CREATE TABLE audit_stream (
    place TEXT PRIMARY KEY,
    line INTEGER NOT NULL,
    moved_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
