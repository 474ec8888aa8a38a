//! The library's own errors: with a code like all others, and a sentence in the caller's language before the English detail.

use async_graphql::parser;
use async_graphql::{Response, ServerError};
use tahavol_app::messages;
use tahavol_domain::text::Lang;

/// The text is no GraphQL.
const SYNTAX: &str = "GRAPHQL_SYNTAX";
/// It is, and asks for what the schema or the request does not have.
const INVALID: &str = "GRAPHQL_INVALID";

/// Why a query could not be parsed.
#[must_use]
pub fn unparsed(error: parser::Error, lang: Lang) -> ServerError {
    coded(error.into(), SYNTAX, lang)
}

/// Gives a code to every error that has none.
pub(crate) fn explained(mut response: Response, lang: Lang) -> Response {
    for error in &mut response.errors {
        let known = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
        if !known {
            let bare = std::mem::replace(error, ServerError::new(String::new(), None));
            *error = coded(bare, INVALID, lang);
        }
    }
    response
}

fn coded(mut error: ServerError, code: &str, lang: Lang) -> ServerError {
    error.message = messages::message(code, &[("detail", error.message)], lang);
    error.extensions.get_or_insert_default().set("code", code);
    error
}
