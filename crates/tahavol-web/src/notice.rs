//! Pages that only say something: that a form is not accepted, that an address holds nothing, what went wrong.

use maud::{Markup, html};

use crate::layout::{Frame, page};
use crate::sheet::Sheet;

/// A text, and where to go from there.
#[must_use]
pub fn notice(frame: &Frame<'_>, title: &str, text: &str, way_on: Option<(&str, &str)>) -> Markup {
    let content = html! {
        p.lead { (text) }
        @if let Some((address, label)) = way_on { p { a.button href=(address) { (label) } } }
    };
    page(frame, title, &content)
}

/// The same among the programme's pages, with the way back to the overview.
#[must_use]
pub fn on_sheet(sheet: &Sheet<'_>, title: &str, text: &str, way_on: &str) -> Markup {
    let content = html! {
        p.lead { (text) }
        p { a.button href=(way_on) { (sheet.word("page-to-overview")) } }
    };
    sheet.page(None, title, &content)
}
