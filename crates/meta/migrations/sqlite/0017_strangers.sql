-- Failed tries with logins that nobody has, which wait as known ones do. Of such a login only a keyed hash chooses the
-- slot: it may be a password that was typed into the wrong field.
CREATE TABLE stranger (
    slot INTEGER PRIMARY KEY,
    since_s INTEGER NOT NULL,
    last_s INTEGER NOT NULL,
    failed INTEGER NOT NULL                 -- as in attempt
) STRICT;
