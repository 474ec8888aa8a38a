//! An exact decimal quantity of at most six places: indicator values, resources, shares; never a binary fraction.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::digits_to_latin;

/// A count of millionths, with at most eighteen digits before the point (budgets are counted in rials).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i128);

/// Why a text is no quantity; every variant is for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a decimal number, or not in the shortest form where that is asked for.
    #[error("`{text}` is not a decimal number such as 91 or -0.5")]
    Form { text: String },
    /// More than six digits after the point.
    #[error("`{text}` has more than six decimal places")]
    TooPrecise { text: String },
    /// More than eighteen digits before the point.
    #[error("`{text}` has more than eighteen digits before the point")]
    TooLarge { text: String },
}

const PLACES: usize = 6;
const ONE: i128 = 1_000_000;
const INTEGER_DIGITS: usize = 18;

impl Quantity {
    pub const ZERO: Quantity = Quantity(0);
    pub const ONE: Quantity = Quantity(ONE);
    pub const MAX: Quantity = Quantity(10_i128.pow((INTEGER_DIGITS + PLACES) as u32) - 1);
    pub const MIN: Quantity = Quantity(-Quantity::MAX.0);

    /// What people type: Latin, Persian or Arabic-Indic digits, `.` or `٫` before at most six decimals, `-`, `−` or `+`
    /// in front. Thousands may be set off by `,`, `٬` or a space, and then everywhere and in groups of exactly three, so
    /// that `1,5` is refused instead of read as fifteen.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        let unread = || QuantityError::Form { text: text.to_owned() };
        let latin = digits_to_latin(text);
        let trimmed = latin.trim_matches(|c: char| c.is_whitespace() || is_direction_mark(c));
        let (negative, unsigned) = match trimmed.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        let (integer, fraction) = match unsigned.split_once(['.', '٫']) {
            Some((integer, fraction)) if !fraction.is_empty() => (integer, fraction),
            Some(_) => return Err(unread()),
            None => (unsigned, ""),
        };
        let integer = without_groups(integer).ok_or_else(unread)?;
        let (integer, fraction) = (integer.trim_start_matches('0'), fraction.trim_end_matches('0'));
        from_digits(negative, integer, fraction).map_err(|refused| refused.with(text))
    }

    /// The shortest form and nothing else: `91`, `-29`, `0.5`. Allocates only to refuse.
    pub fn parse_wire(text: &str) -> Result<Quantity, QuantityError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (integer, fraction) = match unsigned.split_once('.') {
            Some((integer, fraction)) if !fraction.is_empty() && !fraction.ends_with('0') => (integer, fraction),
            Some(_) => return Err(QuantityError::Form { text: text.to_owned() }),
            None => (unsigned, ""),
        };
        let padded = integer.len() > 1 && integer.starts_with('0');
        let minus_zero = negative && unsigned == "0";
        if integer.is_empty() || padded || minus_zero {
            return Err(QuantityError::Form { text: text.to_owned() });
        }
        from_digits(negative, integer, fraction).map_err(|refused| refused.with(text))
    }

    /// A whole number; every `i64` below 10^18 in size is kept, a larger one stops at [`Quantity::MIN`] or
    /// [`Quantity::MAX`].
    pub fn from_int(value: i64) -> Quantity {
        Quantity((i128::from(value) * ONE).clamp(Quantity::MIN.0, Quantity::MAX.0))
    }

    /// So many millionths; `None` outside [`Quantity::MIN`] to [`Quantity::MAX`].
    pub fn from_micros(micros: i128) -> Option<Quantity> {
        (Quantity::MIN.0..=Quantity::MAX.0).contains(&micros).then_some(Quantity(micros))
    }

    /// The count of millionths, for exact comparisons and ratios.
    pub const fn micros(self) -> i128 {
        self.0
    }

    /// The whole number it is, if it is one and fits.
    pub fn to_int(self) -> Option<i64> {
        (self.0 % ONE == 0).then(|| i64::try_from(self.0 / ONE).ok()).flatten()
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub fn checked_add(self, other: Quantity) -> Option<Quantity> {
        Quantity::from_micros(self.0 + other.0)
    }

    pub fn checked_sub(self, other: Quantity) -> Option<Quantity> {
        Quantity::from_micros(self.0 - other.0)
    }
}

impl QuantityError {
    /// The key of the message in the catalogue; never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            QuantityError::Form { .. } => "QUANTITY_FORM",
            QuantityError::TooPrecise { .. } => "QUANTITY_TOO_PRECISE",
            QuantityError::TooLarge { .. } => "QUANTITY_TOO_LARGE",
        }
    }

    /// What was written.
    pub fn text(&self) -> &str {
        match self {
            QuantityError::Form { text } | QuantityError::TooPrecise { text } | QuantityError::TooLarge { text } => text,
        }
    }
}

/// A [`QuantityError`] before the text is copied into it.
enum Refused {
    Form,
    TooPrecise,
    TooLarge,
}

impl Refused {
    fn with(self, text: &str) -> QuantityError {
        let text = text.to_owned();
        match self {
            Refused::Form => QuantityError::Form { text },
            Refused::TooPrecise => QuantityError::TooPrecise { text },
            Refused::TooLarge => QuantityError::TooLarge { text },
        }
    }
}

/// ASCII digits before and after the point; either may be empty.
fn from_digits(negative: bool, integer: &str, fraction: &str) -> Result<Quantity, Refused> {
    let digits = || integer.bytes().chain(fraction.bytes());
    if !digits().all(|byte| byte.is_ascii_digit()) {
        return Err(Refused::Form);
    }
    if fraction.len() > PLACES {
        return Err(Refused::TooPrecise);
    }
    if integer.len() > INTEGER_DIGITS {
        return Err(Refused::TooLarge);
    }
    let size = digits().fold(0, |sum, byte| sum * 10 + i128::from(byte - b'0'));
    let size = size * 10_i128.pow((PLACES - fraction.len()) as u32);
    Ok(Quantity(if negative { -size } else { size }))
}

