-- What a site has instead of the instance's value of a setting.
CREATE TABLE site_setting (
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (site_id, key)
) STRICT, WITHOUT ROWID;

-- Work on stored data of visitors: erasures, purges, masks over the past. A row is written before the work is done,
-- and says when it was. It names no person: visits by their numbers, sites and days.
CREATE TABLE privacy_job (
    id TEXT PRIMARY KEY,                -- 32 hexadecimal digits at random, the same in the ledger
    kind TEXT NOT NULL,                 -- erase, purge, anonymise
    spec TEXT NOT NULL,                 -- JSON, as in the ledger
    asked_by TEXT NOT NULL,
    asked_s INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    progress INTEGER NOT NULL,          -- hundredths of the work
    result TEXT NOT NULL,               -- JSON: what was changed, in numbers
    done_s INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX privacy_job_asked ON privacy_job (asked_s);

-- Where backups were written, so that the ledger of erasures can be laid beside those that are still there.
CREATE TABLE backup_place (
    path TEXT PRIMARY KEY,
    made_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
