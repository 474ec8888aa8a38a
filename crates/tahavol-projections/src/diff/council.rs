//! What changed in the programme as a whole and in its commissions: charter, horizons, directives, document, targets, people, reviews.

use imbl::Vector;
use imbl::ordmap::DiffItem;
use tahavol_domain::Stream;
use tahavol_domain::commission::event::{Rating, RatingVoice};
use tahavol_domain::programme::event::HorizonWindow;
use tahavol_domain::text::Text;
use tahavol_domain::values::{Confidence, Office};

use super::{Compared, Field, Kind, Subject, SubjectKind, Value, pairs};
use crate::rows::{CommissionRow, DelegationRow, Official, ReviewRow, Stamp};

impl Compared<'_> {
    pub(super) fn council(&mut self) {
        if self.is_whole() {
            self.charter();
            self.horizons();
            self.directives();
            self.documents();
            self.target();
            self.reviews();
            self.evidence();
        }
        self.officials();
        self.delegations();
        self.commissions();
    }

    fn programme_stream(&self) -> String {
        self.to.programme.as_ref().map_or_else(String::new, |row| Stream::Programme(row.id).to_string())
    }

    fn charter(&mut self) {
        if let (None, Some(row)) = (&self.from.programme, &self.to.programme) {
            let title = &row.charter.title;
            let subject = subject(SubjectKind::Programme, &row.charter.slug, row.id.0, Some(title.clone()));
            self.about(&subject).appeared(Some(Value::text(title)), vec![row.chartered.position]);
        }
    }

    fn horizons(&mut self) {
        let (from, to, stream) = (self.from, self.to, self.programme_stream());
        let charter = to.programme.as_ref().map(|row| &row.charter);
        let named = |window: &HorizonWindow| {
            let horizon = charter.and_then(|charter| charter.horizons.iter().find(|named| named.horizon == window.horizon));
            let code = window.horizon.as_str();
            subject(SubjectKind::Horizon, code, code, horizon.map(|horizon| horizon.title.clone()))
        };
        for item in from.horizons.diff(&to.horizons) {
            match item {
                DiffItem::Add(_, window) => {
                    let positions = self.window.about(&stream, &["programme.chartered"], window.horizon.as_str());
                    let days = Value::All(vec![Value::Day(window.starts), Value::Day(window.ends)]);
                    self.about(&named(window)).appeared(Some(days), positions);
                }
                DiffItem::Update { old: (_, old), new: (_, new) } => {
                    let positions = self.window.about(&stream, &["programme.horizon_rescheduled"], new.horizon.as_str());
                    for (field, before, after) in [(Field::Starts, old.starts, new.starts), (Field::Ends, old.ends, new.ends)] {
                        if before != after {
                            let values = (Some(Value::Day(before)), Some(Value::Day(after)));
                            self.about(&named(new)).changed(field, values, positions.clone());
                        }
                    }
                }
                DiffItem::Remove(..) => {}
            }
        }
    }

    fn directives(&mut self) {
        let (from, to) = (self.from, self.to);
        for (code, _, row) in pairs(&from.directives, &to.directives) {
            let title = &row.directive.title;
            let subject = subject(SubjectKind::Directive, &code.0, &code.0, Some(title.clone()));
            self.about(&subject).appeared(Some(Value::text(title)), vec![row.issued.position]);
        }
    }

    fn documents(&mut self) {
        let to = self.to;
        for row in to.documents.iter().skip(self.from.documents.len()) {
            let (document, approved) = &**row;
            let subject = subject(SubjectKind::Document, document.version, document.digest, None);
            let told = Value::All(vec![Value::number(document.milestones), Value::code(document.digest)]);
            self.about(&subject).appeared(Some(told), vec![approved.position]);
        }
    }

    fn target(&mut self) {
        let Some((new, stamp)) = self.to.target.as_deref() else { return };
        if !self.is_fresh(stamp) {
            return;
        }
        let (subject, positions) = (subject(SubjectKind::TargetStations, "", "", None), vec![stamp.position]);
        let after = Some(Value::number(new.stations.len()));
        match self.from.target.as_deref() {
            None => self.about(&subject).appeared(after, positions),
            Some((old, _)) => {
                let before = Some(Value::number(old.stations.len()));
                self.about(&subject).changed(Field::Stations, (before, after), positions);
            }
        }
    }

    fn reviews(&mut self) {
        let (from, to) = (self.from, self.to);
        for (id, old, row) in pairs(&from.reviews, &to.reviews) {
            let title = &row.review.title;
            let day = row.held.effective_on.map_or_else(|| row.held.position.to_string(), |day| day.to_string());
            let subject = subject(SubjectKind::Review, day, id, Some(title.clone()));
            if old.is_none() {
                self.about(&subject).appeared(Some(Value::text(title)), vec![row.held.position]);
            }
            self.closures(&subject, old, row);
        }
    }

    fn closures(&mut self, subject: &Subject, old: Option<&ReviewRow>, new: &ReviewRow) {
        for (action, (closure, stamp)) in &new.closures {
            if old.is_some_and(|old| old.closures.contains_key(action)) {
                continue;
            }
            let title = new.review.actions.iter().find(|known| known.action == *action).map(|action| Value::text(&action.title));
            let mut about = self.about(subject).item(title.unwrap_or_else(|| Value::code(action)));
            about.changed(Field::Action, (Some(Value::Word("OPEN")), Some(Value::text(&closure.outcome))), vec![stamp.position]);
        }
    }

    /// A file is told by the event that refers to it; that it is no more, here.
    fn evidence(&mut self) {
        let (from, to) = (self.from, self.to);
        for (digest, old, row) in pairs(&from.evidence, &to.evidence) {
            let Some((order, stamp)) = &row.destroyed else { continue };
            if old.is_some_and(|old| old.destroyed.as_ref() == row.destroyed.as_ref()) {
                continue;
            }
            let title = Some(Text::fa(&row.evidence.title)).filter(|title| !title.is_blank());
            let subject = subject(SubjectKind::Evidence, digest, digest, title);
            self.about(&subject).gone(Some(Value::code(order)), vec![stamp.position]);
        }
    }

    fn officials(&mut self) {
        let (from, to) = (self.from, self.to);
        for (actor, old, row) in pairs(&from.officials, &to.officials) {
            let subject = subject(SubjectKind::Official, &actor.0, &actor.0, Some(Text::fa(&row.person.name)));
            self.tenures(&subject, old, row);
            self.releases(&subject, old, row);
            let renamed = old.filter(|old| old.person.name != row.person.name && self.is_whole());
            if let Some(old) = renamed {
                let named = row.tenures.last().map(|tenure| tenure.appointed.position);
                let values = (Some(Value::code(&old.person.name)), Some(Value::code(&row.person.name)));
                self.about(&subject).changed(Field::Name, values, named.into_iter().collect());
            }
        }
    }

    fn tenures(&mut self, subject: &Subject, old: Option<&Official>, new: &Official) {
        for (index, tenure) in new.tenures.iter().enumerate() {
            let known = old.and_then(|old| old.tenures.get(index));
            if !self.holds_commission(tenure.office.commission()) {
                continue;
            }
            let office = Some(Value::code(&tenure.office));
            if known.is_none() {
                self.about(subject).tell(Kind::New, Some(Field::Office), (None, office.clone()), vec![tenure.appointed.position]);
            }
            if let Some(released) = tenure.released.as_ref().filter(|_| known.is_none_or(|known| known.released.is_none())) {
                let mut positions = self.release_proposals(subject, &tenure.office);
                positions.retain(|position| *position < released.position);
                positions.push(released.position);
                self.about(subject).tell(Kind::Gone, Some(Field::Office), (office, None), positions);
            }
        }
    }

    /// Positions of proposals to release somebody of an office of the programme's own.
    fn release_proposals(&self, subject: &Subject, office: &Office) -> Vec<u64> {
        match office.commission() {
            Some(_) => Vec::new(),
            None => self.window.about(self.programme_stream(), &["programme.official_release_proposed"], &subject.key),
        }
    }

    /// Proposed releases, and those that are no longer pending.
    fn releases(&mut self, subject: &Subject, old: Option<&Official>, new: &Official) {
        for (office, stamp) in &new.release_proposed {
            let known = old.and_then(|old| old.release_proposed.get(office));
            if known != Some(stamp) && self.holds_commission(office.commission()) {
                self.about(subject).changed(Field::ReleaseProposed, (None, Some(Value::code(office))), vec![stamp.position]);
            }
        }
        let ended: Vec<&Office> = match old {
            Some(old) => old.release_proposed.keys().filter(|office| !new.release_proposed.contains_key(*office)).collect(),
            None => Vec::new(),
        };
        for office in ended {
            if !self.holds_commission(office.commission()) {
                continue;
            }
            let mut positions = self.window.about(self.programme_stream(), &["programme.official_released"], &subject.key);
            if let Some(slug) = office.commission() {
                let stream = Stream::Commission(slug.clone());
                positions.extend(self.window.about(stream, &["commission.member_released"], &subject.key));
            }
            self.about(subject).changed(Field::ReleaseProposed, (Some(Value::code(office)), None), positions);
        }
    }

    fn delegations(&mut self) {
        let (from, to) = (self.from, self.to);
        for (id, old, row) in pairs(&from.delegations, &to.delegations) {
            let delegation = &row.delegation;
            if !self.holds_commission(delegation.office.commission()) {
                continue;
            }
            let title = Some(Text::fa(&delegation.to.name));
            let subject = subject(SubjectKind::Delegation, &delegation.to.id.0, id, title);
            let told = delegated(row);
            if old.is_none() {
                self.about(&subject).appeared(Some(told.clone()), vec![row.given.position]);
            }
            if let Some(ended) = row.ended.as_ref().filter(|_| old.is_none_or(|old| old.ended.is_none())) {
                self.about(&subject).gone(Some(told), vec![ended.position]);
            }
        }
    }

    fn commissions(&mut self) {
        let (from, to) = (self.from, self.to);
        for (slug, old, row) in pairs(&from.commissions, &to.commissions) {
            if !self.holds_commission(Some(slug)) {
                continue;
            }
            let title = &row.establishment.title;
            let subject = subject(SubjectKind::Commission, &slug.0, &slug.0, Some(title.clone()));
            if old.is_none() {
                self.about(&subject).appeared(Some(Value::text(title)), vec![row.established.position]);
            }
            self.ratings(&subject, old, row);
        }
    }

    fn ratings(&mut self, subject: &Subject, old: Option<&CommissionRow>, new: &CommissionRow) {
        for (key, ratings) in &new.ratings {
            let known = old.and_then(|old| old.ratings.get(key));
            let fresh: Vec<u64> = ratings.iter().skip(known.map_or(0, |known| known.len())).map(|(_, stamp)| stamp.position).collect();
            if fresh.is_empty() {
                continue;
            }
            let voice = match key.1 {
                RatingVoice::Own => "OWN",
                RatingVoice::Independent => "INDEPENDENT",
            };
            let last = |ratings: &Vector<(Rating, Stamp)>| ratings.last().map(|(rating, _)| colour(rating.confidence));
            let mut values = (known.and_then(last), last(ratings));
            let through: Vec<Value> =
                ratings.iter().skip(known.map_or(0, Vector::len)).map(|(rating, _)| colour(rating.confidence)).collect();
            // There and back again; the same once more is told as it is.
            if values.0 == values.1 && through.iter().any(|colour| Some(colour) != values.0.as_ref()) {
                values.1 = Some(Value::Then(through));
            }
            let mut about = self.about(subject).item(Value::All(vec![Value::horizon(key.0), Value::Word(voice)]));
            about.changed(Field::Rating, values, fresh);
        }
    }
}

pub(super) fn subject(kind: SubjectKind, code: impl ToString, key: impl ToString, title: Option<Text>) -> Subject {
    Subject { kind, code: code.to_string(), key: key.to_string(), title }
}

fn delegated(row: &DelegationRow) -> Value {
    let delegation = &row.delegation;
    Value::All(vec![Value::code(&delegation.office), Value::Day(delegation.starts), Value::Day(delegation.ends)])
}

fn colour(confidence: Confidence) -> Value {
    Value::Word(match confidence {
        Confidence::Green => "GREEN",
        Confidence::AmberGreen => "AMBER_GREEN",
        Confidence::Amber => "AMBER",
        Confidence::AmberRed => "AMBER_RED",
        Confidence::Red => "RED",
        Confidence::Grey => "GREY",
    })
}
