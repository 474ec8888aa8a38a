//! The people of a demonstration as its directory has them: for whoever tries it, and for no server.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{PersonSetting, secrecy};
use crate::failure::{Failure, both};

/// Its file in a data directory, readable by its owner alone.
pub const PEOPLE_FILE: &str = "people.toml";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    pub administrator: PersonSetting,
    pub people: Vec<SomebodyToTry>,
}

/// Somebody of the cast, with what she signs in with and a token for programs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SomebodyToTry {
    pub actor: String,
    pub name: String,
    pub office: String,
    pub password: String,
    pub token: String,
}

/// Passwords and tokens are secrets, be it of a play.
impl std::fmt::Debug for SomebodyToTry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SomebodyToTry").field("actor", &self.actor).finish_non_exhaustive()
    }
}

impl People {
    /// Where a directory has such a file.
    ///
    /// # Errors
    /// When it cannot be read, or is one of an earlier version.
    pub fn read(data: &Path) -> Result<Option<People>, Failure> {
        let path = data.join(PEOPLE_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::io(&format!("read {}", path.display()), &error)),
        };
        if is_outdated(&text) {
            return Err(Failure::usage(both("CONFIG_PEOPLE_OUTDATED", &[("path", path.display().to_string())])));
        }
        toml::from_str(&text).map(Some).map_err(|error| secrecy::of_toml(&path, &text, &error))
    }

    /// Whether a directory has a file of the time when the server itself read tokens from it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_outdated_in(data: &Path) -> Result<bool, Failure> {
        let path = data.join(PEOPLE_FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(is_outdated(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::io(&format!("read {}", path.display()), &error)),
        }
    }
}

fn is_outdated(text: &str) -> bool {
    toml::from_str::<toml::Table>(text).is_ok_and(|table| table.contains_key("tokens"))
}
