-- A ledger file may be the copy of a log that another engine keeps. Then each event has a place in that engine, and what
-- somebody has set there that could lose events is noted. In a ledger of its own these tables are empty.

-- Which log the file is a copy of. Written once, before the first event.
CREATE TABLE replica_of (
  row INTEGER PRIMARY KEY CHECK (row = 0),
  log TEXT NOT NULL CHECK (length(log) > 0)
) STRICT;

-- Where an event lies in the engine it was copied from; written in the transaction that copies it.
CREATE TABLE place (
  position INTEGER PRIMARY KEY REFERENCES event (position),
  commit_position  INTEGER NOT NULL CHECK (commit_position >= 0),
  prepare_position INTEGER NOT NULL CHECK (prepare_position >= 0)
) STRICT;

-- The newest word about retention of each stream.
CREATE TABLE retention (
  stream TEXT PRIMARY KEY,
  what   TEXT,                                                   -- empty: it was taken back
  commit_position  INTEGER NOT NULL CHECK (commit_position >= 0),
  prepare_position INTEGER NOT NULL CHECK (prepare_position >= 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER replica_of_is_never_updated BEFORE UPDATE ON replica_of
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: what a replica is of is never changed'); END;

CREATE TRIGGER replica_of_is_never_deleted BEFORE DELETE ON replica_of
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: what a replica is of is never changed'); END;

-- A ledger that has events of its own never becomes a replica.
CREATE TRIGGER replica_of_comes_first BEFORE INSERT ON replica_of
WHEN EXISTS (SELECT 1 FROM replica_of) OR EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM log_origin)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: it is a ledger of its own or a replica already'); END;

CREATE TRIGGER place_is_never_updated BEFORE UPDATE ON place
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a place is never updated'); END;

CREATE TRIGGER place_is_never_deleted BEFORE DELETE ON place
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a place is never deleted'); END;

-- Dense, and in the order of the engine it was copied from.
CREATE TRIGGER place_is_only_appended BEFORE INSERT ON place
WHEN new.position IS NOT (SELECT coalesce(max(position), -1) + 1 FROM place)
  OR EXISTS (SELECT 1 FROM place WHERE position = new.position - 1
             AND (commit_position, prepare_position) >= (new.commit_position, new.prepare_position))
  OR NOT EXISTS (SELECT 1 FROM replica_of)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this place is not the next one'); END;
