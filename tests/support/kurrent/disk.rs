//! The log of the bench in an embedded ledger: what was acknowledged is on disk, and a bench that starts again reads it.

use std::path::Path;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::future::try_join_all;
use prost::Message;
use tahavol_ledger::{Expected, Ledger, NewEvent, OpenOptions, SqliteLedger};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::store::{Place, Record};

/// A change of the log.
#[derive(Debug, Clone)]
pub(super) enum Kept {
    Write(Vec<Arc<Record>>),
    PutBack(Place),
    Scavenged(Vec<Place>),
}

/// A line of the ledger is shorter than an event of the server may be, so a change lies in pieces, each with an id of its
/// own: the server takes the same event id in two streams, the ledger does not.
const PIECE: usize = 60_000;
const PIECES_OF_AN_APPEND: usize = 15;
const STREAM: &str = "log";

pub(super) struct Disk {
    ledger: Arc<SqliteLedger>,
    pieces: u64,
}

impl Disk {
    /// With all changes that are there, in their order. One that was cut off by the end of the process is not there.
    pub(super) async fn open(folder: &Path) -> (Self, Vec<Kept>) {
        let options = OpenOptions { readers: 1, ..OpenOptions::default() };
        let ledger = SqliteLedger::open(folder.join("bench.sqlite"), options).await.expect("the bench's own ledger");
        let (mut kept, mut change, mut pieces) = (Vec::new(), Vec::new(), 0);
        loop {
            let read = ledger.read_stream(STREAM, pieces, 1_000).await.expect("the bench's own ledger");
            if read.is_empty() {
                break;
            }
            for piece in read {
                pieces += 1;
                if &*piece.event_type == "bench.begun" {
                    change.clear();
                }
                change.extend_from_slice(&piece.line[1..]);
                if piece.line[0] == b'.' {
                    kept.push(Change::decode(change.as_slice()).expect("the bench wrote it").into());
                    change.clear();
                }
            }
        }
        (Disk { ledger: Arc::new(ledger), pieces }, kept)
    }

    /// Writes what is sent, as much at once as is waiting, and tells how far it is.
    pub(super) fn run(mut self, there: Place) -> (mpsc::UnboundedSender<Kept>, watch::Receiver<Place>) {
        let (sender, mut receiver) = mpsc::unbounded_channel::<Kept>();
        let (written, on_disk) = watch::channel(there);
        tokio::spawn(async move {
            while let Some(first) = receiver.recv().await {
                let mut changes = vec![first];
                while changes.len() < 1_000
                    && let Ok(more) = receiver.try_recv()
                {
                    changes.push(more);
                }
                let ledger = self.ledger.clone();
                let appends = changes.iter().flat_map(|change| self.pieces(change)).collect::<Vec<_>>();
                let appends = appends.into_iter().map(|(expected, pieces)| ledger.append(STREAM, expected, pieces));
                try_join_all(appends).await.expect("the bench's own ledger");
                for change in changes {
                    match change {
                        Kept::Write(records) => {
                            if let Some(last) = records.last() {
                                written.send_replace(last.place);
                            }
                        }
                        Kept::PutBack(last) => {
                            written.send_replace(last);
                        }
                        Kept::Scavenged(_) => {}
                    }
                }
            }
        });
        (sender, on_disk)
    }

    fn pieces(&mut self, change: &Kept) -> Vec<(Expected, Vec<NewEvent>)> {
        let mut bytes = Bytes::from(Change::from(change).encode_to_vec());
        let mut pieces = Vec::new();
        loop {
            let piece = bytes.split_to(bytes.remaining().min(PIECE));
            let begun = if pieces.is_empty() { "bench.begun" } else { "bench.continued" };
            let mark: &[u8] = if bytes.is_empty() { b"." } else { b"," };
            pieces.push(NewEvent { id: Uuid::new_v4(), event_type: begun.to_owned(), line: Bytes::from([mark, &piece].concat()) });
            if bytes.is_empty() {
                break;
            }
        }
        let appends = pieces.chunks(PIECES_OF_AN_APPEND).map(|pieces| {
            let expected = self.pieces.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
            self.pieces += pieces.len() as u64;
            (expected, pieces.to_vec())
        });
        appends.collect()
    }
}

/// A change as bytes: a write when it has records, else a cut.
#[derive(Clone, PartialEq, Message)]
struct Change {
    #[prost(message, repeated, tag = "1")]
    records: Vec<Line>,
    #[prost(message, optional, tag = "2")]
    put_back: Option<At>,
    #[prost(message, repeated, tag = "3")]
    scavenged: Vec<At>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct At {
    #[prost(uint64, tag = "1")]
    commit: u64,
    #[prost(uint64, tag = "2")]
    prepare: u64,
}

#[derive(Clone, PartialEq, Message)]
struct Line {
    #[prost(string, tag = "1")]
    stream: String,
    #[prost(uint64, tag = "2")]
    revision: u64,
    #[prost(bytes = "vec", tag = "3")]
    id: Vec<u8>,
    #[prost(string, tag = "4")]
    event_type: String,
    #[prost(bool, tag = "5")]
    json: bool,
    #[prost(bytes = "bytes", tag = "6")]
    data: Bytes,
    #[prost(bytes = "bytes", tag = "7")]
    metadata: Bytes,
    #[prost(uint64, tag = "8")]
    created: u64,
    #[prost(message, optional, tag = "9")]
    at: Option<At>,
}

impl From<Place> for At {
    fn from(place: Place) -> Self {
        At { commit: place.commit, prepare: place.prepare }
    }
}

impl From<At> for Place {
    fn from(at: At) -> Self {
        Place { commit: at.commit, prepare: at.prepare }
    }
}

impl From<&Kept> for Change {
    fn from(kept: &Kept) -> Self {
        match kept {
            Kept::Write(records) => {
                let line = |record: &Arc<Record>| Line {
                    stream: record.stream.to_string(),
                    revision: record.revision,
                    id: record.id.as_bytes().to_vec(),
                    event_type: record.event_type.clone(),
                    json: record.json,
                    data: record.data.clone(),
                    metadata: record.metadata.clone(),
                    created: record.created,
                    at: Some(record.place.into()),
                };
                Change { records: records.iter().map(line).collect(), ..Change::default() }
            }
            Kept::PutBack(last) => Change { put_back: Some((*last).into()), ..Change::default() },
            Kept::Scavenged(places) => Change { scavenged: places.iter().map(|place| (*place).into()).collect(), ..Change::default() },
        }
    }
}

impl From<Change> for Kept {
    fn from(change: Change) -> Self {
        if let Some(last) = change.put_back {
            return Kept::PutBack(last.into());
        }
        if change.records.is_empty() {
            return Kept::Scavenged(change.scavenged.into_iter().map(Place::from).collect());
        }
        let record = |line: Line| Record {
            stream: line.stream.into(),
            revision: line.revision,
            id: Uuid::from_slice(&line.id).expect("the bench wrote it"),
            event_type: line.event_type,
            json: line.json,
            data: line.data,
            metadata: line.metadata,
            created: line.created,
            place: line.at.expect("the bench wrote it").into(),
        };
        Kept::Write(change.records.into_iter().map(|line| Arc::new(record(line))).collect())
    }
}
