//! Signing in: name and password, then the code of the second factor where there is one.

use maud::{Markup, html};

use crate::form::{Answer, Field, field, form, summary};
use crate::layout::{Frame, page};
use crate::words::telling;

/// What the first step shows.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    pub csrf: &'a str,
    /// Where to go afterwards.
    pub next: Option<&'a str>,
    /// The name as it was typed.
    pub name: &'a str,
    pub trouble: Option<Trouble>,
    pub said: Option<Said>,
    /// Where the organisation's own identity provider is asked.
    pub provider: Option<&'a str>,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No such name, or another password: which of them is not told.
    Wrong,
    /// The code of the second factor is wrong, or was used before.
    CodeWrong,
    /// Too much time went by between the password and the code.
    TooLate,
    /// Too many attempts; the next one counts after so many seconds.
    Wait { seconds: u64 },
}

/// What has just happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    SignedOut,
    PasswordSet,
}

/// The page that asks for name and password.
#[must_use]
pub fn sign_in(frame: &Frame<'_>, shown: &SignIn<'_>) -> Markup {
    let trouble = shown.trouble.map(|trouble| told(frame, trouble));
    let trouble = trouble.as_deref();
    let (name, password, hint) = (frame.word("page-user-name"), frame.word("page-password"), frame.word("page-user-name-hint"));
    let form = form(
        "/sign-in",
        shown.csrf,
        &html! {
            (kept(shown.next))
            (field(&Field { name: "name", label: &name, hint: Some(&hint), error: trouble, answer: Answer::UserName(shown.name) }))
            (field(&Field { name: "password", label: &password, hint: None, error: None, answer: Answer::CurrentPassword }))
            button type="submit" { (frame.word("page-sign-in")) }
        },
    );
    let content = html! {
        @if let Some(said) = shown.said { p.said role="status" { (frame.word(said.key())) } }
        (summary(frame, &trouble.map(|text| ("name", text)).into_iter().collect::<Vec<_>>()))
        (form)
        @if let Some(address) = shown.provider {
            p.or { a.button.second href=(address) { (frame.word("page-sign-in-provider")) } }
        }
    };
    page(frame, &frame.word("page-sign-in"), &content)
}

/// The page that asks for the code, once the password was right.
#[must_use]
pub fn code(frame: &Frame<'_>, csrf: &str, next: Option<&str>, trouble: Option<Trouble>) -> Markup {
    let trouble = trouble.map(|trouble| told(frame, trouble));
    let trouble = trouble.as_deref();
    let (label, hint) = (frame.word("page-code"), frame.word("page-code-hint"));
    let content = html! {
        (summary(frame, &trouble.map(|text| ("code", text)).into_iter().collect::<Vec<_>>()))
        (form("/sign-in/code", csrf, &html! {
            (kept(next))
            (field(&Field { name: "code", label: &label, hint: Some(&hint), error: trouble, answer: Answer::Code }))
            button type="submit" { (frame.word("page-continue")) }
        }))
        p.hint { (frame.word("page-code-lost")) }
    };
    page(frame, &frame.word("page-code-title"), &content)
}

fn kept(next: Option<&str>) -> Markup {
    html! { @if let Some(next) = next { input type="hidden" name="next" value=(next); } }
}

fn told(frame: &Frame<'_>, trouble: Trouble) -> String {
    match trouble {
        Trouble::Wrong => frame.word("page-sign-in-wrong"),
        Trouble::CodeWrong => frame.word("page-code-wrong"),
        Trouble::TooLate => frame.word("page-sign-in-late"),
        Trouble::Wait { seconds } => telling("page-sign-in-wait", seconds, frame.lang),
    }
}

impl Said {
    fn key(self) -> &'static str {
        match self {
            Said::SignedOut => "page-signed-out",
            Said::PasswordSet => "page-password-set",
        }
    }
}
