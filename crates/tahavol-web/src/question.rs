//! The questions that auditors' and administrators' forms ask: a label, what an answer looks like, what is wrong, and what was typed.

use maud::{Markup, html};

use crate::audit::{AFTER, BEFORE};
use crate::sheet::Sheet;

/// What is wrong with the answers to some questions, by their names.
pub type Wrong = [(&'static str, String)];

/// One question whose answer is typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    /// Its name in the request; with the form's, its id in the page.
    pub(crate) name: &'static str,
    /// The keys of its label and of what an answer looks like.
    pub(crate) label: &'a str,
    pub(crate) hint: Option<&'a str>,
    pub(crate) typed: &'a str,
    /// Codes, days and identifiers are written from left to right whatever the page.
    pub(crate) code: bool,
}

impl Sheet<'_> {
    /// A question of a form, answered in one line.
    pub(crate) fn asking(&self, form: &str, asked: &Question<'_>, wrong: &Wrong) -> Markup {
        let id = format!("{form}-{}", asked.name);
        let error = wrong.iter().find(|(name, _)| *name == asked.name).map(|(_, text)| text);
        let (hint_id, error_id) = (asked.hint.map(|_| format!("{id}-hint")), error.map(|_| format!("{id}-error")));
        let described = [hint_id.as_deref(), error_id.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        html! {
            p.question.wrong[error.is_some()] {
                label for=(id) { (self.word(asked.label)) }
                @if let Some(hint) = asked.hint { span.hint id=[&hint_id] { (self.word(hint)) } }
                @if let Some(text) = error { span.error id=[&error_id] { (text) } }
                input id=(id) type="text" name=(asked.name) value=(asked.typed) dir=(if asked.code { "ltr" } else { "auto" }) maxlength="200"
                    autocomplete="off" aria-describedby=[(!described.is_empty()).then_some(described)] aria-invalid=[error.map(|_| "true")];
            }
        }
    }

    /// A question of a form, answered by one of some values; the first option is the one that leaves it open.
    pub(crate) fn choice(&self, form: &str, name: &str, label: &str, options: &[(String, String)], chosen: &str, wrong: &Wrong) -> Markup {
        let id = format!("{form}-{name}");
        let error = wrong.iter().find(|(named, _)| *named == name).map(|(_, text)| text);
        let error_id = error.map(|_| format!("{id}-error"));
        html! {
            p.question.wrong[error.is_some()] {
                label for=(id) { (self.word(label)) }
                @if let Some(text) = error { span.error id=[&error_id] { (text) } }
                select id=(id) name=(name) aria-describedby=[&error_id] aria-invalid=[error.map(|_| "true")] {
                    @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
                }
            }
        }
    }

    /// What is wrong, above a form: each with a link to its question, where the form asks it.
    pub(crate) fn misasked(&self, form: &str, wrong: &Wrong) -> Markup {
        // A place in a list comes with a link and is typed into no form.
        let is_asked = |name: &str| ![AFTER, BEFORE].contains(&name);
        html! {
            @if !wrong.is_empty() {
                div.summary role="alert" {
                    h2 { (self.word("page-errors")) }
                    ul { @for (name, text) in wrong { li { @if is_asked(name) { a href={ "#" (form) "-" (name) } { (text) } } @else { (text) } } } }
                }
            }
        }
    }

    /// The fields of a form that keep the moment at which one looks.
    pub(crate) fn moment_fields(&self) -> Markup {
        html! { @for (name, value) in self.moment.fields() { input type="hidden" name=(name) value=(value); } }
    }
}
