//! The line of bytes: canonical, exact both ways, and closed to what this program does not know.

use serde_json::{Value, json};
use tahavol_domain::calendar::Period;
use tahavol_domain::fact::{DecodeError, EncodeError, MAX_LINE, TYPES, canonical, command_digest, decode, encode, event_id};
use tahavol_domain::indicator::event::{
    Aggregation, Definition, Derived, Direction, Meaning, MeasuredValue, Measurement, MeasurementScope, Quality,
};
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::quantity::Quantity;
use tahavol_domain::schema::samples;
use tahavol_domain::text::Text;
use tahavol_domain::values::{ActorId, CommissionSlug, IndicatorCode, StationCode};
use tahavol_domain::{Event, Fact, indicator, milestone};
use uuid::Uuid;

fn text(value: &Value) -> String {
    String::from_utf8(canonical(value).expect("small integers")).expect("UTF-8")
}

fn line(fact: &Fact) -> String {
    String::from_utf8(encode(fact).expect("a line")).expect("UTF-8")
}

/// A report of progress, to be changed.
fn report() -> Fact {
    let fact = samples().into_iter().find(|fact| fact.event.event_type() == "milestone.progress_reported");
    fact.expect("there is a sample of every type")
}

/// The same fact about something else.
fn saying(event: Event) -> Fact {
    Fact { event, ..report() }
}

