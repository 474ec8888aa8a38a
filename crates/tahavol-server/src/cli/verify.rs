//! `tahavol verify`: every link from stored bytes to progress figures, with an exit code for each kind of failure.

mod remote;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;

use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tahavol_app::bundle::BundleDirectory;
use tahavol_app::messages::message;
use tahavol_app::verify::{DataFile, Fault, HeadCopy, Kind, Options, Report, Source, Step, verify};
use tahavol_domain::text::Lang;
use tahavol_ledger::LEDGER_FILE;
use tahavol_ledger::merkle::hash_text;
use tahavol_ledger::merkle::note::{KeyKind, SigningKey, VerifyingKey};

use super::{LangArgument, progress_json, replay, say};
use crate::config::{REPLICA_FILE, Settings};
use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = CODES)]
pub(crate) struct Arguments {
    /// An audit bundle, a data directory, a ledger file, or the address of a log such as http://127.0.0.1:8080/log (as whoever
    /// TAHAVOL_TOKEN names); without it, the configured data directory
    #[arg(value_name = "DIR|DATA|URL")]
    what: Option<String>,
    /// The log's key, had by another way than what is checked: a vkey, or a file of them; may be given again
    #[arg(long, value_name = "VKEY|FILE")]
    key: Vec<String>,
    /// A witness who must have cosigned: a vkey, or a file of them; may be given again
    #[arg(long, value_name = "VKEY|FILE")]
    witness: Vec<String>,
    /// A checkpoint that was seen earlier: it must be the beginning of this log
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Only bytes, hashes and signatures: no event is read, nothing is replayed
    #[arg(long)]
    quick: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
}

const CODES: &str = "\
Exit codes:
  0   every link holds
  20  a part is missing, cut off or unreadable       28  an event is not of its schema
  21  a stored column is not what the line says      29  a gap in positions or revisions, a repeated id
  22  a line is not in canonical form                30  a rule would have refused it
  23  a line is not the one in the tree              31  a progress figure does not follow from the events
  24  a tile does not follow from the lines          32  the digest of the snapshot is another one
  25  size or root are not what is signed            33  events that no signed head covers
  26  not signed by the log's key                    34  older than a head known before, or of another history
  27  a witness's cosignature is wrong or missing";

pub(super) fn run(settings: Settings, arguments: Arguments) -> Result<ExitCode, Failure> {
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let known = match &arguments.known {
        Some(path) => Some(fs::read_to_string(path).map_err(|error| Failure::io(&format!("read {}", path.display()), &error))?),
        None => None,
    };
    let options = Options {
        keys: keys(&arguments.key, KeyKind::Log)?,
        witnesses: keys(&arguments.witness, KeyKind::Cosigner)?,
        known,
        quick: arguments.quick,
        figures: progress_json::of_both_baselines,
        lang,
    };
    let report = match open(settings, arguments.what.as_deref(), &options)? {
        Ok(source) => watched(&*source, &options),
        Err(fault) => Report::unopened(fault),
    };
    if arguments.json {
        say::line(&format!("{:#}", as_json(&report)))?;
    } else {
        print(&report, lang)?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

/// The check with a bar beside it, where somebody looks.
pub(super) fn watched(source: &dyn Source, options: &Options) -> Report {
    let bars: Mutex<Option<(Step, ProgressBar)>> = Mutex::new(None);
    let report = verify(source, options, &|step, done, of| {
        let mut bars = bars.lock().unwrap_or_else(PoisonError::into_inner);
        if bars.as_ref().is_none_or(|(of, _)| *of != step) {
            let bar = replay::bar(&step.text(options.lang));
            bar.set_length(of);
            if let Some((_, before)) = bars.replace((step, bar)) {
                before.finish_and_clear();
            }
        }
        if let Some((_, bar)) = &*bars {
            bar.set_position(done);
        }
    });
    if let Some((_, bar)) = bars.into_inner().unwrap_or_else(PoisonError::into_inner) {
        bar.finish_and_clear();
    }
    report
}

/// An address is a log; a directory without a ledger is a bundle; everything else is a ledger.
fn open(mut settings: Settings, what: Option<&str>, options: &Options) -> Result<Result<Box<dyn Source>, Fault>, Failure> {
    let path = match what {
        Some(what) if what.starts_with("http://") || what.starts_with("https://") => {
            return Ok(remote::Remote::open(what, &options.keys)?.map(|log| Box::new(log) as Box<dyn Source>));
        }
        Some(what) => {
            let path = Path::new(what);
            let is_bundle = path.is_dir() && ![LEDGER_FILE, REPLICA_FILE].iter().any(|file| path.join(file).exists());
            if is_bundle {
                return Ok(BundleDirectory::open(path).map(|bundle| Box::new(bundle) as Box<dyn Source>));
            }
            if path.is_file() && !is_database(path) {
                return Ok(Err(Fault::new(Kind::Missing, "verify-no-ledger", [("part", what.to_owned())])));
            }
            settings.data = if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(Path::new(".")).to_owned() };
            let replica = path.join(REPLICA_FILE);
            if path.is_dir() && !path.join(LEDGER_FILE).exists() { replica } else { path.to_owned() }
        }
        None => settings.ledger_path()?,
    };
    // Before the ledger, which a server may be writing: the copy is never newer than what is opened after it.
    let copy = HeadCopy::read(&settings.head_file());
    let (keys, witnesses) = configured(&settings, &path)?;
    Ok(DataFile::open(&path, keys, witnesses).map(|file| Box::new(file.with_head_copy(copy)) as Box<dyn Source>))
}

fn is_database(path: &Path) -> bool {
    let mut first = [0; 16];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut first));
    // One that is too short or cannot be read is told of when it is opened.
    read.is_err() || first == *b"SQLite format 3\0"
}

