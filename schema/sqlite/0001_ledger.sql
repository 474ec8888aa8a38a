-- The event log: one row per event, in the order of the ledger. Rows are only ever appended.

-- Streams have integer keys, because text keys in the index of events halve the rate of appending.
CREATE TABLE stream (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) > 0)
) STRICT;

CREATE TABLE event (
  position INTEGER PRIMARY KEY CHECK (position >= 0),           -- dense, from 0: the index of the Merkle leaf
  stream   INTEGER NOT NULL REFERENCES stream (id),
  revision INTEGER NOT NULL CHECK (revision >= 0),              -- dense within the stream, from 0
  id       BLOB NOT NULL CHECK (length(id) = 16),               -- UUID, big-endian bytes; unique, see event_id
  type     TEXT NOT NULL,
  line     BLOB NOT NULL CHECK (length(line) <= 61440),         -- exactly the bytes that were appended
  leaf     BLOB NOT NULL CHECK (length(leaf) = 32),             -- SHA-256(0x00 || line), RFC 6962
  UNIQUE (stream, revision)
) STRICT;

-- Where an event id is used. Ids are random, so writing each into its place at once would write one more page per event
-- as soon as the log is large. The writer holds the last ones in memory, checks new ids against both, and moves them here
-- in slices of neighbouring ids, together with other appends.
CREATE TABLE event_id (
  id       BLOB PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The ids of at least so many events are in event_id; after a crash the writer reads those of later events again.
CREATE TABLE event_id_swept (
  row    INTEGER PRIMARY KEY CHECK (row = 0),
  events INTEGER NOT NULL
) STRICT;
INSERT INTO event_id_swept VALUES (0, 0);

-- Nothing is ever edited or deleted.
CREATE TRIGGER event_is_never_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an event is never updated'); END;

CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an event is never deleted'); END;

CREATE TRIGGER stream_is_never_updated BEFORE UPDATE ON stream
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a stream is never updated'); END;

CREATE TRIGGER stream_is_never_deleted BEFORE DELETE ON stream
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a stream is never deleted'); END;

-- INSERT OR REPLACE deletes without asking the triggers above unless the connection has recursive_triggers switched on.
-- Ours have; this holds it for every other program that opens the file, and keeps positions and revisions dense.
CREATE TRIGGER event_is_only_appended BEFORE INSERT ON event
WHEN new.position IS NOT (SELECT coalesce(max(position), -1) + 1 FROM event)
  OR new.revision IS NOT (SELECT coalesce(max(revision), -1) + 1 FROM event WHERE stream = new.stream)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this position or revision is not the next one'); END;

CREATE TRIGGER stream_is_only_added BEFORE INSERT ON stream
WHEN EXISTS (SELECT 1 FROM stream WHERE id = new.id OR name = new.name)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this stream is already there'); END;
