//! Scalars of our own: civil dates, instants, 64-bit numbers, exact decimals, digests. A text that says nothing stays a value, so that the refusal names the field in the caller's language.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, MetaTypeId, Registry};
use async_graphql::{ContextSelectionSet, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value};
use tahavol_domain::calendar;
use tahavol_domain::quantity;
use tahavol_domain::text::digits_to_latin;
use tahavol_domain::values::Sha256;

/// A civil day.
pub(crate) type Date = Typed<calendar::Date>;
/// A moment, UTC.
pub(crate) type Instant = Typed<calendar::Instant>;
/// A period, read from one text.
pub(crate) type PeriodText = Typed<calendar::Period>;
/// An exact number of at most six places.
pub(crate) type Quantity = Typed<quantity::Quantity>;
/// A SHA-256.
pub(crate) type Digest = Typed<Sha256>;
/// A UUID.
pub(crate) type Uuid = Typed<uuid::Uuid>;
/// An event's sequence number in the ledger.
pub(crate) type Position = Typed<LedgerPosition>;
/// An event's sequence number in its stream.
pub(crate) type Revision = Typed<StreamRevision>;
/// A whole number that may be larger than 32 bits.
pub(crate) type Count = Typed<Whole>;
/// An exact decimal figure.
pub(crate) type Decimal = Typed<Figure>;

/// From 0, dense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LedgerPosition(pub(crate) u64);

/// From 0 in each stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamRevision(pub(crate) u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole(pub(crate) u64);

/// Output only: already in its decimal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure(pub(crate) String);

/// Scalars for which validation takes any text: whether it says anything is found out by reading it.
pub(crate) const TEXTS: [&str; 12] = [
    calendar::Date::NAME,
    calendar::Instant::NAME,
    calendar::Period::NAME,
    quantity::Quantity::NAME,
    Sha256::NAME,
    uuid::Uuid::NAME,
    LedgerPosition::NAME,
    StreamRevision::NAME,
    Whole::NAME,
    Figure::NAME,
    "String",
    "ID",
];

/// A value, or the text that is none with the code of the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed<T>(pub(crate) Result<T, Bad>);

/// Why a text is no value of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bad {
    /// The key of the message in the catalogue.
    pub(crate) code: &'static str,
    /// What was written.
    pub(crate) text: String,
}

/// How a value is told and read.
pub(crate) trait Wire: Clone + Send + Sync + 'static {
    const NAME: &'static str;
    const DESCRIPTION: &'static str;

    fn read(text: &str) -> Result<Self, Bad>;

    fn tell(&self) -> Value;
}

impl<T> From<T> for Typed<T> {
    fn from(value: T) -> Self {
        Typed(Ok(value))
    }
}

impl Position {
    pub(crate) fn at(position: u64) -> Self {
        LedgerPosition(position).into()
    }
}

impl Revision {
    pub(crate) fn at(revision: u64) -> Self {
        StreamRevision(revision).into()
    }
}

impl Count {
    pub(crate) fn of(count: u64) -> Self {
        Whole(count).into()
    }
}

impl Decimal {
    pub(crate) fn of(figure: impl ToString) -> Self {
        Figure(figure.to_string()).into()
    }
}

impl<T: Wire> Typed<T> {
    fn told(&self) -> Value {
        match &self.0 {
            Ok(value) => value.tell(),
            Err(bad) => Value::from(bad.text.as_str()),
        }
    }

    fn register(registry: &mut Registry, input: bool) -> String {
        let make = |_: &mut Registry| MetaType::Scalar {
            name: T::NAME.to_owned(),
            description: Some(T::DESCRIPTION.to_owned()),
            is_valid: Some(std::sync::Arc::new(|value: &Value| matches!(value, Value::String(_) | Value::Number(_)))),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            specified_by_url: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        if input {
            registry.create_input_type::<Self, _>(MetaTypeId::Scalar, make)
        } else {
            registry.create_output_type::<Self, _>(MetaTypeId::Scalar, make)
        }
    }
}

impl<T: Wire> InputType for Typed<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry, true)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            Value::String(text) => Ok(Typed(T::read(&text))),
            Value::Number(number) => Ok(Typed(T::read(&number.to_string()))),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        self.told()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Wire> OutputType for Typed<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry, false)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.told())
    }
}

impl Wire for calendar::Date {
    const NAME: &'static str = "Date";
    const DESCRIPTION: &'static str = "A civil day. Told as `2019-09-22`; read also as `1398/06/31`, in Latin, Persian or Arabic digits.";

    fn read(text: &str) -> Result<Self, Bad> {
        calendar::Date::parse(text).map_err(|error| Bad { code: error.code(), text: error.text().to_owned() })
    }

    fn tell(&self) -> Value {
        Value::from(self.to_string())
    }
}

impl Wire for calendar::Instant {
    const NAME: &'static str = "Instant";
    const DESCRIPTION: &'static str =
        "A moment. Told in UTC with six digits of a second: `2019-09-22T06:30:00.000000Z`; read with any offset.";

