//! Whether a ledger that is opened for writing is what was last signed: by its own head, and by the copy outside.
//!
//! A signed head was shown to others. Signing another one that contradicts it would make every receipt worthless, so a
//! ledger that does not continue its last head is not written to: whether it was put back to an older state, edited, or
//! appended to by another program is for a person to find out. She may let it go on under a new origin, with a reason.

use std::path::Path;

use rusqlite::Connection;

use super::signing::{Origin, Signer, Signing, StoredHead, origin_name, origin_number, origins, stored_head};
use super::tiles::FileTiles;
use super::{errors, head_copy, replica};
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::note::{Note, NoteError};
use crate::merkle::proof::root_of;
use crate::merkle::{Hash, Roots};
use crate::port::{LedgerError, SignedHead, Unproven};

/// What opening has found.
pub(super) struct Examined {
    pub(super) signer: Signer,
    /// The newest head of the signer's origin, when there is one already; every one of the keys has signed it.
    pub(super) head: Option<StoredHead>,
    /// An origin that has to begin with the first head that is signed.
    pub(super) begins: Option<Origin>,
    /// A replica that was built anew signs nothing before it has reached this head.
    pub(super) awaits: Option<Awaited>,
}

/// The copy of the newest head of a replica that is not yet as large: it is being filled again from the engine, and goes on
/// under the same origin if it comes to the same root.
pub(super) struct Awaited {
    pub(super) head: SignedHead,
    /// The origin, when the file has none.
    pub(super) begins: Option<Origin>,
}

/// `None`: the ledger is not signed and never was.
pub(super) fn examine(connection: &Connection, signing: Option<&Signing>, roots: &Roots) -> Result<Option<Examined>, LedgerError> {
    let failed = |error: rusqlite::Error| errors::sqlite("read the signed head", &error);
    let stored = stored_head(connection).map_err(failed)?;
    let Some(signing) = signing.filter(|signing| !signing.keys.is_empty()) else {
        let copied = signing.and_then(|signing| signing.head_copy.as_deref()).filter(|path| path.exists());
        return refuse_without_key(stored.as_ref(), copied).map(|()| None);
    };
    let origins = origins(connection).map_err(failed)?;
    let copy = signing.head_copy.as_deref().map(head_copy::read).transpose()?.flatten();
    let is_replica = replica::marked(connection).map_err(failed)?.is_some();
    let examination = Examination { connection, signing, roots, origins: &origins };
    if is_replica
        && signing.accept_rollback.is_none()
        && let Some(awaiting) = examination.awaiting(stored.as_ref(), copy.as_deref())?
    {
        return Ok(Some(awaiting));
    }
    let problem = examination.problem(stored.as_ref(), copy.as_deref())?;
    match (problem, &signing.accept_rollback) {
        (None, None) => examination.go_on(stored),
        (None, Some(reason)) if origins.last().is_some_and(|last| last.number > 1 && last.reason == reason.trim()) => {
            // Left where a service is started from: it was accepted for this very reason, and is not begun again.
            tracing::warn!(reason, "the rollback was accepted before for this reason, and nothing is wrong: the reason can be taken away");
            examination.go_on(stored)
        }
        (None, Some(_)) => Err(errors::refused("there is no rollback to accept: the ledger is what was last signed")),
        (Some(problem), None) => Err(problem.into()),
        (Some(problem), Some(reason)) => match origins.iter().find(|origin| origin.number > 1 && origin.reason == reason.trim()) {
            // One reason accepts one rollback: a word left behind must not accept the next one unseen.
            Some(used) => {
                let what =
                    format!("{}; the reason that is given is that of {}: another one needs words of its own", problem.what, used.origin);
                Err(Problem::new(problem.kind, what).into())
            }
            None => examination.begin_anew(problem, reason, copy.as_deref()),
        },
    }
    .map(Some)
}

fn refuse_without_key(stored: Option<&StoredHead>, copied: Option<&Path>) -> Result<(), LedgerError> {
    let what = match (stored, copied) {
        (None, None) => return Ok(()),
        (Some(head), _) => format!("the ledger is signed as {} up to {} events", head.origin, head.size),
        (None, Some(path)) => format!("the ledger was signed: a head of it lies at {}", path.display()),
    };
    Err(Problem::new(Unproven::KeyMissing, what).into())
}

struct Examination<'e> {
    connection: &'e Connection,
    signing: &'e Signing,
    roots: &'e Roots,
    origins: &'e [Origin],
}

/// A head that was signed at some time, by a key that is known.
struct Claim {
    number: u64,
    size: u64,
    root: Hash,
    signers: usize,
}

/// Why the ledger may not be written to.
struct Problem {
    kind: Unproven,
    what: String,
}

