//! Two moments compared, for a part of the programme or all of it.

use axum::http::StatusCode;
use axum::response::Response;
use tahavol_app::AsOf;
use tahavol_app::diff::{Diff, DiffError, Side};
use tahavol_app::messages::message;
use tahavol_domain::text::digits_to_latin;
use tahavol_projections::diff::Scope;
use tahavol_web::audit::{self, Compared};

use super::super::reading::Reading;
use super::asked::{Answers, instant_of};

pub(super) async fn page(reading: Reading) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let mut answers = Answers::of(&reading);
    let (from, to) = (answers.moment("from"), answers.moment("to"));
    let scope = scope(&mut answers, &reading);
    let mut wrong = answers.wrong;
    let found = match from.filter(|_| wrong.is_empty()) {
        Some(from) => compare(&reading, from, to.or(reading.moment.as_of), scope).await.map(Some),
        None => Ok(None),
    };
    let diff = match found {
        Ok(diff) => diff,
        Err((_, DiffError::Reversed { from, to })) => {
            let (lang, code) = (reading.visit.lang, "DIFF_REVERSED");
            wrong.push(("from", message(code, &[("from", from.text(lang)), ("to", to.text(lang))], lang)));
            None
        }
        Err((name, DiffError::App(tahavol_app::AppError::PositionNotReached { .. }))) => {
            wrong.push((name, message("page-as-of-unreached", &[], reading.visit.lang)));
            None
        }
        Err((name, DiffError::App(tahavol_app::AppError::InstantNotReached { .. }))) => {
            wrong.push((name, message("page-as-of-ahead", &[], reading.visit.lang)));
            None
        }
        Err((_, error @ DiffError::App(_))) => return reading.visit.trouble(error),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let sheet = reading.sheet();
    let page = || audit::diff(&sheet, &Compared { diff: diff.as_ref(), wrong: &wrong });
    match &diff {
        Some(diff) => reading.with_tables(|| vec![audit::diff_figures(&sheet, diff)], page),
        None => reading.answer(status, page()),
    }
}

/// Both pictures as the reader is shown them today; else the moment that does not do, and why.
async fn compare(reading: &Reading, from: AsOf, to: Option<AsOf>, scope: Scope) -> Result<Diff, (&'static str, DiffError)> {
    let app = &reading.site().app;
    let side = async |name: &'static str, at: Option<AsOf>| {
        let instant = instant_of(at);
        let side = app.side(tahavol_app::diff::Moment { at, status_date: reading.moment.status_date }).await;
        let side = side.map_err(|error| (name, DiffError::from(error)))?;
        Ok::<_, (&'static str, DiffError)>(Side { snapshot: reading.sight.of(&side.snapshot), instant, ..side })
    };
    let (from, to) = (side("from", Some(from)).await?, side("to", to).await?);
    app.diff_between(from, to, scope, reading.moment.baseline, &reading.sight).await.map_err(|error| ("from", error))
}

/// At most one of them.
fn scope(answers: &mut Answers<'_>, reading: &Reading) -> Scope {
    let given = ["commission", "initiative", "milestone"].iter().filter(|name| answers.typed(name).is_some()).count();
    if given > 1 {
        answers.refuse("milestone", "page-diff-one-of", "");
        return Scope::Programme;
    }
    if let Some(slug) = answers.commission() {
        return Scope::Commission(slug);
    }
    let pictures = [&reading.snapshot, &reading.live];
    if let Some(typed) = answers.typed("initiative") {
        let code = digits_to_latin(typed);
        match pictures.iter().find_map(|there| there.initiative_by_code(&code)) {
            Some(row) => return Scope::Initiative(row.id),
            None => answers.refuse("initiative", "UNKNOWN_INITIATIVE", typed),
        }
    }
    if let Some(typed) = answers.typed("milestone") {
        let code = digits_to_latin(typed);
        match pictures.iter().find_map(|there| there.milestone_by_code(&code)) {
            Some(row) => return Scope::Milestone(row.plan.id),
            None => answers.refuse("milestone", "UNKNOWN_MILESTONE", typed),
        }
    }
    Scope::Programme
}