#[test]
fn members_are_sorted_by_utf16_code_units() {
    // RFC 8785 §3.2.3: the emoji's surrogates sort before U+FB33, though its code point is greater.
    let value = json!({ "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7 });
    assert_eq!(text(&value), "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}");
}

#[test]
fn strings_are_escaped_no_more_than_needed() {
    // RFC 8785 §3.2.2.2.
    let value = json!("\u{20ac}$\u{f}\u{a}A'\u{42}\u{22}\u{5c}\\\"/\u{8}\u{c}\u{d}\u{9}\u{7f}\u{2028}شهریور");
    let expected = "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\r\\t\u{7f}\u{2028}شهریور\"";
    assert_eq!(text(&value), expected);
}

#[test]
fn there_are_no_spaces_and_the_order_of_lists_stays() {
    assert_eq!(
        text(&json!({ "b": [3, 1, { "z": true, "a": false }], "a": [], "c": {} })),
        r#"{"a":[],"b":[3,1,{"a":false,"z":true}],"c":{}}"#
    );
}

#[test]
fn only_integers_that_every_reader_tells_exactly_are_written() {
    let largest = (1_i64 << 53) - 1;
    assert_eq!(text(&json!([largest, -largest, 0])), format!("[{largest},-{largest},0]"));
    for bad in [json!(largest + 1), json!(-largest - 1), json!(u64::MAX), json!(0.5), json!(1e3)] {
        assert!(matches!(canonical(&json!({ "n": bad })), Err(EncodeError::Number)), "{bad}");
    }
}

#[test]
fn a_line_is_the_canonical_form_of_what_it_says() {
    for fact in samples() {
        let line = line(&fact);
        let said: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(text(&said), line, "the order of the members and the spelling");
        assert_eq!(said["data"], fact.event.data(), "{}", fact.event.event_type());
    }
}

#[test]
fn every_sample_goes_into_its_line_and_comes_back_byte_for_byte() {
    for fact in samples() {
        let bytes = encode(&fact).expect("a line");
        let back = decode(&bytes).unwrap_or_else(|why| panic!("{}: {why}", fact.event.event_type()));
        assert_eq!(back, fact);
        assert_eq!(encode(&back).expect("a line"), bytes, "{}", fact.event.event_type());
    }
}

#[test]
fn what_the_samples_do_not_show_comes_back_too() {
    let measurement = |scope, value| {
        let period = Period::parse("1397").expect("a year");
        let measurement = Measurement { scope, period, value, method: None, evidence: Vec::new(), provenance: None };
        Event::Indicator(indicator::Event::MeasurementRecorded(measurement))
    };
    let one = Quantity::ONE;
    let meaning = Meaning {
        title: Text::fa("کلانتری‌های دارای شبکه"),
        unit: "کلانتری".into(),
        direction: Direction::Observe,
        baseline: None,
        tolerance: None,
        quality: Quality::default(),
    };
    let definition = Definition {
        code: IndicatorCode("networked".into()),
        commission: CommissionSlug("technology".into()),
        derived: Some(Derived::NetworkedStations),
        aggregation: Aggregation::Latest,
        meaning,
        provenance: None,
    };
    for event in [
        measurement(MeasurementScope::National, MeasuredValue::Plain(one)),
        measurement(MeasurementScope::Station(StationCode("00001".into())), MeasuredValue::Ratio { numerator: one, denominator: one }),
        Event::Indicator(indicator::Event::Defined(Box::new(definition))),
        Event::Milestone(milestone::Event::ProgressReported(ProgressReport::default())),
    ] {
        let fact = saying(event);
        assert_eq!(decode(&encode(&fact).expect("a line")).expect("a fact"), fact);
    }
}

#[test]
fn a_line_leaves_absent_members_out() {
    let mut fact = report();
    fact.envelope.effective_on = None;
    fact.envelope.reason = None;
    fact.envelope.correlation_id = None;
    fact.envelope.causation_id = None;
    fact.envelope.basis = None;
    assert!(!line(&fact).contains("null"));
    let written: Value = serde_json::from_str(&line(&fact)).expect("JSON");
    for absent in ["effectiveon", "reason", "correlationid", "causationid", "basis"] {
        assert!(written.get(absent).is_none(), "{absent}");
    }
    assert_eq!(decode(line(&fact).as_bytes()).expect("a fact"), fact);
}

#[test]
fn a_line_has_the_members_of_cloudevents() {
    let written: Value = serde_json::from_str(&line(&report())).expect("JSON");
    assert_eq!(written["specversion"], "1.0");
    assert_eq!(written["type"], "milestone.progress_reported");
    assert_eq!(written["dataschema"], "urn:tahavol:event:milestone.progress_reported:1");
    assert_eq!(written["time"], "2019-09-22T06:30:00.000000Z");
    assert_eq!(written["effectiveon"], "2019-08-22");
    assert_eq!(written["data"]["progress"], 4_200);
}

#[test]
fn a_line_of_an_unknown_type_is_no_fact() {
    let unknown = line(&report()).replace("milestone.progress_reported", "milestone.abandoned");
    assert!(matches!(decode(unknown.as_bytes()), Err(DecodeError::UnknownType { event_type }) if event_type == "milestone.abandoned"));
}

#[test]
fn a_line_of_an_unknown_version_is_no_fact() {
    for version in ["2", "0", "x", "", "1:1"] {
        let newer = line(&report()).replace("progress_reported:1\"", &format!("progress_reported:{version}\""));
        assert!(matches!(decode(newer.as_bytes()), Err(DecodeError::UnknownVersion { .. })), "{version}");
    }
}

#[test]
fn a_line_with_an_unknown_or_missing_member_is_no_fact() {
    let known = line(&report());
    let spoilt = [
        known.replacen('{', "{\"surprise\":1,", 1),
        known.replacen("\"data\":{", "\"data\":{\"surprise\":1,", 1),
        known.replacen("\"note\":{", "\"note\":{\"surprise\":1,", 1),
        known.replacen("\"origin\":\"graphql\",", "", 1),
        known.replacen("\"evidence\":", "\"evidences\":", 1),
        known.replacen("\"specversion\":\"1.0\"", "\"specversion\":\"2.0\"", 1),
        known.replacen("urn:uuid:", "urn:other:", 1),
        known.replacen("06:30:00.000000Z", "06:30:00Z", 1),
        format!("{known} {known}"),
        known[..known.len() - 1].to_owned(),
        String::new(),
    ];
    for spoilt in spoilt {
        assert_ne!(spoilt, known);
        assert!(matches!(decode(spoilt.as_bytes()), Err(DecodeError::Malformed(_))), "{spoilt}");
    }
}

#[test]
fn a_ratio_with_an_unknown_part_is_no_fact() {
    let fact = samples().into_iter().find(|fact| fact.event.event_type() == "indicator.measurement_recorded").expect("a sample");
    let spoilt = line(&fact).replacen("\"numerator\":", "\"surprise\":1,\"numerator\":", 1);
    assert!(matches!(decode(spoilt.as_bytes()), Err(DecodeError::Malformed(_))));
}

#[test]
fn a_line_that_is_too_long_is_refused_before_anything_is_written() {
    let noted = |characters| {
        let note = Some(Text::fa("a".repeat(characters)));
        let report = ProgressReport { note, ..ProgressReport::default() };
        encode(&saying(Event::Milestone(milestone::Event::ProgressReported(report))))
    };
    let around = noted(0).expect("a line").len();
    assert_eq!(noted(MAX_LINE - around).expect("the longest line").len(), MAX_LINE);
    assert!(matches!(noted(MAX_LINE - around + 1), Err(EncodeError::TooLong { bytes }) if bytes == MAX_LINE + 1));
}

#[test]
fn an_integer_that_others_would_round_is_refused_before_anything_is_written() {
    let mut fact = report();
    fact.envelope.revision = 1 << 53;
    assert!(matches!(encode(&fact), Err(EncodeError::Number)));
}

#[test]
fn an_event_id_follows_from_the_command_the_stream_and_the_index() {
    let command = Uuid::from_u128(7);
    let id = event_id(command, "station-00001", 0);
    assert_eq!(id.0.get_version_num(), 5);
    assert_eq!(id.0, Uuid::new_v5(&command, b"station-00001#0"));
    assert_eq!(id, event_id(command, "station-00001", 0));
    assert_ne!(id, event_id(command, "station-00001", 1));
    assert_ne!(id, event_id(command, "station-00002", 0));
}

#[test]
fn a_command_digest_is_the_same_for_the_same_input_of_the_same_person_and_for_nothing_else() {
    let digest = |input: Value, who: &str| command_digest(&input, &ActorId(who.into())).expect("small integers").to_string();
    let input = json!({ "progress": 42, "note": "الف" });
    let known = digest(input.clone(), "sara");
    assert_eq!(known, digest(json!({ "note": "الف", "progress": 42, "reason": null }), "sara"), "an absent member is no difference");
    assert_ne!(known, digest(input, "omid"));
    assert_ne!(known, digest(json!({ "progress": 43, "note": "الف" }), "sara"));
    // `{"actor":"sara","input":{"note":"الف","progress":42}}`, by another program.
    assert_eq!(known, "a41f34a9a07398a11194db0f2bc9a2e0a48ab62d13f77c277d2c73d1a0d7fa5f");
}

#[test]
fn every_event_type_is_listed_once() {
    let mut types: Vec<_> = TYPES.iter().map(|(event_type, _)| event_type).collect();
    types.sort();
    types.dedup();
    assert_eq!(types.len(), TYPES.len());
}
