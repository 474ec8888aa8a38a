//! Arguments that several fields read the same way.

use async_graphql::{Context, Error};
use tahavol_domain::values::Office;

use crate::errors::{OFFICE_INVALID, ONE_REQUIRED, refuse};

/// `council`, `chair:technology`…
pub(crate) fn office(ctx: &Context<'_>, field: &str, text: &str) -> Result<Office, Error> {
    text.parse().map_err(|_| refuse(ctx, OFFICE_INVALID, field, &[("value", text.to_owned())]))
}

/// Exactly one of the two.
pub(crate) fn one_of_two<T>(ctx: &Context<'_>, a: (&str, Option<T>), b: (&str, Option<T>)) -> Result<T, Error> {
    match (a, b) {
        ((_, Some(value)), (_, None)) | ((_, None), (_, Some(value))) => Ok(value),
        ((first, Some(_)), (second, Some(_))) | ((first, None), (second, None)) => {
            Err(refuse(ctx, ONE_REQUIRED, first, &[("fields", format!("{first}, {second}"))]))
        }
    }
}
