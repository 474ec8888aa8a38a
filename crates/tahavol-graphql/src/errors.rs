//! Errors that callers can act on: a stable code, the field, and a message in the caller's language.

use async_graphql::{Context, Error, ErrorExtensions, SimpleObject};
use tahavol_app::{AppError, HandleError, messages};
use tahavol_domain::Refusal;
use tahavol_domain::text::Lang;

use crate::guard::{ONE_DIFF, TOO_COSTLY};
use crate::request::lang;
use crate::scalars::{Bad, Typed};

/// Reading needs a caller whom the sign-in knows.
pub(crate) const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// `first` is negative or above the largest page.
pub(crate) const FIRST_OUT_OF_RANGE: &str = "FIRST_OUT_OF_RANGE";
/// A cursor that no page has given.
pub(crate) const CURSOR_INVALID: &str = "CURSOR_INVALID";
/// A node id that no answer has given.
pub(crate) const NODE_ID_INVALID: &str = "NODE_ID_INVALID";
/// A stream's name or an event type that does not exist.
pub(crate) const FILTER_INVALID: &str = "FILTER_INVALID";
/// An office that does not exist.
pub(crate) const OFFICE_INVALID: &str = "OFFICE_INVALID";
/// A time zone that does not exist.
pub(crate) const TIME_ZONE_UNKNOWN: &str = "TIME_ZONE_UNKNOWN";
/// A person of whom neither the ledger nor the configuration knows.
pub(crate) const UNKNOWN_ACTOR: &str = "UNKNOWN_ACTOR";
/// A range that ends before it starts.
pub(crate) const RANGE_REVERSED: &str = "RANGE_REVERSED";
/// A page is cut from one end.
pub(crate) const FIRST_AND_LAST: &str = "FIRST_AND_LAST";
/// `last` is negative or above the largest page.
pub(crate) const LAST_OUT_OF_RANGE: &str = "LAST_OUT_OF_RANGE";
/// A choice of which exactly one part must be given.
pub(crate) const ONE_REQUIRED: &str = "ONE_REQUIRED";
/// A choice of which no two parts may be given.
pub(crate) const AT_MOST_ONE: &str = "AT_MOST_ONE";
/// What was typed to confirm is something else.
pub(crate) const CONFIRMATION_DIFFERS: &str = "CONFIRMATION_DIFFERS";
/// A series of more points than one answer holds.
pub(crate) const SERIES_TOO_LONG: &str = "SERIES_TOO_LONG";
/// None of the caller's offices lets them read it.
pub(crate) const READ_NOT_PERMITTED: &str = "READ_NOT_PERMITTED";
/// The schema was made without a place where it is kept who somebody is.
pub(crate) const IDENTITY_ABSENT: &str = "IDENTITY_ABSENT";
/// A token may not be good for longer than what its maker has shown.
pub(crate) const TOKEN_WIDER: &str = "TOKEN_WIDER";
/// Nobody bars themselves.
pub(crate) const ACCOUNT_OWN: &str = "ACCOUNT_OWN";
/// The security journal cannot be read, or is broken.
pub(crate) const JOURNAL_UNAVAILABLE: &str = "JOURNAL_UNAVAILABLE";

/// Why something was not done. The same code always means the same rule.
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserError {
    /// Stable; for programs.
    pub(crate) code: String,
    /// The input field it is about, where it is about one.
    pub(crate) field: Option<String>,
    /// In the caller's language; for people.
    pub(crate) message: String,
}

impl UserError {
    pub(crate) fn new(lang: Lang, code: &str, field: Option<&str>, args: &[(&str, String)]) -> Self {
        UserError { code: code.to_owned(), field: field.map(str::to_owned), message: messages::message(code, args, lang) }
    }

    /// More differences than one request, or one batch, may ask for.
    pub(crate) fn costly(lang: Lang) -> Self {
        UserError { code: TOO_COSTLY.to_owned(), field: None, message: messages::message(ONE_DIFF, &[], lang) }
    }

    pub(crate) fn bad(lang: Lang, field: &str, bad: &Bad) -> Self {
        UserError::new(lang, bad.code, Some(field), &[("value", bad.text.clone())])
    }

    pub(crate) fn refused(lang: Lang, refusal: &Refusal) -> Self {
        UserError {
            code: refusal.rule.code().to_owned(),
            field: refusal.field.map(str::to_owned),
            message: messages::refusal_text(refusal, lang),
        }
    }

    /// A conflict's events are told beside; here only that there is one.
    pub(crate) fn unhandled(lang: Lang, error: &HandleError) -> Self {
        match error {
            HandleError::Refused(refusal) => UserError::refused(lang, refusal),
            HandleError::Conflict { expected, actual, .. } => UserError::new(
                lang,
                error.code(),
                Some("expectedRevision"),
                &[("expected", revision(*expected)), ("actual", revision(*actual))],
            ),
            HandleError::Unavailable { what, .. } | HandleError::Unproven { what } | HandleError::OutcomeUnknown { what } => {
                UserError::new(lang, error.code(), None, &[("what", what.clone())])
            }
            HandleError::Stopped { position, what } => {
                UserError::new(lang, error.code(), None, &[("position", position.to_string()), ("what", what.clone())])
            }
        }
    }

    pub(crate) fn unread(lang: Lang, field: Option<&str>, error: &AppError) -> Self {
        match error {
            AppError::PositionNotReached { position, head } => {
                UserError::new(lang, error.code(), field, &[("position", position.to_string()), ("head", revision(*head))])
            }
            AppError::InstantNotReached { instant, .. } => UserError::new(lang, error.code(), field, &[("instant", instant.to_string())]),
            AppError::Stopped { position, what } => {
                UserError::new(lang, error.code(), None, &[("position", position.to_string()), ("what", what.clone())])
            }
            AppError::Ledger(ledger) => UserError::new(lang, error.code(), None, &[("what", ledger.to_string())]),
            AppError::ShuttingDown => UserError::new(lang, error.code(), None, &[]),
        }
    }
}

/// What a query's field answers instead of a payload.
impl From<UserError> for Error {
    fn from(error: UserError) -> Self {
        Error::new(error.message).extend_with(|_, extensions| {
            extensions.set("code", error.code);
            if let Some(field) = error.field {
                extensions.set("field", field);
            }
        })
    }
}

/// A query's argument that says nothing.
pub(crate) fn refuse(ctx: &Context<'_>, code: &str, field: &str, args: &[(&str, String)]) -> Error {
    UserError::new(lang(ctx), code, Some(field), args).into()
}

/// A scalar argument of a query, or the error that says why it is none.
pub(crate) fn read<T>(ctx: &Context<'_>, field: &str, typed: Typed<T>) -> Result<T, Error> {
    typed.0.map_err(|bad| UserError::bad(lang(ctx), field, &bad).into())
}

/// The same for one that may be left out.
pub(crate) fn read_opt<T>(ctx: &Context<'_>, field: &str, typed: Option<Typed<T>>) -> Result<Option<T>, Error> {
    typed.map(|typed| read(ctx, field, typed)).transpose()
}

fn revision(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}
