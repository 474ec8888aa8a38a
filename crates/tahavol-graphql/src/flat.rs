//! A shortcut for objects whose fields are all at hand: no future and no box for each field, which is most of what a field costs.

use std::borrow::Cow;

use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, InputType, OutputType, Positioned, ServerResult, Value};

/// What can tell its scalar fields at once; a field it does not know goes the usual way, with the whole object.
pub(crate) trait AtHand: OutputType {
    fn field(&self, name: &str) -> Option<Value>;
}

/// An object that answers plain selections at once.
pub(crate) struct Flat<T>(pub(crate) T);

impl<T: AtHand> OutputType for Flat<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match at_once(&self.0, ctx) {
            Some(value) => Ok(value),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

/// A list of such objects, told at once as a whole: its items need no future of their own either.
pub(crate) struct FlatList<T>(Vec<Flat<T>>);

impl<T> FromIterator<T> for FlatList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        FlatList(items.into_iter().map(Flat).collect())
    }
}

impl<T: AtHand> OutputType for FlatList<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<Flat<T>>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<Flat<T>>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<Flat<T>>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let told: Option<Vec<Value>> = self.0.iter().map(|Flat(object)| at_once(object, ctx)).collect();
        match told {
            Some(list) => Ok(Value::List(list)),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

/// A scalar or an enum, or null.
pub(crate) fn at_hand(value: &Option<impl InputType>) -> Value {
    value.as_ref().map_or(Value::Null, InputType::to_value)
}

/// Only a selection of plain fields, without arguments, directives, fragments or fields of their own.
fn at_once<T: AtHand>(object: &T, ctx: &ContextSelectionSet<'_>) -> Option<Value> {
    let mut told = async_graphql::indexmap::IndexMap::with_capacity(ctx.item.node.items.len());
    for selection in &ctx.item.node.items {
        let Selection::Field(field) = &selection.node else { return None };
        let field = &field.node;
        if !field.directives.is_empty() || !field.arguments.is_empty() || !field.selection_set.node.items.is_empty() {
            return None;
        }
        let value = match field.name.node.as_str() {
            "__typename" => Value::String(T::type_name().into_owned()),
            name => object.field(name)?,
        };
        told.insert(field.response_key().node.clone(), value);
    }
    Some(Value::Object(told))
}
