//! What witnesses have cosigned: their lines, kept under the head that they looked at.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use super::errors;
use super::signing::Signer;
use super::tiles::FileTiles;
use crate::merkle::Roots;
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::note::{Note, NoteError, Signature, VerifyingKey};
use crate::merkle::proof::root_of;
use crate::port::{LedgerError, SignedHead};

/// How many cosigned heads are kept: with a witness a minute, those of some hours.
const HEADS: u32 = 256;

/// More lines than a log has witnesses, fewer than a reader of a note refuses.
const LINES: usize = 64;

/// Time and Ed25519 signature, the shortest blob that a cosignature can be.
const SHORTEST: usize = 8 + 64;

/// Lines in the writer's queue.
pub(super) struct Keep {
    pub(super) size: u64,
    pub(super) lines: Vec<String>,
    pub(super) answer: oneshot::Sender<Result<(), LedgerError>>,
}

impl Keep {
    pub(super) fn answer(self, outcome: Result<(), LedgerError>) {
        drop(self.answer.send(outcome));
    }
}

/// Adds the lines, in the transaction that is open. `Ok(Err(…))`: they are refused and nothing has changed. The head is
/// told when it has changed.
pub(super) fn keep(
    connection: &Connection,
    signer: &Signer,
    roots: &Roots,
    asked: &Keep,
) -> rusqlite::Result<Result<Option<Arc<SignedHead>>, LedgerError>> {
    let lines = match asked.lines.iter().map(|line| cosignature(line)).collect::<Result<Vec<_>, _>>() {
        Ok(lines) => lines,
        Err(refused) => return Ok(Err(refused)),
    };
    let (checkpoint, mut note) = match signed_again(connection, signer, roots, asked.size) {
        Ok(head) => head,
        Err(error) => return Ok(Err(error)),
    };
    if let Some(kept) = cosigned_at(connection, signer.number(), asked.size)? {
        match read(&kept) {
            Ok((over, kept)) if over == checkpoint => add(&mut note, kept.signatures),
            Ok(_) | Err(_) => tracing::error!(size = asked.size, "a cosigned head in the file is not the log's own; it is replaced"),
        }
    }
    let before = note.signatures.len();
    add(&mut note, lines);
    if note.signatures.len() == before {
        return Ok(Ok(None));
    }
    if note.signatures.len() > LINES {
        return Ok(Err(errors::refused(&format!("a head has at most {LINES} signature lines"))));
    }
    let note = note.to_string();
    connection
        .prepare_cached(
            "INSERT INTO cosigned_head (origin, size, note) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET note = excluded.note",
        )?
        .execute(params![signer.number(), asked.size, note])?;
    connection
        .prepare_cached(
            "DELETE FROM cosigned_head WHERE (origin, size) NOT IN
             (SELECT origin, size FROM cosigned_head ORDER BY origin DESC, size DESC LIMIT ?1)",
        )?
        .execute([HEADS])?;
    Ok(Ok(Some(Arc::new(SignedHead { checkpoint, note }))))
}

/// The note of a head with its cosignatures, when it has any.
pub(super) fn cosigned_at(connection: &Connection, origin: u64, size: u64) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT note FROM cosigned_head WHERE origin = ?1 AND size = ?2")?
        .query_row(params![origin, size], |row| row.get(0))
        .optional()
}

