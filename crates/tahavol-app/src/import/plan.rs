//! What an import is about to do: orders in phases, each phase deciding against what the ones before it left.

use tahavol_domain::calendar::Date;
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::values::{Person, ProgrammeId};
use tahavol_domain::{Command, Stream};
use uuid::Uuid;

use super::source::SourceFile;
use crate::order::Order;

/// Who imports, and how the file's things become the ledger's.
#[derive(Debug, Clone)]
pub struct Settings {
    pub actor: Person,
    /// The first council official; needed where the import founds the programme.
    pub first_official: Option<Person>,
    /// Under which the programme file is imported; its founding events carry it as their reason.
    pub resolution: Option<String>,
    /// The programme's id where the import founds it.
    pub programme: ProgrammeId,
    /// All dates of a programme file move by so many Solar Hijri months.
    pub shift_months: i32,
    /// Whether an import that founds the programme founds a simulation.
    pub simulation: bool,
}

impl Settings {
    /// The same row of the same file is the same command, whenever it is imported.
    pub(super) fn command_id(&self, programme: ProgrammeId, file: &SourceFile, row: u64, key: &str) -> Uuid {
        programme.id_of(&format!("{}#{row}#{key}", file.digest))
    }

    #[expect(clippy::too_many_arguments, reason = "an order has these parts; only the two readers of files call this")]
    pub(super) fn order(
        &self,
        programme: ProgrammeId,
        file: &SourceFile,
        row: u64,
        key: &str,
        import: Import,
        stream: Stream,
        command: Command,
        effective_on: Option<Date>,
    ) -> Order {
        Order {
            command_id: self.command_id(programme, file, row, key),
            actor: self.actor.clone(),
            stream,
            command,
            effective_on,
            reason: if import == Import::Founding { self.resolution.clone() } else { None },
            expected_revision: None,
            correlation_id: None,
            causation_id: None,
            origin: format!("import:{}#{row}", file.digest),
            import,
            within: Within::default(),
        }
    }
}

/// What has to be there before what. Within a phase no order looks at what another one of it did to a different stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Charter,
    Commissions,
    Stations,
    Targets,
    Indicators,
    /// Targets and measurements.
    Values,
    Initiatives,
    Milestones,
    Approvals,
    Facts,
}

/// An order, and the row that asks for it.
#[derive(Debug, Clone)]
pub struct Step {
    pub file: String,
    pub row: u64,
    pub order: Order,
}

/// Steps by phase, in the order of the files.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    phases: std::collections::BTreeMap<Phase, Vec<Step>>,
    /// Rows and entries that the ledger already holds.
    pub unchanged: usize,
}

impl Steps {
    pub(super) fn push(&mut self, phase: Phase, step: Step) {
        self.phases.entry(phase).or_default().push(step);
    }

    pub(super) fn append(&mut self, other: Steps) {
        for (phase, mut steps) in other.phases {
            self.phases.entry(phase).or_default().append(&mut steps);
        }
        self.unchanged += other.unchanged;
    }

    /// First to last.
    pub fn phases(&self) -> impl Iterator<Item = &Vec<Step>> {
        self.phases.values()
    }

    pub(super) fn into_phases(self) -> impl Iterator<Item = Vec<Step>> {
        self.phases.into_values()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.phases.values().map(Vec::len).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.phases.is_empty()
    }
}