/// The digits of a whole number whose thousands may be set off; nothing when a group is not of three.
fn without_groups(text: &str) -> Option<Cow<'_, str>> {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return (!text.is_empty()).then_some(Cow::Borrowed(text));
    };
    if !matches!(separator, ',' | '٬' | ' ' | '\u{00A0}' | '\u{202F}') {
        return None;
    }
    let mut groups = text.split(separator);
    let first = groups.next().filter(|group| (1..=3).contains(&group.len()))?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(Cow::Owned(digits))
}

fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The shortest form.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let (integer, millionths) = (size / ONE.unsigned_abs(), size % ONE.unsigned_abs());
        let mut text = integer.to_string();
        if millionths != 0 {
            text.push_str(format!(".{millionths:06}").trim_end_matches('0'));
        }
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

/// As displayed: a failing test should show a number, not a count of millionths.
impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What people type, as [`Quantity::parse`] reads it.
impl std::str::FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Quantity, QuantityError> {
        Quantity::parse(text)
    }
}

/// The shortest decimal text where people can read the format, else the count of millionths.
impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_i128(self.0) }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Quantity, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_str(WireVisitor);
        }
        Quantity::from_micros(i128::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("a quantity has at most eighteen digits before the point"))
    }
}

struct WireVisitor;

impl Visitor<'_> for WireVisitor {
    type Value = Quantity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal string such as \"91\" or \"-0.5\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Quantity, E> {
        Quantity::parse_wire(text).map_err(E::custom)
    }
}

impl JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^(0|-?[1-9]\d{0,17}|-?(0|[1-9]\d{0,17})\.\d{0,5}[1-9])$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quantity {
        Quantity::parse(text).unwrap()
    }

    #[test]
    fn a_quantity_is_written_in_its_shortest_form_and_read_back() {
        for text in ["0", "91", "-29", "0.5", "-0.5", "0.000001", "-1234567.890123", "999999999999999999.999999"] {
            let quantity: Quantity = serde_json::from_str(&format!("\"{text}\"")).unwrap();
            assert_eq!(serde_json::to_string(&quantity).unwrap(), format!("\"{text}\""));
            assert_eq!(q(text), quantity);
        }
    }

    #[test]
    fn the_wire_refuses_every_other_spelling() {
        for text in [
            "",
            "-",
            "+1",
            "-0",
            "-0.0",
            "0.0",
            "1.0",
            "1.50",
            "01",
            "00",
            ".5",
            "5.",
            "1e3",
            "1,000",
            " 1",
            "1 ",
            "۱",
            "--1",
            "1.2.3",
            "NaN",
            "0x1",
            "0.0000001",
            "1000000000000000000",
        ] {
            assert!(Quantity::parse_wire(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Quantity>("91").is_err(), "a JSON number is not exact");
    }

    #[test]
    fn people_may_use_persian_digits_and_separators() {
        assert_eq!(q("۹۱"), Quantity::from_int(91));
        assert_eq!(q(" ۱۲٬۳۴۵٫۵۰ ").to_string(), "12345.5");
        assert_eq!(q("١٬٢٣٤٬٥٦٧"), Quantity::from_int(1_234_567));
        assert_eq!(q("1,234.5").to_string(), "1234.5");
        assert_eq!(q("12 500"), Quantity::from_int(12_500));
        assert_eq!(q("\u{200F}\u{2212}۲۹"), Quantity::from_int(-29));
        assert_eq!(q("+007.250000000"), q("7.25"));
        assert_eq!(q("-0"), Quantity::ZERO);
    }

    #[test]
    fn a_comma_that_does_not_set_off_thousands_is_refused_instead_of_guessed() {
        for text in ["1,5", "1,50", "1234,567", ",500", "1,,000", "1,000,00", "1,000٬000", "0.1,000", "1.000.000"] {
            assert!(matches!(Quantity::parse(text), Err(QuantityError::Form { .. })), "{text}");
        }
    }

    #[test]
    fn each_refusal_has_its_own_code() {
        let code = |text| Quantity::parse(text).unwrap_err().code();
        assert_eq!(code("ده"), "QUANTITY_FORM");
        assert_eq!(code(""), "QUANTITY_FORM");
        assert_eq!(code("5."), "QUANTITY_FORM");
        assert_eq!(code("1e3"), "QUANTITY_FORM");
        assert_eq!(code("0.1234567"), "QUANTITY_TOO_PRECISE");
        assert_eq!(code("1000000000000000000"), "QUANTITY_TOO_LARGE");
    }

    #[test]
    fn sums_are_exact_and_stop_at_the_largest_quantity() {
        assert_eq!(q("0.1").checked_add(q("0.2")), Some(q("0.3")));
        assert_eq!(q("91").checked_sub(q("120")), Some(q("-29")));
        assert_eq!(Quantity::MAX.checked_add(q("0.000001")), None);
        assert_eq!(Quantity::MIN.checked_sub(q("0.000001")), None);
    }

    #[test]
    fn quantities_are_ordered_by_value() {
        assert!(q("-29") < q("-0.5") && q("-0.5") < q("0") && q("9") < q("10.000001"));
    }

    #[test]
    fn whole_quantities_are_integers_again() {
        assert_eq!(q("820").to_int(), Some(820));
        assert_eq!(q("820.5").to_int(), None);
    }
}
