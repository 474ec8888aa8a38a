//! What the commands on initiatives ask.

use std::sync::Arc;

use tahavol_app::Subject;
use tahavol_domain::initiative::Command as C;
use tahavol_domain::initiative::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure};
use tahavol_domain::values::{DirectiveCode, InitiativeId};
use tahavol_domain::{Command, Stream};
use tahavol_projections::rows::InitiativeRow;
use tahavol_web::address;
use uuid::Uuid;

use super::form::{Form, coded};
use super::{Built, commission};

impl Form<'_> {
    /// The initiative that the form is on, by code or id.
    pub(super) fn initiative(&mut self) -> Option<Arc<InitiativeRow>> {
        let row = self.initiative_named(self.on)?;
        let (title, path) = (row.proposal.title.get(self.lang()).to_owned(), address::initiative(&row.proposal.code));
        self.about(coded(&row.proposal.code, &title), path, Subject::Initiative(row.id), Stream::Initiative(row.id));
        Some(row)
    }

    fn initiative_named(&self, text: &str) -> Option<Arc<InitiativeRow>> {
        match Uuid::parse_str(text) {
            Ok(id) => self.live.initiatives.get(&InitiativeId(id)).cloned(),
            Err(_) => self.live.initiatives.values().find(|row| row.proposal.code == text).cloned(),
        }
    }

    fn directives(&mut self, answered: &[DirectiveCode]) -> Vec<DirectiveCode> {
        let lang = self.lang();
        let options = self.live.directives.iter();
        let options: Vec<_> =
            options.map(|(code, row)| (code.0.clone(), format!("{} {}", code.0, row.directive.title.get(lang)))).collect();
        if options.is_empty() {
            return Vec::new();
        }
        let initial: Vec<String> = answered.iter().map(|code| code.0.clone()).collect();
        self.ticks("directives", options, &initial).into_iter().map(DirectiveCode).collect()
    }
}

pub(super) fn propose(form: &mut Form<'_>) -> Option<Built> {
    let commission = commission::named(form)?;
    let programme = form.live.programme.as_ref()?.id;
    let code = form.code("code", Some("page-new-code-hint"), "");
    let proposal = Proposal {
        title: form.both("title", None),
        horizon: form.horizon(None),
        directives: form.directives(&[]),
        note: form.note("note", None),
        code: code.clone(),
        commission,
        provenance: None,
    };
    form.then = Some(address::initiative(&code));
    Some((Stream::Initiative(InitiativeId(programme.id_of(&code))), Command::Initiative(C::Propose(proposal))))
}

pub(super) fn revise(form: &mut Form<'_>) -> Option<Built> {
    let row = form.initiative()?;
    let revision = Revision {
        title: form.both("title", Some(&row.proposal.title)),
        horizon: form.horizon(Some(row.proposal.horizon)),
        directives: form.directives(&row.proposal.directives),
        note: form.note("note", row.proposal.note.as_ref()),
    };
    built(&row, C::Revise(revision))
}

/// The reason may tell the council what it is asked for.
pub(super) fn submit(form: &mut Form<'_>) -> Option<Built> {
    let row = form.initiative()?;
    form.reason(true);
    built(&row, C::Submit)
}

/// With a resolution number or a reason.
pub(super) fn decide(form: &mut Form<'_>, command: fn(Decision) -> C) -> Option<Built> {
    let row = form.initiative()?;
    let resolution = form.resolution_or_reason();
    built(&row, command(Decision { resolution }))
}

pub(super) fn allocate(form: &mut Form<'_>) -> Option<Built> {
    let row = form.initiative()?;
    let allocation = Allocation {
        allocation: form.new_id("allocation"),
        resource: form.both("resource", None),
        amount: form.quantity("amount", None),
        unit: form.line("unit", ""),
        resolution: form.line("resolution", ""),
    };
    form.reason(true);
    built(&row, C::AllocateResources(allocation))
}

pub(super) fn raise_risk(form: &mut Form<'_>) -> Option<Built> {
    let row = form.initiative()?;
    let risk = Risk {
        risk: form.new_id("risk"),
        title: form.both("title", None),
        likelihood: scale(form, "likelihood"),
        impact: scale(form, "impact"),
        mitigation: form.note("mitigation", None),
    };
    built(&row, C::RaiseRisk(risk))
}

/// From 1 to 5, with the words of the ends.
fn scale(form: &mut Form<'_>, name: &'static str) -> u8 {
    let told = |value: u8| match value {
        1 | 5 => format!("{} · {}", form.sheet.hand.number(value), form.sheet.word(&format!("page-{name}-{value}"))),
        _ => form.sheet.hand.number(value),
    };
    let options = (1..=5).map(|value: u8| (value.to_string(), told(value))).collect();
    form.choice(name, options, "3", |text| text.parse().ok()).unwrap_or(0)
}

pub(super) fn close_risk(form: &mut Form<'_>) -> Option<Built> {
    let row = form.initiative()?;
    let lang = form.lang();
    let open = row.risks.iter().filter(|(_, row)| row.closed.is_none());
    let options = open.map(|(id, row)| (id.to_string(), row.risk.title.get(lang).to_owned())).collect();
    let risk = form.pick("risk", options, "", |text| Uuid::parse_str(text).ok()).unwrap_or_default();
    form.reason(true);
    built(&row, C::CloseRisk(RiskClosure { risk }))
}

fn built(row: &InitiativeRow, command: C) -> Option<Built> {
    Some((Stream::Initiative(row.id), Command::Initiative(command)))
}
