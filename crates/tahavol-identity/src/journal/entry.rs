//! One entry of the security journal: what is told, the line it is written as, and the hash that holds it to the one before.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::Digest;
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::{ActorId, Sha256, is_code};

use super::NoteKind;

/// What is to be kept of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub kind: NoteKind,
    /// Who did it or tried it, where that is certain: never a name that somebody only typed.
    pub actor: Option<ActorId>,
    /// From where.
    pub address: Option<IpAddr>,
    /// Names come from code; values are codes, ids, digests, origins. Anything else is kept as its length only.
    pub details: Vec<(&'static str, String)>,
}

impl Note {
    #[must_use]
    pub fn new(kind: NoteKind) -> Note {
        Note { kind, actor: None, address: None, details: Vec::new() }
    }

    #[must_use]
    pub fn by(mut self, actor: &ActorId) -> Note {
        self.actor = Some(actor.clone());
        self
    }

    #[must_use]
    pub fn from(mut self, address: Option<IpAddr>) -> Note {
        self.address = address;
        self
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Note {
        self.details.push((name, value.to_string()));
        self
    }
}

/// An entry as it stands in the journal. The order of the fields is the order in its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Dense, from 1.
    pub number: u64,
    pub at: Instant,
    pub kind: NoteKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// How many notes the entry stands for; what they did not share is left out of it.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
    /// SHA-256 of the line before; of the first entry, zeros.
    pub previous: Sha256,
}

/// Where a journal ends: how many entries it has, and the hash of the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Head {
    pub entries: u64,
    pub hash: Sha256,
}

impl Head {
    pub const EMPTY: Head = Head { entries: 0, hash: Sha256([0; 32]) };
}

/// What an entry says before its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) at: Instant,
    pub(super) kind: NoteKind,
    pub(super) actor: Option<ActorId>,
    pub(super) address: Option<IpAddr>,
    pub(super) details: BTreeMap<String, String>,
    pub(super) times: u64,
}

impl Draft {
    /// Leaves out what may not stand in a journal.
    pub(super) fn of(note: Note, at: Instant) -> Draft {
        let mut details: BTreeMap<String, String> =
            note.details.into_iter().map(|(name, value)| (name.to_owned(), fit_to_be_kept(value))).collect();
        let (actor, odd) = match note.actor {
            Some(actor) if is_code(&actor.0) && !may_be_secret(&actor.0) => (Some(actor), None),
            Some(odd) => (None, Some(length_of(&odd.0))),
            None => (None, None),
        };
        if let Some(length) = odd {
            details.insert("actor".to_owned(), length);
        }
        Draft { at, kind: note.kind, actor, address: note.address, details, times: 1 }
    }

    /// The entry after `head`, as its line, and the head with it.
    pub(super) fn after(self, head: Head) -> (String, Head) {
        let Draft { at, kind, actor, address, details, times } = self;
        let number = head.entries + 1;
        let entry = Entry { number, at, kind, actor, address, details, times, previous: head.hash };
        let line = serde_json::to_string(&entry).expect("texts and numbers are always JSON");
        let hash = hash(line.as_bytes());
        (line, Head { entries: number, hash })
    }
}

pub(super) fn hash(line: &[u8]) -> Sha256 {
    Sha256(sha2::Sha256::digest(line).into())
}

/// Longer values are not codes, whatever they consist of.
const LONGEST: usize = 200;

/// A value that consists of what codes, ids, digests, origins and paths consist of, or else its length.
fn fit_to_be_kept(value: String) -> String {
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._@:-/#+,".contains(&byte));
    if plain && value.len() <= LONGEST && !may_be_secret(&value) { value } else { length_of(&value) }
}

/// A token of ours, a signed token of an identity provider, or a long run of letters and digits that is no digest and no id:
/// somebody may have typed it into the wrong field.
fn may_be_secret(value: &str) -> bool {
    let lower_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-');
    let parts = value.split(['.', ':', '/', '@', '#', '+', ',']);
    let tells =
        |part: &str| part.starts_with("tahavol_") || part.starts_with("eyJ") || part.len() >= 32 && !lower_hex(part) && is_mixed(part);
    parts.into_iter().any(tells)
}

/// Random characters are capitals and digits among others; names, even long ones, are words.
fn is_mixed(part: &str) -> bool {
    let has = |of: fn(&u8) -> bool| part.as_bytes().iter().any(of);
    has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase)
}

fn length_of(value: &str) -> String {
    format!("({} characters)", value.chars().count())
}

fn once() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_once(times: &u64) -> bool {
    *times == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant::from_micros(1_700_000_000_000_000);

    #[test]
    fn a_line_is_the_same_bytes_for_the_same_note_and_reads_back() {
        let note = Note::new(NoteKind::CommandRefused).by(&ActorId("sara".into())).with("code", "NOT_PERMITTED").with("command", "x");
        let (line, head) = Draft::of(note, AT).after(Head::EMPTY);
        let zeros = "0".repeat(64);
        assert_eq!(
            line,
            format!(
                r#"{{"number":1,"at":"2023-11-14T22:13:20.000000Z","kind":"command_refused","actor":"sara","details":{{"code":"NOT_PERMITTED","command":"x"}},"previous":"{zeros}"}}"#
            )
        );
        assert_eq!(head, Head { entries: 1, hash: hash(line.as_bytes()) });
        let entry: Entry = serde_json::from_str(&line).expect("an entry");
        assert_eq!((entry.number, entry.times), (1, 1));
    }

    #[test]
    fn what_may_be_a_secret_or_is_free_text_is_kept_as_its_length() {
        let secrets = [
            "correct horse battery staple",
            "گذرواژه",
            "tahavol_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfG",
            "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
            "Bearer tahavol_x",
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            "/link/9vJx2mQ0Zb7RkT4wYc1LhN8sDfGpEaUi3oKtXyVzBqM",
            "line\nbreak",
        ];
        for secret in secrets {
            let note = Note::new(NoteKind::SignInFailed).by(&ActorId(secret.into())).with("name", secret);
            let draft = Draft::of(note, AT);
            assert_eq!(draft.actor, None, "{secret}");
            let length = length_of(secret);
            assert!(draft.details.values().all(|value| *value == length), "{secret}: {:?}", draft.details);
        }
    }

    #[test]
    fn codes_ids_digests_origins_and_streams_are_kept_as_they_are() {
        let kept = [
            "NOT_PERMITTED",
            "milestoneReportProgress",
            "milestone-0190f3a4-7c1e-7b6e-9d2a-000000000001",
            "https://reform.example:8443",
            "import:5d41402abc4b2a76b9719d911017c592aabbccddeeff00112233445566778899#12",
            "commission-human-resources",
            "/graphql",
        ];
        for value in kept {
            assert_eq!(fit_to_be_kept(value.to_owned()), value);
        }
    }
}
