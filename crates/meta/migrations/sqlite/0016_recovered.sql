-- A session that a recovery code opened lets its user set up the next factor; it proves nothing beyond, until they prove
-- anew who they are.
ALTER TABLE session ADD COLUMN recovered INTEGER NOT NULL DEFAULT 0;
