//! What a decision is about, in the reader's words.

use tahavol_domain::text::Lang;
use tahavol_projections::Snapshot;

use super::DecisionSubject;
use crate::messages::{message, office_text};

impl DecisionSubject {
    /// With the title that the picture knows; where it knows none, the code or id alone.
    #[must_use]
    pub fn told(&self, snapshot: &Snapshot, lang: Lang) -> String {
        let titled = |key, code: &str, title: Option<&tahavol_domain::text::Text>| {
            let title = title.map_or("…", |title| title.get(lang)).to_owned();
            message(key, &[("code", code.to_owned()), ("title", title)], lang)
        };
        match self {
            DecisionSubject::Official(actor, office) => {
                let name = snapshot.officials.get(actor).map_or(actor.0.as_str(), |row| row.person.name.as_str());
                message("decision-official", &[("office", office_text(office, snapshot, lang)), ("person", name.to_owned())], lang)
            }
            DecisionSubject::Horizon(horizon) => {
                let horizon = message(&format!("step-word-{}", horizon.as_str()), &[], lang);
                message("decision-horizon", &[("horizon", horizon)], lang)
            }
            DecisionSubject::Document(version) => message("decision-document", &[("version", version.to_string())], lang),
            DecisionSubject::TargetStations => message("decision-target-stations", &[], lang),
            DecisionSubject::Initiative(id) => match snapshot.initiatives.get(id) {
                Some(row) => titled("decision-initiative", &row.proposal.code, Some(&row.proposal.title)),
                None => titled("decision-initiative", &id.0.to_string(), None),
            },
            DecisionSubject::Milestone(id) => match snapshot.milestones.get(id) {
                Some(row) => titled("decision-milestone", &row.plan.code, Some(&row.plan.title)),
                None => titled("decision-milestone", &id.0.to_string(), None),
            },
            DecisionSubject::Indicator(code) => {
                titled("decision-indicator", &code.0, snapshot.indicators.get(code).map(|row| &row.definition.meaning.title))
            }
        }
    }
}
