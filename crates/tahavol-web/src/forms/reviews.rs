//! Reviews: the list of them, and each with exactly the picture that it looked at.

use maud::{Markup, html};
use tahavol_app::AsOf;
use tahavol_domain::Kind;
use tahavol_domain::calendar::Date;
use tahavol_domain::programme::event::{Review, ReviewKind};
use tahavol_domain::text::Text;
use tahavol_projections::progress::{Cell as Figures, Progress};
use tahavol_projections::rows::ReviewRow;

use crate::address::{self, Moment};
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, SORT, Table};

/// One review as its page shows it.
pub struct Held<'a> {
    pub row: &'a ReviewRow,
    /// The day it was held.
    pub day: Date,
    /// Of the picture at the frozen position: every horizon × commission.
    pub figures: &'a [Figures],
    /// Whether the reader closes actions.
    pub closes: bool,
}

/// All reviews, newest first unless the address says otherwise.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, rows: &[(&ReviewRow, Date)]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let cells = |row: &ReviewRow, day: Date| {
        let review = &row.review;
        let open = review.actions.len() - row.closures.len().min(review.actions.len());
        let href = sheet.at(&address::review(&review.review.to_string()));
        vec![
            Cell::Link { text: review.title.get(sheet.lang()).to_owned(), href },
            Cell::Text(kind(sheet, review)),
            Cell::Date(day),
            Cell::Number(i64::try_from(review.frozen_position).unwrap_or(i64::MAX)),
            Cell::Number(i64::try_from(open).unwrap_or(i64::MAX)),
        ]
    };
    let table = Table {
        id: "reviews",
        caption: sheet.word("page-reviews"),
        columns: vec![
            column("title", "page-title"),
            column("kind", "page-field-kind"),
            column("day", "page-review-day"),
            column("position", "page-field-position"),
            column("open", "page-review-open"),
        ],
        rows: rows.iter().map(|(row, day)| Row { cells: cells(row, *day) }).collect(),
        empty: sheet.word("page-reviews-none"),
    };
    table.sorted(sheet.asked(SORT))
}

/// The list.
#[must_use]
pub fn reviews(sheet: &Sheet<'_>, table: &Table, holds: bool) -> Markup {
    let content = html! {
        @if holds && !sheet.is_past() {
            p { a.button.second href=(address::act(Kind::ReviewHold.name(), "")) { (sheet.act(Kind::ReviewHold)) } }
        }
        (sheet.table(table))
    };
    sheet.page(Some(Section::Reviews), &sheet.word("page-section-reviews"), &content)
}

/// One of them.
#[must_use]
pub fn review(sheet: &Sheet<'_>, shown: &Held<'_>) -> Markup {
    let review = &shown.row.review;
    let frozen = Moment { as_of: Some(AsOf::Position(review.frozen_position)), status_date: Some(shown.day), ..sheet.moment };
    let trail =
        html! { p.trail { a href=(sheet.at(address::REVIEWS)) { (sheet.word("page-section-reviews")) } " · " (kind(sheet, review)) } };
    let content = html! {
        p {
            (sheet.word("page-review-day")) " " (sheet.hand.day(shown.day)) " · "
            (sheet.telling("page-review-frozen", sheet.hand.position(review.frozen_position))) " · "
            a href=(frozen.at(address::OVERVIEW)) { (sheet.word("page-review-picture")) }
        }
        (figures(sheet, shown))
        (texts(sheet, "page-field-strengths", &review.strengths))
        (texts(sheet, "page-field-weaknesses", &review.weaknesses))
        (texts(sheet, "page-field-commendations", &review.commendations))
        (actions(sheet, shown))
    };
    sheet.page_under(Some(Section::Reviews), &trail, review.title.get(sheet.lang()), &content)
}

fn kind(sheet: &Sheet<'_>, review: &Review) -> String {
    sheet.word(match review.kind {
        ReviewKind::StockTake => "page-choice-STOCK_TAKE",
        ReviewKind::Conference => "page-choice-CONFERENCE",
    })
}

/// Horizons, and commissions over all of them.
fn figures(sheet: &Sheet<'_>, shown: &Held<'_>) -> Markup {
    let told = |cell: &Figures| match (cell.horizon, &cell.commission) {
        (Some(horizon), _) => sheet.horizon(horizon),
        (None, Some(slug)) => sheet.commission(slug),
        (None, None) => sheet.word("page-all-horizons"),
    };
    let rows = shown.figures.iter().filter(|cell| cell.horizon.is_none() || cell.commission.is_none());
    let rows: Vec<(String, &Progress)> = rows.filter(|cell| cell.progress.has_figures()).map(|cell| (told(cell), &cell.progress)).collect();
    html! {
        section aria-labelledby="figures" {
            h2 #figures { (sheet.word("page-review-figures")) }
            @if rows.is_empty() { p.empty { (sheet.word("page-milestones-none")) } }
            @else {
                div.table-scroll tabindex="0" role="group" aria-labelledby="figures" {
                    table {
                        thead { tr {
                            th scope="col" { (sheet.word("page-group")) }
                            th scope="col" { (sheet.word("page-progress")) }
                            th scope="col" { (sheet.word("page-confidence")) }
                        } }
                        tbody {
                            @for (name, progress) in rows {
                                tr {
                                    th scope="row" dir="auto" { (name) }
                                    td { (sheet.voices(Voices::from(progress))) }
                                    td { (sheet.confidence(progress.confidence)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn texts(sheet: &Sheet<'_>, key: &str, texts: &[Text]) -> Markup {
    html! {
        section {
            h2 { (sheet.word(key)) }
            @if texts.is_empty() { p.empty { (sheet.word("page-review-nothing")) } }
            @else { ul { @for text in texts { li { (sheet.text(text)) } } } }
        }
    }
}

fn actions(sheet: &Sheet<'_>, shown: &Held<'_>) -> Markup {
    let review = &shown.row.review;
    let name = |actor| sheet.snapshot.officials.get(actor).map(|row| row.person.name.clone());
    html! {
        section aria-labelledby="actions" {
            h2 #actions { (sheet.word("page-field-actions")) }
            @if review.actions.is_empty() { p.empty { (sheet.word("page-review-nothing")) } }
            ul.review-actions {
                @for action in &review.actions {
                    li {
                        p { (sheet.text(&action.title)) }
                        p.hint {
                            a href=(sheet.at(&address::person(&action.owner.0))) { bdi { (name(&action.owner).unwrap_or_else(|| action.owner.0.clone())) } }
                            " · " (sheet.word("page-due")) " " (sheet.hand.day(action.due))
                        }
                        @match shown.row.closures.get(&action.action) {
                            Some((closure, stamp)) => {
                                p {
                                    strong { (sheet.word("page-review-closed")) } " " (sheet.hand.moment(stamp.at)) " · " (sheet.text(&closure.outcome)) " "
                                    a href=(sheet.at(&address::event(stamp.position))) { (sheet.telling("page-said-position", sheet.hand.position(stamp.position))) }
                                }
                                ul { @for file in &closure.evidence { li { a href={ "/evidence/" (file.digest) } dir="auto" { (file.title) } } } }
                            }
                            None => {
                                p {
                                    strong { (sheet.word("page-review-still-open")) }
                                    @if shown.closes && !sheet.is_past() {
                                        " " a href={ (address::act(Kind::ReviewActionClose.name(), &review.review.to_string())) "&action=" (action.action) } { (sheet.act(Kind::ReviewActionClose)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
