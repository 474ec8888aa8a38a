//! What the commands on the programme as a whole ask: offices, horizons, directives, document, targets, reviews.

use tahavol_app::Subject;
use tahavol_domain::programme::Command as C;
use tahavol_domain::programme::command::HoldReview;
use tahavol_domain::programme::event::{
    ActionClosure, Appointment, Delegation, DelegationEnd, Directive, HorizonWindow, Release, ReviewAction, ReviewKind,
};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{ActorId, DirectiveCode, Office, Person, ProgrammeId};
use tahavol_domain::{Command, Stream};
use tahavol_web::address;
use tahavol_web::forms::Asks;
use uuid::Uuid;

use super::Built;
use super::form::Form;

const KINDS: [(ReviewKind, &str); 2] = [(ReviewKind::StockTake, "STOCK_TAKE"), (ReviewKind::Conference, "CONFERENCE")];

/// What the rule of the target stations asks, where nobody has said otherwise: more than 53%.
const TARGET_SHARE: &str = "0.53";

impl Form<'_> {
    /// A person by id and name; the name of whom the programme knows need not be typed.
    pub(super) fn somebody(&mut self, name: &'static str, called: &'static str) -> Person {
        let on = self.on;
        let known = |id: &str| self.live.officials.get(&ActorId(id.to_owned())).map(|row| row.person.name.clone());
        let (initial, title) = known(on).map_or(("", String::new()), |title| (on, title));
        let id = self.code(name, Some("page-person-hint"), initial);
        let typed = self.line_or_none(called, &title);
        let kept = self.live.officials.get(&ActorId(id.clone())).map(|row| row.person.name.clone());
        Person { id: ActorId(id), name: typed.or(kept).unwrap_or_default() }
    }

    fn office_of(&mut self, options: Vec<Office>) -> Office {
        let options = options.into_iter().map(|office| (office.to_string(), self.sheet.office(&office))).collect();
        self.pick("office", options, "", |text| text.parse().ok()).unwrap_or(Office::Inspector)
    }

    /// The official whose page the form is on, where it is on one.
    fn official(&mut self) -> Option<(ActorId, Vec<Office>)> {
        let actor = ActorId(self.on.to_owned());
        let row = self.live.officials.get(&actor)?.clone();
        let programme = self.live.programme.as_ref()?.id;
        self.about(row.person.name.clone(), address::person(&actor.0), Subject::Official(actor.clone()), Stream::Programme(programme));
        Some((actor, row.offices().cloned().collect()))
    }
}

pub(super) fn appoint(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    form.official();
    let person = form.somebody("person", "personName");
    let mut offices = vec![Office::Council, Office::Inspector, Office::Auditor, Office::Administrator];
    offices.extend(form.provinces().into_iter().map(|(code, _)| Office::Reporter(tahavol_domain::values::ProvinceCode(code))));
    let office = form.office_of(offices);
    form.reason(false);
    built(programme, C::AppointOfficial(Appointment { person, office }))
}

/// Of an office of the programme; a commission's people are released there.
pub(super) fn release(form: &mut Form<'_>, command: fn(Release) -> C) -> Option<Built> {
    let programme = form.programme()?;
    let (actor, held) = form.official()?;
    let office = form.office_of(held.into_iter().filter(|office| office.commission().is_none()).collect());
    form.reason(false);
    built(programme, command(Release { actor, office }))
}

/// From oneself, or from the official whose page the form is on.
pub(super) fn delegate(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let official = form.official();
    let own = || (form.person.id.clone(), form.sheet.offices.to_vec());
    let (from, held) = official.unwrap_or_else(own);
    let office = form.office_of(held);
    let to = Person {
        id: ActorId(form.code("to", Some("page-person-hint"), "")),
        name: form.line_or_none("personName", "").unwrap_or_default(),
    };
    let known = form.live.officials.get(&to.id).map(|row| row.person.name.clone());
    let name = if to.name.is_empty() { known.unwrap_or_default() } else { to.name };
    let (starts, ends) = (form.date("starts", Some(form.today)), form.date("ends", None));
    form.reason(false);
    let delegation = Delegation { delegation: form.new_id("delegation"), from, to: Person { id: to.id, name }, office, starts, ends };
    built(programme, C::DelegateOffice(delegation))
}

/// The one that the form is on, or one that the person has a part in; the council chooses among all.
pub(super) fn end_delegation(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let council = form.sheet.offices.contains(&Office::Council);
    let (own, today) = (form.person.id.clone(), form.today);
    let live = form.live.delegations.iter().filter(|(_, row)| row.ended.is_none() && row.delegation.ends >= today);
    let theirs = live.filter(|(_, row)| council || row.delegation.from == own || row.delegation.to.id == own);
    let options: Vec<(String, String)> = theirs
        .map(|(id, row)| {
            let Delegation { to, office, ends, .. } = &row.delegation;
            (id.to_string(), format!("{} · {} · {}", to.name, form.sheet.office(office), form.sheet.hand.long(*ends)))
        })
        .collect();
    let on = if Uuid::parse_str(form.on).is_ok() { form.on } else { "" };
    let delegation = form.pick("delegation", options, on, |text| Uuid::parse_str(text).ok()).unwrap_or_default();
    form.reason(false);
    built(programme, C::EndDelegation(DelegationEnd { delegation }))
}

