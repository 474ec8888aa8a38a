//! What stands in a ledger file beside lines, leaves and subtrees, held against what this program would have written there.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{errors, schema, signing};
use crate::port::LedgerError;

/// A part of the file that is not as the ledger writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// The table, and what of it; or the object of the schema.
    pub part: String,
    /// Of the first event that it is about, where it is about one.
    pub position: Option<u64>,
}

impl Odd {
    fn of(part: impl Into<String>) -> Self {
        Odd { part: part.into(), position: None }
    }
}

/// The first of them, looked at in one moment. Blocks the calling thread.
pub(super) fn first(connection: &Connection) -> Result<Option<Odd>, LedgerError> {
    let doing = |error| errors::sqlite("read what stands beside the events", &error);
    let _same_moment = connection.unchecked_transaction().map_err(doing)?;
    let found = || -> rusqlite::Result<Option<Odd>> {
        for look in [ids, streams, origins, places] {
            if let Some(odd) = look(connection)? {
                return Ok(Some(odd));
            }
        }
        Ok(schema::first_difference(connection)?.map(Odd::of))
    };
    found().map_err(doing)
}

/// Every id that was swept is there, with the position of its event, and no other. In a replica an id may occur again later:
/// the first event counts.
fn ids(connection: &Connection) -> rusqlite::Result<Option<Odd>> {
    const STRAY: &str = "SELECT event_id.position FROM event_id LEFT JOIN event ON event.position = event_id.position
         WHERE event.id IS NOT event_id.id ORDER BY event_id.position LIMIT 1";
    const LACKING: &str = "SELECT event.position FROM event LEFT JOIN event_id ON event_id.id = event.id
         WHERE event.position < ?1 AND event_id.position IS NOT event.position
           AND (event_id.position IS NULL OR event_id.position > event.position OR NOT EXISTS (SELECT 1 FROM replica_of))
         ORDER BY event.position LIMIT 1";
    let odd = |position: i64| Some(Odd { part: "event_id".to_owned(), position: u64::try_from(position).ok() });
    let number = |row: &Row<'_>| row.get::<_, i64>(0);
    let swept: Option<i64> = connection.query_row("SELECT events FROM event_id_swept WHERE row = 0", [], number).optional()?;
    let rows: i64 = connection.query_row("SELECT count(*) FROM event_id_swept", [], number)?;
    let events: i64 = connection.query_row("SELECT coalesce(max(position), -1) + 1 FROM event", [], number)?;
    let Some(swept) = swept.filter(|swept| rows == 1 && (0..=events).contains(swept)) else { return Ok(Some(Odd::of("event_id_swept"))) };
    if let Some(stray) = connection.query_row(STRAY, [], number).optional()? {
        return Ok(odd(stray));
    }
    // Each row is that of its own event, so as many rows as events are all of them; only otherwise every event is asked for.
    let there: i64 = connection.query_row("SELECT count(*) FROM event_id WHERE position < ?1", [swept], number)?;
    if there == swept {
        return Ok(None);
    }
    Ok(connection.query_row(LACKING, [swept], number).optional()?.and_then(odd))
}

/// A stream is there since its first event.
fn streams(connection: &Connection) -> rusqlite::Result<Option<Odd>> {
    const EMPTY: &str = "SELECT name FROM stream WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.stream = stream.id) LIMIT 1";
    let name: Option<String> = connection.query_row(EMPTY, [], |row| row.get(0)).optional()?;
    Ok(name.map(|name| Odd::of(format!("stream ({name})"))))
}

/// Each event of a replica has its place, in the order of the engine; a ledger of its own has none.
fn places(connection: &Connection) -> rusqlite::Result<Option<Odd>> {
    const OF_ITS_OWN: &str = "SELECT part FROM (SELECT 'place' AS part FROM place UNION ALL SELECT 'retention' FROM retention)
         WHERE NOT EXISTS (SELECT 1 FROM replica_of) LIMIT 1";
    const STRAY: &str = "SELECT place.position FROM place LEFT JOIN event USING (position) WHERE event.position IS NULL LIMIT 1";
    const LACKING: &str = "SELECT event.position FROM event LEFT JOIN place USING (position)
         WHERE place.position IS NULL AND EXISTS (SELECT 1 FROM replica_of) LIMIT 1";
    const DISORDERED: &str = "SELECT later.position FROM place AS later JOIN place AS earlier ON earlier.position = later.position - 1
         WHERE (earlier.commit_position, earlier.prepare_position) >= (later.commit_position, later.prepare_position) LIMIT 1";
    let part: Option<String> = connection.query_row(OF_ITS_OWN, [], |row| row.get(0)).optional()?;
    if let Some(part) = part {
        return Ok(Some(Odd::of(part)));
    }
    for question in [STRAY, LACKING, DISORDERED] {
        let position: Option<i64> = connection.query_row(question, [], |row| row.get(0)).optional()?;
        if let Some(position) = position {
            return Ok(Some(Odd { part: "place".to_owned(), position: u64::try_from(position).ok() }));
        }
    }
    Ok(None)
}

/// The newest origin is that of the newest head; the name of each from the second on ends in its number, and none began later
/// than the head.
fn origins(connection: &Connection) -> rusqlite::Result<Option<Odd>> {
    let origins = signing::origins(connection)?;
    let head = signing::stored_head(connection)?;
    let newest = origins.last().map(|origin| &origin.origin);
    if newest != head.as_ref().map(|head| &head.origin) {
        return Ok(Some(Odd::of(format!("log_origin ({})", newest.map_or("-", String::as_str)))));
    }
    let size = head.map_or(0, |head| head.size);
    let misnamed = |origin: &&signing::Origin| origin.number > 1 && !origin.origin.ends_with(&format!("/{}", origin.number));
    let odd = origins.iter().find(|origin| misnamed(origin) || origin.since_size > size);
    Ok(odd.map(|origin| Odd::of(format!("log_origin ({})", origin.origin))))
}
