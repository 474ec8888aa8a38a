//! What a reader is shown of a picture: all of it but drafts that are not theirs to read.
//!
//! How things are today decides, also for the past: a sight is made from the live picture and may then be laid over any other one.
//! A draft is an initiative that was never approved, with all that belongs to it, a milestone that never counted, and a proposal to
//! move or drop a promise for as long as it is not decided. No rule lets a draft refer to a file, a delivery or a measurement, so
//! that nothing outside the streams of initiatives and milestones speaks of one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use imbl::OrdMap;
use tahavol_domain::policy::Reader;
use tahavol_domain::values::{CommissionSlug, EventId, InitiativeId, MilestoneId};
use tahavol_domain::{Event, Fact, Stream, initiative, milestone};

use crate::Snapshot;
use crate::rows::{InitiativeRow, MilestoneRow, Stamp};

/// So many pictures are remembered as they are shown.
const REMEMBERED: usize = 8;

/// The drafts of a picture with their commissions, kept while it is folded so that nobody has to look for them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Undecided {
    initiatives: OrdMap<InitiativeId, CommissionSlug>,
    milestones: OrdMap<MilestoneId, CommissionSlug>,
    /// By the milestone whose promise they are about.
    proposals: OrdMap<MilestoneId, Waiting>,
}

/// Proposals that wait for the council: event and position of each.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    commission: CommissionSlug,
    rebaseline: Option<(EventId, u64)>,
    cancellation: Option<(EventId, u64)>,
}

impl Undecided {
    /// Of a picture that was not folded here.
    pub(crate) fn of(snapshot: &Snapshot) -> Undecided {
        let mut undecided = Undecided::default();
        snapshot.initiatives.values().for_each(|row| undecided.note_initiative(row));
        snapshot.milestones.values().for_each(|row| undecided.note_milestone(row));
        undecided
    }

    /// Whether these are the very same, as they are where nothing was drafted or decided between two pictures.
    #[must_use]
    pub fn is_same(&self, other: &Undecided) -> bool {
        self.initiatives.ptr_eq(&other.initiatives) && self.milestones.ptr_eq(&other.milestones) && self.proposals.ptr_eq(&other.proposals)
    }

    fn note_initiative(&mut self, row: &InitiativeRow) {
        note(&mut self.initiatives, row.id, row.approved_at.is_none().then(|| row.proposal.commission.clone()));
    }

    fn note_milestone(&mut self, row: &MilestoneRow) {
        let commission = || row.plan.commission.clone();
        note(&mut self.milestones, row.plan.id, row.life.counts_since.is_none().then(commission));
        let place = |stamp: &Stamp| (stamp.event, stamp.position);
        let rebaseline = row.life.rebaseline_pending.as_ref().map(|(_, _, stamp)| place(stamp));
        let cancellation = row.life.cancellation_pending.as_ref().map(|(_, stamp)| place(stamp));
        let waits = rebaseline.is_some() || cancellation.is_some();
        note(&mut self.proposals, row.plan.id, waits.then(|| Waiting { commission: commission(), rebaseline, cancellation }));
    }
}

/// Touches nothing where it is so already.
fn note<K: Ord + Clone, V: PartialEq + Clone>(kept: &mut OrdMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) if kept.get(&key) != Some(&value) => {
            kept.insert(key, value);
        }
        None if kept.contains_key(&key) => {
            kept.remove(&key);
        }
        Some(_) | None => {}
    }
}

impl Snapshot {
    /// After a fact was taken in: what it drafted or decided.
    pub(crate) fn note_undecided(&mut self, fact: &Event, stream: &Stream) {
        match (fact, stream) {
            (Event::Initiative(event), Stream::Initiative(id)) => {
                let Some(row) = self.initiatives.get(id).filter(|_| decides_initiative(event)).cloned() else { return };
                self.undecided.note_initiative(&row);
                for milestone in row.milestones.iter().filter_map(|id| self.milestones.get(id)) {
                    self.undecided.note_milestone(milestone);
                }
            }
            (Event::Milestone(event), Stream::Milestone(id)) => {
                if let Some(row) = self.milestones.get(id).filter(|_| decides_milestone(event)) {
                    self.undecided.note_milestone(row);
                }
            }
            (
                Event::Programme(_)
                | Event::Commission(_)
                | Event::Initiative(_)
                | Event::Milestone(_)
                | Event::Station(_)
                | Event::Indicator(_),
                _,
            ) => {}
        }
    }
}

fn decides_initiative(event: &initiative::Event) -> bool {
    use initiative::Event;
    match event {
        Event::Proposed(_) | Event::Approved(_) => true,
        Event::Revised(_)
        | Event::Submitted(_)
        | Event::Returned(_)
        | Event::Rejected(_)
        | Event::Suspended(_)
        | Event::Resumed(_)
        | Event::Completed(_)
        | Event::Cancelled(_)
        | Event::ResourcesAllocated(_)
        | Event::RiskRaised(_)
        | Event::RiskClosed(_) => false,
    }
}

