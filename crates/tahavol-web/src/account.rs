//! A person's own account: who she is here, her offices, her password, her second factor, her sessions.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::Person;

use crate::form::{Answer, Field, field, form, summary};
use crate::layout::{Frame, page};
use crate::link::{NewPassword, Refused};
use crate::qr;
use crate::words::telling;

/// The field in which the password is typed to change the second factor; the page has another one to change the password.
const PASSWORD: &str = "password-for-second-factor";

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    pub csrf: &'a str,
    pub person: &'a Person,
    /// In the reader's words.
    pub offices: &'a [String],
    pub kept: Kept,
    /// How many characters a password has at least.
    pub least: usize,
    /// An office of hers asks for a second factor, and this session has shown none: nothing else is open to her.
    pub second_factor_demanded: bool,
    pub done: Option<Done>,
    pub trouble: Option<&'a Trouble>,
}

/// Who keeps her password and her second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Her organisation's identity provider.
    Elsewhere,
    /// This server; the day since which there is a second factor.
    Here { second_factor: Option<Date> },
}

/// What has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    PasswordChanged,
    SecondFactorBegun,
    SecondFactorRemoved,
}

/// What was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Her password is another than the one she typed to change it.
    OldPassword,
    NewPassword(Refused),
    /// Her password is another than the one she typed to set up the second factor or to remove it.
    PasswordForSecondFactor,
    /// Too many attempts; the next one counts after so many seconds.
    Wait {
        seconds: u64,
    },
}

/// The account page.
#[must_use]
pub fn account(frame: &Frame<'_>, shown: &Account<'_>) -> Markup {
    let content = html! {
        @if let Some(done) = shown.done { p.said role="status" { (frame.word(done.key())) } }
        @if shown.second_factor_demanded {
            div.demand role="alert" {
                h2 { (frame.word("page-second-factor-demanded")) }
                p { (frame.word(shown.kept.second_factor_wanted())) }
            }
        }
        @if let Some(Trouble::Wait { seconds }) = shown.trouble {
            p.error role="alert" { (telling("page-sign-in-wait", seconds, frame.lang)) }
        }
        (person(frame, shown))
        @match shown.kept {
            Kept::Elsewhere => section { p { (frame.word("page-account-elsewhere")) } }
            Kept::Here { second_factor } => {
                (second_factor_of(frame, shown, second_factor))
                (password(frame, shown))
            }
        }
        (sessions(frame, shown.csrf))
    };
    page(frame, &frame.word("page-account"), &content)
}

/// What she needs to enrol a second factor; nothing of it is in force before a code has confirmed it.
#[derive(Debug, Clone, Copy)]
pub struct Enrolment<'a> {
    pub csrf: &'a str,
    /// The secret in base32, for typing.
    pub secret: &'a str,
    /// The same for a camera.
    pub uri: &'a str,
    /// The code that was typed is not the one that this secret makes now.
    pub wrong: bool,
}

/// The page that shows the secret of a second factor and asks for the first code.
#[must_use]
pub fn enrol(frame: &Frame<'_>, shown: &Enrolment<'_>) -> Markup {
    let wrong = shown.wrong.then(|| frame.word("page-code-wrong"));
    let wrong = wrong.as_deref();
    let (label, hint) = (frame.word("page-code"), frame.word("page-code-hint"));
    let content = html! {
        (summary(frame, &wrong.map(|text| ("code", text)).into_iter().collect::<Vec<_>>()))
        p.lead { (frame.word("page-second-factor-scan")) }
        @if let Some(code) = qr::code(shown.uri, &frame.word("page-second-factor-qr")) { (code) }
        p { (frame.word("page-second-factor-type")) }
        p { code.secret dir="ltr" { (grouped(shown.secret)) } }
        (form("/account/second-factor/confirm", shown.csrf, &html! {
            (field(&Field { name: "code", label: &label, hint: Some(&hint), error: wrong, answer: Answer::Code }))
            button type="submit" { (frame.word("page-second-factor-confirm")) }
        }))
        p { a href="/account" { (frame.word("page-back-to-account")) } }
    };
    page(frame, &frame.word("page-second-factor"), &content)
}