    fn read(text: &str) -> Result<Self, Bad> {
        calendar::Instant::parse(text).map_err(|error| Bad { code: error.code(), text: error.text().to_owned() })
    }

    fn tell(&self) -> Value {
        Value::from(self.to_string())
    }
}

impl Wire for calendar::Period {
    const NAME: &'static str = "PeriodText";
    const DESCRIPTION: &'static str =
        "A period: a Solar Hijri year `1397`, a Solar Hijri month `1397/06`, or two days `1397/01/01..1397/06/31`; any digits.";

    fn read(text: &str) -> Result<Self, Bad> {
        calendar::Period::parse(text).map_err(|error| Bad { code: error.code(), text: error.text().to_owned() })
    }

    fn tell(&self) -> Value {
        Value::from(self.to_string())
    }
}

impl Wire for quantity::Quantity {
    const NAME: &'static str = "Quantity";
    const DESCRIPTION: &'static str = "An exact number of at most six decimal places, as a string: `\"91.5\"`.";

    fn read(text: &str) -> Result<Self, Bad> {
        quantity::Quantity::parse(text).map_err(|error| Bad { code: error.code(), text: error.text().to_owned() })
    }

    fn tell(&self) -> Value {
        Value::from(self.to_string())
    }
}

impl Wire for Sha256 {
    const NAME: &'static str = "Digest";
    const DESCRIPTION: &'static str = "A SHA-256 digest: 64 lower-case hexadecimal digits.";

    fn read(text: &str) -> Result<Self, Bad> {
        text.parse().map_err(|_| Bad { code: "DIGEST_FORM", text: text.to_owned() })
    }

    fn tell(&self) -> Value {
        Value::from(self.to_string())
    }
}

impl Wire for uuid::Uuid {
    const NAME: &'static str = "UUID";
    const DESCRIPTION: &'static str = "A UUID: `0190163d-8694-739b-aea5-966c26f8ad91`.";

    fn read(text: &str) -> Result<Self, Bad> {
        uuid::Uuid::parse_str(text).map_err(|_| Bad { code: "UUID_FORM", text: text.to_owned() })
    }

    fn tell(&self) -> Value {
        Value::from(self.to_string())
    }
}

impl Wire for LedgerPosition {
    const NAME: &'static str = "Position";
    const DESCRIPTION: &'static str =
        "An event's dense sequence number in the ledger, from 0. A number below 2^53; read from a string, too.";

    fn read(text: &str) -> Result<Self, Bad> {
        whole(text, "POSITION_FORM").map(LedgerPosition)
    }

    fn tell(&self) -> Value {
        Value::from(self.0)
    }
}

impl Wire for StreamRevision {
    const NAME: &'static str = "Revision";
    const DESCRIPTION: &'static str = "An event's sequence number in its stream, from 0. A number below 2^53; read from a string, too.";

    fn read(text: &str) -> Result<Self, Bad> {
        whole(text, "REVISION_FORM").map(StreamRevision)
    }

    fn tell(&self) -> Value {
        Value::from(self.0)
    }
}

impl Wire for Whole {
    const NAME: &'static str = "Count";
    const DESCRIPTION: &'static str =
        "A whole number, not negative, that may be larger than 32 bits. A number below 2^53; read from a string, too.";

    fn read(text: &str) -> Result<Self, Bad> {
        whole(text, "COUNT_FORM").map(Whole)
    }

    fn tell(&self) -> Value {
        Value::from(self.0)
    }
}

impl Wire for Figure {
    const NAME: &'static str = "Decimal";
    const DESCRIPTION: &'static str =
        "A decimal figure as a string; rounded figures say in their description to how many places, half away from zero.";

    fn read(text: &str) -> Result<Self, Bad> {
        Ok(Figure(text.to_owned()))
    }

    fn tell(&self) -> Value {
        Value::from(self.0.as_str())
    }
}

/// Any digits; below 2^53, beyond which readers of JSON would round.
fn whole(text: &str, code: &'static str) -> Result<u64, Bad> {
    let latin = digits_to_latin(text.trim());
    latin
        .parse()
        .ok()
        .filter(|number| *number < 1 << 53 && latin.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or_else(|| Bad { code, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_in_any_digits_and_never_rounded() {
        assert_eq!(LedgerPosition::read("۱۲"), Ok(LedgerPosition(12)));
        for bad in ["-1", "+1", "1.0", "1e3", "", "9007199254740992"] {
            assert_eq!(LedgerPosition::read(bad).unwrap_err().code, "POSITION_FORM", "{bad}");
        }
    }

    #[test]
    fn a_day_that_its_year_does_not_have_keeps_its_text_and_its_code() {
        let bad = calendar::Date::read("1399/12/31").unwrap_err();
        assert_eq!(bad, Bad { code: "DATE_NO_SOLAR_HIJRI_DAY", text: "1399/12/31".to_owned() });
    }
}
