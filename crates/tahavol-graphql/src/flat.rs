//! A shortcut for objects whose fields are all at hand: no future and no box for each field, which is most of what a field costs.

use std::borrow::Cow;
use std::io::Write as _;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::EnumType;
use async_graphql::{ContextSelectionSet, Name, Number, OutputType, Positioned, ServerResult, Value};
use tahavol_domain::calendar;
use tahavol_projections::ratio::Ratio;

use crate::scalars::{Date, Decimal, Figure};
use crate::written::{may_be_written, written};

/// What can tell its scalar fields at once; a field it does not know goes the usual way, with the whole object.
pub(crate) trait AtHand: OutputType {
    fn column(name: &str) -> Option<Column<Self>>;
}

/// How a field is told: found once for all objects of a list.
pub(crate) type Column<T> = fn(&T) -> Scalar<'_>;

/// A scalar or an enum, or null, before it becomes a value or JSON.
pub(crate) enum Scalar<'a> {
    Null,
    Number(Number),
    Text(Cow<'a, str>),
    /// The name of an enum's value.
    Named(&'static str),
    Day(calendar::Date),
    /// A whole number in a string.
    Whole(u64),
    /// A decimal of four places in a string.
    Ratio(Ratio),
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
        match columns(ctx) {
            Some(columns) => Ok(value(&self.0, &columns)),
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
        match columns(ctx) {
            Some(columns) if may_be_written(ctx) => Ok(written(json(&self.0, &columns))),
            Some(columns) => Ok(Value::List(self.0.iter().map(|Flat(object)| value(object, &columns)).collect())),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

/// What is selected, each key once: only a selection of plain fields, without arguments, directives, fragments or fields of their own.
fn columns<'c, T: AtHand>(ctx: &'c ContextSelectionSet<'_>) -> Option<Vec<(&'c Name, Column<T>)>> {
    let selected = &ctx.item.node.items;
    let mut columns: Vec<(&Name, Column<T>)> = Vec::with_capacity(selected.len());
    for selection in selected {
        let Selection::Field(field) = &selection.node else { return None };
        let field = &field.node;
        if !field.directives.is_empty() || !field.arguments.is_empty() || !field.selection_set.node.items.is_empty() {
            return None;
        }
        let column: Column<T> = match field.name.node.as_str() {
            "__typename" => |_| Scalar::Text(T::type_name()),
            name => T::column(name)?,
        };
        let key = &field.response_key().node;
        if columns.iter().all(|(known, _)| *known != key) {
            columns.push((key, column));
        }
    }
    Some(columns)
}

fn value<T>(object: &T, columns: &[(&Name, Column<T>)]) -> Value {
    let told = columns.iter().map(|(key, column)| (Name::clone(key), column(object).value()));
    Value::Object(told.collect::<IndexMap<_, _>>())
}

fn json<T>(objects: &[Flat<T>], columns: &[(&Name, Column<T>)]) -> Vec<u8> {
    let mut json = Vec::with_capacity(objects.len() * columns.len() * USUAL_FIELD);
    list(&mut json, (b'[', b']'), objects, |json, Flat(object)| {
        list(json, (b'{', b'}'), columns, |json, (key, column)| {
            // A name of GraphQL needs no escape.
            json.push(b'"');
            json.extend_from_slice(key.as_bytes());
            json.extend_from_slice(b"\":");
            column(object).write(json);
        });
    });
    json
}

/// Bytes that key and value take, with a little to spare.
const USUAL_FIELD: usize = 24;

fn list<T>(json: &mut Vec<u8>, (open, close): (u8, u8), items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    json.push(open);
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        write(json, item);
    }
    json.push(close);
}

impl Scalar<'_> {
    pub(crate) fn named<E: EnumType>(value: E) -> Self {
        E::items().iter().find(|item| item.value == value).map_or(Scalar::Null, |item| Scalar::Named(item.name))
    }

    fn value(self) -> Value {
        match self {
            Scalar::Null => Value::Null,
            Scalar::Number(number) => Value::Number(number),
            Scalar::Text(text) => Value::String(text.into_owned()),
            Scalar::Named(name) => Value::Enum(Name::new(name)),
            Scalar::Day(day) => Value::String(day.to_string()),
            Scalar::Whole(number) => Value::String(number.to_string()),
            Scalar::Ratio(ratio) => Value::String(ratio.decimal4()),
        }
    }

    fn write(self, json: &mut Vec<u8>) {
        let written = match self {
            Scalar::Null => json.write_all(b"null"),
            Scalar::Number(number) => serde_json::to_writer(json, &number).map_err(Into::into),
            Scalar::Text(text) => serde_json::to_writer(json, &text).map_err(Into::into),
            Scalar::Named(name) => quoted(json, |json| json.write_all(name.as_bytes())),
            Scalar::Day(day) => serde_json::to_writer(json, &day).map_err(Into::into),
            Scalar::Whole(number) => quoted(json, |json| serde_json::to_writer(json, &number).map_err(Into::into)),
            Scalar::Ratio(ratio) => quoted(json, |json| {
                ratio.write_decimal(4, json);
                Ok(())
            }),
        };
        written.expect("memory takes all that is written to it");
    }
}

/// Of what needs no escape.
fn quoted(json: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> std::io::Result<()> {
    json.push(b'"');
    write(json)?;
    json.push(b'"');
    Ok(())
}

impl<'a, T: Into<Scalar<'a>>> From<Option<T>> for Scalar<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Scalar::Null, Into::into)
    }
}

impl From<i32> for Scalar<'_> {
    fn from(number: i32) -> Self {
        Scalar::Number(number.into())
    }
}

impl From<u32> for Scalar<'_> {
    fn from(number: u32) -> Self {
        Scalar::Number(number.into())
    }
}

impl From<u16> for Scalar<'_> {
    fn from(number: u16) -> Self {
        Scalar::Number(number.into())
    }
}

impl From<calendar::Date> for Scalar<'_> {
    fn from(day: calendar::Date) -> Self {
        Scalar::Day(day)
    }
}

impl From<Ratio> for Scalar<'_> {
    fn from(ratio: Ratio) -> Self {
        Scalar::Ratio(ratio)
    }
}

impl<'a> From<&'a str> for Scalar<'a> {
    fn from(text: &'a str) -> Self {
        Scalar::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a Date> for Scalar<'a> {
    fn from(day: &'a Date) -> Self {
        match &day.0 {
            Ok(day) => Scalar::Day(*day),
            Err(bad) => Scalar::from(bad.text.as_str()),
        }
    }
}

impl<'a> From<&'a Decimal> for Scalar<'a> {
    fn from(figure: &'a Decimal) -> Self {
        match &figure.0 {
            Ok(Figure(text)) => Scalar::from(text.as_str()),
            Err(bad) => Scalar::from(bad.text.as_str()),
        }
    }
}
