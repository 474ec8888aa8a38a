//! RFC 8785 canonical JSON, written as it is serialized: no tree of values is made, the members of an object only change places.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write as _;

use serde::Serialize;
use serde::ser::{self, Serializer};
use serde_json::Value;

use super::EncodeError;

/// What becomes of members that are null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    Kept,
    LeftOut,
}

/// What is written so far.
pub(super) struct Canonical {
    pub(super) out: Vec<u8>,
    nulls: Nulls,
}

/// An object under way. Each of its members begins with a comma, so that any of them can become the first.
pub(super) struct Object<'a> {
    to: &'a mut Canonical,
    start: usize,
    /// Name and begin of each member.
    members: Vec<(Cow<'static, str>, usize)>,
    /// Of the member whose value comes next, where the two come apart.
    name: Cow<'static, str>,
    /// What ends it.
    close: &'static [u8],
}

/// A list under way.
pub(super) struct List<'a> {
    to: &'a mut Canonical,
    start: usize,
    close: &'static [u8],
}

/// The canonical form of something whose only numbers are integers below 2^53.
pub(super) fn canonical<T: Serialize + ?Sized>(value: &T, nulls: Nulls) -> Result<Vec<u8>, EncodeError> {
    let mut to = Canonical::new(nulls);
    value.serialize(&mut to)?;
    Ok(to.out)
}

impl Canonical {
    pub(super) fn new(nulls: Nulls) -> Canonical {
        Canonical { out: Vec::with_capacity(1024), nulls }
    }

    pub(super) fn object(&mut self) -> Object<'_> {
        Object { start: self.out.len(), to: self, members: Vec::new(), name: Cow::Borrowed(""), close: b"}" }
    }

    fn list(&mut self) -> List<'_> {
        self.out.push(b'[');
        List { start: self.out.len(), to: self, close: b"]" }
    }

    /// A variant with content is an object of one member, whose value comes next.
    fn begin_variant(&mut self, name: &str) {
        self.out.push(b'{');
        self.string(name);
        self.out.push(b':');
    }

    /// serde_json escapes exactly what RFC 8785 §3.2.2.2 asks for.
    fn string(&mut self, text: &str) {
        serde_json::to_writer(&mut self.out, text).expect("a string always serialises into memory");
    }

    /// No larger ones than every reader tells exactly.
    fn integer(&mut self, number: impl TryInto<i64>) -> Result<(), EncodeError> {
        let exact = number.try_into().ok().filter(|n: &i64| n.unsigned_abs() < 1 << 53).ok_or(EncodeError::Number)?;
        write!(self.out, "{exact}").expect("memory takes what is written");
        Ok(())
    }
}

impl Object<'_> {
    pub(super) fn member(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), EncodeError> {
        self.member_by(Cow::Borrowed(name), |to| value.serialize(to))
    }

    pub(super) fn member_by(
        &mut self,
        name: Cow<'static, str>,
        write: impl FnOnce(&mut Canonical) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let start = self.to.out.len();
        self.to.out.push(b',');
        self.to.string(&name);
        self.to.out.push(b':');
        let value = self.to.out.len();
        write(self.to)?;
        if self.to.nulls == Nulls::LeftOut && &self.to.out[value..] == b"null" {
            self.to.out.truncate(start);
        } else {
            self.members.push((name, start));
        }
        Ok(())
    }

    pub(super) fn end(self) {
        let Object { to: Canonical { out, .. }, start, members, close, .. } = self;
        // RFC 8785 §3.2.3 sorts by UTF-16 code units.
        if !members.is_sorted_by(|(a, _), (b, _)| a.encode_utf16().le(b.encode_utf16())) {
            let written = out.split_off(start);
            // From the last to the first, each ends where the one before it began.
            let mut end = written.len();
            let mut places = Vec::with_capacity(members.len());
            for (name, begin) in members.into_iter().rev() {
                places.push((name, begin - start..end));
                end = begin - start;
            }
            places.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            places.into_iter().for_each(|(_, place)| out.extend_from_slice(&written[place]));
        }
        match out.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => out.push(b'{'),
        }
        out.extend_from_slice(close);
    }
}

impl List<'_> {
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), EncodeError> {
        if self.to.out.len() > self.start {
            self.to.out.push(b',');
        }
        value.serialize(&mut *self.to)
    }
}

