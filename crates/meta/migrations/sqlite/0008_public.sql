-- What anybody may see without an account. Lines are never deleted, since they say what was public when.
CREATE TABLE public_grant (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id INTEGER NOT NULL,           -- of a site that may be gone by now
    scope TEXT NOT NULL,                -- JSON: what is shown, each report and field named; see public/scope.rs
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'paused', 'expired', 'revoked')),
    waits_for TEXT NOT NULL DEFAULT '' CHECK (waits_for IN ('', 'activation', 'approval', 'cool_off')),
    source TEXT NOT NULL CHECK (source IN ('request', 'matomo', 'api', 'operator')),
    reason TEXT NOT NULL,
    life_days INTEGER NOT NULL,         -- from the activation on; 0: no end, but confirmed again and again
    requested_by TEXT NOT NULL,
    requested_s INTEGER NOT NULL,
    activated_by TEXT NOT NULL DEFAULT '',
    activated_s INTEGER,
    approved_by TEXT NOT NULL DEFAULT '',
    approve_until_s INTEGER,            -- while it waits for approval
    starts_s INTEGER,                   -- while it waits for the end of the cool-off
    expires_s INTEGER,
    confirm_by_s INTEGER,               -- of one without an end: when it must be confirmed again
    changed_by TEXT NOT NULL,
    changed_s INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, -- raised by each change of it
    link_hash BLOB UNIQUE,
    password_hash BLOB,
    views INTEGER NOT NULL DEFAULT 0,
    last_viewed_s INTEGER,
    last_country TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX public_grant_site ON public_grant (site_id);
CREATE TRIGGER public_grant_stays BEFORE DELETE ON public_grant BEGIN
    SELECT raise(ABORT, 'public grants are kept');
END;

-- Where viewers came from, by day since 1970 and host; the empty host is none.
CREATE TABLE public_view (
    grant_id INTEGER NOT NULL REFERENCES public_grant (id),
    day INTEGER NOT NULL,
    host TEXT NOT NULL,
    views INTEGER NOT NULL,
    PRIMARY KEY (grant_id, day, host)
) STRICT, WITHOUT ROWID;

-- The switch of the whole installation, the latest moment that was ever seen, and the last mail that was promised before
-- the mail server changed.
CREATE TABLE public_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    switched_on INTEGER NOT NULL,
    seen_s INTEGER NOT NULL,
    mail_before INTEGER NOT NULL
) STRICT;
INSERT INTO public_state (id, switched_on, seen_s, mail_before) VALUES (1, 0, 0, 0);

-- How often each superuser is reminded of what is public, and when they last were.
CREATE TABLE public_reminder (
    login TEXT PRIMARY KEY COLLATE NOCASE REFERENCES user (login) ON DELETE CASCADE,
    every TEXT NOT NULL CHECK (every IN ('weekly', 'monthly', 'off')),
    last_s INTEGER
) STRICT, WITHOUT ROWID;

-- 1: it left, or was to leave, by the mail server from before a change, and proves nothing of the one in force.
ALTER TABLE mail ADD COLUMN by_old_route INTEGER NOT NULL DEFAULT 0;