fn decides_milestone(event: &milestone::Event) -> bool {
    use milestone::Event;
    match event {
        Event::Planned(_)
        | Event::Admitted(_)
        | Event::RebaselineProposed(_)
        | Event::Rebaselined(_)
        | Event::RebaselineRefused(_)
        | Event::CancellationProposed(_)
        | Event::Cancelled(_)
        | Event::CancellationRefused(_) => true,
        Event::Revised(_)
        | Event::ProgressReported(_)
        | Event::ProgressCorrected(_)
        | Event::Blocked(_)
        | Event::Unblocked(_)
        | Event::CompletionClaimed(_)
        | Event::CompletionVerified(_)
        | Event::CompletionRefused(_) => false,
    }
}

fn proposes(event: &Event) -> bool {
    match event {
        Event::Milestone(milestone::Event::RebaselineProposed(_) | milestone::Event::CancellationProposed(_)) => true,
        Event::Milestone(
            milestone::Event::Planned(_)
            | milestone::Event::Revised(_)
            | milestone::Event::Admitted(_)
            | milestone::Event::Rebaselined(_)
            | milestone::Event::RebaselineRefused(_)
            | milestone::Event::Cancelled(_)
            | milestone::Event::CancellationRefused(_)
            | milestone::Event::ProgressReported(_)
            | milestone::Event::ProgressCorrected(_)
            | milestone::Event::Blocked(_)
            | milestone::Event::Unblocked(_)
            | milestone::Event::CompletionClaimed(_)
            | milestone::Event::CompletionVerified(_)
            | milestone::Event::CompletionRefused(_),
        )
        | Event::Programme(_)
        | Event::Commission(_)
        | Event::Initiative(_)
        | Event::Station(_)
        | Event::Indicator(_) => false,
    }
}

/// What a reader is shown.
#[derive(Debug, Default)]
pub struct Sight {
    hidden: Hidden,
    /// Whose it is, where anything is hidden.
    reader: Option<Reader>,
    /// Pictures, each with what is shown of it, the last one asked for at the end.
    remembered: Mutex<VecDeque<(Arc<Snapshot>, Arc<Snapshot>)>>,
}

/// What a reader is not shown.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hidden {
    initiatives: BTreeSet<InitiativeId>,
    milestones: BTreeSet<MilestoneId>,
    /// Proposals about milestones that are shown.
    proposals: BTreeMap<EventId, MilestoneId>,
    positions: BTreeSet<u64>,
    /// Only approved work and progress: neither people, files, risks, resources nor reviews.
    is_public: bool,
}

impl PartialEq for Sight {
    fn eq(&self, other: &Self) -> bool {
        self.hidden == other.hidden
    }
}

impl Eq for Sight {}

static WHOLE: LazyLock<Arc<Sight>> = LazyLock::new(Arc::default);

impl Sight {
    /// Of those from whom nothing is hidden.
    #[must_use]
    pub fn whole() -> Arc<Sight> {
        Arc::clone(&WHOLE)
    }

    /// By the live picture. It costs as much as there are drafts.
    #[must_use]
    pub fn new(live: &Snapshot, reader: &Reader) -> Arc<Sight> {
        let Undecided { initiatives, milestones, proposals } = &live.undecided;
        let is_hidden = |commission: &CommissionSlug| !reader.reads_drafts_of(commission);
        let mut hidden = Hidden {
            initiatives: initiatives.iter().filter(|(_, commission)| is_hidden(commission)).map(|(id, _)| *id).collect(),
            milestones: milestones.iter().filter(|(_, commission)| is_hidden(commission)).map(|(id, _)| *id).collect(),
            is_public: *reader == Reader::Public,
            ..Hidden::default()
        };
        for (id, waiting) in proposals.iter().filter(|(_, waiting)| is_hidden(&waiting.commission)) {
            for (event, position) in waiting.rebaseline.into_iter().chain(waiting.cancellation) {
                hidden.proposals.insert(event, *id);
                hidden.positions.insert(position);
            }
        }
        if hidden == Hidden::default() {
            Sight::whole()
        } else {
            Arc::new(Sight { hidden, reader: Some(reader.clone()), remembered: Mutex::default() })
        }
    }

