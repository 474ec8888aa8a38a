//! Who signs the log: its origin, its key file, and the place of the head's copy, as the configuration or the data directory has them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tahavol_ledger::Signing;
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};

use crate::config::{Settings, refuse_open_to_others};
use crate::failure::{Code, Failure, with_persian};

/// What the logs of demonstrations are called, and a number of their own after it: names that nobody can own.
pub(crate) const DEMO_ORIGINS: &str = "demo.tahavol.invalid/";

impl Settings {
    /// Where the log's private keys lie: beside the data directory, so that a copy of it holds none.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.proof.key_file.clone().unwrap_or_else(|| beside(&self.data, "-log.key"))
    }

    /// Where the copy of the newest signed head lies.
    #[must_use]
    pub fn head_file(&self) -> PathBuf {
        self.proof.head_file.clone().unwrap_or_else(|| beside(&self.data, "-log.head"))
    }

    /// How the ledger is to be signed; no keys where there is no key file.
    ///
    /// # Errors
    /// When the key file cannot be read, is open to others, or holds something else.
    pub(crate) fn signing(&self) -> Result<Signing, Failure> {
        self.refuse_inside()?;
        let keys = read_keys(&self.key_file())?;
        if keys.is_empty() && self.proof.accept_rollback.is_some() {
            return Err(Failure::usage(format!("there is no rollback to accept without the log's key at {}", self.key_file().display())));
        }
        let origin = self.origin(&keys).unwrap_or_default();
        let head_copy = Some(self.head_file());
        Ok(Signing { origin, keys, head_copy, accept_rollback: self.proof.accept_rollback.clone() })
    }

    /// A copy of the data directory must hold no key, and putting it back must leave the head's copy as it is.
    ///
    /// # Errors
    /// When one of the two files lies in the data directory.
    pub(crate) fn refuse_inside(&self) -> Result<(), Failure> {
        let data = resolved(&self.data);
        for (name, path) in [("proof.key_file", self.key_file()), ("proof.head_file", self.head_file())] {
            if resolved(&path).starts_with(&data) {
                let english = format!("{name} is {}, inside the data directory {}: put it elsewhere", path.display(), self.data.display());
                let args = [("name", name.to_owned()), ("path", path.display().to_string()), ("data", self.data.display().to_string())];
                return Err(Failure::usage(with_persian(&english, "SERVE_PROOF_INSIDE_DATA", &args)));
            }
        }
        Ok(())
    }

    /// As configured, else as the first key is called.
    pub(crate) fn origin(&self, keys: &[SigningKey]) -> Option<String> {
        self.proof.origin.clone().or_else(|| keys.first().map(|key| key.name().to_owned()))
    }
}

/// The keys of a file, one a line; none where there is no file.
///
/// # Errors
/// When others than its owner may read it, or a line is no key of a log. The line is not told: it may be a secret.
pub(crate) fn read_keys(path: &Path) -> Result<Vec<SigningKey>, Failure> {
    read_keys_of(path, KeyKind::Log)
}

/// The same for keys of another kind.
///
/// # Errors
/// As above.
pub(crate) fn read_keys_of(path: &Path, kind: KeyKind) -> Result<Vec<SigningKey>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::io(&format!("read {}", path.display()), &error)),
    };
    refuse_open_to_others(path)?;
    let wrong = |line: usize, what: &str| Failure::new(Code::Usage, format!("{}: line {}: the key {what}", path.display(), line + 1));
    let mut keys = Vec::new();
    for (line, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let key: SigningKey = text.parse().map_err(|_| wrong(line, "cannot be read"))?;
        if key.kind() != kind {
            return Err(wrong(line, "is of another kind"));
        }
        keys.push(key);
    }
    if keys.is_empty() { Err(Failure::usage(format!("{} holds no key", path.display()))) } else { Ok(keys) }
}

/// Writes a file that only its owner may read, where there is none yet, whole and durably.
///
/// # Errors
/// When there is one, or it cannot be written.
pub(crate) fn write_new_keys(path: &Path, keys: &[SigningKey]) -> Result<(), Failure> {
    let written = private(OpenOptions::new().write(true).create_new(true)).open(path).and_then(|file| fill(file, path, keys));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(Code::Refused, format!("{} is there already; a key is never overwritten", path.display()))
        }
        _ => Failure::io(&format!("write {}", path.display()), &error),
    })
}

