//! Lists of events: the ledger with its questions, and what every list of events is gathered by.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tahavol_app::search::{Direction, Filter, Total, Window};
use tahavol_app::{AppError, RecordedFact};
use tahavol_web::audit::{self, AFTER, BEFORE, Events, Listed};

use super::super::reading::{Reading, SEEN};
use super::asked::Answers;

/// Events on a page.
const SIZE: usize = 50;
/// More new events than these are not counted.
const MOST_FRESH: usize = 99;

pub(super) async fn page(reading: Reading, headers: HeaderMap) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let mut answers = Answers::of(&reading);
    let filter = answers.filter().await;
    let wrong = answers.wrong;
    let found = if wrong.is_empty() { Some(Found::of(&reading, &headers, &filter).await) } else { None };
    let found = match found.transpose() {
        Ok(found) => found,
        Err(error) => return reading.visit.trouble(error),
    };
    let listed = Listed { events: found.as_ref().map(Found::events), wrong: &wrong };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    reading.answer(status, audit::ledger(&reading.sheet(), &listed))
}

/// A page of a list of events.
pub(super) struct Found {
    facts: Vec<RecordedFact>,
    newer: bool,
    older: bool,
    total: Total,
    fresh: usize,
}

impl Found {
    /// The newest ones, or those on the asked side of a position.
    pub(super) async fn of(reading: &Reading, headers: &HeaderMap, filter: &Filter) -> Result<Found, AppError> {
        let app = &reading.site().app;
        if filter.until.is_none() {
            return Ok(Found { facts: Vec::new(), newer: false, older: false, total: Total::default(), fresh: 0 });
        }
        let position = |name: &str| reading.asked(name).and_then(|text| text.parse::<u64>().ok());
        let (before, after) = (position(BEFORE), position(AFTER));
        let fresh = Found::fresh(reading, headers, filter).await?;
        let above = |after| Window { above: Some(after), below: None, direction: Direction::OldestFirst, limit: SIZE };
        let below = Window { above: None, below: before, direction: Direction::NewestFirst, limit: SIZE };
        let mut found = app.search(filter, after.map_or(below, above)).await?;
        let is_all = before.is_none() && after.is_none() && !found.more;
        // What is on the page has been counted.
        let total = if is_all { Total { events: found.facts.len() as u64, reach: found.reach } } else { app.search_total(filter).await? };
        if after.is_some() {
            found.facts.reverse();
            return Ok(Found { facts: found.facts, newer: found.more, older: true, total, fresh });
        }
        Ok(Found { facts: found.facts, newer: before.is_some(), older: found.more, total, fresh })
    }

    /// How many have come since the page that asks for itself again was opened.
    async fn fresh(reading: &Reading, headers: &HeaderMap, filter: &Filter) -> Result<usize, AppError> {
        let seen = headers.get(SEEN).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let Some(seen) = seen.filter(|_| !reading.moment.is_past()) else { return Ok(0) };
        let window = Window { above: Some(seen), below: None, direction: Direction::OldestFirst, limit: MOST_FRESH + 1 };
        Ok(reading.site().app.search_positions(filter, window).await?.positions.len())
    }

    pub(super) fn facts(&self) -> &[RecordedFact] {
        &self.facts
    }

    pub(super) fn events(&self) -> Events<'_> {
        Events { events: &self.facts, newer: self.newer, older: self.older, total: self.total, fresh: self.fresh, most_fresh: MOST_FRESH }
    }
}
