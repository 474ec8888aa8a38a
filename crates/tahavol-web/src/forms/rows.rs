//! An answer that is given row by row: the same parts again and again, and a button for one row more.

use maud::{Markup, html};

use super::Answer;
use super::question::{Question, Wrong};
use crate::sheet::Sheet;

/// The name under which a form asks for one row more; its value is the question's name.
pub const ADD: &str = "add";

/// All rows of one question.
#[derive(Debug, Clone)]
pub struct Rows {
    pub parts: Vec<Part>,
    /// What was typed: of each row one text for each part.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row was just asked for.
    pub added: bool,
}

/// One part of every row.
#[derive(Debug, Clone)]
pub struct Part {
    /// The end of its name in the request, and of its id in the page.
    pub name: &'static str,
    pub label: String,
    pub asks: Asks,
}

/// What kind of answer a part is.
#[derive(Debug, Clone)]
pub enum Asks {
    /// Words in Persian, or in English.
    Persian,
    English,
    /// A number or a day: written from left to right.
    Code,
    /// One of several: value and words.
    Choice(Vec<(String, String)>),
}

/// The id of a part of a row, at which what is wrong with it is told.
#[must_use]
pub fn field(question: &str, number: usize, part: &str) -> String {
    format!("{question}-{number}-{part}")
}

impl Rows {
    pub(super) fn has(&self, question: &str, wanted: &str) -> bool {
        (0..self.rows.len()).any(|number| self.parts.iter().any(|part| field(question, number, part.name) == wanted))
    }
}

impl Question {
    pub(super) fn has_rows(&self) -> bool {
        matches!(self.answer, Answer::Rows(_))
    }
}

impl Sheet<'_> {
    pub(super) fn rows_of(&self, question: &str, rows: &Rows, wrong: &[Wrong]) -> Markup {
        let last = rows.rows.len().saturating_sub(1);
        let told = |number: usize| self.hand.number(i64::try_from(number + 1).unwrap_or(i64::MAX));
        html! {
            @for (number, typed) in rows.rows.iter().enumerate() {
                div.row role="group" aria-label=(self.telling(&format!("page-row-{question}"), told(number))) {
                    span.row-number aria-hidden="true" { (told(number)) }
                    @for (at, part) in rows.parts.iter().enumerate() {
                        @let focused = rows.added && number == last && at == 0;
                        (part_of(part, (question, number), typed.get(at).map_or("", String::as_str), wrong, focused))
                    }
                }
            }
            button.second type="submit" name=(ADD) value=(question) { (self.word(&format!("page-add-{question}"))) }
        }
    }
}

fn part_of(part: &Part, (question, number): (&str, usize), typed: &str, wrong: &[Wrong], focused: bool) -> Markup {
    let (id, name) = (field(question, number, part.name), format!("{question}.{number}.{}", part.name));
    let errors: Vec<&str> = wrong.iter().filter(|one| one.field.as_deref() == Some(&id)).map(|one| one.text.as_str()).collect();
    let described = (!errors.is_empty()).then(|| format!("{id}-error"));
    let invalid = described.as_ref().map(|_| "true");
    let words = |lang: &str, direction: &str| {
        html! {
            input id=(id) name=(name) type="text" value=(typed) lang=(lang) dir=(direction) autocomplete="off" autofocus[focused]
                aria-describedby=[&described] aria-invalid=[invalid];
        }
    };
    html! {
        div class={ "part " (part.name) } {
            label.part for=(id) { (part.label) }
            @if described.is_some() { div id=[&described] { @for text in &errors { p.error { (text) } } } }
            @match &part.asks {
                Asks::Persian => (words("fa", "rtl")),
                Asks::English => (words("en", "ltr")),
                Asks::Code => {
                    input id=(id) name=(name) type="text" value=(typed) dir="ltr" autocomplete="off" spellcheck="false" autofocus[focused]
                        aria-describedby=[&described] aria-invalid=[invalid];
                }
                Asks::Choice(options) => {
                    select id=(id) name=(name) autofocus[focused] aria-describedby=[&described] aria-invalid=[invalid] {
                        @for (value, words) in options { option value=(value) selected[value == typed] { (words) } }
                    }
                }
            }
        }
    }
}
