//! Which engine keeps the ledger: one file of one's own, or a cluster and a copy of it beside the node. Never both.

use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use config::{Config, ValueKind};
use serde::Deserialize;
use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::{LEDGER_FILE, SqliteLedger};
use uuid::Uuid;

use super::Settings;
use crate::failure::{Code, Failure, both};

/// The node's copy of a cluster's events, in the data directory.
pub const REPLICA_FILE: &str = "replica.sqlite";

/// What an address of a cluster begins with.
const CLUSTER_SCHEMES: [&str; 6] =
    ["kurrentdb://", "kurrentdb+discover://", "kurrent://", "kurrent+discover://", "esdb://", "esdb+discover://"];
const SQLITE_SCHEME: &str = "sqlite:";
const LEDGER_VARIABLE: &str = "TAHAVOL_LEDGER";

/// `ledger`: `sqlite:<file or directory>`, or the address of a cluster, `kurrentdb://…`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum LedgerSetting {
    Sqlite(PathBuf),
    Cluster(ClusterAddress),
}

/// The address of a cluster as it was configured. It holds a password, which is never told.
#[derive(Clone, PartialEq, Eq)]
pub struct ClusterAddress(String);

/// What is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// A file of this node's own.
    Sqlite(PathBuf),
    Cluster(Cluster),
}

/// A cluster, whose events in it are ours, and where the node's copy of them lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    pub address: ClusterAddress,
    pub programme: ProgrammeId,
    pub replica: PathBuf,
}

impl ClusterAddress {
    /// With the password.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClusterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClusterAddress({self})")
    }
}

/// Scheme and hosts: neither who asks nor with which options.
impl fmt::Display for ClusterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let hosts = rest.split(['?', '/']).next().unwrap_or_default();
        // What stands before the last `@` may be a password with an `@` in it.
        let hosts = hosts.rsplit('@').next().unwrap_or_default();
        write!(f, "{scheme}://{hosts}")
    }
}

/// What is no ledger. The text that was given is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLedger {
    Form,
    /// It names more than one.
    Several,
}

impl fmt::Display for NoLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoLedger::Form => f.write_str(&both("CONFIG_LEDGER_FORM", &[])),
            NoLedger::Several => f.write_str(&both("CONFIG_LEDGER_SEVERAL", &[])),
        }
    }
}

impl TryFrom<String> for LedgerSetting {
    type Error = NoLedger;

    fn try_from(text: String) -> Result<Self, NoLedger> {
        let text = text.trim();
        if names_several(text) {
            return Err(NoLedger::Several);
        }
        match text.strip_prefix(SQLITE_SCHEME) {
            Some("") => Err(NoLedger::Form),
            Some(path) => Ok(LedgerSetting::Sqlite(PathBuf::from(path))),
            None if is_cluster(text) => Ok(LedgerSetting::Cluster(ClusterAddress(text.to_owned()))),
            None => Err(NoLedger::Form),
        }
    }
}

