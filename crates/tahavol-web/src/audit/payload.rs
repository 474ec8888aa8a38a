//! What an event says, member by member: names in words, days and texts in the reader's hand, the rest as it stands.

use maud::{Markup, html};
use serde_json::{Map, Value};
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Text;

use super::entry::gap;
use crate::sheet::Sheet;

/// Members that hold basis points.
const SHARES: [&str; 1] = ["progress"];

impl Sheet<'_> {
    pub(crate) fn payload(&self, data: &Value) -> Markup {
        match data {
            Value::Object(members) if members.is_empty() => html! { p.empty { (self.word("page-payload-empty")) } },
            Value::Object(members) => self.members(members),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => self.value("", data),
        }
    }

    fn members(&self, members: &Map<String, Value>) -> Markup {
        html! {
            dl.payload {
                @for (name, value) in members {
                    dt { (self.member(name)) }
                    dd { (self.value(name, value)) }
                }
            }
        }
    }

    /// Names that the catalogue does not have stand as they are.
    fn member(&self, name: &str) -> Markup {
        let key = format!("page-member-{name}");
        let known = self.word(&key);
        html! { @if known == key { bdi.code { (name) } } @else { (known) } }
    }

    fn value(&self, name: &str, value: &Value) -> Markup {
        match value {
            Value::Null => html! { "—" },
            Value::Bool(said) => html! { (self.word(if *said { "page-yes" } else { "page-no" })) },
            Value::Number(number) => match number.as_u64().and_then(|points| u16::try_from(points).ok()).filter(|_| SHARES.contains(&name))
            {
                Some(points) => html! { span.figure { (self.hand.share(points)) } },
                None => html! { span.figure { (crate::figure::decimal(&number.to_string(), self.lang())) } },
            },
            Value::String(text) => self.said_as(text),
            Value::Array(values) => html! {
                @if values.iter().all(|value| !value.is_object() && !value.is_array()) {
                    span.listed { @for (at, value) in values.iter().enumerate() { @if at > 0 { (gap(self.lang())) } (self.value("", value)) } }
                } @else {
                    ol { @for value in values { li { (self.value("", value)) } } }
                }
            },
            Value::Object(members) => match text_of(members) {
                Some(text) => self.text(&text),
                None => self.members(members),
            },
        }
    }

    fn said_as(&self, text: &str) -> Markup {
        if let Ok(day) = Date::parse_iso(text) {
            return self.hand.day(day);
        }
        // One of a closed list.
        let key = format!("page-value-{text}");
        let word = self.word(&key);
        if word != key {
            return html! { (word) };
        }
        html! { bdi.said-as { (text) } }
    }
}

/// A text in Persian, and perhaps in English.
fn text_of(members: &Map<String, Value>) -> Option<Text> {
    let fa = members.get("fa")?.as_str()?.to_owned();
    let en = match members.get("en") {
        Some(en) => Some(en.as_str()?.to_owned()),
        None => None,
    };
    (members.len() == 1 + usize::from(en.is_some())).then_some(Text { fa, en })
}
