//! Writing a bundle for the newest signed head, line by line: only the fold that the figures need grows with the ledger.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tahavol_domain::calendar::Date;
use tahavol_domain::fact::decode;
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::hash_text;
use tahavol_ledger::merkle::note::VerifyingKey;
use tahavol_ledger::merkle::tile::{TILE, bundle, entries_path, tile_bytes, tile_path, tiles_of};
use tahavol_ledger::{LedgerError, LedgerFile};
use tahavol_projections::Snapshot;

use super::{CHECKPOINT, EVENTS, FORMAT, LOG_KEYS, MANIFEST, PROGRESS, README, WITNESS_KEYS, schemas};
use crate::Clock;
use crate::messages::message;
use crate::verify::{DataFile, Figures, Signed, Source};

/// What goes into a bundle beside the ledger.
pub struct BundleOptions {
    /// Of the figures; none: today where the programme is.
    pub status_date: Option<Date>,
    pub figures: Figures,
    /// Of the log, under the origin of the newest head. Those that have not signed it are left out.
    pub keys: Vec<VerifyingKey>,
    pub witnesses: Vec<VerifyingKey>,
    /// Program and version.
    pub writer: String,
}

/// A bundle that is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub events: u64,
    pub root: String,
    pub status_date: Date,
}

/// Why no bundle was written. What is in the directory by then is none: the manifest comes last.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The ledger has no key: make one, and let it sign.
    #[error("the ledger has no signed head; make a key with `tahavol log keygen` and start the server once")]
    Unsigned,
    /// None of the keys has signed the newest head: give the log's key.
    #[error("none of the keys that are known has signed the newest head")]
    NoKey,
    /// Something is there already.
    #[error("{} is not empty", .0.display())]
    Used(PathBuf),
    /// An event cannot be read or does not follow: `verify` tells more.
    #[error("the event at position {position}: {what}")]
    Event { position: u64, what: String },
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    #[error("the signed head: {0}")]
    Head(String),
    #[error("cannot write {}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// Writes into a new directory, or an empty one. Blocks the calling thread.
///
/// # Errors
/// Each variant of [`BundleError`] says what to do.
pub fn write_bundle(ledger: &Path, to: &Path, options: &BundleOptions, progress: &mut dyn FnMut(u64, u64)) -> Result<Written, BundleError> {
    refuse_used(to)?;
    let file = LedgerFile::open(ledger)?;
    let data = DataFile::of(file, Vec::new(), Vec::new());
    let note = data.note().map_err(|fault| BundleError::Head(fault.text(Lang::En)))?.ok_or(BundleError::Unsigned)?;
    let signed = Signed::read(&note, CHECKPOINT).map_err(|fault| BundleError::Head(fault.text(Lang::En)))?;
    let have_signed = options.keys.iter().filter(|key| signed.note.verify(std::slice::from_ref(*key)).is_ok());
    let keys: Vec<&VerifyingKey> = have_signed.collect();
    if keys.is_empty() {
        return Err(BundleError::NoKey);
    }
    let size = signed.checkpoint.size;
    let bundle = Directory(to.to_owned());
    let snapshot = lines(&data, &bundle, size, progress)?;
    for (level, number, width) in tiles_of(size) {
        bundle.write(&tile_path(level, number, width), &tile_bytes(&data.file().tile(level, number, width)?))?;
    }
    for (path, text) in schemas() {
        bundle.write(&path, text.as_bytes())?;
    }
    bundle.write(LOG_KEYS, lines_of(keys.into_iter()).as_bytes())?;
    bundle.write(WITNESS_KEYS, lines_of(options.witnesses.iter()).as_bytes())?;
    let status_date = options.status_date.unwrap_or_else(|| Clock::System.now().date_in(&snapshot.time_zone()));
    let told = json!({
        "position": snapshot.position,
        "statusDate": status_date.to_string(),
        "digest": snapshot.digest().to_string(),
        "figures": (options.figures)(&snapshot, status_date),
    });
    bundle.write(PROGRESS, pretty(&told).as_bytes())?;
    bundle.write(README, readme().as_bytes())?;
    bundle.write(CHECKPOINT, note.as_bytes())?;
    let root = hash_text(&signed.checkpoint.root);
    let manifest = json!({
        "format": FORMAT,
        "programme": snapshot.programme.as_ref().map(|programme| programme.id.0.to_string()),
        "origin": signed.checkpoint.origin,
        "size": size,
        "root": root,
        "statusDate": status_date.to_string(),
        "writer": options.writer,
    });
    bundle.write(MANIFEST, pretty(&manifest).as_bytes())?;
    Ok(Written { events: size, root, status_date })
}

/// Every line that the head covers, alone and in bundles; answers what they amount to.
fn lines(data: &DataFile, bundle_to: &Directory, size: u64, progress: &mut dyn FnMut(u64, u64)) -> Result<Snapshot, BundleError> {
    let path = bundle_to.0.join(EVENTS);
    let io = |source| BundleError::Io { path: path.clone(), source };
    fs::create_dir_all(&bundle_to.0).map_err(io)?;
    let mut out = BufWriter::with_capacity(1 << 18, File::create(&path).map_err(io)?);
    let mut snapshot = Snapshot::default();
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut position = 0;
    let mut failed = None;
    let mut one = |line: &[u8]| -> Result<(), BundleError> {
        let wrong = |what: String| BundleError::Event { position, what };
        out.write_all(line).and_then(|()| out.write_all(b"\n")).map_err(io)?;
        let fact = decode(line).map_err(|error| wrong(error.to_string()))?;
        snapshot.apply(&fact, position).map_err(|error| wrong(error.to_string()))?;
        open.push(line.to_vec());
        position += 1;
        if position == size || open.len() as u64 == TILE {
            let (number, width) = ((position - 1) / TILE, open.len() as u16);
            bundle_to.write(&entries_path(number, width), &bundle(open.iter().map(Vec::as_slice)))?;
            open.clear();
            progress(position, size);
        }
        Ok(())
    };
    if size > 0 {
        let mut left = size;
        let scanned = data.file().scan(false, &mut |event| {
            failed = one(event.line).err();
            left -= 1;
            if failed.is_some() || left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        scanned?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    out.into_inner().map_err(|error| io(error.into_error()))?.sync_all().map_err(io)?;
    Ok(snapshot)
}

struct Directory(PathBuf);

impl Directory {
    fn write(&self, part: &str, bytes: &[u8]) -> Result<(), BundleError> {
        let path = self.0.join(part);
        let folder = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes)).map_err(|source| BundleError::Io { path, source })
    }
}

fn refuse_used(directory: &Path) -> Result<(), BundleError> {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| Err(BundleError::Used(directory.to_owned()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(BundleError::Io { path: directory.to_owned(), source }),
    }
}

fn lines_of<'k>(keys: impl Iterator<Item = &'k VerifyingKey>) -> String {
    keys.map(|key| format!("{key}\n")).collect()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// What this is and how to check it, in both languages.
fn readme() -> String {
    let text = |lang| {
        let lines = ["bundle-readme-what", "bundle-readme-how", "bundle-readme-key", "bundle-readme-not"];
        lines.into_iter().map(|key| message(key, &[], lang)).collect::<Vec<_>>().join("\n\n")
    };
    format!("{}\n\n----\n\n{}\n", text(Lang::Fa), text(Lang::En))
}
