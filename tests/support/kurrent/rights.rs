//! Who may do what: users with Basic credentials, and the server's defaults for those that are no administrators.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tonic::Status;
use tonic::metadata::MetadataMap;

use super::errors;

/// Somebody who may call the bench.
#[derive(Debug, Clone)]
pub struct User {
    pub name: String,
    pub password: String,
    pub rights: Rights,
}

/// What a user may do. The lists of rights that streams can have in their metadata are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Everything.
    Admin,
    /// What the server grants without a list of rights: streams of one's own making, neither `$all` nor system streams.
    Ordinary,
    /// Reads everything, `$all` too, and writes nothing.
    Reader,
    /// Writes streams and reads none.
    Writer,
    /// Known, and allowed nothing.
    Nothing,
}

impl User {
    pub fn new(name: &str, password: &str, rights: Rights) -> Self {
        User { name: name.to_owned(), password: password.to_owned(), rights }
    }

    /// `admin` as the server has it, and one user of each other kind, whose password is `secret`.
    pub fn usual() -> Vec<User> {
        vec![
            User::new("admin", "changeit", Rights::Admin),
            User::new("ordinary", "secret", Rights::Ordinary),
            User::new("reader", "secret", Rights::Reader),
            User::new("writer", "secret", Rights::Writer),
            User::new("nobody", "secret", Rights::Nothing),
        ]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed<'a> {
    ReadAll,
    Read(&'a str),
    Write(&'a str),
}

/// The rights of who is calling. Without users the bench is what the server is in insecure mode: everybody may everything.
pub(super) fn caller(users: &[User], metadata: &MetadataMap) -> Result<Rights, Status> {
    if users.is_empty() {
        return Ok(Rights::Admin);
    }
    let Some(header) = metadata.get("authorization") else { return Ok(Rights::Nothing) };
    let credentials = header.to_str().ok().and_then(|text| text.strip_prefix("Basic ")).and_then(|code| STANDARD.decode(code).ok());
    let text = credentials.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (name, password) = text.split_once(':').unwrap_or_default();
    let known = users.iter().find(|user| user.name == name && user.password == password);
    known.map(|user| user.rights).ok_or_else(|| Status::unauthenticated("Unauthorized"))
}

pub(super) fn permit(rights: Rights, deed: Deed<'_>) -> Result<(), Status> {
    let system = |stream: &str| stream.starts_with('$') && !stream.starts_with("$$") || stream.starts_with("$$$");
    let may = match (rights, deed) {
        (Rights::Admin, _) => true,
        (Rights::Ordinary, Deed::Read(stream) | Deed::Write(stream)) => !system(stream),
        (Rights::Reader, Deed::ReadAll | Deed::Read(_)) => true,
        (Rights::Writer, Deed::Write(stream)) => !system(stream),
        (Rights::Ordinary, Deed::ReadAll) | (Rights::Reader, Deed::Write(_)) | (Rights::Writer, Deed::ReadAll | Deed::Read(_)) => false,
        (Rights::Nothing, _) => false,
    };
    if may { Ok(()) } else { Err(errors::access_denied()) }
}
