//! Lists of events: the ledger with its questions, and what every list of events is gathered by.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tahavol_app::search::{Direction, Filter, Total, Window};
use tahavol_app::{AppError, RecordedFact};
use tahavol_identity::NoteKind;
use tahavol_web::Markup;
use tahavol_web::audit::{self, Events, Listed, MOST_TAKEN};
use tahavol_web::table::{FORMAT, Format, TABLE};

use super::super::reading::{Reading, SEEN};
use super::asked::{Answers, Place};

/// Events on a page.
const SIZE: usize = 50;
/// Events that are read at once for a file.
const AT_A_TIME: usize = 500;
/// Characters of the questions that are noted with a file.
const LONGEST_NOTE: usize = 400;
/// More new events than these are not counted.
const MOST_FRESH: usize = 99;

pub(super) async fn page(reading: Reading, headers: HeaderMap) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let mut answers = Answers::of(&reading);
    let (filter, place) = (answers.filter().await, answers.place());
    let wrong = answers.wrong;
    if wrong.is_empty() && reading.asked(FORMAT).and_then(Format::parse).is_some() {
        return take(reading, &filter).await;
    }
    let found = if wrong.is_empty() { Some(Found::of(&reading, &headers, &filter, place).await) } else { None };
    let found = match found.transpose() {
        Ok(found) => found,
        Err(error) => return reading.visit.trouble(error),
    };
    let app = &reading.site().app;
    let equality = app.equality();
    let listed = Listed { events: found.as_ref().map(Found::events), wrong: &wrong, proof: app.proof_state(), equality: equality.as_ref() };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    reading.answer(status, audit::ledger(&reading.sheet(), &listed))
}

/// The newest events that answer the questions, as a file. As with everything that leaves the ledger, it is noted before it does.
async fn take(reading: Reading, filter: &Filter) -> Response {
    let facts = match newest(&reading, filter).await {
        Ok(facts) => facts,
        Err(error) => return reading.visit.trouble(error),
    };
    let asked = reading.query.iter().filter(|(name, _)| name != FORMAT && name != TABLE);
    let asked: Vec<String> = asked.map(|(name, value)| format!("{name}={value}")).collect();
    let asked: String = asked.join("&").chars().take(LONGEST_NOTE).collect();
    let details = vec![("what", "events".to_owned()), ("events", facts.len().to_string()), ("asked", asked)];
    reading.visit.note(NoteKind::LedgerExported, reading.person().map(|(person, _)| &person.id), details);
    // A spreadsheet of thousands of rows takes its time.
    reading
        .apart(move |reading| {
            let table = audit::taken(&reading.sheet(), &facts);
            reading.listing(&table, Markup::default)
        })
        .await
}

async fn newest(reading: &Reading, filter: &Filter) -> Result<Vec<RecordedFact>, AppError> {
    let mut facts: Vec<RecordedFact> = Vec::new();
    if filter.until.is_none() {
        return Ok(facts);
    }
    loop {
        let (below, limit) = (facts.last().map(|fact| fact.position), AT_A_TIME.min(MOST_TAKEN - facts.len()));
        let window = Window { above: None, below, direction: Direction::NewestFirst, limit };
        let found = reading.site().app.search(filter, window).await?;
        let is_last = !found.more || found.facts.is_empty();
        facts.extend(found.facts);
        if is_last || facts.len() >= MOST_TAKEN {
            return Ok(facts);
        }
    }
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
    pub(super) async fn of(reading: &Reading, headers: &HeaderMap, filter: &Filter, place: Place) -> Result<Found, AppError> {
        let app = &reading.site().app;
        if filter.until.is_none() {
            return Ok(Found { facts: Vec::new(), newer: false, older: false, total: Total::default(), fresh: 0 });
        }
        let Place { before, after } = place;
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
