//! Horizons × commissions: how far each is, how sure that is, and which way it has gone since the last review.

use maud::{Markup, html};
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_projections::progress::Cell;
use tahavol_projections::rows::ReviewRow;

use super::{COMMISSION, HORIZON, Overview, horizon_name, of_the_whole, slippage};
use crate::address;
use crate::mark::{Voices, bar};
use crate::sheet::Sheet;

pub(super) fn matrix(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let mut commissions: Vec<Option<&CommissionSlug>> = Vec::new();
    for cell in shown.matrix.iter().filter(|cell| cell.horizon.is_none()) {
        commissions.push(cell.commission.as_ref());
    }
    let content = html! {
        (of_the_whole(sheet, shown))
        (about(sheet, shown.review.map(|(row, _)| row)))
        div.table-scroll tabindex="0" role="group" aria-label=(sheet.telling("page-overview-table", sheet.word("page-overview-matrix"))) {
            table.matrix {
                thead {
                    tr {
                        th scope="col" { (sheet.word("page-commission")) }
                        @for horizon in Horizon::ALL {
                            th scope="col" {
                                a href=(sheet.with(&[(HORIZON, &horizon_name(horizon))])) { (sheet.horizon(horizon)) }
                                @if let Some(window) = sheet.snapshot.horizons.get(&horizon) {
                                    " " span.hint { (sheet.word("page-overview-until")) " " (sheet.hand.day_short(window.ends)) }
                                }
                            }
                        }
                        th scope="col" { (sheet.word("page-overview-all-horizons")) }
                        th scope="col" { (sheet.word("page-overview-forecast")) }
                    }
                }
                tbody {
                    @for commission in commissions { (row(sheet, shown, commission)) }
                }
            }
        }
    };
    super::part(sheet, "matrix", "page-overview-matrix", &content)
}

/// What the figures of a cell are, and since when the trend is.
fn about(sheet: &Sheet<'_>, review: Option<&ReviewRow>) -> Markup {
    html! {
        p.hint {
            (sheet.word("page-overview-matrix-how"))
            " "
            @if let Some(row) = review {
                (sheet.word("page-overview-since")) " "
                a href=(sheet.at(&address::review(&row.review.review.to_string()))) { (sheet.text(&row.review.title)) }
            } @else {
                (sheet.word("page-overview-no-review"))
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, shown: &Overview<'_>, commission: Option<&CommissionSlug>) -> Markup {
    let all = find(shown.matrix, None, commission);
    let looked_at = shown.commission.is_some() && shown.commission == commission;
    html! {
        tr.total[commission.is_none()] aria-current=[looked_at.then_some("true")] {
            th scope="row" {
                @match commission {
                    Some(slug) => a href=(sheet.with(&[(COMMISSION, &slug.0)])) dir="auto" { (sheet.commission(slug)) },
                    None => (sheet.word("page-overview-all-commissions")),
                }
            }
            @for horizon in Horizon::ALL { (cell(sheet, shown, Some(horizon), commission)) }
            (cell(sheet, shown, None, commission))
            td.forecast {
                @if let Some(progress) = all.map(|cell| &cell.progress) {
                    @if let Some(finish) = progress.completed_on.or(progress.forecast_finish) {
                        a.cell href=(made_of(sheet, None, commission)) {
                            (sheet.hand.day_short(finish))
                            @if let Some(days) = progress.slippage_days { span.trend { (slippage(sheet, days)) } }
                        }
                    }
                }
            }
        }
    }
}

fn cell(sheet: &Sheet<'_>, shown: &Overview<'_>, horizon: Option<Horizon>, commission: Option<&CommissionSlug>) -> Markup {
    let Some(found) = find(shown.matrix, horizon, commission).filter(|cell| cell.progress.has_figures()) else {
        return html! { td.unknown { (sheet.word("page-overview-empty")) } };
    };
    let voices = Voices::from(&found.progress);
    let looked_at = shown.horizon == horizon && shown.commission == commission;
    html! {
        td.looked-at[looked_at] {
            a.cell href=(made_of(sheet, horizon, commission)) {
                (bar(voices))
                span.three {
                    (one(sheet, "planned", voices.planned)) " " (one(sheet, "reported", voices.reported)) " " (one(sheet, "verified", voices.verified))
                }
            }
            span.beside {
                (sheet.confidence(found.progress.confidence))
                @if let Some((review, before)) = shown.review {
                    (trend(sheet, voices.reported, find(before, horizon, commission), &since(sheet, review)))
                }
            }
        }
    }
}

/// A voice under its mark, which stands in the same column of every cell.
fn one(sheet: &Sheet<'_>, which: &str, points: Option<u16>) -> Markup {
    html! { span class={ "voice " (which) } title=(sheet.word(&format!("page-voice-{which}"))) { (sheet.points(points)) } }
}

/// What happened between the review and the picture that is shown; the public reads the review alone.
fn since(sheet: &Sheet<'_>, row: &ReviewRow) -> String {
    match (sheet.frame.reader, sheet.snapshot.position) {
        (Some(_), Some(position)) => format!("{}?from={}&to={position}", address::DIFF, row.review.frozen_position),
        (None, _) | (_, None) => sheet.at(&address::review(&row.review.review.to_string())),
    }
}

/// The page that says what a cell is made of.
pub(super) fn made_of(sheet: &Sheet<'_>, horizon: Option<Horizon>, commission: Option<&CommissionSlug>) -> String {
    let path = commission.map_or_else(|| address::MILESTONES.to_owned(), |slug| address::commission(&slug.0));
    match horizon {
        Some(horizon) => sheet.at(&format!("{path}?{HORIZON}={}", horizon_name(horizon))),
        None => sheet.at(&path),
    }
}

/// Reported now less reported at the review, in percentage points, told by shape and word; nothing where either is not known.
pub(super) fn trend(sheet: &Sheet<'_>, reported: Option<u16>, before: Option<&Cell>, since: &str) -> Markup {
    let (Some(now), Some(then)) = (reported, before.and_then(|cell| cell.progress.reported)) else { return html! {} };
    let points = (i32::from(now) - i32::from(then)) / 100;
    let (shape, key) = match points {
        1.. => ("▲", "page-overview-up"),
        0 => ("▬", "page-overview-level"),
        _ => ("▼", "page-overview-down"),
    };
    html! {
        " " a.trend href=(since) { span aria-hidden="true" { (shape) } " " (sheet.telling(key, sheet.hand.number(points.unsigned_abs()))) }
    }
}

pub(super) fn find<'a>(matrix: &'a [Cell], horizon: Option<Horizon>, commission: Option<&CommissionSlug>) -> Option<&'a Cell> {
    matrix.iter().find(|cell| cell.horizon == horizon && cell.commission.as_ref() == commission)
}
