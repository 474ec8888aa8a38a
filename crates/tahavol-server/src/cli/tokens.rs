//! The people file of a data directory: who may ask with which token, readable by its owner alone.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use serde::Serialize;
use tahavol_domain::values::Person;
use uuid::Uuid;

use crate::config::PEOPLE_FILE;
use crate::failure::Failure;

#[derive(Serialize)]
struct File<'a> {
    administrator: Named<'a>,
    tokens: Vec<Token<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Token<'a> {
    token: String,
    actor: &'a str,
    name: &'a str,
}

/// Writes a new token for everybody, unless the file is there.
pub(super) fn write_once(directory: &Path, administrator: &Person, people: &[Person]) -> Result<(), Failure> {
    let path = directory.join(PEOPLE_FILE);
    if path.exists() {
        return Ok(());
    }
    let cannot = |error: std::io::Error| Failure::io(&format!("write {}", path.display()), &error);
    fs::create_dir_all(directory).map_err(cannot)?;
    let tokens = people.iter().map(|person| Token { token: token(), actor: &person.id.0, name: &person.name }).collect();
    let file = File { administrator: Named { id: &administrator.id.0, name: &administrator.name }, tokens };
    let text = toml::to_string(&file).map_err(|error| Failure::usage(error.to_string()))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all())).map_err(cannot)
}

/// 244 random bits.
fn token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
