//! Measurements that somebody is to choose from, each with what it rests on.

use maud::{Markup, html};
use tahavol_domain::text::Text;
use tahavol_domain::values::Evidence;

use crate::sheet::Sheet;

/// One of them.
pub struct Measured {
    /// Scope, period, value, who.
    pub words: String,
    /// The form with this one chosen.
    pub href: String,
    pub method: Option<Text>,
    pub evidence: Vec<Evidence>,
    /// Whether it is chosen already.
    pub chosen: bool,
}

/// The one that is chosen stands open, the others are folded.
pub(super) fn measured(sheet: &Sheet<'_>, all: &[Measured]) -> Markup {
    let chosen = all.iter().find(|one| one.chosen);
    html! {
        @if let Some(one) = chosen {
            section.case aria-labelledby="case" {
                h2 #case { (sheet.word("page-measured-chosen")) }
                p dir="auto" { (one.words) }
                (rests_on(sheet, one))
            }
        }
        details.measured open[chosen.is_none() && all.len() == 1] {
            summary { (sheet.telling("page-measured", sheet.hand.number(i64::try_from(all.len()).unwrap_or(i64::MAX)))) }
            ul {
                @for one in all {
                    li { a href=(one.href) dir="auto" { (one.words) } (rests_on(sheet, one)) }
                }
            }
        }
    }
}

fn rests_on(sheet: &Sheet<'_>, one: &Measured) -> Markup {
    html! {
        @if let Some(method) = &one.method { p.hint { (sheet.text(method)) } }
        @if one.evidence.is_empty() { p.empty { (sheet.word("page-measured-bare")) } }
        (sheet.files(&one.evidence))
    }
}
