-- The search index: one row an event, made from the ledger and thrown away whenever it does not fit.
CREATE TABLE head (
    one      INTEGER PRIMARY KEY CHECK (one = 0),
    position INTEGER NOT NULL,   -- the last event that is in here
    leaf     BLOB NOT NULL       -- its leaf hash in the ledger
);
-- Texts that many events share, each with its kind before it.
CREATE TABLE name (
    key  INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);
CREATE TABLE event (
    position    INTEGER PRIMARY KEY,
    stream      INTEGER NOT NULL,
    type        INTEGER NOT NULL,
    actor       INTEGER NOT NULL,
    office      INTEGER NOT NULL,
    commission  INTEGER,
    recorded    INTEGER NOT NULL,  -- microseconds since 1970
    effective   INTEGER,           -- days since 1970
    command     BLOB NOT NULL,
    correlation BLOB,
    source      INTEGER            -- the imported file
);
-- Every index ends with the position by itself, so that what has one value comes in order.
CREATE INDEX event_stream ON event (stream);
CREATE INDEX event_type ON event (type);
CREATE INDEX event_actor ON event (actor);
CREATE INDEX event_office ON event (office);
CREATE INDEX event_commission ON event (commission) WHERE commission IS NOT NULL;
CREATE INDEX event_effective ON event (effective) WHERE effective IS NOT NULL;
CREATE INDEX event_command ON event (command);
CREATE INDEX event_correlation ON event (correlation) WHERE correlation IS NOT NULL;
CREATE INDEX event_source ON event (source) WHERE source IS NOT NULL;
-- Whom and what an event is about besides its own stream.
CREATE TABLE about (
    subject  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (subject, position)
) WITHOUT ROWID;
-- Reasons and notes, folded.
CREATE TABLE words (
    position INTEGER PRIMARY KEY,
    text     TEXT NOT NULL
);
-- Recorded times of each run of 1,024 positions: they hardly ever run backwards, so this says where to look.
CREATE TABLE span (
    number   INTEGER PRIMARY KEY,
    earliest INTEGER NOT NULL,
    latest   INTEGER NOT NULL
);
