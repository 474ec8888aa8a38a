//! Parts of an answer that are JSON already: a large list is written once instead of being built of values that are written then.

use std::io;

use async_graphql::parser::types::Selection;
use async_graphql::{ContextSelectionSet, Value};
use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// In a request's data: its answer is written by [`to_json`], so that lists may be JSON already. Without it there are plain values.
#[derive(Debug, Clone, Copy)]
pub struct Written;

/// An answer, or a part of one, as JSON.
///
/// # Errors
/// Where something in it has no form in JSON.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(1 << 10);
    value.serialize(&mut Serializer::with_formatter(&mut json, AsItIs))?;
    Ok(json)
}

/// No scalar of the schema is bytes, so bytes in an answer are always such a part.
struct AsItIs;

impl Formatter for AsItIs {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, to: &mut W, json: &[u8]) -> io::Result<()> {
        to.write_all(json)
    }
}

pub(crate) fn written(json: Vec<u8>) -> Value {
    Value::Binary(Bytes::from(json))
}

/// Whether the field that is being told may be JSON already: its answer goes to [`to_json`], and no other root field has the same key,
/// so that nothing has to be merged into it.
pub(crate) fn may_be_written(ctx: &ContextSelectionSet<'_>) -> bool {
    let Some(place) = ctx.path_node.filter(|place| place.parent.is_none()) else { return false };
    let roots = &ctx.query_env.operation.node.selection_set.node.items;
    ctx.data_opt::<Written>().is_some()
        && roots.iter().all(|root| key(&root.node).is_some())
        && roots.iter().filter(|root| key(&root.node) == Some(place.field_name())).count() == 1
}

/// Of a field; fragments have as many as they like.
fn key(root: &Selection) -> Option<&str> {
    match root {
        Selection::Field(field) => Some(field.node.response_key().node.as_str()),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None,
    }
}
