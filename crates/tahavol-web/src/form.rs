//! The parts of forms: a label, what its answer looks like, what is wrong with it, and what was typed. Passwords never come back.

use maud::{Markup, html};

use crate::layout::Frame;

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its name in the request; also its id in the page.
    pub name: &'a str,
    pub label: &'a str,
    /// What the answer looks like.
    pub hint: Option<&'a str>,
    /// What is wrong with the answer that was given.
    pub error: Option<&'a str>,
    pub answer: Answer<'a>,
}

/// What kind of answer is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Answer<'a> {
    /// The name of an account, as it was typed.
    UserName(&'a str),
    CurrentPassword,
    /// Chosen now.
    NewPassword,
    /// The six digits of a second factor.
    Code,
}

pub(crate) fn field(asked: &Field<'_>) -> Markup {
    let hint = asked.hint.map(|_| format!("{}-hint", asked.name));
    let error = asked.error.map(|_| format!("{}-error", asked.name));
    let described = [hint.as_deref(), error.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let described = (!described.is_empty()).then_some(described);
    let invalid = asked.error.map(|_| "true");
    html! {
        div.field.wrong[asked.error.is_some()] {
            label for=(asked.name) { (asked.label) }
            @if let Some(text) = asked.hint { p.hint id=[&hint] { (text) } }
            @if let Some(text) = asked.error { p.error id=[&error] { (text) } }
            @match asked.answer {
                Answer::UserName(typed) => {
                    input id=(asked.name) name=(asked.name) type="text" value=(typed) autocomplete="username" autocapitalize="none"
                        spellcheck="false" dir="ltr" maxlength="128" required aria-describedby=[&described] aria-invalid=[invalid];
                }
                Answer::CurrentPassword => {
                    input id=(asked.name) name=(asked.name) type="password" autocomplete="current-password" dir="ltr" required
                        aria-describedby=[&described] aria-invalid=[invalid];
                }
                // No `minlength`: a browser counts otherwise than we do.
                Answer::NewPassword => {
                    input id=(asked.name) name=(asked.name) type="password" autocomplete="new-password" dir="ltr" required
                        aria-describedby=[&described] aria-invalid=[invalid];
                }
                Answer::Code => {
                    input.code id=(asked.name) name=(asked.name) type="text" inputmode="numeric" autocomplete="one-time-code"
                        spellcheck="false" dir="ltr" maxlength="12" required aria-describedby=[&described] aria-invalid=[invalid];
                }
            }
        }
    }
}

/// A form that sends its fields to a path of ours, and shows where it comes from.
pub(crate) fn form(action: &str, csrf: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf" value=(csrf);
            (content)
        }
    }
}

/// What is wrong, above the form: each with a link to its field.
pub(crate) fn summary(frame: &Frame<'_>, errors: &[(&str, &str)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.summary role="alert" {
                h2 { (frame.word("page-errors")) }
                ul { @for (name, text) in errors { li { a href={ "#" (name) } { (text) } } } }
            }
        }
    }
}