    /// Whether nothing at all is hidden.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.hidden == Hidden::default()
    }

    /// Whether it is that of somebody who is not known.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.hidden.is_public
    }

    /// The picture as it is shown: the same one where nothing is hidden.
    #[must_use]
    pub fn of(&self, whole: &Arc<Snapshot>) -> Arc<Snapshot> {
        if self.is_whole() {
            return Arc::clone(whole);
        }
        let remembered = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, shown)) = remembered().iter().find(|(known, _)| Arc::ptr_eq(known, whole)) {
            return Arc::clone(shown);
        }
        let shown = Arc::new(self.hidden.left_out_of(whole));
        let mut remembered = remembered();
        if remembered.len() == REMEMBERED {
            remembered.pop_front();
        }
        remembered.push_back((Arc::clone(whole), Arc::clone(&shown)));
        shown
    }

    #[must_use]
    pub fn shows(&self, stream: &Stream) -> bool {
        match stream {
            Stream::Initiative(id) => !self.hidden.initiatives.contains(id),
            Stream::Milestone(id) => !self.hidden.milestones.contains(id),
            Stream::Programme(_) | Stream::Commission(_) | Stream::Station(_) | Stream::Indicator(_) => true,
        }
    }

    #[must_use]
    pub fn shows_fact(&self, fact: &Fact) -> bool {
        self.shows_named(&fact.envelope.stream) && !self.hidden.proposals.contains_key(&fact.envelope.id)
    }

    /// The same of an event of which only its place is known.
    #[must_use]
    pub fn shows_at(&self, position: u64, stream: &str) -> bool {
        self.shows_named(stream) && !self.hidden.positions.contains(&position)
    }

    /// Of an event that the picture may not contain yet, so that what became of it is not known: only in what the picture shows, and
    /// a proposal only to those who read their drafts.
    #[must_use]
    pub fn shows_meanwhile(&self, shown: &Snapshot, stream: &Stream, fact: &Fact) -> bool {
        let Some(reader) = &self.reader else { return true };
        let commission = match stream {
            Stream::Initiative(id) => shown.initiatives.get(id).map(|row| &row.proposal.commission),
            Stream::Milestone(id) => shown.milestones.get(id).map(|row| &row.plan.commission),
            Stream::Programme(_) | Stream::Commission(_) | Stream::Station(_) | Stream::Indicator(_) => return self.shows_fact(fact),
        };
        let own = commission.is_some_and(|commission| reader.reads_drafts_of(commission));
        commission.is_some() && self.shows_fact(fact) && (own || !proposes(&fact.event))
    }

    /// Streams of which nothing is shown.
    pub fn hidden_streams(&self) -> impl Iterator<Item = Stream> + '_ {
        let initiatives = self.hidden.initiatives.iter().copied().map(Stream::Initiative);
        initiatives.chain(self.hidden.milestones.iter().copied().map(Stream::Milestone))
    }

    /// Events that are not shown though their streams are.
    pub fn hidden_positions(&self) -> impl Iterator<Item = u64> + '_ {
        self.hidden.positions.iter().copied()
    }

    /// Every event that was recorded lies in a stream that has a name.
    fn shows_named(&self, stream: &str) -> bool {
        self.is_whole() || stream.parse::<Stream>().is_ok_and(|stream| self.shows(&stream))
    }
}

impl Hidden {
    fn left_out_of(&self, whole: &Snapshot) -> Snapshot {
        let mut shown = whole.clone();
        shown.undecided = Undecided::default();
        for id in &self.initiatives {
            shown.initiatives.remove(id);
        }
        for id in &self.milestones {
            let Some(row) = shown.milestones.remove(id) else { continue };
            if let Some(initiative) = shown.initiatives.get_mut(&row.plan.initiative) {
                Arc::make_mut(initiative).milestones.retain(|planned| planned != id);
            }
        }
        for (event, milestone) in &self.proposals {
            if let Some(row) = shown.milestones.get_mut(milestone) {
                withdraw(Arc::make_mut(row), *event);
            }
        }
        if self.is_public { only_work(shown) } else { shown }
    }
}

/// A proposal that is decided by now was hidden before and is not any more: so each is known by its event.
fn withdraw(row: &mut MilestoneRow, proposal: EventId) {
    if row.life.rebaseline_pending.as_ref().is_some_and(|(_, _, stamp)| stamp.event == proposal) {
        Arc::make_mut(&mut row.life).rebaseline_pending = None;
    }
    if row.life.cancellation_pending.as_ref().is_some_and(|(_, stamp)| stamp.event == proposal) {
        Arc::make_mut(&mut row.life).cancellation_pending = None;
    }
}

/// Who acted, as what and why stays where it stands at the work: officials act in office.
fn only_work(shown: Snapshot) -> Snapshot {
    let with_resources = |row: &InitiativeRow| !row.risks.is_empty() || !row.allocations.is_empty();
    let bare = |row: &Arc<InitiativeRow>| {
        let mut row = InitiativeRow::clone(row);
        row.risks.clear();
        row.allocations.clear();
        Arc::new(row)
    };
    let stripped: Vec<_> = shown.initiatives.iter().filter(|(_, row)| with_resources(row)).map(|(id, row)| (*id, bare(row))).collect();
    let mut initiatives = shown.initiatives.clone();
    initiatives.extend(stripped);
    Snapshot { initiatives, officials: OrdMap::new(), delegations: OrdMap::new(), reviews: OrdMap::new(), evidence: OrdMap::new(), ..shown }
}
