//! Files that hold secrets: which they are, and that nobody else can read them.

use std::path::{Path, PathBuf};

use config::Config;
use tahavol_identity::IDENTITY_FILE;

use super::{LedgerSetting, PEOPLE_FILE, S3Settings, Settings};
use crate::failure::{Failure, both};

impl Settings {
    /// The files of this server that hold secrets, whether they are there or not.
    #[must_use]
    pub fn secret_files(&self) -> Vec<PathBuf> {
        // What was written last lies beside the file of accounts.
        let accounts = ["", "-wal", "-shm"].map(|ending| self.data.join(format!("{IDENTITY_FILE}{ending}")));
        let of_cluster = match &self.ledger {
            Some(LedgerSetting::Cluster(address)) => key_of_address(address.secret()),
            Some(LedgerSetting::Sqlite(_)) | None => None,
        };
        let mut files = vec![self.key_file(), self.data.join(PEOPLE_FILE)];
        files.extend(accounts);
        files.extend(self.secret_config.clone());
        files.extend(self.tls.as_ref().map(|tls| tls.key.clone()));
        files.extend(self.oidc.as_ref().and_then(|oidc| oidc.client_secret_file.clone()));
        files.extend(self.evidence.s3.as_ref().and_then(|s3| s3.secret_access_key_file.clone()));
        files.extend(of_cluster);
        files
    }

    /// Which of them others can read, and what is to be done.
    #[must_use]
    pub fn open_secrets(&self) -> Vec<Failure> {
        self.secret_files().iter().filter_map(|path| refuse_open_to_others(path).err()).collect()
    }

    /// # Errors
    /// When others can read one of them; all of these are told.
    pub fn refuse_open_secrets(&self) -> Result<(), Failure> {
        let told: Vec<String> = self.open_secrets().into_iter().map(|failure| failure.text).collect();
        if told.is_empty() { Ok(()) } else { Err(Failure::usage(told.join("\n"))) }
    }
}

impl S3Settings {
    /// The key, wherever it is configured.
    ///
    /// # Errors
    /// When it is configured twice, or its file cannot be read.
    pub fn secret(&self) -> Result<Option<String>, Failure> {
        match (&self.secret_access_key, &self.secret_access_key_file) {
            (Some(_), Some(_)) => Err(Failure::usage(both("CONFIG_S3_SECRETS", &[]))),
            (Some(secret), None) => Ok(Some(secret.clone())),
            (None, Some(path)) => {
                refuse_open_to_others(path)?;
                let text = std::fs::read_to_string(path).map_err(|error| Failure::io(&format!("read {}", path.display()), &error))?;
                Ok(Some(text.trim().to_owned()))
            }
            (None, None) => Ok(None),
        }
    }
}

/// Whether a configuration file holds a secret itself, so that it is one.
pub(super) fn holds_secret(file: &Config) -> bool {
    let text = |key: &str| file.get_string(key).ok().filter(|text| !text.is_empty());
    let password = text("ledger").is_some_and(|address| address.split_once("://").is_some_and(|(_, rest)| rest.contains('@')));
    password || text("evidence.s3.secret_access_key").is_some()
}

/// The key of a client's certificate, as an address of a cluster names it.
fn key_of_address(address: &str) -> Option<PathBuf> {
    let (_, options) = address.split_once('?')?;
    let named = options.split('&').filter_map(|option| option.split_once('='));
    named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("userKeyFile")).map(|(_, path)| PathBuf::from(path))
}

/// A file that is not there is nobody's. Its group may read a file that belongs to another than this process, as root's do that a
/// service reads: there is no other way to it.
///
/// # Errors
/// When others may read it, or write to it.
#[cfg(unix)]
pub(crate) fn refuse_open_to_others(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt;

    let file = match std::fs::metadata(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::io(&format!("look at {}", path.display()), &error)),
    };
    let mode = file.mode() & 0o777;
    let wrong = if file.uid() == rustix::process::geteuid().as_raw() { 0o077 } else { 0o037 };
    if mode & wrong == 0 {
        return Ok(());
    }
    let args = [("path", path.display().to_string()), ("mode", format!("{mode:04o}"))];
    Err(Failure::usage(both("SECRET_OPEN_TO_OTHERS", &args)))
}

