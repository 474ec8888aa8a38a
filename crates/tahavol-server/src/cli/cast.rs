//! The people of a demonstration: each has an account and a service token, which its directory keeps for whoever tries it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};
use tahavol_app::Clock;
use tahavol_app::demo::{administrator, people};
use tahavol_domain::policy::Within;
use tahavol_domain::values::{ActorId, Office, Person};
use tahavol_identity::{IdentityError, IdentityStore, NewToken, Secret};

use super::say;
use super::table::aligned;
use crate::config::{PEOPLE_FILE, People, PersonSetting, SomebodyToTry};
use crate::failure::{Code, Failure};

/// As many as the store hashes passwords at a time.
const AT_ONCE: usize = 2;
/// Tokens of the cast, by which they are found again.
const LABEL: &str = "demo";
/// Letters and digits that nobody takes for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345679";
const GROUPS: usize = 4;
const GROUP: usize = 4;

/// Everybody of the cast as the file has them; makes what is missing.
///
/// # Errors
/// When the store or the file cannot be used.
pub(super) async fn admit(directory: &Path, store: &IdentityStore) -> Result<People, Failure> {
    if !People::is_outdated_in(directory)?
        && let Some(there) = People::read(directory)?
    {
        return Ok(there);
    }
    let made = stream::iter(people()).map(|(person, office)| make(store, person, office)).buffered(AT_ONCE).try_collect().await?;
    let Person { id, name } = administrator();
    let people = People { administrator: PersonSetting { id: id.0, name }, people: made };
    write(directory, &people)?;
    Ok(people)
}

/// What an interrupted start has left is made anew: nobody knows its passwords.
async fn make(store: &IdentityStore, person: Person, office: Office) -> Result<SomebodyToTry, Failure> {
    let now = Clock::System.now();
    match store.add_account(&person, now).await {
        Ok(_) | Err(IdentityError::AccountExists { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let password = password()?;
    store.set_password(&person.id, &password, now).await?;
    revoke(store, &person.id).await?;
    let (label, within) = (LABEL.to_owned(), Within::default());
    // Whoever has the machine has shown enough.
    let new = NewToken { person: person.clone(), label, within, expires: None, made_with: None, second_factor: true };
    let (_, token) = store.make_token(new, now).await?;
    let (password, token) = (password.expose().to_owned(), token.expose().to_owned());
    Ok(SomebodyToTry { actor: person.id.0, name: person.name, office: office.to_string(), password, token })
}

async fn revoke(store: &IdentityStore, actor: &ActorId) -> Result<(), Failure> {
    let left = store.tokens(Some(actor)).await?.into_iter().filter(|token| token.label == LABEL && token.revoked.is_none());
    for token in left {
        store.revoke_token(token.id, actor, Clock::System.now()).await?;
    }
    Ok(())
}

/// 80 random bits, in groups that can be read out.
fn password() -> Result<Secret, Failure> {
    let mut bytes = [0; GROUPS * GROUP];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(Code::Failed, format!("no random numbers: {error}")))?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Ok(Secret::new(groups.join("-")))
}

/// Readable by its owner alone, from the beginning.
fn write(directory: &Path, people: &People) -> Result<(), Failure> {
    let path = directory.join(PEOPLE_FILE);
    let cannot = |error: std::io::Error| Failure::io(&format!("write {}", path.display()), &error);
    let text = toml::to_string(people).map_err(|error| Failure::usage(error.to_string()))?;
    let new = directory.join(format!(".{PEOPLE_FILE}.new"));
    match fs::remove_file(&new) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot(error)),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new).map_err(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)?;
    fs::rename(&new, &path).map_err(cannot)
}

/// Office, actor, password and name of everybody; tokens are long, and stand in the file.
pub(super) fn tell(people: &People) -> Result<(), Failure> {
    let head = ["office", "actor", "password", "name"].map(str::to_owned).to_vec();
    let row = |one: &SomebodyToTry| vec![one.office.clone(), one.actor.clone(), one.password.clone(), one.name.clone()];
    aligned(head, people.people.iter().map(row).collect()).iter().try_for_each(|line| say::line(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_never_the_same() {
        let (one, other) = (password().unwrap(), password().unwrap());
        assert!(one.expose().len() == 19 && one != other);
    }
}
