//! What somebody can do on a thing, as links to the forms.

use maud::{Markup, html};
use tahavol_app::Can;
use tahavol_domain::{Kind, Rule};

use crate::address;
use crate::sheet::Sheet;

/// Whether people give the command by hand on these pages. A programme is founded, and a file is destroyed, from the command line.
#[must_use]
pub fn has_form(kind: Kind) -> bool {
    !matches!(kind, Kind::ProgrammeCharter | Kind::EvidenceDestroy)
}

/// The commands that are allowed now on the thing of this code, slug or id; nothing where there is none. Nothing is done in the past:
/// a page that shows it offers nothing.
#[must_use]
pub fn offered(sheet: &Sheet<'_>, offered: &[(Kind, Can)], on: &str) -> Markup {
    let allowed: Vec<Kind> = offered.iter().filter(|(kind, can)| *can == Can::Yes && has_form(*kind)).map(|(kind, _)| *kind).collect();
    html! {
        @if !allowed.is_empty() && !sheet.is_past() {
            nav.offered aria-label=(sheet.word("page-offered")) {
                ul { @for kind in &allowed { li { a href=(address::act(kind.name(), on)) { (sheet.act(*kind)) } } } }
                @if let Some(key) = why_not_submitted(offered) { p.hint { (sheet.word(key)) } }
            }
        }
    }
}

/// Why an initiative that can be revised cannot be submitted yet, where that is how it goes on.
fn why_not_submitted(offered: &[(Kind, Can)]) -> Option<&'static str> {
    let can = |wanted: Kind| offered.iter().find(|(kind, _)| *kind == wanted).map(|(_, can)| can);
    match (can(Kind::InitiativeRevise)?, can(Kind::InitiativeSubmit)?) {
        (Can::Yes, Can::No(refusal)) if refusal.rule == Rule::WrongPhase => Some("page-offered-revise-first"),
        (Can::Yes, Can::No(refusal)) if refusal.rule == Rule::MilestonesMissing => Some("page-offered-plan-first"),
        _ => None,
    }
}

impl Sheet<'_> {
    /// What doing it is called.
    #[must_use]
    pub fn act(&self, kind: Kind) -> String {
        self.word(&format!("page-do-{kind}"))
    }
}
