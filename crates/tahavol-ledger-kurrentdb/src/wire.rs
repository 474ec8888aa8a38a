//! The messages of `Streams.Read` and `Gossip.Read`, by their field numbers: only what the follower asks and is told.

use std::collections::HashMap;

use bytes::Bytes;
use prost::{Message, Oneof};
use uuid::Uuid;

pub(crate) const READ: &str = "/event_store.client.streams.Streams/Read";
pub(crate) const GOSSIP: &str = "/event_store.client.gossip.Gossip/Read";

/// A place in the log of the cluster, in its order: commit position, then prepare position.
pub(crate) type Place = (u64, u64);

/// How many events the server looks through before it sends what it found, and after how many it tells how far it is.
/// Its default of 32 makes a search through foreign events many small ones.
const WINDOW: u32 = 1000;

impl ReadReq {
    /// What is in the streams of these beginnings strictly after a place, then what comes. The server may tell the event
    /// at that place once more.
    pub(crate) fn subscribe(beginnings: Vec<String>, after: Option<Place>) -> Self {
        let count = CountOption::Subscription(Empty {});
        ReadReq::forwards(all_from(after), count, FilterOption::streams(beginnings))
    }

    /// At most two events of these beginnings from a place on: the one at it, if there is one, and the next.
    pub(crate) fn next(beginnings: Vec<String>, from: Option<Place>) -> Self {
        ReadReq::forwards(all_from(from), CountOption::Count(2), FilterOption::streams(beginnings))
    }

    /// The event at a place, whatever its stream.
    pub(crate) fn at(place: Place) -> Self {
        ReadReq::forwards(all_from(Some(place)), CountOption::Count(1), FilterOption::NoFilter(Empty {}))
    }

    /// The event at a revision of a stream, or the next one that is still there.
    pub(crate) fn revision(stream: &str, revision: u64) -> Self {
        let stream = StreamOptions {
            stream: Some(StreamIdentifier { name: Bytes::copy_from_slice(stream.as_bytes()) }),
            from: Some(RevisionOption::Revision(revision)),
        };
        ReadReq::forwards(StreamOption::Stream(stream), CountOption::Count(1), FilterOption::NoFilter(Empty {}))
    }

    /// The newest event of the cluster, whatever its stream.
    pub(crate) fn newest() -> Self {
        let all = StreamOption::All(AllOptions { from: Some(AllOption::End(Empty {})) });
        let mut request = ReadReq::forwards(all, CountOption::Count(1), FilterOption::NoFilter(Empty {}));
        if let Some(options) = &mut request.options {
            options.direction = BACKWARDS;
        }
        request
    }

    fn forwards(stream: StreamOption, count: CountOption, filter: FilterOption) -> Self {
        let options = ReadOptions {
            stream: Some(stream),
            direction: FORWARDS,
            // A link in a stream of ours is to be seen as what it is.
            resolve_links: false,
            count: Some(count),
            filter: Some(filter),
            uuid: Some(UuidOption { content: Some(UuidContent::Structured(Empty {})) }),
        };
        ReadReq { options: Some(options) }
    }
}

fn all_from(place: Option<Place>) -> StreamOption {
    let from = match place {
        Some((commit, prepare)) => AllOption::Position(Position { commit, prepare }),
        None => AllOption::Start(Empty {}),
    };
    StreamOption::All(AllOptions { from: Some(from) })
}

impl FilterOption {
    fn streams(beginnings: Vec<String>) -> Self {
        FilterOption::Filter(FilterOptions {
            filter: Some(Filter::Stream(Expression { regex: String::new(), prefixes: beginnings })),
            window: Some(Window::Max(WINDOW)),
            checkpoint_interval: 1,
        })
    }
}

impl ProtocolUuid {
    /// `None`: it is neither of the two forms, or no UUID.
    pub(crate) fn to_uuid(&self) -> Option<Uuid> {
        match self.value.as_ref()? {
            UuidValue::Structured(halves) => Some(Uuid::from_u64_pair(halves.most.cast_unsigned(), halves.least.cast_unsigned())),
            UuidValue::Text(text) => Uuid::parse_str(text).ok(),
        }
    }
}

const FORWARDS: i32 = 0;
const BACKWARDS: i32 = 1;

