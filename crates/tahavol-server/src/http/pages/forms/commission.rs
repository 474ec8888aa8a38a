//! What the commands on commissions ask.

use tahavol_app::Subject;
use tahavol_domain::commission::Command as C;
use tahavol_domain::commission::event::{Establishment, MemberAppointment, MemberRelease, Rating, RatingVoice, Role};
use tahavol_domain::values::{ActorId, CommissionSlug, Confidence, Office};
use tahavol_domain::{Command, Stream};
use tahavol_web::address;

use super::Built;
use super::form::Form;

const ROLES: [(Role, &str); 3] = [(Role::Member, "MEMBER"), (Role::Secretary, "SECRETARY"), (Role::Chair, "CHAIR")];
const VOICES: [(RatingVoice, &str); 2] = [(RatingVoice::Own, "OWN"), (RatingVoice::Independent, "INDEPENDENT")];
const CONFIDENCES: [(Confidence, &str); 5] = [
    (Confidence::Green, "GREEN"),
    (Confidence::AmberGreen, "AMBER_GREEN"),
    (Confidence::Amber, "AMBER"),
    (Confidence::AmberRed, "AMBER_RED"),
    (Confidence::Red, "RED"),
];

/// The commission that the form is on.
pub(super) fn named(form: &mut Form<'_>) -> Option<CommissionSlug> {
    let slug = CommissionSlug(form.on.to_owned());
    let title = form.live.commissions.get(&slug)?.establishment.title.get(form.lang()).to_owned();
    form.about(title, address::commission(&slug.0), Subject::Commission(slug.clone()), Stream::Commission(slug.clone()));
    Some(slug)
}

/// One that the charter names.
pub(super) fn establish(form: &mut Form<'_>) -> Option<Built> {
    form.programme()?;
    let charter = &form.live.programme.as_ref()?.charter;
    let open = charter.commissions.iter().filter(|slug| !form.live.commissions.contains_key(*slug));
    let options = open.map(|slug| (slug.0.clone(), slug.0.clone())).collect();
    let slug = form.pick("commission", options, "", |text| Some(CommissionSlug(text.to_owned()))).unwrap_or_default();
    let establishment = Establishment { title: form.both("title", None), remit: form.long("remit"), slug: slug.clone(), provenance: None };
    form.then = Some(address::commission(&slug.0));
    form.about.stream = Some(Stream::Commission(slug.clone()));
    Some((Stream::Commission(slug), Command::Commission(C::Establish(establishment))))
}

pub(super) fn appoint(form: &mut Form<'_>) -> Option<Built> {
    let slug = named(form)?;
    let person = form.somebody("person", "personName");
    let role = form.pick_of("role", &ROLES).unwrap_or(Role::Member);
    form.reason(false);
    built(slug, C::AppointMember(MemberAppointment { person, role }))
}

pub(super) fn release(form: &mut Form<'_>) -> Option<Built> {
    let slug = named(form)?;
    let mut options = Vec::new();
    for official in form.live.officials.values() {
        for office in official.offices().filter(|office| office.commission() == Some(&slug)) {
            let told = format!("{} · {}", official.person.name, form.sheet.office(office));
            options.extend(role_of(office).map(|role| (format!("{role}@{}", official.person.id.0), told)));
        }
    }
    let released = form.pick("role", options, "", |text| {
        let (role, actor) = text.split_once('@')?;
        Some((ROLES.iter().find(|(_, name)| *name == role)?.0, ActorId(actor.to_owned())))
    });
    form.reason(false);
    let (role, actor) = released.unwrap_or((Role::Member, ActorId::default()));
    built(slug, C::ReleaseMember(MemberRelease { actor, role }))
}

fn role_of(office: &Office) -> Option<&'static str> {
    match office {
        Office::Chair(_) => Some("CHAIR"),
        Office::Secretary(_) => Some("SECRETARY"),
        Office::Member(_) => Some("MEMBER"),
        Office::Founding | Office::Council | Office::Inspector | Office::Reporter(_) | Office::Auditor | Office::Administrator => None,
    }
}

/// Its own confidence, or an inspector's.
pub(super) fn rate(form: &mut Form<'_>) -> Option<Built> {
    let slug = named(form)?;
    let own = form.sheet.offices.iter().any(|office| office.commission() == Some(&slug));
    form.day();
    let rating = Rating {
        horizon: form.horizon(None),
        voice: form.one_of("voice", &VOICES, if own { "OWN" } else { "INDEPENDENT" }).unwrap_or(RatingVoice::Own),
        confidence: form.pick_of("confidence", &CONFIDENCES).unwrap_or(Confidence::Green),
        note: form.note("note", None),
    };
    built(slug, C::Rate(rating))
}

fn built(slug: CommissionSlug, command: C) -> Option<Built> {
    Some((Stream::Commission(slug), Command::Commission(command)))
}
