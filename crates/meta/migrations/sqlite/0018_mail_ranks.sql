-- For whom a mail is, and whose act it tells of: one person's flood holds only mails of that person's own acts, and those
-- to superusers leave first.
ALTER TABLE mail ADD COLUMN rank INTEGER NOT NULL DEFAULT 1;    -- 2 superusers, 1 users, 0 who is no user yet
ALTER TABLE mail ADD COLUMN who TEXT NOT NULL DEFAULT '';
UPDATE mail SET rank = 2 WHERE state = 'waiting' AND login IN (SELECT login FROM user WHERE superuser = 1);
CREATE INDEX mail_rank_due ON mail (rank, next_try_s) WHERE state = 'waiting';
CREATE INDEX mail_rank_who ON mail (rank, login, who) WHERE state = 'waiting';
-- How many were sent to an address, or a user, within the hour.
CREATE INDEX mail_to ON mail (address COLLATE NOCASE, made_s);
CREATE INDEX mail_for ON mail (login, made_s);
