//! Checking that what is there is what was signed, and that it follows from the rules: every link from stored bytes to figures.
//!
//! ```text
//! stored columns ─► canonical line ─► leaf ─► tiles ─► root ─► signature ─► cosignatures ─► a head known before
//!                        └─► schema ─► revisions ─► rules ─► progress figures ─► digest of the snapshot
//! ```
//!
//! Each link is a [`Step`]. The first that does not hold ends the check: what comes after would rest on it.

mod asked;
mod batch;
mod chain;
mod data;
mod fault;
mod figures;
mod head;
mod line;
mod report;
mod rules;
mod source;
mod stored;
#[cfg(test)]
mod tests;
mod tree;

use std::time::Instant as Moment;

use serde_json::Value;
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::VerifyingKey;
use tahavol_projections::Snapshot;

pub use data::{DataFile, HeadCopy};
pub use fault::{Fault, Kind, Said};
pub(crate) use head::Signed;
pub use head::signed_by;
pub use report::{Report, Step};
pub use source::{Held, Source, ToldFigures};
pub(crate) use tree::too_few;

use chain::Chain;
use tree::Tree;

/// What figures a snapshot gives on a day: one object for each baseline, horizon and commission.
pub type Figures = fn(&Snapshot, Date) -> Vec<Value>;

/// What is checked against, and how far.
#[derive(Clone)]
pub struct Options {
    /// Keys of the log, had by another way than what is checked. None: those that come with it, with a warning.
    pub keys: Vec<VerifyingKey>,
    /// Witnesses who must have cosigned. None: those that come with it, where they have.
    pub witnesses: Vec<VerifyingKey>,
    /// The signed note of a head that was seen earlier; it must be of the same log and not of a later state.
    pub known: Option<String>,
    /// Only what bytes and hashes can show: no events are read, nothing is replayed.
    pub quick: bool,
    pub figures: Figures,
    /// Of what is told while the check goes on.
    pub lang: Lang,
}

/// Told how far a step has got: so many lines of so many.
pub type Watch<'w> = dyn Fn(Step, u64, u64) + Sync + 'w;

/// Checks every link in turn. Blocks the calling thread, and uses others beside it.
pub fn verify(source: &dyn Source, options: &Options, watch: &Watch<'_>) -> Report {
    let began = Moment::now();
    let mut report = Report::default();
    let mut check = Check { source, options, watch, signed: None, seen: None, replayed: None };
    for step in Step::ALL {
        if check.leaves_out(step) {
            continue;
        }
        match check.step(step, &mut report) {
            Ok(said) => report.held.push((step, said)),
            Err(fault) => {
                report.failed = Some((step, fault));
                break;
            }
        }
    }
    report.took = began.elapsed();
    report
}

/// What the steps so far have found.
struct Check<'c> {
    source: &'c dyn Source,
    options: &'c Options,
    watch: &'c Watch<'c>,
    signed: Option<Signed>,
    seen: Option<Seen<'c>>,
    replayed: Option<Snapshot>,
}

/// What reading every line once has shown.
struct Seen<'c> {
    tree: Tree<'c>,
    chain: Chain,
    /// The first line beside which another leaf is stored than its hash.
    wrong_stored_leaf: Option<u64>,
    /// Where an entry bundle first differs from the lines, and its path.
    differing_entry: Option<(u64, String)>,
    bytes: u64,
}

impl<'c> Check<'c> {
    fn leaves_out(&self, step: Step) -> bool {
        let deep = match step {
            Step::Schemas | Step::Chain | Step::Rules | Step::Figures | Step::Digest | Step::Stored => true,
            Step::Parts
            | Step::Lines
            | Step::Entries
            | Step::Leaves
            | Step::Tiles
            | Step::Root
            | Step::Signature
            | Step::Cosignatures
            | Step::Known => false,
        };
        deep && self.options.quick
            || step == Step::Known && self.options.known.is_none() && self.source.head_copy().is_none()
            || step == Step::Stored && !self.source.has_stored_columns()
    }

