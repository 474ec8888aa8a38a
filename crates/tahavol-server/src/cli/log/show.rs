//! `tahavol log checkpoint`, `consistency` and `receipt`: read from the ledger's file, beside a running server.

use std::path::PathBuf;

use clap::Args;
use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::hash_text;
use tahavol_ledger::merkle::note::Note;
use tahavol_ledger::merkle::proof::{ProofError, consistency as consistent, inclusion};
use tahavol_ledger::merkle::receipt;
use tahavol_ledger::{Ledger, LedgerError, SignedHead, SqliteLedger};

use super::keys::{Common, no_key};
use crate::cli::say;
use crate::config::Settings;
use crate::failure::{Code, Failure};

#[derive(Args)]
pub(crate) struct Checkpoint {
    /// The newest head that witnesses have cosigned, which may be an earlier one
    #[arg(long)]
    cosigned: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Consistency {
    #[arg(value_name = "FROM")]
    from: u64,
    #[arg(value_name = "TO")]
    to: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Receipt {
    #[arg(value_name = "POSITION")]
    position: u64,
    /// File to write; without it, standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn checkpoint(settings: Settings, arguments: &Checkpoint) -> Result<(), Failure> {
    let (settings, lang) = arguments.common.apply(settings)?;
    let ledger = SqliteLedger::open_read_only_blocking(&settings.ledger_path()?)?;
    let newest = newest(&ledger, &settings, lang)?.note.clone();
    let note = if arguments.cosigned {
        let cosigned = ledger.cosigned_head().map(|head| head.note.clone());
        cosigned.ok_or_else(|| Failure::new(Code::Refused, message("LOG_NOT_COSIGNED", &[], lang)))?
    } else {
        newest
    };
    say::bytes(note.as_bytes())
}

pub(super) fn consistency(settings: Settings, arguments: &Consistency) -> Result<(), Failure> {
    let (settings, lang) = arguments.common.apply(settings)?;
    let ledger = SqliteLedger::open_read_only_blocking(&settings.ledger_path()?)?;
    let size = newest(&ledger, &settings, lang)?.checkpoint.size;
    let Consistency { from, to, .. } = *arguments;
    if from > to {
        return Err(Failure::usage(message("LOG_SIZES_REVERSED", &[("from", from.to_string()), ("to", to.to_string())], lang)));
    }
    if to > size {
        return Err(beyond(to, size, lang));
    }
    let hashes = consistent(&ledger.tiles(), from, to).map_err(unproved)?;
    hashes.iter().try_for_each(|hash| say::line(&hash_text(hash)))
}

pub(super) fn receipt(settings: Settings, arguments: &Receipt) -> Result<(), Failure> {
    let (settings, lang) = arguments.common.apply(settings)?;
    let ledger = SqliteLedger::open_read_only_blocking(&settings.ledger_path()?)?;
    let newest = newest(&ledger, &settings, lang)?;
    let position = arguments.position;
    let head = ledger.cosigned_head().filter(|head| head.checkpoint.size > position).unwrap_or(newest);
    let size = head.checkpoint.size;
    if position >= size {
        return Err(beyond(position, size, lang));
    }
    let proof = inclusion(&ledger.tiles(), position, size).map_err(unproved)?;
    let checkpoint: Note = head.note.parse().map_err(|error| Failure::new(Code::Corrupt, format!("the signed head: {error}")))?;
    let text = receipt::Receipt { extra: None, index: position, proof, checkpoint }.to_string();
    match &arguments.out {
        None => say::bytes(text.as_bytes()),
        Some(path) => std::fs::write(path, text).map_err(|error| Failure::io(&format!("write {}", path.display()), &error)),
    }
}

fn newest(ledger: &SqliteLedger, settings: &Settings, lang: Lang) -> Result<std::sync::Arc<SignedHead>, Failure> {
    ledger.signed_head().ok_or_else(|| no_key(&settings.key_file(), lang))
}

fn beyond(asked: u64, size: u64, lang: Lang) -> Failure {
    Failure::new(Code::Refused, message("LOG_BEYOND_HEAD", &[("asked", asked.to_string()), ("size", size.to_string())], lang))
}

fn unproved(error: ProofError<LedgerError>) -> Failure {
    match error {
        ProofError::Tiles(error) => error.into(),
        ProofError::Beyond { .. } | ProofError::Width { .. } => Failure::new(Code::Corrupt, error.to_string()),
    }
}
