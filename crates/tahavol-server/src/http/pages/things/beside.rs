//! What stands beside every thing: what happened to it, and what the reader can do on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::response::Response;
use tahavol_app::search::{Direction, Filter, Window};
use tahavol_app::{Can, Subject};
use tahavol_domain::{Kind, Stream};
use tahavol_web::things::{BEFORE, Timeline};

use super::Reading;

/// Events of a timeline that are shown at once.
const EVENTS: usize = 15;

impl Reading {
    /// The newest events that pass the filter, up to the page's moment; none for the public, whom no events are shown.
    pub(super) async fn timeline(&self, filter: Filter, of: &Stream) -> Result<Option<Timeline>, Response> {
        let (Some(_), Some(until)) = (self.person(), self.snapshot.position) else { return Ok(None) };
        let filter = Filter { until: Some(until), sight: Arc::clone(&self.sight), ..filter };
        let below = self.asked(BEFORE).and_then(|before| before.parse().ok());
        let window = Window { above: None, below, direction: Direction::NewestFirst, limit: EVENTS };
        let found = self.site().app.search(&filter, window).await.map_err(|error| self.visit.trouble(error))?;
        let asked = match of {
            Stream::Commission(slug) => ("commission", slug.0.clone()),
            Stream::Programme(_) | Stream::Initiative(_) | Stream::Milestone(_) | Stream::Station(_) | Stream::Indicator(_) => {
                ("thing", of.to_string())
            }
        };
        Ok(Some(Timeline { stream: of.to_string(), asked, facts: found.facts, more: found.more }))
    }

    /// Every command about these things, with whether the reader can give it now to any of them. Nothing is done in the past, or by the
    /// public.
    pub(super) async fn offered(&self, on: &[Subject]) -> Vec<(Kind, Can)> {
        let Some((person, within)) = self.person().filter(|_| !self.moment.is_past()) else { return Vec::new() };
        let mut offered: Vec<(Kind, Can)> = Vec::new();
        for subject in on {
            match self.site().app.can_all(person, within, subject).await {
                Ok(answers) => offered.extend(answers.into_iter().filter(|(_, can)| *can == Can::Yes)),
                // The page can be read without: who acts nevertheless is told why not.
                Err(error) => tracing::warn!(%error, "what can be done could not be looked at"),
            }
        }
        let mut known = BTreeSet::new();
        offered.retain(|(kind, _)| known.insert(*kind));
        offered
    }
}