fn person(frame: &Frame<'_>, shown: &Account<'_>) -> Markup {
    html! {
        section {
            dl {
                dt { (frame.word("page-person")) }
                dd dir="auto" { (shown.person.name) }
                dt { (frame.word("page-user-name")) }
                dd { code dir="ltr" { (shown.person.id.0) } }
                dt { (frame.word("page-offices")) }
                @for office in shown.offices { dd dir="auto" { (office) } }
                @if shown.offices.is_empty() { dd { (frame.word("page-no-office")) } }
            }
        }
    }
}

fn password(frame: &Frame<'_>, shown: &Account<'_>) -> Markup {
    let old_wrong = (shown.trouble == Some(&Trouble::OldPassword)).then(|| frame.word("page-password-wrong"));
    let refused = match shown.trouble {
        Some(Trouble::NewPassword(refused)) => Some(refused),
        Some(Trouble::OldPassword | Trouble::PasswordForSecondFactor | Trouble::Wait { .. }) | None => None,
    };
    let errors = NewPassword::new(frame, refused);
    let old = frame.word("page-password-now");
    let mut listed = errors.listed();
    listed.extend(old_wrong.as_deref().map(|text| ("old", text)));
    html! {
        section aria-labelledby="change-password" {
            h2 #change-password { (frame.word("page-password-change")) }
            p { (frame.word("page-password-change-what")) }
            (summary(frame, &listed))
            (form("/account/password", shown.csrf, &html! {
                input type="hidden" name="name" value=(shown.person.id.0) autocomplete="username";
                (field(&Field { name: "old", label: &old, hint: None, error: old_wrong.as_deref(), answer: Answer::CurrentPassword }))
                (errors.fields(frame, shown.least))
                button type="submit" { (frame.word("page-password-change")) }
            }))
        }
    }
}

fn second_factor_of(frame: &Frame<'_>, shown: &Account<'_>, since: Option<Date>) -> Markup {
    let wrong = (shown.trouble == Some(&Trouble::PasswordForSecondFactor)).then(|| frame.word("page-password-wrong"));
    let label = frame.word("page-password-now");
    let password = field(&Field { name: PASSWORD, label: &label, hint: None, error: wrong.as_deref(), answer: Answer::CurrentPassword });
    html! {
        section aria-labelledby="second-factor" {
            h2 #second-factor { (frame.word("page-second-factor")) }
            (summary(frame, &wrong.as_deref().map(|text| (PASSWORD, text)).into_iter().collect::<Vec<_>>()))
            @if let Some(since) = since {
                p { (telling("page-second-factor-since", since, frame.lang)) }
                details open[wrong.is_some()] {
                    summary { (frame.word("page-second-factor-remove")) }
                    p { (frame.word("page-second-factor-remove-what")) }
                    (form("/account/second-factor/remove", shown.csrf, &html! {
                        (password)
                        button.second type="submit" { (frame.word("page-second-factor-remove")) }
                    }))
                }
            } @else {
                p { (frame.word("page-second-factor-none")) }
                (form("/account/second-factor", shown.csrf, &html! {
                    (password)
                    button type="submit" { (frame.word("page-second-factor-begin")) }
                }))
            }
        }
    }
}

fn sessions(frame: &Frame<'_>, csrf: &str) -> Markup {
    html! {
        section aria-labelledby="sessions" {
            h2 #sessions { (frame.word("page-sessions")) }
            p { (frame.word("page-sessions-what")) }
            (form("/account/sign-out-everywhere", csrf, &html! {
                button.second type="submit" { (frame.word("page-sign-out-everywhere")) }
            }))
        }
    }
}

/// Four characters at a time: they are typed by hand.
fn grouped(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    characters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

impl Kept {
    /// How she shows a second factor that she has not shown.
    fn second_factor_wanted(self) -> &'static str {
        match self {
            Kept::Elsewhere => "page-second-factor-demanded-elsewhere",
            Kept::Here { .. } => "page-second-factor-demanded-why",
        }
    }
}

impl Done {
    fn key(self) -> &'static str {
        match self {
            Done::PasswordChanged => "page-password-changed",
            Done::SecondFactorBegun => "page-second-factor-begun",
            Done::SecondFactorRemoved => "page-second-factor-removed",
        }
    }
}
