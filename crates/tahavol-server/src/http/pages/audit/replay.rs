//! The replay player: one step through the ledger, a thing or what one person did.

use axum::http::StatusCode;
use axum::response::Response;
use tahavol_app::{StepDirection, StepFilter};
use tahavol_web::audit::{self, BACKWARD, POSITION, Replay};

use super::super::reading::Reading;
use super::asked::Answers;

pub(super) async fn page(reading: Reading) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let mut answers = Answers::of(&reading);
    let cursor = answers.position(POSITION);
    let (thing, actor) = (answers.thing(), answers.actor().await);
    if thing.is_some() && actor.is_some() {
        answers.refuse("actor", "page-replay-one-of", "");
    }
    let filter = match (thing, actor) {
        (Some(stream), _) => StepFilter::Stream(stream),
        (None, Some(actor)) => StepFilter::Actor(actor),
        (None, None) => StepFilter::All,
    };
    // Nobody says where to begin: where most will want to look.
    let backward = cursor.is_none() || reading.asked(BACKWARD).is_some();
    let direction = if backward { StepDirection::Backward } else { StepDirection::Forward };
    let cursor = cursor.map(|cursor| cursor.min(reading.snapshot.position.unwrap_or(0)));
    let wrong = answers.wrong;
    let found = if wrong.is_empty() {
        reading.site().app.step(cursor, &filter, direction, &reading.snapshot, &reading.sight).await
    } else {
        Ok(None)
    };
    match found {
        Ok(step) => {
            let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            reading.answer(status, audit::replay(&reading.sheet(), &Replay { step: step.as_ref(), wrong: &wrong }))
        }
        Err(error) => reading.visit.trouble(error),
    }
}