/// Who may read a file is not told by a mode here.
#[cfg(not(unix))]
pub(crate) fn refuse_open_to_others(_: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::collections::HashMap;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::failure::Code;

    fn write(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn every_file_with_a_secret_is_looked_at() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        fs::create_dir(&data).unwrap();
        let at = |name: &str| directory.path().join(name);
        let toml = format!(
            "data = \"{data}\"\n[tls]\ncertificate = \"c\"\nkey = \"{at}/tls.key\"\n[oidc]\nissuer = \"https://i.example\"\nclient_id = \"c\"\n\
             client_secret_file = \"{at}/oidc\"\n[evidence.s3]\nbucket = \"b\"\nsecret_access_key_file = \"{at}/s3\"\n",
            data = data.display(),
            at = directory.path().display()
        );
        write(&at("tahavol.toml"), &toml, 0o644);
        let settings = Settings::load(Some(&at("tahavol.toml")), HashMap::new()).unwrap();
        assert!(settings.refuse_open_secrets().is_ok(), "none of them is there yet, and the configuration holds none");
        for path in [at("tls.key"), at("oidc"), at("s3"), at("data-log.key"), data.join("people.toml"), data.join("identity.sqlite-wal")] {
            write(&path, "secret", 0o600);
            assert!(settings.refuse_open_secrets().is_ok(), "{}", path.display());
            for mode in [0o604, 0o640, 0o620] {
                write(&path, "secret", mode);
                let told = settings.refuse_open_secrets().unwrap_err();
                assert_eq!(told.code, Code::Usage);
                assert!(told.text.contains(&path.display().to_string()) && told.text.contains(&format!("{mode:04o}")), "{told}");
                assert!(told.text.contains("chmod 600") && told.text.contains("دیگران") && !told.text.contains("secret\n"), "{told}");
            }
            write(&path, "secret", 0o600);
        }
    }

    #[test]
    fn a_configuration_with_a_secret_in_it_is_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tahavol.toml");
        let programme = "programme = \"00000000-0000-0000-0000-000000000007\"\n";
        for (toml, secret) in [
            ("ledger = \"kurrentdb://u:p@h:2113\"\n", true),
            ("[evidence.s3]\nbucket = \"b\"\nsecret_access_key = \"k\"\n", true),
            ("ledger = \"kurrentdb://h:2113\"\n", false),
            ("ledger = \"sqlite:/x@y\"\n", false),
        ] {
            write(&path, &format!("{programme}{toml}"), 0o644);
            let settings = Settings::load(Some(&path), HashMap::new()).unwrap();
            assert_eq!(settings.refuse_open_secrets().is_err(), secret, "{toml}");
        }
    }

    #[test]
    fn a_key_of_a_store_is_read_from_its_file_or_from_the_configuration() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s3");
        write(&path, "the-key\n", 0o600);
        let of = |more: &str| toml::from_str::<S3Settings>(&format!("bucket = \"b\"\n{more}")).unwrap();
        let file = format!("secret_access_key_file = \"{}\"\n", path.display());
        assert_eq!(of(&file).secret().unwrap().as_deref(), Some("the-key"));
        assert_eq!(of("secret_access_key = \"k\"").secret().unwrap().as_deref(), Some("k"));
        assert!(of("").secret().unwrap().is_none());
        assert!(of(&format!("{file}secret_access_key = \"k\"")).secret().is_err());
        write(&path, "the-key", 0o644);
        assert!(of(&file).secret().is_err());
    }

    #[test]
    fn the_key_that_an_address_names_is_one() {
        assert_eq!(key_of_address("kurrentdb://h?tls=true&UserKeyFile=/k"), Some(PathBuf::from("/k")));
        assert_eq!(key_of_address("kurrentdb://h?tls=true"), None);
    }
}
