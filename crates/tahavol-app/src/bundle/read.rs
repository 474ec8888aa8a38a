//! A bundle's directory as something to be checked.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tahavol_domain::calendar::Date;
use tahavol_domain::fact::MAX_LINE;
use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::{NoteError, VerifyingKey};
use tahavol_ledger::merkle::tile::{bundles_of, entries_path, tile_path, tiles_of};
use tahavol_ledger::merkle::{Hash, hash_of_text, hash_text};
use uuid::Uuid;

use super::{CHECKPOINT, EVENTS, FORMAT, LOG_KEYS, MANIFEST, PROGRESS, WITNESS_KEYS, schemas};
use crate::verify::{Fault, Held, Kind, Said, Signed, Source, ToldFigures, too_few};

/// A directory whose small parts are read and whose large ones are there.
pub struct BundleDirectory {
    directory: PathBuf,
    manifest: Manifest,
    note: String,
    size: u64,
    told: ToldFigures,
}

/// bundle.json, which nobody signs: it must agree with what is signed.
struct Manifest {
    programme: Option<ProgrammeId>,
    origin: String,
    size: u64,
    root: Hash,
    status_date: Date,
    /// Program and version that made the bundle.
    writer: String,
}

impl BundleDirectory {
    /// Reads what is small, and looks that the rest is there.
    ///
    /// # Errors
    /// `Missing`, `Root` or `Signature`: what the small parts alone show.
    pub fn open(directory: &Path) -> Result<Self, Fault> {
        let read = |part: &str| fs::read(directory.join(part)).map_err(|_| Fault::missing(part));
        let json = |part: &str| serde_json::from_slice::<Value>(&read(part)?).map_err(|_| Fault::missing(part));
        let manifest = Manifest::of(&json(MANIFEST)?)?;
        let note = String::from_utf8(read(CHECKPOINT)?).map_err(|_| no_checkpoint())?;
        let head = Signed::read(&note, CHECKPOINT)?.checkpoint;
        let progress = json(PROGRESS)?;
        let bytes = fs::metadata(directory.join(EVENTS)).map_err(|_| Fault::missing(EVENTS))?.len();
        let told = ToldFigures { status_date: manifest.status_date, progress, whole: true };
        let bundle = BundleDirectory { directory: directory.to_owned(), manifest, note, size: head.size, told };
        if head.size > bytes {
            // Not even one byte for each line.
            bundle.agrees(&head)?;
            return Err(too_few(&head, bundle.count_lines()?));
        }
        let tiles = tiles_of(head.size).map(|(level, number, width)| tile_path(level, number, width));
        let entries = bundles_of(head.size).map(|(number, width)| entries_path(number, width));
        for part in tiles.chain(entries) {
            if !directory.join(&part).is_file() {
                // Another head than the bundle was made for: that is the reason, and the part that is not there its consequence.
                bundle.agrees(&head)?;
                return Err(Fault::missing(part));
            }
        }
        Ok(bundle)
    }

    fn count_lines(&self) -> Result<u64, Fault> {
        let mut lines = 0;
        self.scan(false, &mut |_| {
            lines += 1;
            ControlFlow::Continue(())
        })?;
        Ok(lines)
    }

    fn read(&self, part: &str) -> Result<Vec<u8>, Fault> {
        fs::read(self.directory.join(part)).map_err(|_| Fault::missing(part))
    }

    fn key_lines(&self, part: &str, kind: Kind) -> Result<Vec<VerifyingKey>, Fault> {
        let bad = |what: String| Fault::new(kind, "verify-key-form", [("part", part.to_owned()), ("what", what)]);
        let text = String::from_utf8(self.read(part)?).map_err(|error| bad(error.to_string()))?;
        let keys = text.split('\n').filter(|line| !line.is_empty()).map(str::parse);
        keys.collect::<Result<_, NoteError>>().map_err(|error| bad(error.to_string()))
    }
}

impl Source for BundleDirectory {
    fn lines(&self) -> u64 {
        self.size
    }

    fn note(&self) -> Result<Option<String>, Fault> {
        Ok(Some(self.note.clone()))
    }

