-- The security journal of the embedded store: one line an entry, each with the hash of the line before it.

CREATE TABLE entry (
  number INTEGER PRIMARY KEY CHECK (number >= 1),               -- dense, from 1
  line   TEXT NOT NULL,                                         -- what is hashed, byte for byte
  hash   BLOB NOT NULL CHECK (length(hash) = 32)                -- SHA-256 of the line
) STRICT;

CREATE TRIGGER entry_is_never_updated BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the security journal is append-only: an entry is never updated'); END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the security journal is append-only: an entry is never deleted'); END;

CREATE TRIGGER entry_is_only_appended BEFORE INSERT ON entry
WHEN new.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'the security journal is append-only: this entry is not the next one'); END;