/// Puts other keys in the place of those that are there, in one step.
///
/// # Errors
/// When it cannot be written; then nothing has changed.
pub(crate) fn replace_keys(path: &Path, keys: &[SigningKey]) -> Result<(), Failure> {
    let new = PathBuf::from(format!("{}.new", path.display()));
    let replaced = || -> io::Result<()> {
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        private(OpenOptions::new().write(true).create_new(true)).open(&new).and_then(|file| fill(file, &new, keys))?;
        fs::rename(&new, path)?;
        sync_directory(path)
    };
    replaced().map_err(|error| Failure::io(&format!("write {}", path.display()), &error))
}

/// A key from the system's source of randomness.
///
/// # Errors
/// When there is no randomness, or nothing can be called so.
pub(crate) fn new_key(name: &str, kind: KeyKind) -> Result<SigningKey, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Failure::new(Code::Failed, format!("no randomness: {error}")))?;
    SigningKey::generate(name, kind, seed).map_err(|error| Failure::usage(error.to_string()))
}

/// What holds of an origin besides what holds of a key's name.
///
/// # Errors
/// When it is an address with scheme or trailing slash.
pub(crate) fn refuse_no_origin(origin: &str) -> Result<(), Failure> {
    if origin.contains("://") || origin.ends_with('/') {
        return Err(Failure::usage(format!(
            "{origin} is no origin: it has neither scheme nor trailing slash, as in log.example.org/tahavol"
        )));
    }
    Ok(())
}

fn fill(mut file: File, path: &Path, keys: &[SigningKey]) -> io::Result<()> {
    keys.iter().try_for_each(|key| writeln!(file, "{key}"))?;
    file.sync_all()?;
    sync_directory(path)
}

/// The directory knows of a new name only then.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Absolute, and without links as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = absolute.ancestors().find_map(|part| Some((part, fs::canonicalize(part).ok()?)));
    match there {
        Some((part, real)) => absolute.strip_prefix(part).map_or_else(|_| real.clone(), |rest| real.join(rest)),
        None => absolute,
    }
}

fn beside(data: &Path, ending: &str) -> PathBuf {
    let named = if data.file_name().is_some() { data.to_owned() } else { fs::canonicalize(data).unwrap_or_else(|_| data.to_owned()) };
    match named.file_name() {
        Some(name) => named.with_file_name(format!("{}{ending}", name.to_string_lossy())),
        None => named.join(format!("tahavol{ending}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_lies_beside_the_data_and_not_in_it() {
        let of = |data: &str| beside(Path::new(data), "-log.key");
        assert_eq!(of("data"), PathBuf::from("data-log.key"));
        assert_eq!(of("/srv/tahavol/"), PathBuf::from("/srv/tahavol-log.key"));
        assert!(of(".").is_absolute());
    }

    #[test]
    fn neither_the_key_nor_the_heads_copy_may_lie_in_the_data() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        fs::create_dir(&data).unwrap();
        let mut settings = Settings { data: data.clone(), ..Settings::default() };
        assert!(settings.refuse_inside().is_ok());
        settings.proof.head_file = Some(data.join("log.head"));
        let refused = settings.refuse_inside().unwrap_err();
        assert!(refused.code == Code::Usage && refused.text.contains("proof.head_file"), "{refused}");
        settings.proof.head_file = Some(data.join("../log.head"));
        assert!(settings.refuse_inside().is_ok());
        settings.proof.key_file = Some(data.join("keys/log.key"));
        assert!(settings.refuse_inside().unwrap_err().text.contains("proof.key_file"));
    }

    #[test]
    fn a_key_is_never_overwritten_and_is_read_by_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log.key");
        assert!(read_keys(&path).unwrap().is_empty());
        let keys = [new_key("log.example", KeyKind::Log).unwrap(), new_key("log.example", KeyKind::Log).unwrap()];
        write_new_keys(&path, &keys[..1]).unwrap();
        assert_eq!(write_new_keys(&path, &keys[1..]).unwrap_err().code, Code::Refused);
        replace_keys(&path, &keys).unwrap();
        let read: Vec<_> = read_keys(&path).unwrap().iter().map(SigningKey::verifying_key).collect();
        assert_eq!(read, keys.each_ref().map(SigningKey::verifying_key));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(read_keys(&path).unwrap_err().text.contains("0640"));
        }
    }

    #[test]
    fn a_line_that_is_no_key_is_not_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log.key");
        let key = new_key("log.example", KeyKind::Cosigner).unwrap();
        write_new_keys(&path, std::slice::from_ref(&key)).unwrap();
        let told = read_keys(&path).unwrap_err().text;
        assert!(told.contains("line 1") && !told.contains(&key.to_string()), "{told}");
        fs::write(&path, "secret-but-wrong\n").unwrap();
        assert!(!read_keys(&path).unwrap_err().text.contains("secret"));
    }
}