/// The public halves of the keys of a file. A check needs no private key: one that cannot be read, or that others can read too, is
/// no reason not to check.
fn public_keys(path: &Path, lang: Lang) -> Vec<SigningKey> {
    let read = fs::read_to_string(path).map_err(|error| (error.kind() == io::ErrorKind::NotFound, error.to_string())).and_then(|text| {
        let keys = text.lines().filter(|line| !line.trim().is_empty()).map(str::parse::<SigningKey>).collect::<Result<Vec<_>, _>>();
        keys.map_err(|_| (false, "PRIVATE+KEY?".to_owned()))
    });
    match read {
        Ok(keys) => keys.into_iter().filter(|key| key.kind() == KeyKind::Log).collect(),
        Err((not_there, what)) => {
            if !not_there {
                say::aside(&message("verify-key-file", &[("part", path.display().to_string()), ("what", what)], lang));
            }
            Vec::new()
        }
    }
}

/// The public halves of the configured keys under the name that the newest head has, and the configured witnesses.
pub(crate) fn configured(settings: &Settings, ledger: &Path) -> Result<(Vec<VerifyingKey>, Vec<VerifyingKey>), Failure> {
    let signing = public_keys(&settings.key_file(), settings.language);
    let head = DataFile::open(ledger, Vec::new(), Vec::new()).ok();
    let origin = head.as_ref().and_then(DataFile::signed_as);
    let keys = signing.iter().filter_map(|key| origin.map_or(Some(key.clone()), |origin| key.renamed(origin).ok()));
    let keys = keys.map(|key| key.verifying_key()).collect();
    let witness = |vkey: &String| vkey.parse().map_err(|error| Failure::usage(format!("`{vkey}`: {error}")));
    let witnesses = settings.proof.witness.iter().map(|setting| witness(&setting.vkey)).collect::<Result<_, _>>()?;
    Ok((keys, witnesses))
}

/// Each is a key, or a file with one key a line.
pub(super) fn keys(given: &[String], kind: KeyKind) -> Result<Vec<VerifyingKey>, Failure> {
    let mut keys = Vec::new();
    for given in given {
        let text = match given.parse::<VerifyingKey>() {
            Ok(_) => given.clone(),
            Err(_) => {
                fs::read_to_string(given).map_err(|error| Failure::usage(format!("`{given}` is no key and no file of keys: {error}")))?
            }
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let key: VerifyingKey = line.trim().parse().map_err(|error| Failure::usage(format!("`{line}`: {error}")))?;
            if key.kind() != kind {
                return Err(Failure::usage(format!("`{line}` is a key of another kind")));
            }
            keys.push(key);
        }
    }
    Ok(keys)
}

pub(super) fn print(report: &Report, lang: Lang) -> Result<(), Failure> {
    let text = |key: &str| message(key, &[], lang);
    for step in Step::ALL {
        let held = report.held.iter().find(|(of, _)| *of == step);
        let failed = report.failed.as_ref().filter(|(of, _)| *of == step);
        if let Some((_, said)) = held {
            say::line(&format!("✓ {}: {}", step.text(lang), said.text(lang)))?;
        }
        for (_, note) in report.notes.iter().filter(|(of, _)| *of == step) {
            say::line(&format!("  ! {}", note.text(lang)))?;
            if note.key == "verify-own-keys" {
                // Whoever reads only the other language must not miss this.
                let other = if lang == Lang::Fa { Lang::En } else { Lang::Fa };
                say::line(&format!("  ! {}", note.text(other)))?;
            }
        }
        if let Some((_, fault)) = failed {
            say::line(&format!("✗ {}: {}", step.text(lang), fault.kind.text(lang)))?;
        }
    }
    match &report.failed {
        None => say::line(&text("verify-all-well")),
        Some((_, fault)) => {
            let code = message("verify-failed", &[("code", fault.kind.code().to_string())], lang);
            say::line(&format!("{code} {}", fault.text(lang)))
        }
    }
}

fn as_json(report: &Report) -> Value {
    let both = |text: &dyn Fn(Lang) -> String| json!({ "fa": text(Lang::Fa), "en": text(Lang::En) });
    let steps =
        report.held.iter().map(|(step, said)| json!({ "step": step.as_str(), "holds": true, "text": both(&|lang| said.text(lang)) }));
    let failed =
        report.failed.iter().map(|(step, fault)| json!({ "step": step.as_str(), "holds": false, "text": both(&|lang| fault.text(lang)) }));
    let notes = report.notes.iter().map(|(step, said)| json!({ "step": step.as_str(), "text": both(&|lang| said.text(lang)) }));
    let fault = report.failed.as_ref().map(|(_, fault)| fault);
    json!({
        "holds": fault.is_none(),
        "code": report.exit_code(),
        "kind": fault.map(|fault| both(&|lang| fault.kind.text(lang))),
        "position": fault.and_then(|fault| fault.position),
        "message": fault.map(|fault| both(&|lang| fault.text(lang))),
        "size": report.size,
        "root": report.root.as_ref().map(hash_text),
        "digest": report.digest.map(|digest| digest.to_string()),
        "milliseconds": u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        "steps": steps.chain(failed).collect::<Vec<_>>(),
        "notes": notes.collect::<Vec<_>>(),
    })
}
