//! Two pictures of one ledger compared: what is new, gone, changed, corrected or moved from one to the other, and which events did it.
//!
//! Only what differs is looked at: the maps of two near pictures share what did not change.

mod council;
mod field;
mod indicator;
mod initiative;
mod meanwhile;
mod milestone;
mod progress;
mod station;
mod value;
mod window;

use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use serde::Serialize;
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Text;
use tahavol_domain::values::{CommissionSlug, InitiativeId, MilestoneId};

use crate::Snapshot;
use crate::rows::Stamp;

pub use field::Field;
pub use progress::{ProgressChange, progress_changes};
pub use value::Value;
pub use window::{LateFact, Window, came_late};

/// The part of the programme that is compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    #[default]
    Programme,
    /// Its people, ratings, initiatives, milestones and indicators.
    Commission(CommissionSlug),
    /// With its milestones, risks and allocations.
    Initiative(InitiativeId),
    Milestone(MilestoneId),
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// The earlier picture does not have it.
    New,
    /// Nothing is ever deleted: it was cancelled, rejected, closed, released, revoked, withdrawn or destroyed.
    Gone,
    Changed,
    /// What was recorded wrongly before was put right by a later event; both stay in the ledger.
    Corrected,
    /// To another horizon.
    Moved,
}

/// The kinds of things that a change is about, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubjectKind {
    Programme,
    Horizon,
    Directive,
    Document,
    TargetStations,
    Official,
    Delegation,
    Review,
    Evidence,
    Commission,
    Initiative,
    Allocation,
    Risk,
    Milestone,
    Indicator,
    Station,
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Subject {
    pub kind: SubjectKind,
    /// As people know it. Risks and allocations go by their initiative's code.
    pub code: String,
    /// What tells it from all others of its kind.
    pub key: String,
    pub title: Option<Text>,
}

/// One difference between two pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub kind: Kind,
    pub subject: Subject,
    /// What of it; none where the whole of it is new or gone.
    pub field: Option<Field>,
    /// Which one, where it has several: a horizon, a station, an office, a period.
    pub item: Option<Value>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// Of the events that did it, ascending. All lie between the two pictures, but for what a correction corrects.
    pub positions: Vec<u64>,
}

impl SubjectKind {
    pub const ALL: [SubjectKind; 16] = [
        SubjectKind::Programme,
        SubjectKind::Horizon,
        SubjectKind::Directive,
        SubjectKind::Document,
        SubjectKind::TargetStations,
        SubjectKind::Official,
        SubjectKind::Delegation,
        SubjectKind::Review,
        SubjectKind::Evidence,
        SubjectKind::Commission,
        SubjectKind::Initiative,
        SubjectKind::Allocation,
        SubjectKind::Risk,
        SubjectKind::Milestone,
        SubjectKind::Indicator,
        SubjectKind::Station,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SubjectKind::Programme => "PROGRAMME",
            SubjectKind::Horizon => "HORIZON",
            SubjectKind::Directive => "DIRECTIVE",
            SubjectKind::Document => "DOCUMENT",
            SubjectKind::TargetStations => "TARGET_STATIONS",
            SubjectKind::Official => "OFFICIAL",
            SubjectKind::Delegation => "DELEGATION",
            SubjectKind::Review => "REVIEW",
            SubjectKind::Evidence => "EVIDENCE",
            SubjectKind::Commission => "COMMISSION",
            SubjectKind::Initiative => "INITIATIVE",
            SubjectKind::Allocation => "ALLOCATION",
            SubjectKind::Risk => "RISK",
            SubjectKind::Milestone => "MILESTONE",
            SubjectKind::Indicator => "INDICATOR",
            SubjectKind::Station => "STATION",
        }
    }
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::New, Kind::Gone, Kind::Changed, Kind::Corrected, Kind::Moved];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::New => "NEW",
            Kind::Gone => "GONE",
            Kind::Changed => "CHANGED",
            Kind::Corrected => "CORRECTED",
            Kind::Moved => "MOVED",
        }
    }
}

/// Every difference between an earlier and a later picture of one ledger, by subject. `window` holds the events between
/// them; `on` is the day for which dated facts are compared, so that the mere passing of time is no change.
#[must_use]
pub fn changes(from: &Snapshot, to: &Snapshot, window: &Window, scope: &Scope, on: Date) -> Vec<Change> {
    let mut compared = Compared { from, to, window, scope, on, found: Vec::new() };
    if from.position != to.position {
        compared.council();
        compared.initiatives();
        compared.milestones();
        compared.indicators();
        compared.stations();
        compared.meanwhile();
    }
    let mut found = compared.found;
    // The fields of one subject stay in the order in which they were found.
    found.sort_by(|a, b| (&a.subject.kind, &a.subject.code, &a.subject.key).cmp(&(&b.subject.kind, &b.subject.code, &b.subject.key)));
    found
}

/// Two pictures, and what was found so far.
struct Compared<'a> {
    from: &'a Snapshot,
    to: &'a Snapshot,
    window: &'a Window,
    scope: &'a Scope,
    on: Date,
    found: Vec<Change>,
}

impl<'a> Compared<'a> {
    fn is_whole(&self) -> bool {
        *self.scope == Scope::Programme
    }

    /// Whether what belongs to a commission as such is asked for.
    fn holds_commission(&self, slug: Option<&CommissionSlug>) -> bool {
        match self.scope {
            Scope::Programme => true,
            Scope::Commission(asked) => slug == Some(asked),
            Scope::Initiative(_) | Scope::Milestone(_) => false,
        }
    }

    /// Whether a stamp lies after the earlier picture.
    fn is_fresh(&self, stamp: &Stamp) -> bool {
        Some(stamp.position) > self.from.position
    }

    fn about(&mut self, subject: &Subject) -> About<'_> {
        About { subject: subject.clone(), item: None, found: &mut self.found }
    }
}

/// Writes down changes of one subject.
struct About<'a> {
    subject: Subject,
    item: Option<Value>,
    found: &'a mut Vec<Change>,
}

impl About<'_> {
    fn item(mut self, item: Value) -> Self {
        self.item = Some(item);
        self
    }

    fn tell(&mut self, kind: Kind, field: Option<Field>, (before, after): (Option<Value>, Option<Value>), positions: Vec<u64>) {
        let mut positions = positions;
        positions.sort_unstable();
        positions.dedup();
        self.found.push(Change { kind, subject: self.subject.clone(), field, item: self.item.clone(), before, after, positions });
    }

    fn appeared(&mut self, after: Option<Value>, positions: Vec<u64>) {
        self.tell(Kind::New, None, (None, after), positions);
    }

    fn gone(&mut self, before: Option<Value>, positions: Vec<u64>) {
        self.tell(Kind::Gone, None, (before, None), positions);
    }

    fn changed(&mut self, field: Field, values: (Option<Value>, Option<Value>), positions: Vec<u64>) {
        self.tell(Kind::Changed, Some(field), values, positions);
    }
}

/// What one map has and the other has not or has otherwise. What was recorded stays, so nothing ever leaves a map of the snapshot.
fn pairs<'a, K: Ord, V: PartialEq>(
    from: &'a OrdMap<K, Arc<V>>,
    to: &'a OrdMap<K, Arc<V>>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, &'a V)> {
    from.diff(to).filter_map(|item| match item {
        DiffItem::Add(key, new) => Some((key, None, &**new)),
        DiffItem::Update { old: (_, old), new: (key, new) } => Some((key, Some(&**old), &**new)),
        DiffItem::Remove(..) => None,
    })
}
