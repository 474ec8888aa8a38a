//! What the ledger proves to others: its signed head, receipts of events, consistency of two sizes, and how its witnesses are.

use async_graphql::{Context, Enum, Error, SimpleObject};
use tahavol_app::proof::{self, ProofError, WitnessReport, cosigners};
use tahavol_domain::calendar;
use tahavol_domain::values::Sha256;

use crate::errors::{UserError, read};
use crate::request::{app, lang};
use crate::scalars::{Count, Digest, Instant};

/// A receipt reads some tiles of the log.
pub(crate) const RECEIPT: usize = 10;

/// How far the log can be proved.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProofState {
    /// There is no key: nothing is promised to anybody.
    Unsigned,
    /// This node's copy was made anew and has fewer events than were signed before; until it has as many nothing new is
    /// signed.
    Waiting,
    /// The log is not what was last signed; commands are refused.
    Unproven,
    /// The log's own word alone.
    Signed,
    /// Witnesses have cosigned a head.
    Cosigned,
}

/// A size and the root over so many events, signed: what the log has committed itself to (c2sp.org/tlog-checkpoint).
#[derive(SimpleObject)]
pub(crate) struct Checkpoint {
    /// Which log; after a rollback that was accepted it has another name.
    origin: String,
    /// How many events.
    size: Count,
    /// Merkle root over them.
    root: Digest,
    /// As it is served at `/log/checkpoint`: text, signatures and cosignatures.
    signed_note: String,
    cosigners: Vec<Cosignature>,
}

/// A witness's word that this head continues all that it saw before.
#[derive(SimpleObject)]
pub(crate) struct Cosignature {
    name: String,
    /// As the witness's clock said.
    time: Instant,
}

/// What shows that the log of `from` events is how the log of `to` events began (RFC 9162 §2.1.4).
#[derive(SimpleObject)]
pub(crate) struct Consistency {
    from: Count,
    from_root: Digest,
    to: Count,
    to_root: Digest,
    hashes: Vec<Digest>,
}

/// How the log can be proved, and how its witnesses are.
#[derive(SimpleObject)]
pub(crate) struct ProofHealth {
    state: ProofState,
    /// In which way it is not what was last signed, if so.
    what: Option<String>,
    origin: Option<String>,
    /// Events that the newest signed head covers.
    signed_size: Option<Count>,
    /// While it waits: from how many events on it is signed again.
    signs_from: Option<Count>,
    /// Events that witnesses have cosigned.
    cosigned_size: Option<Count>,
    witnesses: Vec<Witness>,
}

/// A witness whose cosignatures are collected.
#[derive(SimpleObject)]
pub(crate) struct Witness {
    name: String,
    /// The newest head that it has cosigned.
    cosigned_size: Option<Count>,
    cosigned_at: Option<Instant>,
    /// Why it has not cosigned the newest head, where it has not.
    problem: Option<String>,
    /// It has seen another history than the log's.
    alarm: bool,
}

impl From<WitnessReport> for Witness {
    fn from(report: WitnessReport) -> Self {
        let WitnessReport { name, cosigned, problem, alarm } = report;
        let (cosigned_size, cosigned_at) = cosigned.unzip();
        Witness { name, cosigned_size: cosigned_size.map(Count::of), cosigned_at: cosigned_at.map(moment), problem, alarm }
    }
}

impl From<proof::ProofState> for ProofState {
    fn from(state: proof::ProofState) -> Self {
        match state {
            proof::ProofState::Unsigned => ProofState::Unsigned,
            proof::ProofState::Waiting => ProofState::Waiting,
            proof::ProofState::Unproven => ProofState::Unproven,
            proof::ProofState::Signed => ProofState::Signed,
            proof::ProofState::Cosigned => ProofState::Cosigned,
        }
    }
}

/// The newest signed head, or the newest cosigned one; null where there is none.
pub(crate) fn checkpoint(ctx: &Context<'_>, cosigned: bool) -> Result<Option<Checkpoint>, Error> {
    let app = app(ctx)?;
    let head = if cosigned { app.cosigned_head() } else { app.signed_head() };
    Ok(head.map(|head| Checkpoint {
        origin: head.checkpoint.origin.clone(),
        size: Count::of(head.checkpoint.size),
        root: Sha256(head.checkpoint.root).into(),
        signed_note: head.note.clone(),
        cosigners: cosigners(&head).into_iter().map(|line| Cosignature { name: line.name, time: moment(line.unix_seconds) }).collect(),
    }))
}

/// The `.tlog-proof` of an event; null where no signed head covers it.
pub(crate) async fn receipt(ctx: &Context<'_>, position: u64) -> Result<Option<String>, Error> {
    match app(ctx)?.receipt(position).await {
        Ok(receipt) => Ok(Some(receipt.to_string())),
        Err(ProofError::Unsigned | ProofError::Beyond { .. }) => Ok(None),
        Err(error) => Err(unproved(ctx, None, &error)),
    }
}

pub(crate) async fn consistency(ctx: &Context<'_>, from: Count, to: Count) -> Result<Consistency, Error> {
    let (from, to) = (read(ctx, "from", from)?.0, read(ctx, "to", to)?.0);
    let proof = app(ctx)?.consistency(from, to).await.map_err(|error| unproved(ctx, Some("to"), &error))?;
    Ok(Consistency {
        from: Count::of(proof.from),
        from_root: Sha256(proof.from_root).into(),
        to: Count::of(proof.to),
        to_root: Sha256(proof.to_root).into(),
        hashes: proof.hashes.into_iter().map(|hash| Sha256(hash).into()).collect(),
    })
}

pub(crate) fn health(ctx: &Context<'_>) -> Result<ProofHealth, Error> {
    let app = app(ctx)?;
    let (signed, cosigned) = (app.signed_head(), app.cosigned_head());
    Ok(ProofHealth {
        state: app.proof_state().into(),
        what: app.unproven(),
        origin: signed.as_ref().map(|head| head.checkpoint.origin.clone()),
        signed_size: signed.map(|head| Count::of(head.checkpoint.size)),
        signs_from: app.signs_from().map(Count::of),
        cosigned_size: cosigned.map(|head| Count::of(head.checkpoint.size)),
        witnesses: app.witnesses().into_iter().map(Into::into).collect(),
    })
}

fn unproved(ctx: &Context<'_>, field: Option<&str>, error: &ProofError) -> Error {
    UserError::new(lang(ctx), error.code(), field, &error.args()).into()
}

fn moment(unix_seconds: u64) -> Instant {
    let micros = i64::try_from(unix_seconds).unwrap_or(0).saturating_mul(1_000_000);
    calendar::Instant::from_micros(micros).into()
}
