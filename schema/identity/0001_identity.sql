-- Who somebody is: accounts, second factors, sessions, service tokens, and what slows guessing down. What somebody may
-- do is not here: the ledger's offices say it. Instants are microseconds since 1970-01-01T00:00:00Z.

-- A person. An identity provider's people have no row, unless they were barred: then one without a password.
CREATE TABLE account (
  actor        TEXT PRIMARY KEY CHECK (length(actor) BETWEEN 1 AND 128),
  name         TEXT NOT NULL,
  created      INTEGER NOT NULL,
  disabled     INTEGER,
  password     TEXT,                                            -- Argon2id in PHC form: parameters, salt, hash
  last_sign_in INTEGER
) STRICT;

-- A one-time link that lets somebody set a password. Using it or making another one removes it.
CREATE TABLE link (
  actor   TEXT PRIMARY KEY REFERENCES account (actor),
  digest  BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),     -- SHA-256 of what the link carries
  expires INTEGER NOT NULL
) STRICT;

-- A second factor (TOTP). In force once it is confirmed; the secret has to be readable to compute codes with it.
CREATE TABLE second_factor (
  actor     TEXT PRIMARY KEY REFERENCES account (actor),
  secret    BLOB NOT NULL CHECK (length(secret) = 20),
  confirmed INTEGER,
  last_step INTEGER NOT NULL DEFAULT -1                         -- the step of the newest accepted code: none counts twice
) STRICT;

-- Sessions of browsers. Without an actor: somebody on the way to signing in.
CREATE TABLE session (
  id           BLOB PRIMARY KEY CHECK (length(id) = 32),        -- SHA-256 of what the cookie carries
  handle       BLOB NOT NULL UNIQUE CHECK (length(handle) = 16),
  actor        TEXT,
  data         TEXT NOT NULL,
  expires      INTEGER NOT NULL,                                -- never after absolute_end
  absolute_end INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_expiry ON session (expires);
CREATE INDEX session_by_actor ON session (actor, expires);

-- Tokens with which programs act as the person who made them. Kept after they are revoked: an auditor asks for them.
CREATE TABLE token (
  id         BLOB PRIMARY KEY CHECK (length(id) = 16),
  digest     BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),  -- SHA-256 of what was shown once
  label      TEXT NOT NULL,
  actor      TEXT NOT NULL,
  name       TEXT NOT NULL,
  within     TEXT NOT NULL,                                     -- the bounds, as JSON
  made       INTEGER NOT NULL,
  expires    INTEGER,
  last_used  INTEGER,
  revoked    INTEGER,
  revoked_by TEXT,
  made_with  BLOB REFERENCES token (id),                        -- the token that was shown to make it: it ends with that one
  two_steps  INTEGER NOT NULL CHECK (two_steps IN (0, 1)),      -- whether whoever made it had shown a second factor
  CHECK ((revoked IS NULL) = (revoked_by IS NULL))
) STRICT;
CREATE INDEX token_by_actor ON token (actor);
CREATE INDEX token_by_maker ON token (made_with) WHERE made_with IS NOT NULL;

-- Failures by what they are counted for: a name, known or not, as a digest; or an address.
CREATE TABLE throttle (
  subject  TEXT PRIMARY KEY,
  failures INTEGER NOT NULL CHECK (failures > 0),
  last     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttle_by_failures ON throttle (failures, last);

-- Addresses from which somebody has signed in: their failures are counted apart from those of strangers.
CREATE TABLE familiar_address (
  actor   TEXT NOT NULL REFERENCES account (actor),
  address TEXT NOT NULL,
  last    INTEGER NOT NULL,
  PRIMARY KEY (actor, address)
) STRICT, WITHOUT ROWID;

-- Counts what running programs hold in memory: who is barred, which tokens are good. They look whether it has moved.
CREATE TABLE generation (
  row   INTEGER PRIMARY KEY CHECK (row = 0),
  count INTEGER NOT NULL
) STRICT;
INSERT INTO generation VALUES (0, 0);

CREATE TRIGGER account_added AFTER INSERT ON account WHEN new.disabled IS NOT NULL
BEGIN UPDATE generation SET count = count + 1; END;
CREATE TRIGGER account_barred_or_not AFTER UPDATE OF disabled ON account
BEGIN UPDATE generation SET count = count + 1; END;
CREATE TRIGGER token_made AFTER INSERT ON token
BEGIN UPDATE generation SET count = count + 1; END;
CREATE TRIGGER token_revoked AFTER UPDATE OF revoked ON token
BEGIN UPDATE generation SET count = count + 1; END;