/// The newest head of the newest origin that has cosignatures and is the log's own: over its tree, and signed by one of
/// its keys where they are known. Any other one was put there by another program, and is passed over.
pub(super) fn newest_cosigned(connection: &Connection, keys: Option<&[VerifyingKey]>) -> Result<Option<Arc<SignedHead>>, LedgerError> {
    let stored = || -> rusqlite::Result<Vec<(String, u64, String)>> {
        let mut statement = connection.prepare_cached(
            "SELECT log_origin.origin, size, note FROM cosigned_head JOIN log_origin ON log_origin.number = cosigned_head.origin
             WHERE log_origin.number = (SELECT max(number) FROM log_origin) ORDER BY size DESC",
        )?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
    };
    let stored = stored().map_err(|error| errors::sqlite("read the cosigned heads", &error))?;
    let mut wrong: Option<(u64, String)> = None;
    let mut own = None;
    for (origin, size, note) in stored {
        match own_head(connection, &origin, size, note, keys) {
            Ok(head) => {
                own = Some(head);
                break;
            }
            Err(what) => drop(wrong.get_or_insert((size, what))),
        }
    }
    if let Some((size, what)) = wrong {
        tracing::error!(size, what, "a cosigned head in the file is not the log's own, or not by a key that it has; it is not shown");
    }
    Ok(own)
}

fn own_head(
    connection: &Connection,
    origin: &str,
    size: u64,
    text: String,
    keys: Option<&[VerifyingKey]>,
) -> Result<Arc<SignedHead>, String> {
    let (checkpoint, note) = read(&text).map_err(|error| error.to_string())?;
    if checkpoint.origin != origin || checkpoint.size != size {
        return Err(format!("the note is of {} over {} events", checkpoint.origin, checkpoint.size));
    }
    if let Some(keys) = keys {
        Checkpoint::open(&note, keys).map_err(|error| error.to_string())?;
    }
    let root = root_of(&FileTiles(connection), size).map_err(|error| errors::proof(error).to_string())?;
    if root != checkpoint.root {
        return Err("the tree has another root at that size".to_owned());
    }
    Ok(Arc::new(SignedHead { checkpoint, note: text }))
}

/// A stored note as a head.
pub(super) fn head_of(note: String) -> Result<Arc<SignedHead>, LedgerError> {
    let (checkpoint, _) = read(&note)?;
    Ok(Arc::new(SignedHead { checkpoint, note }))
}

/// The head with the signature lines of another note over the same checkpoint.
pub(super) fn with_lines_of(head: &Arc<SignedHead>, other: &SignedHead) -> Result<Arc<SignedHead>, LedgerError> {
    let ((checkpoint, mut note), (_, other)) = (read(&head.note)?, read(&other.note)?);
    add(&mut note, other.signatures);
    Ok(Arc::new(SignedHead { checkpoint, note: note.to_string() }))
}

/// One line of each key: the first one counts.
fn add(note: &mut Note, lines: Vec<Signature>) {
    for line in lines {
        if !note.signatures.iter().any(|there| (&there.name, there.id) == (&line.name, line.id)) {
            note.signatures.push(line);
        }
    }
}

fn read(note: &str) -> Result<(Checkpoint, Note), LedgerError> {
    let damaged = |error: NoteError| LedgerError::Corrupt { position: None, what: format!("a stored head: {error}") };
    let note: Note = note.parse().map_err(damaged)?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(damaged)?;
    Ok((checkpoint, note))
}

/// The head that the witness looked at, signed again from the tree: the log may have grown on, and the bytes are the same.
fn signed_again(connection: &Connection, signer: &Signer, roots: &Roots, size: u64) -> Result<(Checkpoint, Note), LedgerError> {
    if size > roots.size() {
        let what = format!("a cosignature is over {size} events, and {} are signed", roots.size());
        return Err(errors::refused(&what));
    }
    let root = if size == roots.size() { roots.root() } else { root_of(&FileTiles(connection), size).map_err(errors::proof)? };
    let head = signer.sign(size, root).map_err(|error| errors::refused(&error.to_string()))?;
    read(&head.note)
}

fn cosignature(line: &str) -> Result<Signature, LedgerError> {
    let signature: Signature = line.trim_end_matches('\n').parse().map_err(|error| errors::refused(&format!("no cosignature: {error}")))?;
    if signature.bytes.len() < SHORTEST {
        return Err(errors::refused("no cosignature: the signature line is too short"));
    }
    Ok(signature)
}
