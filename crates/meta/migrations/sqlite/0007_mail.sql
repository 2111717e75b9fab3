-- What the server does by itself, once in each period: see job.rs.
CREATE TABLE job (
    name TEXT PRIMARY KEY,
    period INTEGER,                     -- the last period in which it was done; nothing before the first time
    lease_until_s INTEGER NOT NULL,     -- somebody is at it, or it failed and waits, until then
    last_run_s INTEGER,
    last_result TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- By which mail server a mail must leave: the one from before a change of these settings, so that whoever turns mail
-- elsewhere is told on. JSON, encrypted with the installation's key; nothing for the one in force.
ALTER TABLE mail ADD COLUMN route BLOB;
CREATE INDEX mail_done ON mail (done_s) WHERE state <> 'waiting';
