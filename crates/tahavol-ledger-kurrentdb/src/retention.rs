//! What the metadata of a stream says about throwing events away.

use serde_json::{Map, Value};

/// What these metadata ask the cluster to throw away; `None`: nothing. Metadata that cannot be read are none to the
/// server either.
pub(crate) fn asked(metadata: &[u8]) -> Option<String> {
    let metadata: Map<String, Value> = serde_json::from_slice(metadata).ok()?;
    let asked: Vec<String> = RETENTION.iter().filter_map(|key| Some((*key, metadata.get(*key)?))).filter_map(said).collect();
    (!asked.is_empty()).then(|| asked.join(", "))
}

/// Oldest age, largest number, first revision that is kept, and a stream that is altogether for a while.
const RETENTION: [&str; 4] = ["$maxAge", "$maxCount", TRUNCATE_BEFORE, TEMPORARY];
const TRUNCATE_BEFORE: &str = "$tb";
const TEMPORARY: &str = "$tmp";

/// The server deletes a stream softly by truncating it before this revision.
const EVERYTHING: u64 = i64::MAX.cast_unsigned();

fn said((key, value): (&str, &Value)) -> Option<String> {
    let harmless = match key {
        TRUNCATE_BEFORE => value.as_u64() == Some(0),
        TEMPORARY => value == &Value::Bool(false),
        _ => false,
    };
    if harmless || value.is_null() {
        return None;
    }
    if key == TRUNCATE_BEFORE && value.as_u64() == Some(EVERYTHING) {
        return Some("the stream is deleted, and its events are to be thrown away".to_owned());
    }
    Some(format!("{key} is {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_by(metadata: &str) -> Option<String> {
        asked(metadata.as_bytes())
    }

    #[test]
    fn rights_alone_throw_nothing_away() {
        assert_eq!(asked_by(r#"{"$acl":{"$r":["$all"],"$w":"tahavol"},"$cacheControl":60,"owner":"somebody"}"#), None);
        assert_eq!(asked_by("{}"), None);
    }

    #[test]
    fn every_kind_of_retention_is_told() {
        assert_eq!(asked_by(r#"{"$maxAge":3600}"#).as_deref(), Some("$maxAge is 3600"));
        assert_eq!(asked_by(r#"{"$maxCount":5,"$acl":{}}"#).as_deref(), Some("$maxCount is 5"));
        assert_eq!(asked_by(r#"{"$tb":7}"#).as_deref(), Some("$tb is 7"));
        assert_eq!(asked_by(r#"{"$tmp":true}"#).as_deref(), Some("$tmp is true"));
        assert_eq!(asked_by(r#"{"$tb":7,"$maxAge":1,"$maxCount":2}"#).as_deref(), Some("$maxAge is 1, $maxCount is 2, $tb is 7"));
    }

    #[test]
    fn a_soft_deletion_is_told_as_what_it_is() {
        let text = asked_by(r#"{"$tb":9223372036854775807}"#);
        assert_eq!(text.as_deref(), Some("the stream is deleted, and its events are to be thrown away"));
    }

    #[test]
    fn what_is_taken_back_or_harmless_is_nothing() {
        assert_eq!(asked_by(r#"{"$maxAge":null,"$maxCount":null,"$tb":0,"$tmp":false}"#), None);
    }

    #[test]
    fn a_value_that_makes_no_sense_is_told_nevertheless() {
        assert_eq!(asked_by(r#"{"$maxCount":"five"}"#).as_deref(), Some(r#"$maxCount is "five""#));
        assert_eq!(asked_by(r#"{"$maxCount":0}"#).as_deref(), Some("$maxCount is 0"));
    }

    #[test]
    fn metadata_that_are_no_object_are_none() {
        assert_eq!(asked(b"\xFF\x00"), None);
        assert_eq!(asked_by(r#"[{"$maxCount":5}]"#), None);
        assert_eq!(asked_by(""), None);
    }
}
