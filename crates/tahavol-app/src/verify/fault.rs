//! What does not hold: its kind, which is the exit code, where, and how that is told in both languages.

use tahavol_domain::Refusal;
use tahavol_domain::text::Lang;

use crate::messages::{message, refusal_text};

/// What kind of link is broken. The number is the exit code; the second verifier has the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A part is missing, cut off or unreadable.
    Missing = 20,
    /// A stored column is not what the line says.
    Columns = 21,
    /// A line is not in its canonical form.
    Canonical = 22,
    /// A line is not the one in the tree.
    Leaf = 23,
    /// A tile, a subtree or a bundle of entries does not follow from the lines.
    Tile = 24,
    /// Size or root are not what the checkpoint states.
    Root = 25,
    /// The checkpoint is not signed by the log's key.
    Signature = 26,
    /// A witness's cosignature is wrong, or one that was named is not there.
    Cosignature = 27,
    /// An event is of an unknown type or has another form than its schema says.
    Schema = 28,
    /// A gap in positions or revisions, a repeated id, another programme.
    Gap = 29,
    /// A rule would have refused it, or decided something else.
    Rule = 30,
    /// A progress figure does not follow from the events.
    Figures = 31,
    /// The digest of the snapshot is another one.
    Digest = 32,
    /// Events that no signed head covers.
    Tail = 33,
    /// Older than a head that was known before, or of another history.
    Older = 34,
}

impl Kind {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// In a few words.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        message(&format!("verify-kind-{}", self.code()), &[], lang)
    }
}

/// A message of the catalogue with what it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub key: &'static str,
    pub args: Vec<(&'static str, String)>,
    /// Why a rule says no, where that is the reason.
    pub refusal: Option<Box<Refusal>>,
}

impl Said {
    pub fn new(key: &'static str, args: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Said { key, args: args.into_iter().collect(), refusal: None }
    }

    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut args = self.args.clone();
        if let Some(refusal) = &self.refusal {
            args.push(("why", refusal_text(refusal, lang)));
        }
        message(self.key, &args, lang)
    }
}

/// The first link that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    /// The first wrong position, where one can be named.
    pub position: Option<u64>,
    pub said: Said,
}

impl Fault {
    pub fn new(kind: Kind, key: &'static str, args: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Fault { kind, position: None, said: Said::new(key, args) }
    }

    /// At a position, which the message tells as `position`.
    pub fn at(kind: Kind, position: u64, key: &'static str, args: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let mut said = Said::new(key, args);
        said.args.insert(0, ("position", position.to_string()));
        Fault { kind, position: Some(position), said }
    }

    /// A part that is not there or cannot be read.
    pub fn missing(part: impl Into<String>) -> Self {
        Fault::new(Kind::Missing, "verify-missing", [("part", part.into())])
    }

    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        self.said.text(lang)
    }
}
