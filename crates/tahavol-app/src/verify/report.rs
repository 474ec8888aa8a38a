//! What a check has found: the links that hold, what has to be said about them, and the first that does not.

use std::time::Duration;

use tahavol_domain::text::Lang;
use tahavol_domain::values::Sha256;
use tahavol_ledger::merkle::Hash;

use super::fault::{Fault, Said};
use crate::messages::message;

/// A link of the chain, in the order in which they are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Parts,
    Lines,
    Entries,
    Leaves,
    Tiles,
    Root,
    Signature,
    Cosignatures,
    Known,
    Schemas,
    Chain,
    Rules,
    Figures,
    Digest,
    Stored,
}

impl Step {
    pub const ALL: [Step; 15] = [
        Step::Parts,
        Step::Lines,
        Step::Entries,
        Step::Leaves,
        Step::Tiles,
        Step::Root,
        Step::Signature,
        Step::Cosignatures,
        Step::Known,
        Step::Schemas,
        Step::Chain,
        Step::Rules,
        Step::Figures,
        Step::Digest,
        Step::Stored,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Parts => "parts",
            Step::Lines => "lines",
            Step::Entries => "entries",
            Step::Leaves => "leaves",
            Step::Tiles => "tiles",
            Step::Root => "root",
            Step::Signature => "signature",
            Step::Cosignatures => "cosignatures",
            Step::Known => "known",
            Step::Schemas => "schemas",
            Step::Chain => "chain",
            Step::Rules => "rules",
            Step::Figures => "figures",
            Step::Digest => "digest",
            Step::Stored => "stored",
        }
    }

    /// What is checked.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        message(&format!("verify-step-{}", self.as_str()), &[], lang)
    }
}

#[derive(Debug, Clone, Default)]
pub struct Report {
    pub held: Vec<(Step, Said)>,
    /// Beside a step that holds: what it does not show, whose word it takes.
    pub notes: Vec<(Step, Said)>,
    pub failed: Option<(Step, Fault)>,
    /// How many lines the root is over.
    pub size: Option<u64>,
    /// Of the lines that are there.
    pub root: Option<Hash>,
    /// Of the snapshot that all signed events give.
    pub digest: Option<Sha256>,
    pub took: Duration,
}

impl Report {
    /// Of something that could not even be opened.
    #[must_use]
    pub fn unopened(fault: Fault) -> Self {
        Report { failed: Some((Step::Parts, fault)), ..Report::default() }
    }

    /// 0 when everything holds.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.failed.as_ref().map_or(0, |(_, fault)| fault.kind.code())
    }

    pub(super) fn note(&mut self, step: Step, said: Said) {
        self.notes.push((step, said));
    }
}
