//! Whom a witness trusts: public keys of logs, in a file that is read again at every request, so that one is added without a restart.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tahavol_ledger::merkle::note::{KeyKind, VerifyingKey};

use crate::failure::{Code, Failure};
use crate::proof::sync_directory;

/// In the witness's directory.
pub(crate) const TRUST_FILE: &str = "witness.toml";
/// Its private keys, one a line; a second one while they are rotated.
pub(crate) const KEY_FILE: &str = "witness.key";

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Trust {
    /// Public keys of logs. A log is known by the name in its key; several keys may have one name.
    pub(crate) logs: Vec<String>,
}

impl Trust {
    /// Nobody, where there is no file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn read(directory: &Path) -> Result<Trust, Failure> {
        let path = directory.join(TRUST_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Trust::default()),
            Err(error) => return Err(Failure::io(&format!("read {}", path.display()), &error)),
        };
        toml::from_str(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
    }

    /// # Errors
    /// When one is none, or is not of a log.
    pub(crate) fn keys(&self) -> Result<Vec<VerifyingKey>, Failure> {
        self.logs.iter().map(|text| log_key(text)).collect()
    }

    /// Adds a key and writes the file, in one step; false: it was there.
    ///
    /// # Errors
    /// When it is no key of a log, or the file cannot be written.
    pub(crate) fn add(&mut self, directory: &Path, text: &str) -> Result<bool, Failure> {
        let key = log_key(text)?.to_string();
        if self.logs.contains(&key) {
            return Ok(false);
        }
        self.logs.push(key);
        let text = toml::to_string(self).map_err(|error| Failure::usage(error.to_string()))?;
        let path = directory.join(TRUST_FILE);
        write_whole(&path, &text).map_err(|error| Failure::io(&format!("write {}", path.display()), &error))?;
        Ok(true)
    }
}

fn log_key(text: &str) -> Result<VerifyingKey, Failure> {
    let bad = |what: &str| Failure::new(Code::Usage, format!("{text}: {what}"));
    let key: VerifyingKey = text.trim().parse().map_err(|error| bad(&format!("{error}")))?;
    match key.kind() {
        KeyKind::Log => Ok(key),
        KeyKind::Cosigner => Err(bad("is the key of a witness, not of a log")),
    }
}

/// Whole or not at all, also in a power failure.
pub(super) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let new = PathBuf::from(format!("{}.new", path.display()));
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_directory(path)
}