impl Examination<'_> {
    fn problem(&self, stored: Option<&StoredHead>, copy: Option<&str>) -> Result<Option<Problem>, LedgerError> {
        if stored.is_none() && !self.origins.is_empty() {
            return Ok(Some(Problem::new(Unproven::HeadDamaged, "the ledger was signed and has no signed head any more".to_owned())));
        }
        let own = match stored.map(|stored| self.own_claim(stored)).transpose() {
            Ok(own) => own,
            Err(problem) => return Ok(Some(problem)),
        };
        let outside = match copy.map(|copy| self.claim("the copy of the newest head", copy)).transpose() {
            Ok(outside) => outside,
            Err(problem) => return Ok(Some(problem)),
        };
        if let Some(own) = &own
            && let Some(problem) = self.contradiction("the ledger's own head", own)?
        {
            return Ok(Some(problem));
        }
        if let Some(outside) = &outside
            && let Some(problem) = self.rolled_back(own.as_ref(), outside)?
        {
            return Ok(Some(problem));
        }
        let signed = own.as_ref().map_or(self.roots.size(), |own| own.size);
        if signed < self.roots.size() {
            let what =
                format!("{} events are signed and {} are there: position {signed} is the first unsigned one", signed, self.roots.size());
            return Ok(Some(Problem::new(Unproven::UnsignedTail, what)));
        }
        Ok(own.filter(|_| copy.is_none()).and_then(|own| self.copy_missing(&own)))
    }

    /// A replica that is smaller than the copy of its newest head, and nothing else is wrong.
    fn awaiting(&self, stored: Option<&StoredHead>, copy: Option<&str>) -> Result<Option<Examined>, LedgerError> {
        let whose = "the copy of the newest head";
        let Some(outside) = copy.and_then(|copy| self.claim(whose, copy).ok()) else { return Ok(None) };
        let own = match stored.map(|stored| self.own_claim(stored)).transpose() {
            Ok(own) => own,
            Err(_) => return Ok(None),
        };
        let fits = match &own {
            None => self.origins.is_empty(),
            Some(own) => own.number == outside.number && self.contradiction("the replica's own head", own)?.is_none(),
        };
        if !fits || outside.size <= self.roots.size() {
            return Ok(None);
        }
        let Claim { number, size, root, .. } = outside;
        let checkpoint = Checkpoint { origin: origin_name(&self.signing.origin, number), size, root };
        let signer = Signer::new(number, checkpoint.origin.clone(), &self.signing.keys)?;
        tracing::warn!(
            events = self.roots.size(),
            size,
            "the replica is being built anew: nothing is signed before it is as large as {whose}"
        );
        let begins = own.is_none().then(|| {
            let reason = if number == 1 { String::new() } else { "the replica was built anew".to_owned() };
            Origin { number, origin: checkpoint.origin.clone(), since_size: size, reason }
        });
        let awaited = Awaited { head: SignedHead { checkpoint, note: copy.unwrap_or_default().to_owned() }, begins };
        Ok(Some(Examined { signer, head: stored.cloned(), begins: None, awaits: Some(awaited) }))
    }

    /// Told last: apart from it the ledger is what it says itself, which an older state of it is, too.
    fn copy_missing(&self, own: &Claim) -> Option<Problem> {
        let path = self.signing.head_copy.as_deref()?;
        let what = format!(
            "it is signed up to {} events, and whether more was signed cannot be told: there is no copy of the newest head at {}",
            own.size,
            path.display()
        );
        Some(Problem::new(Unproven::HeadCopyMissing, what))
    }

    /// The columns beside the note are there to be read with a shell; they have to say what the note says.
    fn own_claim(&self, stored: &StoredHead) -> Result<Claim, Problem> {
        let claim = self.claim("the ledger's own head", &stored.note)?;
        let agrees = claim.size == stored.size
            && claim.root == stored.root
            && stored.origin == origin_name(&self.signing.origin, claim.number)
            && self.origins.last().is_some_and(|last| last.number == claim.number);
        if !agrees {
            return Err(Problem::new(Unproven::HeadDamaged, "the ledger's own head is not what stands beside its note".to_owned()));
        }
        Ok(claim)
    }

    fn claim(&self, whose: &str, note: &str) -> Result<Claim, Problem> {
        let damaged = |error: NoteError| Problem::new(Unproven::HeadDamaged, format!("{whose}: {error}"));
        let note: Note = note.parse().map_err(damaged)?;
        let Checkpoint { origin, size, root } = Checkpoint::parse(&note.text).map_err(damaged)?;
        let Some(number) = origin_number(&self.signing.origin, &origin) else {
            let what = format!("{whose} is of {origin}, and the log is configured as {}", self.signing.origin);
            return Err(Problem::new(Unproven::OtherOrigin, what));
        };
        let keys =
            Signer::new(number, origin, &self.signing.keys).map_err(|error| Problem::new(Unproven::KeyUnknown, error.to_string()))?.keys();
        match Checkpoint::open(&note, &keys) {
            Ok(_) => Ok(Claim { number, size, root, signers: keys.iter().filter(|key| note.signatures_of(key).next().is_some()).count() }),
            Err(NoteError::Unsigned) => {
                let signers: Vec<String> =
                    note.signatures.iter().map(|it| format!("{}+{:08x}", it.name, u32::from_be_bytes(it.id))).collect();
                let what = format!("{whose} is signed by {} and by none of the keys that are given", signers.join(", "));
                Err(Problem::new(Unproven::KeyUnknown, what))
            }
            Err(error) => Err(damaged(error)),
        }
    }

    /// What the events say against a head.
    fn contradiction(&self, whose: &str, claim: &Claim) -> Result<Option<Problem>, LedgerError> {
        let there = self.roots.size();
        if claim.size > there {
            let what = format!("{whose} is over {} events, and {there} are there", claim.size);
            return Ok(Some(Problem::new(Unproven::RolledBack, what)));
        }
        let root = if claim.size == there { self.roots.root() } else { self.root_at(claim.size)? };
        if root != claim.root {
            let what = format!("the first {} events have another root than {whose} says", claim.size);
            return Ok(Some(Problem::new(Unproven::Forked, what)));
        }
        Ok(None)
    }

    /// What the copy outside says against the ledger's own head.
    fn rolled_back(&self, own: Option<&Claim>, outside: &Claim) -> Result<Option<Problem>, LedgerError> {
        let whose = "the copy of the newest head";
        let (number, size) = own.map_or((1, 0), |own| (own.number, own.size));
        if outside.number < number {
            // Of an origin that was given up: it has been answered for.
            return Ok(None);
        }
        if outside.number > number || outside.size > size {
            let what = format!(
                "{whose} is of {} over {} events, and the ledger's own one over {size}",
                origin_name(&self.signing.origin, outside.number),
                outside.size
            );
            return Ok(Some(Problem::new(Unproven::RolledBack, what)));
        }
        self.contradiction(whose, outside)
    }

    fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        root_of(&FileTiles(self.connection), size).map_err(errors::proof)
    }

    fn go_on(&self, stored: Option<StoredHead>) -> Result<Examined, LedgerError> {
        let Some(stored) = stored else {
            let signer = Signer::new(1, self.signing.origin.clone(), &self.signing.keys)?;
            let begins = self.origin(1, String::new());
            return Ok(Examined { signer, head: None, begins: Some(begins), awaits: None });
        };
        let claim = self.own_claim(&stored).map_err(LedgerError::from)?;
        let signer = Signer::new(claim.number, stored.origin.clone(), &self.signing.keys)?;
        // A key that is new signs the head at once, so that its owner's readers need not wait for the next event.
        let head = (claim.signers == self.signing.keys.len()).then_some(stored);
        Ok(Examined { signer, head, begins: None, awaits: None })
    }

    fn begin_anew(&self, problem: Problem, reason: &str, copy: Option<&str>) -> Result<Examined, LedgerError> {
        let copied = match copy.map(|note| origin_in(&self.signing.origin, note)) {
            None => 0,
            Some(Some(number)) => number,
            // Its origin might be the very one that would begin.
            Some(None) => return Err(problem.into()),
        };
        let last = self.origins.iter().map(|origin| origin.number).max().unwrap_or(1);
        let number = last.max(copied) + 1;
        tracing::warn!(kind = ?problem.kind, what = %problem.what, reason, "going on under a new origin: heads that were signed before do not bind it");
        let begins = self.origin(number, reason.trim().to_owned());
        Ok(Examined {
            signer: Signer::new(number, begins.origin.clone(), &self.signing.keys)?,
            head: None,
            begins: Some(begins),
            awaits: None,
        })
    }

    fn origin(&self, number: u64, reason: String) -> Origin {
        Origin { number, origin: origin_name(&self.signing.origin, number), since_size: self.roots.size(), reason }
    }
}

/// Which origin a head belongs to: 0 when it is of another log altogether, `None` when it cannot be read.
fn origin_in(base: &str, note: &str) -> Option<u64> {
    let note: Note = note.parse().ok()?;
    let checkpoint = Checkpoint::parse(&note.text).ok()?;
    Some(origin_number(base, &checkpoint.origin).unwrap_or(0))
}

impl Problem {
    fn new(kind: Unproven, what: String) -> Self {
        Problem { kind, what }
    }
}

impl From<Problem> for LedgerError {
    fn from(Problem { kind, what }: Problem) -> Self {
        LedgerError::Unproven { kind, what }
    }
}