fn is_cluster(text: &str) -> bool {
    CLUSTER_SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

/// A password has no `/` as it stands in an address, so a second `://` is a second address.
fn names_several(text: &str) -> bool {
    let schemes = if text.starts_with(SQLITE_SCHEME) {
        1 + CLUSTER_SCHEMES.iter().map(|scheme| text.matches(scheme).count()).sum::<usize>()
    } else {
        text.matches("://").count()
    };
    let files = text.split([',', ';', ' ']).filter(|part| part.starts_with(SQLITE_SCHEME)).count();
    schemes > 1 || files > usize::from(text.starts_with(SQLITE_SCHEME))
}

/// Two engines are two ledgers: which one is meant, a program must not guess.
///
/// # Errors
/// When `ledger` is a list, names several in one text, or the file and the environment name different engines.
pub(super) fn refuse_two(file: &Config, whole: &Config, environment: &HashMap<String, String>) -> Result<(), Failure> {
    let value = |config: &Config| config.get::<config::Value>("ledger").ok().map(|value| value.kind);
    match value(whole) {
        None | Some(ValueKind::Nil) => {}
        Some(ValueKind::String(text)) => drop(LedgerSetting::try_from(text).map_err(|wrong| Failure::usage(wrong.to_string()))?),
        Some(ValueKind::Array(several)) if several.len() > 1 => return Err(Failure::usage(both("CONFIG_LEDGER_SEVERAL", &[]))),
        Some(_) => return Err(Failure::usage(both("CONFIG_LEDGER_TEXT", &[]))),
    }
    let variable = environment.iter().find(|(key, _)| key.eq_ignore_ascii_case(LEDGER_VARIABLE)).map(|(_, text)| text);
    if let (Some(ValueKind::String(in_file)), Some(variable)) = (value(file), variable)
        && is_cluster(in_file.trim()) != is_cluster(variable.trim())
    {
        return Err(Failure::usage(both("CONFIG_LEDGER_FILE_AND_ENVIRONMENT", &[("variable", LEDGER_VARIABLE.to_owned())])));
    }
    Ok(())
}

/// What is no id of a programme. It is not repeated: whoever mixes up two lines of a configuration may have put a password there.
///
/// # Errors
/// When `programme` is given and no UUID.
pub(super) fn refuse_no_programme(whole: &Config) -> Result<(), Failure> {
    match whole.get::<config::Value>("programme").ok().map(|value| value.kind) {
        None | Some(ValueKind::Nil) => Ok(()),
        Some(ValueKind::String(text)) if Uuid::try_parse(&text).is_ok() => Ok(()),
        Some(_) => Err(Failure::usage(both("CONFIG_PROGRAMME_FORM", &[]))),
    }
}

impl Settings {
    /// What keeps the ledger.
    ///
    /// # Errors
    /// When a cluster is named and not whose events in it are ours, or the data directory holds a ledger of its own.
    pub fn engine(&self) -> Result<Engine, Failure> {
        match &self.ledger {
            None => Ok(Engine::Sqlite(self.data.join(LEDGER_FILE))),
            Some(LedgerSetting::Sqlite(path)) => Ok(Engine::Sqlite(path.clone())),
            Some(LedgerSetting::Cluster(address)) => {
                let Some(programme) = self.programme() else {
                    return Err(Failure::usage(both("CONFIG_PROGRAMME_NEEDED", &[])));
                };
                refuse_own_ledger(&self.data.join(LEDGER_FILE))?;
                Ok(Engine::Cluster(Cluster { address: address.clone(), programme, replica: self.data.join(REPLICA_FILE) }))
            }
        }
    }

    /// The file that is read: the ledger, or the copy of the cluster's.
    ///
    /// # Errors
    /// As [`Settings::engine`].
    pub fn ledger_path(&self) -> Result<PathBuf, Failure> {
        Ok(match self.engine()? {
            Engine::Sqlite(path) => path,
            Engine::Cluster(cluster) => cluster.replica,
        })
    }

    /// The programme that the configuration names.
    #[must_use]
    pub fn programme(&self) -> Option<ProgrammeId> {
        self.programme.map(ProgrammeId)
    }
}

/// Whoever configures a cluster over a directory with events would see them gone.
fn refuse_own_ledger(file: &Path) -> Result<(), Failure> {
    if !file.exists() {
        return Ok(());
    }
    let empty = SqliteLedger::open_read_only_blocking(file).and_then(|ledger| ledger.scan(None, &mut |_, _, _| ControlFlow::Break(())));
    match empty {
        Ok(0) => Ok(()),
        // One that cannot be read may hold events all the more.
        Ok(_) | Err(_) => Err(Failure::new(Code::Usage, both("CONFIG_LEDGER_AND_CLUSTER", &[("path", file.display().to_string())]))),
    }
}

/// A programme's id, as it stands in `programme`.
pub(super) type ProgrammeSetting = Uuid;

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(text: &str) -> Result<LedgerSetting, NoLedger> {
        LedgerSetting::try_from(text.to_owned())
    }

    fn cluster(text: &str) -> Settings {
        Settings { ledger: Some(ledger(text).unwrap()), ..Settings::default() }
    }

    #[test]
    fn a_ledger_is_a_file_or_a_cluster() {
        assert_eq!(ledger("sqlite:/x/y.sqlite"), Ok(LedgerSetting::Sqlite(PathBuf::from("/x/y.sqlite"))));
        assert!(matches!(ledger("kurrentdb://h:2113?tls=true"), Ok(LedgerSetting::Cluster(_))));
        assert!(matches!(ledger("esdb+discover://h"), Ok(LedgerSetting::Cluster(_))));
        for text in ["postgres:x", "x", "sqlite:", "", "http://h"] {
            assert_eq!(ledger(text), Err(NoLedger::Form), "{text}");
        }
    }

    #[test]
    fn two_addresses_in_one_text_are_refused() {
        for text in [
            "sqlite:a.sqlite,kurrentdb://h:2113",
            "kurrentdb://h:2113 sqlite:a.sqlite",
            "kurrentdb://h:2113;esdb://h2:2113",
            "sqlite:a.sqlite;sqlite:b.sqlite",
            "kurrentdb://h?x=1,sqlite:a",
        ] {
            assert_eq!(ledger(text), Err(NoLedger::Several), "{text}");
        }
        assert!(ledger("kurrentdb://u:p@h1:2113,h2:2113,h3:2113?tls=true").is_ok(), "three nodes are one cluster");
    }

    #[test]
    fn a_password_is_not_told() {
        let settings = cluster("kurrentdb://admin:a-secret@of@h1:2113,h2:2113?tls=true&userKeyFile=a-secret");
        assert!(!format!("{settings:?}").contains("a-secret"), "{settings:?}");
        let Some(LedgerSetting::Cluster(address)) = settings.ledger else { panic!("a cluster") };
        assert_eq!(address.to_string(), "kurrentdb://h1:2113,h2:2113");
    }

    #[test]
    fn a_cluster_needs_to_know_the_programme() {
        let told = cluster("kurrentdb://h:2113").engine().unwrap_err();
        assert!(told.code == Code::Usage && told.text.contains("programme = "), "{told}");
    }

    #[test]
    fn a_cluster_over_a_ledger_of_ones_own_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let programme = Some(Uuid::from_u128(7));
        let settings = Settings { data: directory.path().to_owned(), programme, ..cluster("kurrentdb://h:2113") };
        assert_eq!(settings.ledger_path().unwrap(), directory.path().join(REPLICA_FILE));
        std::fs::write(directory.path().join(LEDGER_FILE), "not empty").unwrap();
        let told = settings.engine().unwrap_err();
        assert!(told.text.contains("tahavol migrate"), "{told}");
    }

    #[test]
    fn an_empty_ledger_of_ones_own_is_no_second_one() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(LEDGER_FILE);
        drop(SqliteLedger::open_blocking(&file, &tahavol_ledger::OpenOptions::default()).unwrap());
        assert!(refuse_own_ledger(&file).is_ok());
    }
}
