//! What changed in initiatives: what is proposed, what was decided, resources and risks.

use tahavol_domain::Stream;
use tahavol_domain::initiative::Phase;
use tahavol_domain::text::Text;

use super::council::subject;
use super::{Compared, Field, Kind, Scope, Subject, SubjectKind, Value, pairs};
use crate::rows::InitiativeRow;

const REVISED: &[&str] = &["initiative.revised"];

impl Compared<'_> {
    pub(super) fn initiatives(&mut self) {
        let (from, to) = (self.from, self.to);
        for (_, old, row) in pairs(&from.initiatives, &to.initiatives) {
            if self.holds_initiative(row) {
                self.initiative(old, row);
            }
        }
    }

    pub(super) fn holds_initiative(&self, row: &InitiativeRow) -> bool {
        match self.scope {
            Scope::Programme => true,
            Scope::Commission(slug) => row.proposal.commission == *slug,
            Scope::Initiative(id) => row.id == *id,
            Scope::Milestone(_) => false,
        }
    }

    fn initiative(&mut self, old: Option<&InitiativeRow>, new: &InitiativeRow) {
        let title = &new.proposal.title;
        let subject = subject(SubjectKind::Initiative, &new.proposal.code, new.id.0, Some(title.clone()));
        match old {
            None => {
                let positions = self.window.all(Stream::Initiative(new.id));
                self.about(&subject).appeared(Some(Value::text(title)), positions);
            }
            Some(old) => self.proposal(&subject, old, new),
        }
        self.decisions(&subject, old, new);
        self.allocations(old, new);
        self.risks(old, new);
    }

    fn proposal(&mut self, subject: &Subject, old: &InitiativeRow, new: &InitiativeRow) {
        let (before, after) = (&old.proposal, &new.proposal);
        if before == after {
            return;
        }
        let positions = self.window.of(Stream::Initiative(new.id), REVISED);
        let mut about = self.about(subject);
        if before.title != after.title {
            about.changed(Field::Title, (Some(Value::text(&before.title)), Some(Value::text(&after.title))), positions.clone());
        }
        if before.horizon != after.horizon {
            let values = (Some(Value::horizon(before.horizon)), Some(Value::horizon(after.horizon)));
            about.tell(Kind::Moved, Some(Field::Horizon), values, positions.clone());
        }
        if before.directives != after.directives {
            let told = |row: &InitiativeRow| Some(Value::All(row.proposal.directives.iter().map(|code| Value::code(&code.0)).collect()));
            about.changed(Field::Directives, (told(old), told(new)), positions.clone());
        }
        if before.note != after.note {
            let told = |note: &Option<Text>| note.as_ref().map(Value::text);
            about.changed(Field::Note, (told(&before.note), told(&after.note)), positions);
        }
    }

    fn decisions(&mut self, subject: &Subject, old: Option<&InitiativeRow>, new: &InitiativeRow) {
        let known = old.map_or(0, |old| old.decisions.len());
        let stream = Stream::Initiative(new.id);
        let mut positions: Vec<u64> = new.decisions.iter().skip(known).map(|(_, _, stamp)| stamp.position).collect();
        positions.extend(self.window.of(&stream, REVISED));
        let before = old.map_or(Phase::Proposed, |old| old.phase);
        if before != new.phase {
            let kind = match new.phase {
                Phase::Rejected | Phase::Cancelled => Kind::Gone,
                Phase::Proposed | Phase::Submitted | Phase::Returned | Phase::Approved | Phase::Suspended | Phase::Completed => {
                    Kind::Changed
                }
            };
            let values = (Some(phase(before)), Some(phase(new.phase)));
            self.about(subject).tell(kind, Some(Field::Phase), values, positions);
        } else if let Some(old) = old {
            // Such as returned and submitted again, or a revision that says the same as before.
            let (decided, revised) = (new.decisions.len() > old.decisions.len(), old.proposal == new.proposal && !positions.is_empty());
            if decided {
                let through = new.decisions.iter().skip(known).map(|(led_to, _, _)| phase(*led_to)).collect();
                self.about(subject).changed(Field::Phase, (Some(phase(before)), Some(Value::Then(through))), positions);
            } else if revised {
                let values = (Some(Value::number(known)), Some(Value::number(new.decisions.len())));
                self.about(subject).changed(Field::Decisions, values, positions);
            }
        }
    }

    fn allocations(&mut self, old: Option<&InitiativeRow>, new: &InitiativeRow) {
        for (id, (allocation, stamp)) in &new.allocations {
            if old.is_some_and(|old| old.allocations.contains_key(id)) {
                continue;
            }
            let subject = subject(SubjectKind::Allocation, &new.proposal.code, id, Some(allocation.resource.clone()));
            let told = Value::All(vec![Value::quantity(allocation.amount), Value::code(&allocation.unit)]);
            self.about(&subject).appeared(Some(told), vec![stamp.position]);
        }
    }

    fn risks(&mut self, old: Option<&InitiativeRow>, new: &InitiativeRow) {
        for (id, row) in &new.risks {
            let known = old.and_then(|old| old.risks.get(id));
            let subject = subject(SubjectKind::Risk, &new.proposal.code, id, Some(row.risk.title.clone()));
            let told = Value::All(vec![Value::number(row.risk.likelihood), Value::code("×"), Value::number(row.risk.impact)]);
            if known.is_none() {
                self.about(&subject).appeared(Some(told.clone()), vec![row.raised.position]);
            }
            if let Some(closed) = row.closed.as_ref().filter(|_| known.is_none_or(|known| known.closed.is_none())) {
                self.about(&subject).gone(Some(told), vec![closed.position]);
            }
        }
    }
}

fn phase(phase: Phase) -> Value {
    Value::Word(match phase {
        Phase::Proposed => "PROPOSED",
        Phase::Submitted => "SUBMITTED",
        Phase::Returned => "RETURNED",
        Phase::Approved => "APPROVED",
        Phase::Rejected => "REJECTED",
        Phase::Suspended => "SUSPENDED",
        Phase::Completed => "COMPLETED",
        Phase::Cancelled => "CANCELLED",
    })
}
