//! Tries on the programme as a whole and on commissions: offices, horizons, the document, reviews, evidence, ratings.

use tahavol_domain::commission::event::{Establishment, MemberAppointment, MemberRelease, Rating, RatingVoice, Role};
use tahavol_domain::programme::command::HoldReview;
use tahavol_domain::programme::event::{
    ActionClosure, Appointment, Delegation, DelegationEnd, Destruction, Directive, HorizonWindow, Release, ReviewKind,
};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{ActorId, CommissionSlug, Confidence, DirectiveCode, Evidence, Horizon, Office, Person, Sha256};
use tahavol_domain::{Command, Stream, commission, programme};
use uuid::Uuid;

use super::tries::{Tries, new_code, somebody, something};
use super::{Desk, SOMETHING, Subject, Try};

use programme::Command as P;

impl Desk<'_> {
    /// Somebody new, or an official to one more office.
    pub(super) fn appoint_official(&self, about: &Subject) -> Tries {
        let appoint = |person: Person, office| self.programme_wide(P::AppointOfficial(Appointment { person, office }));
        match about {
            Subject::Programme => Some(vec![appoint(somebody(), Office::Inspector)]),
            Subject::Official(actor) => {
                let name = self.snapshot.officials.get(actor).map_or(SOMETHING, |row| row.person.name.as_str());
                let person = Person { id: actor.clone(), name: name.to_owned() };
                let all = [Office::Inspector, Office::Auditor, Office::Administrator, Office::Council];
                Some(all.map(|office| appoint(person.clone(), office)).to_vec())
            }
            Subject::Delegation(_)
            | Subject::Review(_)
            | Subject::Evidence(_)
            | Subject::Commission(_)
            | Subject::Initiative(_)
            | Subject::Risk(..)
            | Subject::Milestone(_)
            | Subject::Province(_)
            | Subject::Station(_)
            | Subject::Indicator(_)
            | Subject::Measurement(..) => None,
        }
    }

    /// From any office of the programme that the official holds.
    pub(super) fn release_official(&self, about: &Subject, command: fn(Release) -> P) -> Tries {
        let Subject::Official(actor) = about else { return None };
        let held = self.held(actor).into_iter().filter(|office| office.commission().is_none());
        let tries: Vec<Try> = held.map(|office| self.programme_wide(command(Release { actor: actor.clone(), office }))).collect();
        let none = || vec![self.programme_wide(command(Release { actor: actor.clone(), office: Office::Inspector }))];
        Some(if tries.is_empty() { none() } else { tries })
    }

    /// Of the programme: one's own office. Of an official: one that the official holds.
    pub(super) fn delegate(&self, about: &Subject) -> Tries {
        let from = match about {
            Subject::Programme => self.actor,
            Subject::Official(actor) => actor,
            Subject::Delegation(_)
            | Subject::Review(_)
            | Subject::Evidence(_)
            | Subject::Commission(_)
            | Subject::Initiative(_)
            | Subject::Risk(..)
            | Subject::Milestone(_)
            | Subject::Province(_)
            | Subject::Station(_)
            | Subject::Indicator(_)
            | Subject::Measurement(..) => return None,
        };
        let lend = |office: Office| {
            let (delegation, starts, ends) = (Uuid::now_v7(), self.today, self.today);
            self.programme_wide(P::DelegateOffice(Delegation { delegation, from: from.clone(), to: somebody(), office, starts, ends }))
        };
        let held = self.held(from);
        Some(if held.is_empty() { vec![lend(Office::Inspector)] } else { held.into_iter().map(lend).collect() })
    }

    /// The one that is named, or any that an official has a part in, or one's own.
    pub(super) fn end_delegation(&self, about: &Subject) -> Tries {
        let of = |actor: &ActorId| {
            let rows = self.snapshot.delegations.iter().filter(|(_, row)| row.ended.is_none() && row.delegation.ends >= self.today);
            let theirs = rows.filter(|(_, row)| row.delegation.from == *actor || row.delegation.to.id == *actor);
            theirs.map(|(id, _)| *id).collect::<Vec<_>>()
        };
        let mut named = match about {
            Subject::Delegation(id) => vec![*id],
            Subject::Official(actor) => of(actor),
            Subject::Programme => of(self.actor),
            Subject::Review(_)
            | Subject::Evidence(_)
            | Subject::Commission(_)
            | Subject::Initiative(_)
            | Subject::Risk(..)
            | Subject::Milestone(_)
            | Subject::Province(_)
            | Subject::Station(_)
            | Subject::Indicator(_)
            | Subject::Measurement(..) => return None,
        };
        if named.is_empty() {
            named.push(Uuid::nil());
        }
        Some(named.into_iter().map(|delegation| self.programme_wide(P::EndDelegation(DelegationEnd { delegation }))).collect())
    }

    /// A day later; that is never before what is due.
    pub(super) fn reschedule(&self) -> Vec<Try> {
        let later = |window: &HorizonWindow| HorizonWindow { ends: window.ends.plus_days(1), ..window.clone() };
        self.snapshot.horizons.values().map(|window| self.programme_wide(P::RescheduleHorizon(later(window)))).collect()
    }

    pub(super) fn issue(&self) -> Try {
        self.programme_wide(P::IssueDirective(Directive {
            code: DirectiveCode(new_code()),
            title: something(),
            issuer: something(),
            issued_on: self.today,
            provenance: None,
        }))
    }

    pub(super) fn approve_document(&self) -> Try {
        self.programme_wide(P::ApproveDocument { resolution: SOMETHING.to_owned() })
    }

    /// By the shares of the last time, or by more than half.
    pub(super) fn designate(&self) -> Try {
        let half = Quantity::from_micros(500_000).unwrap_or_default();
        let last = self.snapshot.target.as_ref().map(|row| (row.0.visit_share_above, row.0.case_share_above));
        let (visit_share_above, case_share_above) = last.unwrap_or((half, half));
        self.programme_wide(P::DesignateTargetStations { visit_share_above, case_share_above, provenance: None })
    }

    pub(super) fn hold(&self) -> Try {
        self.programme_wide(P::HoldReview(HoldReview {
            review: Uuid::now_v7(),
            kind: ReviewKind::StockTake,
            title: something(),
            position: None,
            strengths: Vec::new(),
            weaknesses: Vec::new(),
            commendations: Vec::new(),
            actions: Vec::new(),
        }))
    }

    /// Any action that is open.
    pub(super) fn close_action(&self, about: &Subject) -> Tries {
        let Subject::Review(review) = about else { return None };
        let row = self.snapshot.reviews.get(review);
        let open = row.and_then(|row| row.review.actions.iter().find(|action| !row.closures.contains_key(&action.action)));
        let any = open.or_else(|| row.and_then(|row| row.review.actions.first()));
        let file = Evidence { digest: Sha256::default(), media_type: SOMETHING.to_owned(), size: 0, title: SOMETHING.to_owned() };
        let action = any.map(|action| action.action).unwrap_or_default();
        let closure = ActionClosure { review: *review, action, outcome: something(), evidence: vec![file] };
        Some(vec![self.programme_wide(P::CloseReviewAction(closure))])
    }

    pub(super) fn destroy(&self, about: &Subject) -> Tries {
        let Subject::Evidence(digest) = about else { return None };
        let destruction = Destruction { digest: *digest, order: SOMETHING.to_owned(), referred_by: Vec::new() };
        Some(vec![self.programme_wide(P::DestroyEvidence(destruction))])
    }

    /// A commission of the charter that is not there yet, where there is one.
    pub(super) fn establish(&self) -> Vec<Try> {
        let chartered = self.snapshot.programme.as_ref().map(|row| row.charter.commissions.as_slice()).unwrap_or_default();
        let waiting = chartered.iter().find(|slug| !self.snapshot.commissions.contains_key(*slug));
        let slug = waiting.or(chartered.first()).cloned().unwrap_or_default();
        let establishment = Establishment { slug: slug.clone(), title: something(), remit: something(), provenance: None };
        vec![to_commission(&slug, commission::Command::Establish(establishment))]
    }

    pub(super) fn appoint_member(&self, about: &Subject) -> Tries {
        let Subject::Commission(slug) = about else { return None };
        let appointment = MemberAppointment { person: somebody(), role: Role::Member };
        Some(vec![to_commission(slug, commission::Command::AppointMember(appointment))])
    }

    /// Anybody of the commission, or the official from any commission.
    pub(super) fn release_member(&self, about: &Subject) -> Tries {
        let release = |slug: &CommissionSlug, actor: &ActorId, role| {
            to_commission(slug, commission::Command::ReleaseMember(MemberRelease { actor: actor.clone(), role }))
        };
        match about {
            Subject::Commission(slug) => {
                let people = self.snapshot.officials.iter().flat_map(|(actor, row)| row.offices().map(move |office| (actor, office)));
                let own = people.filter_map(|(actor, office)| Some((actor, role_in(office)?))).filter(|(_, (of, _))| *of == slug);
                let any = own.map(|(actor, (_, role))| release(slug, actor, role)).next();
                Some(vec![any.unwrap_or_else(|| release(slug, &ActorId::default(), Role::Member))])
            }
            Subject::Official(actor) => {
                let held = self.held(actor);
                let roles = held.iter().filter_map(role_in).map(|(slug, role)| release(slug, actor, role)).collect::<Vec<_>>();
                (!roles.is_empty()).then_some(roles)
            }
            Subject::Programme
            | Subject::Delegation(_)
            | Subject::Review(_)
            | Subject::Evidence(_)
            | Subject::Initiative(_)
            | Subject::Risk(..)
            | Subject::Milestone(_)
            | Subject::Province(_)
            | Subject::Station(_)
            | Subject::Indicator(_)
            | Subject::Measurement(..) => None,
        }
    }

    /// In either voice, whatever was said of today before.
    pub(super) fn rate(&self, about: &Subject) -> Tries {
        let Subject::Commission(slug) = about else { return None };
        let voices = [RatingVoice::Own, RatingVoice::Independent];
        let rate = |voice| {
            let note = Some(something());
            to_commission(slug, commission::Command::Rate(Rating { horizon: Horizon::Long, voice, confidence: Confidence::Green, note }))
        };
        Some(voices.map(rate).to_vec())
    }

    /// Offices held in the own right.
    fn held(&self, actor: &ActorId) -> Vec<Office> {
        self.snapshot.officials.get(actor).map(|row| row.offices().cloned().collect()).unwrap_or_default()
    }
}

fn role_in(office: &Office) -> Option<(&CommissionSlug, Role)> {
    match office {
        Office::Chair(slug) => Some((slug, Role::Chair)),
        Office::Secretary(slug) => Some((slug, Role::Secretary)),
        Office::Member(slug) => Some((slug, Role::Member)),
        Office::Founding | Office::Council | Office::Inspector | Office::Reporter(_) | Office::Auditor | Office::Administrator => None,
    }
}

fn to_commission(slug: &CommissionSlug, command: commission::Command) -> Try {
    (Stream::Commission(slug.clone()), Command::Commission(command))
}