/// The state of a member of the cluster that is its leader.
pub(crate) const LEADER: i32 = 8;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Empty {}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ReadReq {
    #[prost(message, optional, tag = "1")]
    pub options: Option<ReadOptions>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ReadOptions {
    #[prost(oneof = "StreamOption", tags = "1, 2")]
    pub stream: Option<StreamOption>,
    #[prost(int32, tag = "3")]
    pub direction: i32,
    #[prost(bool, tag = "4")]
    pub resolve_links: bool,
    #[prost(oneof = "CountOption", tags = "5, 6")]
    pub count: Option<CountOption>,
    #[prost(oneof = "FilterOption", tags = "7, 8")]
    pub filter: Option<FilterOption>,
    #[prost(message, optional, tag = "9")]
    pub uuid: Option<UuidOption>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum StreamOption {
    #[prost(message, tag = "1")]
    Stream(StreamOptions),
    #[prost(message, tag = "2")]
    All(AllOptions),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct StreamOptions {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
    #[prost(oneof = "RevisionOption", tags = "2, 3, 4")]
    pub from: Option<RevisionOption>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum RevisionOption {
    #[prost(uint64, tag = "2")]
    Revision(u64),
    #[prost(message, tag = "3")]
    Start(Empty),
    #[prost(message, tag = "4")]
    End(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct AllOptions {
    #[prost(oneof = "AllOption", tags = "1, 2, 3")]
    pub from: Option<AllOption>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum AllOption {
    #[prost(message, tag = "1")]
    Position(Position),
    #[prost(message, tag = "2")]
    Start(Empty),
    #[prost(message, tag = "3")]
    End(Empty),
}

/// Also what a checkpoint says, as far as it is read.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Position {
    #[prost(uint64, tag = "1")]
    pub commit: u64,
    #[prost(uint64, tag = "2")]
    pub prepare: u64,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum CountOption {
    #[prost(uint64, tag = "5")]
    Count(u64),
    #[prost(message, tag = "6")]
    Subscription(Empty),
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum FilterOption {
    #[prost(message, tag = "7")]
    Filter(FilterOptions),
    #[prost(message, tag = "8")]
    NoFilter(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct FilterOptions {
    #[prost(oneof = "Filter", tags = "1, 2")]
    pub filter: Option<Filter>,
    #[prost(oneof = "Window", tags = "3, 4")]
    pub window: Option<Window>,
    #[prost(uint32, tag = "5")]
    pub checkpoint_interval: u32,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Filter {
    #[prost(message, tag = "1")]
    Stream(Expression),
    #[prost(message, tag = "2")]
    EventType(Expression),
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Window {
    #[prost(uint32, tag = "3")]
    Max(u32),
    #[prost(message, tag = "4")]
    Count(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Expression {
    #[prost(string, tag = "1")]
    pub regex: String,
    #[prost(string, repeated, tag = "2")]
    pub prefixes: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct UuidOption {
    #[prost(oneof = "UuidContent", tags = "1, 2")]
    pub content: Option<UuidContent>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum UuidContent {
    #[prost(message, tag = "1")]
    Structured(Empty),
    #[prost(message, tag = "2")]
    Text(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct StreamIdentifier {
    #[prost(bytes = "bytes", tag = "3")]
    pub name: Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ReadResp {
    #[prost(oneof = "Content", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9")]
    pub content: Option<Content>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Content {
    #[prost(message, tag = "1")]
    Event(ReadEvent),
    #[prost(message, tag = "2")]
    Confirmation(Empty),
    #[prost(message, tag = "3")]
    Checkpoint(Position),
    #[prost(message, tag = "4")]
    StreamNotFound(Empty),
    #[prost(uint64, tag = "5")]
    FirstStreamPosition(u64),
    #[prost(uint64, tag = "6")]
    LastStreamPosition(u64),
    #[prost(message, tag = "7")]
    LastAllStreamPosition(Position),
    #[prost(message, tag = "8")]
    CaughtUp(Empty),
    #[prost(message, tag = "9")]
    FellBehind(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ReadEvent {
    #[prost(message, optional, tag = "1")]
    pub event: Option<RecordedEvent>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct RecordedEvent {
    #[prost(message, optional, tag = "1")]
    pub id: Option<ProtocolUuid>,
    #[prost(message, optional, tag = "2")]
    pub stream: Option<StreamIdentifier>,
    #[prost(uint64, tag = "3")]
    pub revision: u64,
    #[prost(uint64, tag = "4")]
    pub prepare: u64,
    #[prost(uint64, tag = "5")]
    pub commit: u64,
    #[prost(map = "string, string", tag = "6")]
    pub metadata: HashMap<String, String>,
    #[prost(bytes = "bytes", tag = "8")]
    pub data: Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ProtocolUuid {
    #[prost(oneof = "UuidValue", tags = "1, 2")]
    pub value: Option<UuidValue>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum UuidValue {
    #[prost(message, tag = "1")]
    Structured(Halves),
    #[prost(string, tag = "2")]
    Text(String),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Halves {
    #[prost(int64, tag = "1")]
    pub most: i64,
    #[prost(int64, tag = "2")]
    pub least: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ClusterInfo {
    #[prost(message, repeated, tag = "1")]
    pub members: Vec<MemberInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct MemberInfo {
    #[prost(int32, tag = "3")]
    pub state: i32,
    #[prost(bool, tag = "4")]
    pub alive: bool,
    #[prost(message, optional, tag = "5")]
    pub endpoint: Option<EndPoint>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct EndPoint {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(uint32, tag = "2")]
    pub port: u32,
}

#[cfg(test)]
mod tests;
