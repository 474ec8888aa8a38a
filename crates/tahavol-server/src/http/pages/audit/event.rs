//! One event with all that belongs to it.

use axum::extract::Path;
use axum::response::Response;
use tahavol_app::search::{Direction, Filter, Window};
use tahavol_app::{AppError, RecordedFact, Step, StepDirection, StepFilter};
use tahavol_domain::Stream;
use tahavol_domain::text::digits_to_latin;
use tahavol_web::audit::{self, Covered, EventPage};
use tahavol_web::table::File;

use super::super::reading::Reading;

pub(super) async fn page(Path(position): Path<String>, reading: Reading) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let Some(position) = digits_to_latin(&position).parse::<u64>().ok() else { return reading.not_found() };
    match shown(&reading, position).await {
        Ok(Some(response)) => response,
        Ok(None) => reading.not_found(),
        Err(error) => reading.visit.trouble(error),
    }
}

/// `GET /ledger/<position>/line`: the line as it was appended and hashed, without a line's end, for those who are shown the event.
pub(super) async fn line(Path(position): Path<String>, reading: Reading) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let Some(position) = digits_to_latin(&position).parse::<u64>().ok() else { return reading.not_found() };
    match step(&reading, position).await {
        Ok(Some(step)) => {
            reading.visit.file(File { name: format!("{position}.json"), media_type: "application/json", content: step.event.line.to_vec() })
        }
        Ok(None) => reading.not_found(),
        Err(error) => reading.visit.trouble(error),
    }
}

/// The event, where it is shown to the reader.
async fn step(reading: &Reading, position: u64) -> Result<Option<Step>, AppError> {
    if reading.snapshot.position.is_none_or(|last| position > last) {
        return Ok(None);
    }
    let app = &reading.site().app;
    let step = app.step(Some(position), &StepFilter::All, StepDirection::Forward, &reading.snapshot, &reading.sight).await?;
    // Where the event itself is not shown, the next one is found.
    Ok(step.filter(|step| step.event.position == position))
}

async fn shown(reading: &Reading, position: u64) -> Result<Option<Response>, AppError> {
    let (Some(until), Some(step)) = (reading.snapshot.position, step(reading, position).await?) else { return Ok(None) };
    let app = &reading.site().app;
    let in_stream = neighbours(reading, &step.event, until).await?;
    let references = app.references(&step.event, until, &reading.sight).await?;
    let witnesses = app.witnesses();
    let shown = EventPage { step: &step, in_stream, references: &references, covered: covered(reading, position), witnesses: &witnesses };
    Ok(Some(reading.page(audit::event(&reading.sheet(), &shown))))
}

async fn neighbours(reading: &Reading, event: &RecordedFact, until: u64) -> Result<(Option<u64>, Option<u64>), AppError> {
    let Ok(stream) = event.fact.envelope.stream.parse::<Stream>() else { return Ok((None, None)) };
    let filter = Filter { stream: Some(stream), until: Some(until), sight: std::sync::Arc::clone(&reading.sight), ..Filter::default() };
    let app = &reading.site().app;
    let before = Window { above: None, below: Some(event.position), direction: Direction::NewestFirst, limit: 1 };
    let after = Window { above: Some(event.position), below: None, direction: Direction::OldestFirst, limit: 1 };
    let before = app.search_positions(&filter, before).await?.positions.first().copied();
    let after = app.search_positions(&filter, after).await?.positions.first().copied();
    Ok((before, after))
}

fn covered(reading: &Reading, position: u64) -> Covered {
    let app = &reading.site().app;
    let Some(signed) = app.signed_head().map(|head| head.checkpoint.size) else { return Covered::Unsigned };
    if position >= signed {
        return Covered::NotYet { size: signed };
    }
    match app.cosigned_head().map(|head| head.checkpoint.size).filter(|size| position < *size) {
        Some(size) => Covered::Cosigned { size },
        None => Covered::Signed { size: signed },
    }
}