pub(super) fn reschedule(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let on = super::form::horizon_of(form.on);
    let horizon = form.horizon(on);
    let now = form.live.horizons.get(&horizon).cloned();
    let starts = form.date("starts", now.as_ref().map(|now| now.starts));
    let ends = form.date("ends", now.as_ref().map(|now| now.ends));
    form.reason(true);
    built(programme, C::RescheduleHorizon(HorizonWindow { horizon, starts, ends }))
}

pub(super) fn issue(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let directive = Directive {
        code: DirectiveCode(form.code("code", Some("page-new-code-hint"), "")),
        title: form.both("title", None),
        issuer: form.both("issuer", None),
        issued_on: form.date("issuedOn", Some(form.today)),
        provenance: None,
    };
    built(programme, C::IssueDirective(directive))
}

pub(super) fn approve_document(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let resolution = form.line("resolution", "");
    form.reason(true);
    form.then = Some(address::DECISIONS.to_owned());
    built(programme, C::ApproveDocument { resolution })
}

pub(super) fn designate(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let share = Quantity::parse(TARGET_SHARE).ok();
    let visit_share_above = form.quantity("visitShareAbove", share);
    let case_share_above = form.quantity("caseShareAbove", share);
    form.reason(true);
    built(programme, C::DesignateTargetStations { visit_share_above, case_share_above, provenance: None })
}

pub(super) fn hold_review(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let (kind, title) = (form.one_of("kind", &KINDS, "").unwrap_or(ReviewKind::StockTake), form.both("title", None));
    form.day();
    // The picture that is looked at now, and not the one of when the form is sent.
    let position = form.known("position", form.live.position.map(|position| position.to_string()).unwrap_or_default()).parse().ok();
    let review = HoldReview {
        review: form.new_id("review"),
        strengths: form.texts("strengths"),
        weaknesses: form.texts("weaknesses"),
        commendations: form.texts("commendations"),
        actions: actions(form),
        kind,
        title,
        position,
    };
    form.then = Some(address::review(&review.review.to_string()));
    built(programme, C::HoldReview(review))
}

/// One to a row: what, who, until when.
fn actions(form: &mut Form<'_>) -> Vec<ReviewAction> {
    let mut officials: Vec<(String, String)> =
        form.live.officials.iter().map(|(id, row)| (id.0.clone(), format!("{} · {}", row.person.name, id.0))).collect();
    officials.sort_by(|a, b| a.1.cmp(&b.1));
    officials.insert(0, (String::new(), form.sheet.word("page-nobody-yet")));
    let mut parts = form.parts_of_text();
    parts.extend([form.part("owner", "page-part-owner", Asks::Choice(officials)), form.part("due", "page-field-due", Asks::Code)]);
    let rows = form.rows("actions", (Some("page-actions-hint"), true), parts, Vec::new(), 1);
    let mut actions = Vec::new();
    for row in &rows {
        let (title, due) = (form.text_of("actions", row), form.day_of("actions", row, (3, "due")));
        let owner = row.answers.get(2).cloned().unwrap_or_default();
        if owner.is_empty() {
            form.row_is_wrong("actions", row, "owner", "page-answer-missing", "");
        }
        let action = form.new_id(&format!("action#{}", row.number));
        actions.extend(due.map(|due| ReviewAction { action, title, owner: ActorId(owner), due }));
    }
    actions
}

/// Of the review that the form is on.
pub(super) fn close_action(form: &mut Form<'_>) -> Option<Built> {
    let programme = form.programme()?;
    let id = Uuid::parse_str(form.on).ok()?;
    let row = form.live.reviews.get(&id).cloned()?;
    let (title, path) = (row.review.title.get(form.lang()).to_owned(), address::review(form.on));
    form.about(title, path, Subject::Review(id), Stream::Programme(programme));
    let lang = form.lang();
    let open = row.review.actions.iter().filter(|action| !row.closures.contains_key(&action.action));
    let options = open.map(|action| (action.action.to_string(), action.title.get(lang).to_owned())).collect();
    let action = form.pick("action", options, "", |text| Uuid::parse_str(text).ok()).unwrap_or_default();
    let closure = ActionClosure { review: id, action, outcome: form.long("outcome"), evidence: form.files(false) };
    built(programme, C::CloseReviewAction(closure))
}

fn built(programme: ProgrammeId, command: C) -> Option<Built> {
    Some((Stream::Programme(programme), Command::Programme(command)))
}