impl<'a> Serializer for &'a mut Canonical {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    fn serialize_bool(self, flag: bool) -> Result<(), EncodeError> {
        self.out.extend_from_slice(if flag { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_i16(self, number: i16) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_i32(self, number: i32) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_i64(self, number: i64) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_u8(self, number: u8) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_u16(self, number: u16) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_u32(self, number: u32) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_u64(self, number: u64) -> Result<(), EncodeError> {
        self.integer(number)
    }

    fn serialize_f32(self, _: f32) -> Result<(), EncodeError> {
        Err(EncodeError::Number)
    }

    fn serialize_f64(self, _: f64) -> Result<(), EncodeError> {
        Err(EncodeError::Number)
    }

    fn serialize_char(self, character: char) -> Result<(), EncodeError> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), EncodeError> {
        self.string(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), EncodeError> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EncodeError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), EncodeError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        let mut object = self.object();
        object.member(variant, value)?;
        object.end();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, EncodeError> {
        Ok(self.list())
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, EncodeError> {
        Ok(self.list())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, EncodeError> {
        Ok(self.list())
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<List<'a>, EncodeError> {
        self.begin_variant(variant);
        Ok(List { close: b"]}", ..self.list() })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, EncodeError> {
        Ok(self.object())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, EncodeError> {
        Ok(self.object())
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Object<'a>, EncodeError> {
        self.begin_variant(variant);
        Ok(Object { close: b"}}", ..self.object() })
    }
}

/// The kinds of list that serde tells apart.
macro_rules! lists {
    ($($kind:ident::$item:ident),+) => {$(
        impl ser::$kind for List<'_> {
            type Ok = ();
            type Error = EncodeError;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
                self.item(value)
            }

            fn end(self) -> Result<(), EncodeError> {
                self.to.out.extend_from_slice(self.close);
                Ok(())
            }
        }
    )+};
}

lists!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Structs, and variants that are like one.
macro_rules! objects {
    ($($kind:ident),+) => {$(
        impl ser::$kind for Object<'_> {
            type Ok = ();
            type Error = EncodeError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), EncodeError> {
                self.member(name, value)
            }

            fn end(self) -> Result<(), EncodeError> {
                Object::end(self);
                Ok(())
            }
        }
    )+};
}

objects!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        self.name = Cow::Owned(match serde_json::to_value(key) {
            Ok(Value::String(name)) => name,
            Ok(other) => other.to_string(),
            Err(error) => return Err(ser::Error::custom(error)),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let name = std::mem::take(&mut self.name);
        self.member_by(name, |to| value.serialize(to))
    }

    fn end(self) -> Result<(), EncodeError> {
        Object::end(self);
        Ok(())
    }
}

/// Our own types have no other reason not to be written than their numbers.
impl ser::Error for EncodeError {
    fn custom<T: Display>(_: T) -> Self {
        EncodeError::Number
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every way in which serde tells something.
    #[derive(Serialize)]
    enum Shape {
        Point,
        Number(u8),
        Pair(i64, Option<char>),
        Named { z: Option<&'static str>, a: (), b: BTreeMap<u32, Shape> },
        Many(Vec<Shape>),
    }

    fn zoo() -> Vec<Shape> {
        let named = || Shape::Named { z: Some("ی\n"), a: (), b: BTreeMap::from([(10, Shape::Pair(-3, None)), (9, Shape::Point)]) };
        vec![Shape::Point, Shape::Number(7), Shape::Many(vec![named(), Shape::Many(Vec::new())]), Shape::Pair(0, Some('"')), named()]
    }

    #[test]
    fn what_is_written_straight_is_what_a_tree_of_values_would_be_written_as() {
        let value = serde_json::to_value(zoo()).unwrap();
        let written = canonical(&zoo(), Nulls::Kept).unwrap();
        assert_eq!(written, canonical(&value, Nulls::Kept).unwrap());
        assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), value);
    }

    #[test]
    fn null_is_left_out_of_objects_and_stays_in_lists() {
        let written = canonical(&zoo()[4], Nulls::LeftOut).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), r#"{"Named":{"b":{"10":{"Pair":[-3,null]},"9":"Point"},"z":"ی\n"}}"#);
    }
}
