//! What happened between two pictures and left all as it was: nothing that happened is passed over.

use std::collections::BTreeSet;

use tahavol_domain::Stream;

use super::council::subject;
use super::{Compared, Field, Subject, SubjectKind};

/// The subjects that tell what happens in a stream, so that a scope is told what the whole is told of it.
#[derive(Default)]
struct Told {
    council: BTreeSet<u64>,
    initiatives: BTreeSet<u64>,
    milestones: BTreeSet<u64>,
    indicators: BTreeSet<u64>,
    stations: BTreeSet<u64>,
}

impl Told {
    fn by(&mut self, kind: SubjectKind) -> &mut BTreeSet<u64> {
        match kind {
            SubjectKind::Programme
            | SubjectKind::Horizon
            | SubjectKind::Directive
            | SubjectKind::Document
            | SubjectKind::TargetStations
            | SubjectKind::Official
            | SubjectKind::Delegation
            | SubjectKind::Review
            | SubjectKind::Evidence
            | SubjectKind::Commission => &mut self.council,
            SubjectKind::Initiative | SubjectKind::Allocation | SubjectKind::Risk => &mut self.initiatives,
            SubjectKind::Milestone => &mut self.milestones,
            SubjectKind::Indicator => &mut self.indicators,
            SubjectKind::Station => &mut self.stations,
        }
    }
}

impl Compared<'_> {
    /// After everything else: the events that no change names so far.
    pub(super) fn meanwhile(&mut self) {
        let mut told = Told::default();
        for change in &self.found {
            told.by(change.subject.kind).extend(&change.positions);
        }
        let window = self.window;
        for (stream, mut positions) in window.streams() {
            let Some(subject) = self.whose(&stream) else { continue };
            let told = told.by(subject.kind);
            positions.retain(|position| !told.contains(position));
            if !positions.is_empty() {
                self.about(&subject).changed(Field::Meanwhile, (None, None), positions);
            }
        }
    }

    /// Whom a stream is about, where that is asked for.
    fn whose(&self, stream: &Stream) -> Option<Subject> {
        let to = self.to;
        match stream {
            Stream::Programme(_) => {
                let row = to.programme.as_ref().filter(|_| self.is_whole())?;
                Some(subject(SubjectKind::Programme, &row.charter.slug, row.id.0, Some(row.charter.title.clone())))
            }
            Stream::Commission(slug) => {
                let row = to.commissions.get(slug).filter(|_| self.holds_commission(Some(slug)))?;
                Some(subject(SubjectKind::Commission, &slug.0, &slug.0, Some(row.establishment.title.clone())))
            }
            Stream::Initiative(id) => {
                let row = to.initiatives.get(id).filter(|row| self.holds_initiative(row))?;
                Some(subject(SubjectKind::Initiative, &row.proposal.code, id.0, Some(row.proposal.title.clone())))
            }
            Stream::Milestone(id) => {
                let row = to.milestones.get(id).filter(|row| self.holds_milestone(row))?;
                Some(subject(SubjectKind::Milestone, &row.plan.code, id.0, Some(row.plan.title.clone())))
            }
            Stream::Indicator(code) => {
                let row = to.indicators.get(code).filter(|row| self.holds_indicator(row))?;
                Some(subject(SubjectKind::Indicator, &code.0, &code.0, Some(row.definition.meaning.title.clone())))
            }
            Stream::Station(code) => {
                let row = to.stations.get(code).filter(|_| self.is_whole())?;
                Some(subject(SubjectKind::Station, &code.0, &code.0, Some(row.name.clone())))
            }
        }
    }
}
