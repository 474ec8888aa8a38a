//! A one-time link: whoever holds it chooses the password of an account, once.

use maud::{Markup, html};
use tahavol_domain::values::Person;

use crate::form::{Answer, Field, field, form, summary};
use crate::layout::{Frame, page};
use crate::words::{isolated, telling};

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// The link's own path, to which the form is sent.
    pub action: &'a str,
    pub csrf: &'a str,
    pub person: &'a Person,
    /// How many characters a password has at least.
    pub least: usize,
    pub trouble: Option<&'a Refused>,
}

/// Why a new password was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The second time something else was typed.
    Differ,
    /// What is wrong with the password itself, in the reader's words.
    Password(String),
}

/// The page that asks for a new password.
#[must_use]
pub fn link(frame: &Frame<'_>, shown: &Link<'_>) -> Markup {
    let errors = NewPassword::new(frame, shown.trouble);
    let content = html! {
        (summary(frame, &errors.listed()))
        p.lead { (telling("page-link-for", isolated(&shown.person.name), frame.lang)) }
        (form(shown.action, shown.csrf, &html! {
            // For password managers: the account that this password belongs to.
            div.field {
                label for="name" { (frame.word("page-user-name")) }
                input #name name="name" type="text" value=(shown.person.id.0) autocomplete="username" dir="ltr" readonly;
            }
            (errors.fields(frame, shown.least))
            button type="submit" { (frame.word("page-password-keep")) }
        }))
    };
    page(frame, &frame.word("page-link-title"), &content)
}

/// The page of a link that was used, has run out, or never was one: which of them is not told.
#[must_use]
pub fn dead(frame: &Frame<'_>) -> Markup {
    let content = html! {
        p.lead { (frame.word("page-link-dead")) }
        p { a.button href="/sign-in" { (frame.word("page-sign-in")) } }
    };
    page(frame, &frame.word("page-link-dead-title"), &content)
}

/// The two fields in which a new password is typed, and what is wrong with either.
pub(crate) struct NewPassword {
    first: Option<String>,
    again: Option<String>,
}

impl NewPassword {
    pub(crate) fn new(frame: &Frame<'_>, trouble: Option<&Refused>) -> NewPassword {
        match trouble {
            None => NewPassword { first: None, again: None },
            Some(Refused::Differ) => NewPassword { first: None, again: Some(frame.word("page-passwords-differ")) },
            Some(Refused::Password(text)) => NewPassword { first: Some(text.clone()), again: None },
        }
    }

    pub(crate) fn listed(&self) -> Vec<(&str, &str)> {
        [("password", self.first.as_deref()), ("again", self.again.as_deref())]
            .into_iter()
            .filter_map(|(name, text)| Some((name, text?)))
            .collect()
    }

    pub(crate) fn fields(&self, frame: &Frame<'_>, least: usize) -> Markup {
        let (new, again) = (frame.word("page-password-new"), frame.word("page-password-again"));
        let hint = telling("page-password-hint", least, frame.lang);
        html! {
            (field(&Field { name: "password", label: &new, hint: Some(&hint), error: self.first.as_deref(), answer: Answer::NewPassword }))
            (field(&Field { name: "again", label: &again, hint: None, error: self.again.as_deref(), answer: Answer::NewPassword }))
        }
    }
}
