//! The timeline of one thing, named by its kind and its code.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tahavol_app::search::{Filter, Timeline};
use tahavol_domain::Stream;
use tahavol_domain::text::digits_to_latin;
use tahavol_domain::values::{CommissionSlug, IndicatorCode, StationCode};
use tahavol_web::address::person;
use tahavol_web::audit::{self, Life};

use super::super::reading::Reading;
use super::asked::Answers;
use super::ledger::Found;

pub(super) async fn page(reading: Reading, headers: HeaderMap) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    if let Some(actor) = reading.asked("person") {
        return reading.visit.go(&reading.moment.at(&person(actor)));
    }
    let Some(of) = subject(&reading) else { return reading.not_found() };
    let every = Filter { until: reading.snapshot.position, sight: Arc::clone(&reading.sight), ..Filter::default() };
    let filter = match &of {
        Stream::Commission(slug) => Filter { commission: Some(slug.clone()), ..every },
        Stream::Initiative(id) => Filter { timeline: Some(Timeline::Initiative(*id)), ..every },
        Stream::Milestone(id) => Filter { timeline: Some(Timeline::Milestone(*id)), ..every },
        Stream::Programme(_) | Stream::Station(_) | Stream::Indicator(_) => Filter { stream: Some(of.clone()), ..every },
    };
    let mut answers = Answers::of(&reading);
    let place = answers.place();
    let wrong = answers.wrong;
    match Found::of(&reading, &headers, &filter, place).await {
        Ok(found) => {
            let life = Life { of: &of, events: wrong.is_empty().then(|| found.events()), wrong: &wrong };
            let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            reading.answer(status, audit::timeline(&reading.sheet(), &life))
        }
        Err(error) => reading.visit.trouble(error),
    }
}

/// What the address names, as far as the reader is shown it: in the picture, or in the live one.
fn subject(reading: &Reading) -> Option<Stream> {
    let code = |kind: &str| reading.asked(kind).map(|text| digits_to_latin(text.trim()));
    let pictures = [&reading.snapshot, &reading.live];
    if let Some(code) = code("milestone") {
        return pictures.iter().find_map(|there| there.milestone_by_code(&code)).map(|row| Stream::Milestone(row.plan.id));
    }
    if let Some(code) = code("initiative") {
        return pictures.iter().find_map(|there| there.initiative_by_code(&code)).map(|row| Stream::Initiative(row.id));
    }
    if let Some(slug) = code("commission").map(CommissionSlug) {
        return pictures.iter().any(|there| there.commissions.contains_key(&slug)).then_some(Stream::Commission(slug));
    }
    if let Some(station) = code("station").map(StationCode) {
        return pictures.iter().any(|there| there.stations.contains_key(&station)).then_some(Stream::Station(station));
    }
    let indicator = code("indicator").map(IndicatorCode)?;
    pictures.iter().any(|there| there.indicators.contains_key(&indicator)).then_some(Stream::Indicator(indicator))
}
