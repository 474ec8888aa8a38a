-- The transparency log beside the events: complete subtrees, the newest signed head, what witnesses have cosigned.

-- Roots over 256^level leaves, written in the transaction of the event that completes them. Level 0 is event.leaf.
CREATE TABLE subtree (
  level  INTEGER NOT NULL CHECK (level BETWEEN 1 AND 7),
  number INTEGER NOT NULL CHECK (number >= 0),                  -- dense within the level, from 0
  hash   BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- Under which names the log was signed. A further one begins when a ledger goes on from an older state than was signed:
-- within one origin no two signed heads contradict each other.
CREATE TABLE log_origin (
  number     INTEGER PRIMARY KEY CHECK (number >= 1),
  origin     TEXT NOT NULL UNIQUE CHECK (length(origin) > 0),
  since_size INTEGER NOT NULL CHECK (since_size >= 0),          -- how many events there were when it began
  reason     TEXT NOT NULL                                      -- why it began; of the first one, empty
) STRICT;

-- The newest signed head, written in the transaction of the events that it is the first to cover. So a row of the event
-- table that it does not cover was not written by the ledger.
CREATE TABLE signed_head (
  row    INTEGER PRIMARY KEY CHECK (row = 0),
  origin INTEGER NOT NULL REFERENCES log_origin (number),
  size   INTEGER NOT NULL CHECK (size >= 0),
  root   BLOB NOT NULL CHECK (length(root) = 32),
  note   TEXT NOT NULL                                          -- the signed note, as it is served
) STRICT;

-- The newest heads that witnesses have cosigned; older ones are thinned.
CREATE TABLE cosigned_head (
  origin INTEGER NOT NULL REFERENCES log_origin (number),
  size   INTEGER NOT NULL CHECK (size >= 0),
  note   TEXT NOT NULL,
  PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER subtree_is_never_updated BEFORE UPDATE ON subtree
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a subtree is never updated'); END;

CREATE TRIGGER subtree_is_never_deleted BEFORE DELETE ON subtree
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a subtree is never deleted'); END;

CREATE TRIGGER subtree_is_only_appended BEFORE INSERT ON subtree
WHEN new.number IS NOT (SELECT coalesce(max(number), -1) + 1 FROM subtree WHERE level = new.level)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this subtree is not the next one'); END;

CREATE TRIGGER log_origin_is_never_updated BEFORE UPDATE ON log_origin
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an origin is never updated'); END;

CREATE TRIGGER log_origin_is_never_deleted BEFORE DELETE ON log_origin
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an origin is never deleted'); END;

CREATE TRIGGER log_origin_is_only_appended BEFORE INSERT ON log_origin
WHEN new.number <= (SELECT coalesce(max(number), 0) FROM log_origin)
  OR EXISTS (SELECT 1 FROM log_origin WHERE origin = new.origin)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this origin is not a further one'); END;

-- A head may be replaced by one of the same origin over more events, by the same one with other signatures (a new key),
-- or by the first one of a further origin.
CREATE TRIGGER signed_head_never_goes_back BEFORE UPDATE ON signed_head
WHEN new.origin < old.origin
  OR (new.origin = old.origin AND new.size < old.size)
  OR (new.origin = old.origin AND new.size = old.size AND new.root IS NOT old.root)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a signed head never goes back'); END;

CREATE TRIGGER signed_head_is_never_deleted BEFORE DELETE ON signed_head
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: the signed head is never deleted'); END;

CREATE TRIGGER signed_head_is_one BEFORE INSERT ON signed_head
WHEN EXISTS (SELECT 1 FROM signed_head)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: there is a signed head already'); END;