    fn step(&mut self, step: Step, report: &mut Report) -> Result<Said, Fault> {
        match step {
            Step::Parts => self.parts(),
            Step::Lines => self.lines(report),
            Step::Entries => tree::entries(self.source, self.seen(), self.head()),
            Step::Leaves => tree::leaves(self.source, self.seen(), self.head()),
            Step::Tiles => tree::tiles(self.seen()),
            Step::Root => tree::root(self.source, self.seen(), self.head()),
            Step::Signature => head::signature(self.source, self.options, self.signed(), report),
            Step::Cosignatures => head::cosignatures(self.source, self.options, self.signed(), report),
            Step::Known => head::known(self.options, self.source, self.signed(), &self.seen().tree),
            Step::Schemas => self.source.schemas(),
            Step::Chain => self.seen().chain.verdict(self.source.programme()),
            Step::Rules => self.rules(report),
            Step::Figures => figures::figures(self.source, self.replayed(), self.options.figures),
            Step::Digest => figures::digest(self.source, self.replayed(), report),
            Step::Stored => self.source.stored(self.options, report),
        }
    }

    fn parts(&mut self) -> Result<Said, Fault> {
        self.signed = self.source.note()?.map(|note| Signed::read(&note, "checkpoint")).transpose()?;
        Ok(Said::new("verify-parts", [("lines", self.source.lines().to_string())]))
    }

    /// One pass over every line, on several threads; only what has to be in order is done here.
    fn lines(&mut self, report: &mut Report) -> Result<Said, Fault> {
        let (source, quick, watch) = (self.source, self.options.quick, self.watch);
        let size = self.head().map_or(u64::MAX, |head| head.size);
        let of = source.lines();
        let known = head::known_sizes(self.options, source);
        let (tree, chain) = (Tree::new(source, size, known), Chain::default());
        let mut seen = Seen { tree, chain, wrong_stored_leaf: None, differing_entry: None, bytes: 0 };
        let examine = |batch: &batch::Batch| line::examine(source, batch, size, quick);
        let mut told = 0;
        batch::in_order(source, !quick, &examine, &mut |examined: line::Examined| {
            seen.wrong_stored_leaf = seen.wrong_stored_leaf.or(examined.wrong_stored_leaf);
            examined.leaves.into_iter().try_for_each(|leaf| seen.tree.push(leaf))?;
            examined.links.into_iter().for_each(|link| seen.chain.follow(link));
            if let Some(fault) = examined.wrong {
                return Err(fault);
            }
            seen.bytes += examined.bytes;
            if seen.differing_entry.is_none() {
                seen.differing_entry = examined.differing_entry;
            }
            if seen.tree.lines() - told >= 1_000 {
                told = seen.tree.lines();
                watch(Step::Lines, told, of);
            }
            Ok(())
        })?;
        seen.tree.finish()?;
        if !quick {
            source.beside_the_lines()?;
        }
        report.size = Some(seen.tree.size());
        report.root = Some(seen.tree.root());
        let key = if quick { "verify-lines-quick" } else { "verify-lines" };
        let said = Said::new(key, [("lines", seen.tree.lines().to_string()), ("bytes", seen.bytes.to_string())]);
        self.seen = Some(seen);
        Ok(said)
    }

    fn rules(&mut self, report: &mut Report) -> Result<Said, Fault> {
        let until = self.head().map_or(u64::MAX, |head| head.size);
        let bases = self.seen().chain.bases();
        let (snapshot, decided) = rules::replay(self.source, until, bases, self.watch)?;
        self.replayed = Some(snapshot);
        report.note(Step::Rules, Said::new("verify-rules-not", []));
        Ok(Said::new("verify-rules", [("events", decided.to_string())]))
    }

    fn head(&self) -> Option<&Checkpoint> {
        self.signed.as_ref().map(|signed| &signed.checkpoint)
    }

    fn signed(&self) -> Option<&Signed> {
        self.signed.as_ref()
    }

    fn seen(&self) -> &Seen<'c> {
        self.seen.as_ref().expect("the lines are read by an earlier step, which ends the check where it fails")
    }

    fn replayed(&self) -> &Snapshot {
        self.replayed.as_ref().expect("the rules are checked by an earlier step, which ends the check where it fails")
    }
}
