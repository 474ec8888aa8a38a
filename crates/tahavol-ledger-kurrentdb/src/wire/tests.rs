//! Messages against bytes that are put together here by hand from the protocol's field numbers.

use super::*;

/// A field of wire type 2: tag, length, bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2, u8::try_from(content.len()).expect("short")];
    bytes.extend_from_slice(content);
    bytes
}

/// A field of wire type 0 below 128.
fn small(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn joined(parts: &[Vec<u8>]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn a_subscription_from_a_place_is_these_bytes() {
    let request = ReadReq::subscribe(vec!["ab.".to_owned(), "$$ab.".to_owned()], Some((9, 7)));
    let place = joined(&[small(1, 9), small(2, 7)]);
    let expression = joined(&[field(2, b"ab."), field(2, b"$$ab.")]);
    // 1000 as a varint is E8 07.
    let filter = joined(&[field(1, &expression), vec![3 << 3, 0xE8, 0x07], small(5, 1)]);
    let options = joined(&[field(2, &field(1, &place)), field(6, &[]), field(7, &filter), field(9, &field(1, &[]))]);
    assert_eq!(request.encode_to_vec(), field(1, &options));
}

#[test]
fn the_newest_event_is_asked_for_backwards_from_the_end() {
    let options = joined(&[field(2, &field(3, &[])), small(3, 1), small(5, 1), field(8, &[]), field(9, &field(1, &[]))]);
    assert_eq!(ReadReq::newest().encode_to_vec(), field(1, &options));
}

#[test]
fn a_revision_is_asked_for_by_the_name_in_bytes() {
    let stream = joined(&[field(1, &field(3, "ب".as_bytes())), small(2, 5)]);
    let options = joined(&[field(1, &stream), small(5, 1), field(8, &[]), field(9, &field(1, &[]))]);
    assert_eq!(ReadReq::revision("ب", 5).encode_to_vec(), field(1, &options));
}

#[test]
fn an_event_is_read_with_what_is_not_known_passed_over() {
    let halves = joined(&[vec![1 << 3, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], small(2, 2)]);
    let kind = joined(&[field(1, b"type"), field(2, b"a.b")]);
    let event = joined(&[
        field(1, &field(1, &halves)),
        field(2, &field(3, b"ab.s")),
        small(3, 4),
        small(4, 5),
        small(5, 6),
        field(6, &kind),
        field(7, b"custom metadata"),
        field(8, &[0, 255]),
    ]);
    let response = field(1, &joined(&[field(1, &event), small(3, 6)]));
    let read = ReadResp::decode(response.as_slice()).expect("a response");
    let Some(Content::Event(ReadEvent { event: Some(event) })) = read.content else {
        panic!("{read:?}");
    };
    assert_eq!(event.id.and_then(|id| id.to_uuid()), Some(Uuid::from_u64_pair(1 << 63 | 1, 2)));
    assert_eq!(event.stream, Some(StreamIdentifier { name: Bytes::from_static(b"ab.s") }));
    assert_eq!((event.revision, event.prepare, event.commit), (4, 5, 6));
    assert_eq!(event.metadata.get("type").map(String::as_str), Some("a.b"));
    assert_eq!(event.data, Bytes::from_static(&[0, 255]));
}

#[test]
fn every_other_word_of_a_subscription_is_told_apart() {
    let place = joined(&[small(1, 9), small(2, 7)]);
    let told = [
        (field(2, &field(1, b"subscription")), Content::Confirmation(Empty {})),
        // With a time behind it, as newer servers send it.
        (field(3, &joined(&[place.clone(), field(3, &small(1, 1))])), Content::Checkpoint(Position { commit: 9, prepare: 7 })),
        (field(4, &field(1, &field(3, b"s"))), Content::StreamNotFound(Empty {})),
        (small(5, 1), Content::FirstStreamPosition(1)),
        (small(6, 1), Content::LastStreamPosition(1)),
        (field(7, &place), Content::LastAllStreamPosition(Position { commit: 9, prepare: 7 })),
        (field(8, &field(3, &place)), Content::CaughtUp(Empty {})),
        (field(9, &[]), Content::FellBehind(Empty {})),
    ];
    for (bytes, content) in told {
        assert_eq!(ReadResp::decode(bytes.as_slice()).map(|read| read.content), Ok(Some(content)));
    }
}

#[test]
fn a_word_of_a_later_server_is_no_error() {
    assert_eq!(ReadResp::decode(field(10, b"new").as_slice()).map(|read| read.content), Ok(None));
}

#[test]
fn an_id_in_text_is_read_too() {
    let id = Uuid::from_u128(0x1234);
    let text = ProtocolUuid::decode(field(2, id.to_string().as_bytes()).as_slice()).expect("an id");
    assert_eq!(text.to_uuid(), Some(id));
    assert_eq!(ProtocolUuid::default().to_uuid(), None);
    assert_eq!(ProtocolUuid { value: Some(UuidValue::Text("none".to_owned())) }.to_uuid(), None);
}

#[test]
fn members_of_a_cluster_are_read() {
    let endpoint = joined(&[field(1, b"h"), vec![2 << 3, 0xC1, 0x10]]);
    let member = joined(&[field(1, &[]), small(2, 1), small(3, 8), small(4, 1), field(5, &endpoint)]);
    let cluster = ClusterInfo::decode(field(1, &member).as_slice()).expect("a cluster");
    let expected = MemberInfo { state: LEADER, alive: true, endpoint: Some(EndPoint { address: "h".to_owned(), port: 2113 }) };
    assert_eq!(cluster.members, [expected]);
}
