//! What is decided on, above the button that decides it: the terms as they stand and as they would be, who asks for it, and why.

use std::sync::Arc;

use maud::{Markup, html};
use tahavol_domain::calendar::Instant;
use tahavol_domain::milestone::event::Baseline;

use crate::address;
use crate::sheet::Sheet;

/// What is decided on.
pub struct Case {
    /// Who asked for it, and when.
    pub asked: Option<(String, Instant)>,
    pub reason: Option<String>,
    pub terms: Terms,
}

/// The terms of milestones.
pub struct Terms {
    /// What kind of decision: the end of a key of the catalogue.
    pub what: &'static str,
    pub milestones: Vec<Term>,
}

/// Those of one.
pub struct Term {
    pub code: String,
    pub title: String,
    /// As they stand, where others are proposed.
    pub before: Option<Arc<Baseline>>,
    pub after: Arc<Baseline>,
}

pub(super) fn case(sheet: &Sheet<'_>, case: &Case) -> Markup {
    html! {
        section.case aria-labelledby="case" {
            h2 #case { (sheet.word("page-case")) }
            @if let Some((by, at)) = &case.asked { p { (sheet.word("page-case-asked")) " " bdi { (by) } " · " (sheet.hand.moment(*at)) } }
            @match &case.reason {
                Some(reason) => blockquote dir="auto" { (reason) },
                None => p.empty { (sheet.word("page-case-no-reason")) },
            }
            (terms(sheet, &case.terms))
        }
    }
}

/// Of one milestone old and new side by side; of several one to a row.
pub(super) fn terms(sheet: &Sheet<'_>, terms: &Terms) -> Markup {
    let caption = sheet.word(&format!("page-terms-{}", terms.what));
    let table = match terms.milestones.as_slice() {
        [] => return html! {},
        [Term { before: Some(before), after, .. }] => compared(sheet, before, after),
        several => listed(sheet, several),
    };
    html! {
        div.table-scroll.terms tabindex="0" role="group" aria-label=(caption) { table { caption { (caption) } (table) } }
    }
}

/// Weight, start, due day, horizon and measure, as they are told.
fn told(sheet: &Sheet<'_>, baseline: &Baseline) -> [String; 5] {
    [
        sheet.hand.number(baseline.weight),
        sheet.hand.short(baseline.starts),
        sheet.hand.short(baseline.due),
        sheet.horizon(baseline.horizon),
        sheet.measure_text(&baseline.measure),
    ]
}

const NAMES: [&str; 5] = ["weight", "starts", "due", "horizon", "measure"];

fn compared(sheet: &Sheet<'_>, before: &Baseline, after: &Baseline) -> Markup {
    let lines = NAMES.into_iter().zip(told(sheet, before).into_iter().zip(told(sheet, after)));
    html! {
        thead { tr {
            th scope="col" { (sheet.word("page-term")) }
            th scope="col" { (sheet.word("page-term-before")) }
            th scope="col" { (sheet.word("page-term-after")) }
        } }
        tbody {
            @for (name, (old, new)) in lines {
                tr {
                    th scope="row" { (sheet.word(&format!("page-field-{name}"))) }
                    td { (old) }
                    td { @if old == new { span.hint { (sheet.word("page-term-same")) } } @else { strong { (new) } } }
                }
            }
        }
    }
}

fn listed(sheet: &Sheet<'_>, milestones: &[Term]) -> Markup {
    html! {
        thead { tr {
            th scope="col" { (sheet.word("page-field-milestone-listed")) }
            @for name in NAMES { th scope="col" { (sheet.word(&format!("page-field-{name}"))) } }
        } }
        tbody {
            @for one in milestones {
                tr {
                    th scope="row" dir="auto" { a.code href=(sheet.at(&address::milestone(&one.code))) { (one.code) } " " (one.title) }
                    @for text in told(sheet, &one.after) { td { (text) } }
                }
            }
        }
    }
}
