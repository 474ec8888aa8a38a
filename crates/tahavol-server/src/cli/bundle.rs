//! `tahavol export bundle`: what an auditor takes home, checked once it is written.

use std::path::PathBuf;

use clap::Args;
use tahavol_app::bundle::{BundleDirectory, BundleError, BundleOptions, write_bundle};
use tahavol_app::messages::message;
use tahavol_app::verify::{Options, Report};
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::note::KeyKind;

use super::{DataArguments, LangArgument, progress, progress_json, replay, say, verify};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::identity;
use crate::look::freshen_blocking;

#[derive(Args)]
pub(crate) struct Arguments {
    /// New directory for the bundle
    #[arg(value_name = "DIR")]
    to: PathBuf,
    /// The day of the progress figures: 2026-03-21 or 1405/01/01 [default: today]
    #[arg(long, value_name = "DATE")]
    status_date: Option<String>,
    /// The log's public key, where its key file is not at hand: a vkey, or a file of them
    #[arg(long, value_name = "VKEY|FILE")]
    key: Vec<String>,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang: Lang = arguments.lang.map_or(settings.language, Into::into);
    freshen_blocking(&settings)?;
    let ledger = settings.ledger_path()?;
    let given = verify::keys(&arguments.key, KeyKind::Log)?;
    let (own, witnesses) = verify::configured(&settings, &ledger)?;
    let keys = if given.is_empty() { own } else { given };
    let options = BundleOptions {
        status_date: arguments.status_date.as_deref().map(progress::day).transpose()?,
        figures: progress_json::of_both_baselines,
        keys: keys.clone(),
        witnesses: witnesses.clone(),
        writer: format!("tahavol {}", env!("CARGO_PKG_VERSION")),
    };
    identity::note_export(&settings, "bundle");
    let bar = replay::bar("events");
    let written = write_bundle(&ledger, &arguments.to, &options, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let written = written.map_err(|error| failure(&error, lang))?;
    // By the keys that it was written with, not by those that it holds.
    let options = Options { keys, witnesses: Vec::new(), known: None, quick: false, figures: progress_json::of_both_baselines, lang };
    let report = match BundleDirectory::open(&arguments.to) {
        Ok(bundle) => verify::watched(&bundle, &options),
        Err(fault) => Report::unopened(fault),
    };
    if let Some((_, fault)) = &report.failed {
        return Err(Failure::new(Code::Corrupt, format!("{}\n{}", message("bundle-wrong", &[], lang), fault.text(lang))));
    }
    let args = [("path", arguments.to.display().to_string()), ("size", written.events.to_string()), ("root", written.root)];
    say::line(&message("bundle-written", &args, lang))
}

/// What of it is told to whoever asked for a bundle.
pub(crate) fn failure(error: &BundleError, lang: Lang) -> Failure {
    let told = |code, key: &str, args: &[(&str, String)]| Failure::new(code, message(key, args, lang));
    match error {
        BundleError::Unsigned => told(Code::Refused, "bundle-unsigned", &[]),
        BundleError::NoKey => told(Code::Refused, "bundle-no-key", &[]),
        BundleError::Used(path) => told(Code::Refused, "CLI_DIRECTORY_USED", &[("path", path.display().to_string())]),
        BundleError::Event { position, what } => {
            told(Code::Corrupt, "bundle-event", &[("position", position.to_string()), ("what", what.clone())])
        }
        BundleError::Head(what) => told(Code::Corrupt, "bundle-head", &[("what", what.clone())]),
        BundleError::Ledger(error) => Failure::from(error.clone()),
        BundleError::Io { path, source } => Failure::io(&format!("write {}", path.display()), source),
    }
}
