//! What changed in milestones: the promise, its life, the facts that were reported, and what they amount to.

use std::collections::BTreeSet;
use std::sync::Arc;

use imbl::ordmap::DiffItem;
use tahavol_domain::Stream;
use tahavol_domain::milestone::Phase;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::{EventId, MilestoneId};

use super::council::subject;
use super::{Compared, Field, Kind, Scope, Subject, SubjectKind, Value, pairs};
use crate::rows::{DeliveryRow, MilestoneRow};

const PROMISED: &[&str] = &["milestone.revised", "milestone.rebaselined"];
const REBASELINED: &[&str] = &["milestone.rebaselined"];
const JUDGED: &[&str] =
    &["milestone.completion_claimed", "milestone.completion_verified", "milestone.completion_refused", "milestone.cancelled"];
const BLOCKED: &[&str] = &["milestone.blocked", "milestone.unblocked"];
const REBASELINE_DECIDED: &[&str] = &["milestone.rebaseline_proposed", "milestone.rebaselined", "milestone.rebaseline_refused"];
const CANCELLATION_DECIDED: &[&str] = &["milestone.cancellation_proposed", "milestone.cancelled", "milestone.cancellation_refused"];
const REPORTED: &[&str] = &["milestone.progress_reported"];
/// Whatever can change how far it is.
const EARNED: &[&str] = &[
    "milestone.progress_reported",
    "milestone.progress_corrected",
    "milestone.completion_claimed",
    "milestone.completion_verified",
    "milestone.completion_refused",
    "milestone.revised",
    "milestone.rebaselined",
];

