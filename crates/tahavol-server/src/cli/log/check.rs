//! `tahavol log check`: a receipt, the line it is about and the keys one trusts, without any ledger or network.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use tahavol_app::messages::message;
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::note::{KeyKind, VerifyingKey};
use tahavol_ledger::merkle::receipt::{Receipt, ReceiptError};
use tahavol_ledger::merkle::{cosignature, hash_text, leaf_hash};

use crate::cli::{LangArgument, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};

#[derive(Args)]
#[command(group = ArgGroup::new("entry").required(true).args(["line", "event"]))]
pub(crate) struct Check {
    /// The receipt, a `.tlog-proof`
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
    /// File with the event's line; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    line: Option<PathBuf>,
    /// The event's line itself
    #[arg(long, value_name = "LINE")]
    event: Option<String>,
    /// Public key of the log or of a witness, or a file with one a line; may be given again
    #[arg(long, value_name = "VKEY", required = true)]
    key: Vec<String>,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
}

pub(super) fn check(settings: &Settings, arguments: &Check) -> Result<(), Failure> {
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let text = read(&arguments.receipt)?;
    let text = String::from_utf8(text).map_err(|_| refused(&message("log-check-no-text", &[], lang)))?;
    let receipt: Receipt = text.parse().map_err(|error| wrong(&error, lang))?;
    let mut line = match (&arguments.line, &arguments.event) {
        (Some(path), _) => read(path)?,
        (None, line) => line.clone().unwrap_or_default().into_bytes(),
    };
    // An editor's newline is not part of the entry; a line has none inside.
    if line.ends_with(b"\n") {
        line.pop();
    }
    let keys = keys(&arguments.key)?;
    let checkpoint = receipt.verify(leaf_hash(&line), &keys).map_err(|error| wrong(&error, lang))?;
    let args = [
        ("position", receipt.index.to_string()),
        ("origin", checkpoint.origin.clone()),
        ("size", checkpoint.size.to_string()),
        ("root", hash_text(&checkpoint.root)),
    ];
    say::line(&message("log-check-included", &args, lang))?;
    for key in keys.iter().filter(|key| key.kind() == KeyKind::Cosigner) {
        let args = |time: u64| [("name", key.name().to_owned()), ("time", instant(time))];
        match cosignature::verify(&receipt.checkpoint, key) {
            Ok(time) => say::line(&message("log-check-cosigned", &args(time), lang))?,
            Err(_) => return Err(refused(&message("log-check-not-cosigned", &args(0), lang))),
        }
    }
    Ok(())
}

/// Keys as they are written, or files of them.
fn keys(given: &[String]) -> Result<Vec<VerifyingKey>, Failure> {
    let mut keys = Vec::new();
    for given in given {
        let text = if Path::new(given).is_file() {
            String::from_utf8(read(Path::new(given))?).map_err(|_| Failure::usage(format!("{given} is no text")))?
        } else {
            given.clone()
        };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let key: VerifyingKey = line.parse().map_err(|error| Failure::usage(format!("{line}: {error}")))?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

fn instant(unix_seconds: u64) -> String {
    // Beyond the year 9999 it is no moment that anybody would write.
    let micros = i64::try_from(unix_seconds).ok().filter(|seconds| *seconds < 253_402_300_800).map(|seconds| seconds * 1_000_000);
    micros.map_or_else(|| unix_seconds.to_string(), |micros| Instant::from_micros(micros).to_string())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    read.map_err(|error| Failure::io(&format!("read {}", path.display()), &error))
}

fn wrong(error: &ReceiptError, lang: Lang) -> Failure {
    let what = ("what", told(error));
    refused(&match error {
        ReceiptError::Malformed(_) => message("log-check-malformed", &[what], lang),
        ReceiptError::Checkpoint(_) => message("log-check-unbelieved", &[what], lang),
        ReceiptError::NotIncluded { index, size } => {
            message("log-check-not-included", &[("position", index.to_string()), ("size", size.to_string())], lang)
        }
    })
}

/// With what lies under it.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn refused(text: &str) -> Failure {
    Failure::new(Code::Corrupt, text)
}