    fn scan(&self, _columns: bool, visit: &mut dyn FnMut(Held<'_>) -> ControlFlow<()>) -> Result<(), Fault> {
        let file = File::open(self.directory.join(EVENTS)).map_err(|_| Fault::missing(EVENTS))?;
        let mut lines = BufReader::with_capacity(1 << 18, file);
        let mut line = Vec::with_capacity(4_096);
        let mut position = 0;
        loop {
            line.clear();
            // One byte more than a line may have, so that one that never ends is not read whole.
            let mut most = lines.by_ref().take(MAX_LINE as u64 + 2);
            if most.read_until(b'\n', &mut line).map_err(|_| Fault::missing(EVENTS))? == 0 {
                return Ok(());
            }
            if line.pop() != Some(b'\n') {
                return Err(if line.len() > MAX_LINE {
                    Fault::at(Kind::Canonical, position, "verify-line-long", [])
                } else {
                    Fault::at(Kind::Missing, position, "verify-cut-off", [("part", EVENTS.to_owned())])
                });
            }
            position += 1;
            if visit(Held { line: &line, position: None, leaf: None, columns: None }).is_break() {
                return Ok(());
            }
        }
    }

    fn first_level(&self) -> u8 {
        0
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<u8>, Fault> {
        self.read(&tile_path(level, number, width))
    }

    fn entries(&self, number: u64, width: u16) -> Result<Option<Vec<u8>>, Fault> {
        self.read(&entries_path(number, width)).map(Some)
    }

    fn agrees(&self, head: &Checkpoint) -> Result<(), Fault> {
        let Manifest { size, root, .. } = &self.manifest;
        if (*size, *root) == (head.size, head.root) {
            return Ok(());
        }
        let told = |size: u64, root: &Hash| format!("{size} {}", hash_text(root));
        let args = [("told", told(*size, root)), ("signed", told(head.size, &head.root))];
        Err(Fault::new(Kind::Root, "verify-manifest-differs", args))
    }

    fn origin(&self) -> Option<&str> {
        Some(&self.manifest.origin)
    }

    fn programme(&self) -> Option<ProgrammeId> {
        self.manifest.programme
    }

    fn keys(&self) -> Result<Vec<VerifyingKey>, Fault> {
        self.key_lines(LOG_KEYS, Kind::Signature)
    }

    fn witnesses(&self) -> Result<Vec<VerifyingKey>, Fault> {
        if self.directory.join(WITNESS_KEYS).exists() { self.key_lines(WITNESS_KEYS, Kind::Cosignature) } else { Ok(Vec::new()) }
    }

    /// All that this program publishes; one that was published is never edited, so one of the same name is the same. Another
    /// version may have published fewer; how many were read is told.
    fn schemas(&self) -> Result<Said, Fault> {
        let own = schemas();
        let all_are_due = self.manifest.writer == concat!("tahavol ", env!("CARGO_PKG_VERSION"));
        let mut read = 0_usize;
        for (part, text) in &own {
            match fs::read(self.directory.join(part)) {
                Ok(held) if held == text.as_bytes() => read += 1,
                Ok(_) => return Err(Fault::new(Kind::Schema, "verify-schema-differs", [("part", part.clone())])),
                Err(_) if all_are_due => return Err(Fault::missing(part.clone())),
                Err(_) => {}
            }
        }
        Ok(Said::new("verify-schemas", [("schemas", read.to_string())]))
    }

    fn told(&self) -> Option<&ToldFigures> {
        Some(&self.told)
    }
}

impl Manifest {
    fn of(told: &Value) -> Result<Self, Fault> {
        let wrong = |field: &'static str| Fault::new(Kind::Missing, "verify-manifest-form", [("field", field.to_owned())]);
        let text = |field: &'static str| told[field].as_str().ok_or_else(|| wrong(field));
        if text("format")? != FORMAT {
            return Err(wrong("format"));
        }
        let programme = match &told["programme"] {
            Value::Null => None,
            Value::String(id) => Some(ProgrammeId(Uuid::parse_str(id).map_err(|_| wrong("programme"))?)),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => return Err(wrong("programme")),
        };
        Ok(Manifest {
            programme,
            origin: text("origin")?.to_owned(),
            size: told["size"].as_u64().ok_or_else(|| wrong("size"))?,
            root: hash_of_text(text("root")?).ok_or_else(|| wrong("root"))?,
            status_date: Date::parse_iso(text("statusDate")?).map_err(|_| wrong("statusDate"))?,
            writer: text("writer")?.to_owned(),
        })
    }
}

fn no_checkpoint() -> Fault {
    let args = [("part", CHECKPOINT.to_owned()), ("what", "UTF-8".to_owned())];
    Fault::new(Kind::Signature, "verify-checkpoint-form", args)
}