impl Compared<'_> {
    pub(super) fn milestones(&mut self) {
        let (from, to) = (self.from, self.to);
        let mut looked_at = BTreeSet::new();
        for (id, old, row) in pairs(&from.milestones, &to.milestones) {
            looked_at.insert(*id);
            if self.holds_milestone(row) {
                self.milestone(old, row);
            }
        }
        // Also those that are in the end as they were.
        for id in self.window.milestones() {
            let Some(row) = to.milestones.get(&id).filter(|row| self.holds_milestone(row)) else { continue };
            if looked_at.insert(id) {
                self.milestone(from.milestones.get(&id).map(|old| &**old), row);
            }
        }
        // What an indicator measures moves with the indicator.
        for (id, row) in &to.milestones {
            if measured_by_indicator(row) && !looked_at.contains(id) && self.holds_milestone(row) {
                self.earned(&named(row), Some(row), row);
            }
        }
    }

    pub(super) fn holds_milestone(&self, row: &MilestoneRow) -> bool {
        match self.scope {
            Scope::Programme => true,
            Scope::Commission(slug) => row.plan.commission == *slug,
            Scope::Initiative(id) => row.plan.initiative == *id,
            Scope::Milestone(id) => row.plan.id == *id,
        }
    }

    fn milestone(&mut self, old: Option<&MilestoneRow>, new: &MilestoneRow) {
        let subject = named(new);
        match old {
            None => {
                let positions = self.window.all(Stream::Milestone(new.plan.id));
                self.about(&subject).appeared(Some(Value::text(&new.plan.title)), positions);
            }
            Some(old) => {
                self.promise(&subject, old, new);
                self.pending(&subject, old, new);
                self.counted(&subject, old, new);
            }
        }
        self.phase(&subject, old, new);
        self.corrections(&subject, old, new);
        self.deliveries(&subject, old, new);
        self.earned(&subject, old, new);
    }

    fn promise(&mut self, subject: &Subject, old: &MilestoneRow, new: &MilestoneRow) {
        if Arc::ptr_eq(&old.plan, &new.plan) {
            return;
        }
        let stream = Stream::Milestone(new.plan.id);
        let (positions, rebaselined) = (self.window.of(&stream, PROMISED), self.window.of(&stream, REBASELINED));
        let mut about = self.about(subject);
        if old.plan.title != new.plan.title {
            let values = (Some(Value::text(&old.plan.title)), Some(Value::text(&new.plan.title)));
            about.changed(Field::Title, values, positions.clone());
        }
        let (before, after) = (&*old.plan.current, &*new.plan.current);
        for (field, told) in PROMISES {
            let values = (told(before), told(after));
            if values.0 != values.1 || (*field == Field::Measure && before.measure != after.measure) {
                let kind = if *field == Field::Horizon { Kind::Moved } else { Kind::Changed };
                about.tell(kind, Some(*field), (Some(values.0), Some(values.1)), positions.clone());
            }
        }
        let again = new.plan.rebaselines.len() != old.plan.rebaselines.len() && before == after;
        if again {
            let values = (Some(Value::number(old.plan.rebaselines.len())), Some(Value::number(new.plan.rebaselines.len())));
            about.changed(Field::Rebaselines, values, rebaselined);
        }
    }

    /// What was proposed and what became of it, and whether it is blocked.
    fn pending(&mut self, subject: &Subject, old: &MilestoneRow, new: &MilestoneRow) {
        if Arc::ptr_eq(&old.life, &new.life) {
            return;
        }
        let stream = Stream::Milestone(new.plan.id);
        let (before, after) = (&old.life.rebaseline_pending, &new.life.rebaseline_pending);
        if before != after {
            let told = |pending: &Option<(_, Arc<Baseline>, _)>| {
                let (_, baseline, _) = pending.as_ref()?;
                Some(Value::All(PROMISES.iter().map(|(_, told)| told(baseline)).collect()))
            };
            let positions = self.window.of(&stream, REBASELINE_DECIDED);
            self.about(subject).changed(Field::RebaselineProposed, (told(before), told(after)), positions);
        } else if before.is_none() {
            self.proposed(subject, &stream, Field::RebaselineProposed, (REBASELINE_DECIDED, "milestone.rebaseline_refused"));
        }
        let (before, after) = (&old.life.cancellation_pending, &new.life.cancellation_pending);
        if before != after {
            let positions = self.window.of(&stream, CANCELLATION_DECIDED);
            let values = (Some(Value::yes(before.is_some())), Some(Value::yes(after.is_some())));
            self.about(subject).changed(Field::CancellationProposed, values, positions);
        } else if before.is_none() {
            self.proposed(subject, &stream, Field::CancellationProposed, (CANCELLATION_DECIDED, "milestone.cancellation_refused"));
        }
        self.blocked(subject, &stream, (old.life.blocked.is_some(), new.life.blocked.is_some()));
        if let (None, Some(position)) = (old.life.counts_since, new.life.counts_since) {
            let values = (Some(Value::yes(false)), Some(Value::yes(true)));
            self.about(subject).changed(Field::Counts, values, vec![position]);
        }
    }

    /// What was both proposed and decided between the two pictures, neither of which has the proposal.
    fn proposed(&mut self, subject: &Subject, stream: &Stream, field: Field, (types, refused): (&[&str], &str)) {
        let (positions, refusals) = (self.window.of(stream, types), self.window.of(stream, &[refused]));
        if positions.len() < 2 {
            return;
        }
        let decision = |position: &u64| if refusals.contains(position) { "REFUSED" } else { "ACCEPTED" };
        let (halves, mut told) = (positions.chunks(2), Vec::new());
        for half in halves {
            told.push(Value::Word("PROPOSED"));
            told.extend(half.get(1).map(|position| Value::Word(decision(position))));
        }
        self.about(subject).changed(field, (None, Some(Value::Then(told))), positions);
    }

    fn blocked(&mut self, subject: &Subject, stream: &Stream, (before, after): (bool, bool)) {
        let positions = self.window.of(stream, BLOCKED);
        if before == after && positions.is_empty() {
            return;
        }
        let told = if before == after {
            let blocked = self.window.of(stream, &["milestone.blocked"]);
            Value::Then(positions.iter().map(|position| Value::yes(blocked.contains(position))).collect())
        } else {
            Value::yes(after)
        };
        self.about(subject).changed(Field::Blocked, (Some(Value::yes(before)), Some(told)), positions);
    }

    fn phase(&mut self, subject: &Subject, old: Option<&MilestoneRow>, new: &MilestoneRow) {
        if old.is_some_and(|old| Arc::ptr_eq(&old.life, &new.life)) {
            return;
        }
        let before = old.map_or(Phase::Planned, |old| old.life.phase);
        let mut positions = self.window.of(Stream::Milestone(new.plan.id), JUDGED);
        // With its initiative, by the event of that.
        positions.extend(new.life.cancelled.as_ref().filter(|stamp| self.is_fresh(stamp)).map(|stamp| stamp.position));
        if before != new.life.phase {
            let kind = match new.life.phase {
                Phase::Cancelled => Kind::Gone,
                Phase::Planned | Phase::Claimed | Phase::Verified => Kind::Changed,
            };
            let values = (Some(phase(before)), Some(phase(new.life.phase)));
            self.about(subject).tell(kind, Some(Field::Phase), values, positions);
        } else if let Some(old) = old.filter(|old| old.life.claims != new.life.claims) {
            let values = (Some(Value::number(old.life.claims.len())), Some(Value::number(new.life.claims.len())));
            self.about(subject).changed(Field::Claims, values, positions);
        }
    }

    fn counted(&mut self, subject: &Subject, old: &MilestoneRow, new: &MilestoneRow) {
        if old.reports.len() != new.reports.len() {
            let positions = self.window.of(Stream::Milestone(new.plan.id), REPORTED);
            let values = (Some(Value::number(old.reports.len())), Some(Value::number(new.reports.len())));
            self.about(subject).changed(Field::Reports, values, positions);
        }
    }

    /// One change for each report that was corrected, however often: what the earlier picture had of it, and what stands now.
    fn corrections(&mut self, subject: &Subject, old: Option<&MilestoneRow>, new: &MilestoneRow) {
        let known = old.map_or(0, |old| old.life.corrections.len());
        let corrections = &new.life.corrections;
        // What each event stands for that is a correction of a report.
        let standing = |event: EventId| {
            let mut last = event;
            while let Some((_, stamp)) = corrections.iter().find(|(corrected, _)| *corrected == last) {
                last = stamp.event;
            }
            last
        };
        let mut told = BTreeSet::new();
        for (corrected, _) in corrections.iter().skip(known) {
            let last = standing(*corrected);
            if !told.insert(last) {
                continue;
            }
            let Some(report) = new.reports.get(last) else { continue };
            let before = old.and_then(|old| old.reports.get(*corrected));
            let earlier = corrections.iter().take(known).find(|(_, stamp)| stamp.event == *corrected);
            let mut positions = vec![earlier.map_or(report.position, |(_, stamp)| stamp.position)];
            positions.extend(corrections.iter().skip(known).filter(|(by, _)| standing(*by) == last).map(|(_, stamp)| stamp.position));
            let values = (before.map(Value::report), Some(Value::report(report)));
            self.about(subject).tell(Kind::Corrected, Some(Field::Report), values, positions);
        }
    }

    fn deliveries(&mut self, subject: &Subject, old: Option<&MilestoneRow>, new: &MilestoneRow) {
        let none = imbl::OrdMap::new();
        let before = old.map_or(&none, |old| &old.deliveries);
        let (mut added, mut revoked) = (Vec::new(), Vec::new());
        for item in before.diff(&new.deliveries) {
            match item {
                DiffItem::Add(_, row) => added.push(row.position),
                DiffItem::Update { old: (number, old), new: (_, new) } => {
                    added.push(new.position);
                    revoked.push((*number, old));
                }
                DiffItem::Remove(number, row) => revoked.push((*number, row)),
            }
        }
        for (number, row) in revoked {
            self.revoked(subject, new.plan.id, number, row);
        }
        for undone in self.window.undone(new.plan.id) {
            let about = &mut self.about(subject).item(Value::code(&undone.station.0));
            about.tell(Kind::Corrected, Some(Field::Delivery), (undone.on.map(Value::Day), None), vec![undone.made, undone.revoked]);
        }
        if !added.is_empty() {
            let values = (Some(Value::number(before.len())), Some(Value::number(new.deliveries.len())));
            self.about(subject).changed(Field::Deliveries, values, added);
        }
    }

    fn revoked(&mut self, subject: &Subject, milestone: MilestoneId, number: u32, row: &DeliveryRow) {
        let Some(station) = self.to.station_numbers.get(number as usize) else { return };
        let mut positions = self.window.revocations(milestone, station);
        positions.push(row.position);
        let before = Some(Value::Day(row.effective_on));
        self.about(subject).item(Value::code(&station.0)).tell(Kind::Gone, Some(Field::Delivery), (before, None), positions);
    }

    /// Both voices on one and the same day, so that only events make a difference.
    fn earned(&mut self, subject: &Subject, old: Option<&MilestoneRow>, new: &MilestoneRow) {
        let before = old.map(|old| old.figures(self.from, self.on)).unwrap_or_default();
        let after = new.figures(self.to, self.on);
        let told = |points: Option<u16>| points.map(Value::Points);
        if before.reported == after.reported && before.verified == after.verified {
            return;
        }
        let positions = self.causes(new);
        if before.reported != after.reported {
            self.about(subject).changed(Field::Reported, (told(before.reported), told(after.reported)), positions.clone());
        }
        if before.verified != after.verified {
            let values = (Some(Value::Points(before.verified)), Some(Value::Points(after.verified)));
            self.about(subject).changed(Field::Verified, values, positions);
        }
    }

    fn causes(&self, row: &MilestoneRow) -> Vec<u64> {
        let mut causes = self.window.of(Stream::Milestone(row.plan.id), EARNED);
        causes.extend(self.window.deliveries(row.plan.id));
        match &row.plan.current.measure {
            Measure::Indicator(measure) => causes.extend(self.indicator_causes(&measure.indicator)),
            Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Rollout(_) => {}
        }
        causes
    }
}

type Promise = (Field, fn(&Baseline) -> Value);

const PROMISES: &[Promise] = &[
    (Field::Weight, |baseline| Value::number(baseline.weight)),
    (Field::Starts, |baseline| Value::Day(baseline.starts)),
    (Field::Due, |baseline| Value::Day(baseline.due)),
    (Field::Horizon, |baseline| Value::horizon(baseline.horizon)),
    (Field::Measure, |baseline| Value::measure(&baseline.measure)),
];

fn named(row: &MilestoneRow) -> Subject {
    subject(SubjectKind::Milestone, &row.plan.code, row.plan.id.0, Some(row.plan.title.clone()))
}

fn measured_by_indicator(row: &MilestoneRow) -> bool {
    match &row.plan.current.measure {
        Measure::Indicator(_) => true,
        Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Rollout(_) => false,
    }
}

fn phase(phase: Phase) -> Value {
    Value::Word(match phase {
        Phase::Planned => "PLANNED",
        Phase::Claimed => "CLAIMED",
        Phase::Verified => "VERIFIED",
        Phase::Cancelled => "CANCELLED",
    })
}
