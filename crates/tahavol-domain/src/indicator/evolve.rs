//! What an indicator's decisions remember, and how it follows from the events.

use std::collections::BTreeMap;

use super::Event;
use super::event::{Definition, Meaning, Measurement, MeasurementCorrection, MeasurementScope};
use crate::aggregate::Author;
use crate::calendar::Period;
use crate::fact::Envelope;
use crate::quantity::Quantity;
use crate::values::{EventId, Horizon};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Indicator {
    #[default]
    Undefined,
    Defined(Box<Record>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// As it was defined.
    pub(super) definition: Definition,
    /// As it was last redefined.
    pub(super) meaning: Meaning,
    pub(super) targets: BTreeMap<Horizon, Quantity>,
    /// By the event that recorded it.
    pub(super) measurements: BTreeMap<EventId, Measured>,
    /// The measurement of each scope and period that is not withdrawn.
    pub(super) standing: BTreeMap<(MeasurementScope, Period), EventId>,
    /// The measurement that a correction corrects in the end.
    pub(super) corrections: BTreeMap<EventId, EventId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) phase: Phase,
    /// As it was recorded, so that the same file again is recognised after a correction.
    pub(super) recorded: Measurement,
    /// As it was last corrected.
    pub(super) current: Measurement,
    /// The event that made `current`.
    pub(super) latest: EventId,
    /// Who recorded or corrected it.
    pub(super) recorders: Vec<Author>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Recorded or corrected, and not looked at since.
    Recorded,
    Verified,
    Contested,
    Withdrawn,
}

impl Indicator {
    pub(super) fn fold(self, event: &Event, said: &Envelope) -> Self {
        match event {
            Event::Defined(definition) => Indicator::Defined(Box::new(Record {
                meaning: definition.meaning.clone(),
                definition: (**definition).clone(),
                targets: BTreeMap::new(),
                measurements: BTreeMap::new(),
                standing: BTreeMap::new(),
                corrections: BTreeMap::new(),
            })),
            Event::Redefined(redefinition) => self.with(|record| record.meaning = redefinition.meaning.clone()),
            Event::TargetSet(target) => self.with(|record| {
                record.targets.insert(target.horizon, target.value);
            }),
            Event::MeasurementRecorded(measurement) => self.with(|record| record.measured(measurement, said)),
            Event::MeasurementVerified(decision) => self.with(|record| record.move_to(Phase::Verified, decision.measurement)),
            Event::MeasurementContested(decision) => self.with(|record| record.move_to(Phase::Contested, decision.measurement)),
            Event::MeasurementCorrected(correction) => self.with(|record| record.corrected(correction, said)),
            Event::MeasurementWithdrawn(decision) => self.with(|record| record.withdrawn(decision.measurement)),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Record)) -> Self {
        match &mut self {
            Indicator::Defined(record) => change(record),
            Indicator::Undefined => {}
        }
        self
    }
}

impl Record {
    /// The measurement that an event recorded, or that it is the latest correction of.
    pub(super) fn find(&self, named: EventId) -> Option<(EventId, &Measured)> {
        let id = self.corrections.get(&named).copied().unwrap_or(named);
        let measured = self.measurements.get(&id)?;
        (named == id || named == measured.latest).then_some((id, measured))
    }

    fn measured(&mut self, measurement: &Measurement, said: &Envelope) {
        self.standing.insert((measurement.scope.clone(), measurement.period), said.id);
        self.measurements.insert(
            said.id,
            Measured {
                phase: Phase::Recorded,
                recorded: measurement.clone(),
                current: measurement.clone(),
                latest: said.id,
                recorders: vec![Author::of(said)],
            },
        );
    }

    fn move_to(&mut self, phase: Phase, measurement: EventId) {
        if let Some(measured) = self.measurements.get_mut(&measurement) {
            measured.phase = phase;
        }
    }

    /// A new value has been looked at by nobody: verification lapses, and what was contested counts again.
    fn corrected(&mut self, correction: &MeasurementCorrection, said: &Envelope) {
        let id = self.corrections.get(&correction.corrects).copied().unwrap_or(correction.corrects);
        self.corrections.insert(said.id, id);
        if let Some(measured) = self.measurements.get_mut(&id) {
            measured.phase = Phase::Recorded;
            measured.latest = said.id;
            measured.current.value = correction.value;
            measured.current.method = correction.method.clone();
            measured.current.evidence = correction.evidence.clone();
            measured.recorders.push(Author::of(said));
        }
    }

    /// Its scope and period are free for another one.
    fn withdrawn(&mut self, measurement: EventId) {
        self.move_to(Phase::Withdrawn, measurement);
        self.standing.retain(|_, standing| *standing != measurement);
    }
}
