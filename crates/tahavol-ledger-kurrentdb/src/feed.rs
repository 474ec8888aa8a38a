//! One subscription to `$all`, spoken by ourselves: ends with an error whenever nothing can be expected of it any more.
//!
//! The subscription of the official client 1.2.0 is not used: when the server ends its stream cleanly, it asks the ended
//! stream again without ever yielding (`commands.rs`, `next_subscription_event`), so that no time limit around it is ever
//! looked at; and what it resumes from is not ours to decide.
//!
//! A server to which nothing is appended says nothing, for hours: its checkpoints count events and not time. So silence is
//! asked after: when the leader has no event of ours behind what was told, all is well.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::{Code, Status, Streaming};
use uuid::Uuid;

use crate::endpoint::{Broken, Node};
use crate::options::Limits;
use crate::prefix::Prefix;
use crate::wire::{Content, Place, ReadReq, ReadResp, RecordedEvent};

/// How long a feed that has not caught up may be silent before it is asked after. Old servers never say that they are done.
const SILENCE_BEHIND: Duration = Duration::from_secs(1);
/// How long an event that the leader has may take to be told: it may have been appended while we asked.
const GRACE: Duration = Duration::from_secs(2);

/// What a subscription tells.
#[derive(Debug)]
pub(crate) enum Word {
    Event(Told),
    /// Everything of ours up to this place was told.
    Checkpoint(Place),
    /// Nothing of ours lies behind what was told.
    CaughtUp,
}

/// An event as the cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// By its name in the cluster.
    pub stream: String,
    pub revision: u64,
    pub id: Uuid,
    pub event_type: String,
    pub data: Bytes,
    pub place: Place,
}

pub(crate) struct Feed {
    node: Node,
    stream: Streaming<ReadResp>,
    beginnings: Vec<String>,
    limits: Limits,
    /// Somebody expects an event: the silence is asked after at once.
    doubt: Arc<Notify>,
    /// The last event that was told, or where the subscription began.
    last: Option<Place>,
    /// Everything of ours up to here was told, as the server says.
    told: Option<Place>,
    /// The newest event of the cluster when the subscription began.
    head: Option<Place>,
    caught_up: Arrival,
    /// When the silence is asked after, or an event that is owed must have come.
    patience: Pin<Box<Sleep>>,
    /// The leader has an event here that was not told.
    owed: Option<Place>,
}

/// Whether everything was told that was there at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Behind,
    /// It was, and the word for it comes next.
    Unsaid,
    Said,
}

impl Feed {
    /// What is in the cluster strictly after a place, then what comes.
    pub(crate) async fn open(
        node: Node,
        prefix: &Prefix,
        after: Option<Place>,
        limits: Limits,
        doubt: Arc<Notify>,
    ) -> Result<Self, Broken> {
        let beginnings = prefix.followed();
        let newest = node.events(ReadReq::newest()).await?;
        let head = newest.first().map(|event| (event.commit, event.prepare));
        let stream = node.read(ReadReq::subscribe(beginnings.clone(), after)).await?;
        let patience = Box::pin(sleep_until(Instant::now() + limits.call));
        let caught_up = Arrival::Behind;
        Ok(Feed { node, stream, beginnings, limits, doubt, last: after, told: after, head, caught_up, patience, owed: None })
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// The next word. The end of the stream, an error, and an event that is owed and does not come are errors; none of them
    /// loses anything, since what was told is known.
    pub(crate) async fn next(&mut self) -> Result<Word, Broken> {
        loop {
            if let Some(word) = self.arrived()? {
                return Ok(word);
            }
            let heard = tokio::select! {
                biased;
                heard = self.stream.message() => Some(heard),
                () = self.patience.as_mut() => None,
                () = self.doubt.notified(), if self.owed.is_none() => None,
            };
            let word = match heard {
                Some(heard) => self.word(heard)?,
                None => self.ask().await?,
            };
            if let Some(word) = word {
                return Ok(word);
            }
        }
    }

    /// A word that has already arrived.
    pub(crate) fn arrived(&mut self) -> Result<Option<Word>, Broken> {
        if self.caught_up == Arrival::Unsaid {
            self.caught_up = Arrival::Said;
            return Ok(Some(Word::CaughtUp));
        }
        while let Some(heard) = self.stream.message().now_or_never() {
            if let Some(word) = self.word(heard)? {
                return Ok(Some(word));
            }
        }
        Ok(None)
    }

    fn word(&mut self, heard: Result<Option<ReadResp>, Status>) -> Result<Option<Word>, Broken> {
        let response = heard.map_err(|status| self.node.broken(&status))?;
        let Some(response) = response else {
            return Err(Broken::Lost(format!("{}: the subscription was ended by the server", self.node.name())));
        };
        let word = match response.content {
            Some(Content::Event(read)) => self.event(read.event)?,
            Some(Content::Checkpoint(position)) => self.checkpoint((position.commit, position.prepare)),
            Some(Content::CaughtUp(_)) => {
                self.caught_up = Arrival::Said;
                Some(Word::CaughtUp)
            }
            // Words that say no more than that the subscription lives, and those of servers to come.
            Some(
                Content::Confirmation(_)
                | Content::FellBehind(_)
                | Content::StreamNotFound(_)
                | Content::FirstStreamPosition(_)
                | Content::LastStreamPosition(_)
                | Content::LastAllStreamPosition(_),
            )
            | None => None,
        };
        if self.caught_up == Arrival::Behind && self.told >= self.head {
            // Servers before 23.10 do not say so themselves.
            self.caught_up = Arrival::Unsaid;
        }
        // What is owed stays owed, whatever else is said.
        self.owed = self.owed.filter(|owed| self.told < Some(*owed));
        if self.owed.is_none() {
            let silence = if self.caught_up == Arrival::Behind { SILENCE_BEHIND } else { self.limits.silence };
            self.patience.as_mut().reset(Instant::now() + silence);
        }
        Ok(word)
    }

    fn event(&mut self, event: Option<RecordedEvent>) -> Result<Option<Word>, Broken> {
        let told = read(&self.node, event)?;
        if Some(told.place) <= self.last {
            // The server includes the place that it is asked to begin from. An event behind its own checkpoint would be a
            // fault of the server, and is taken nevertheless: the replica knows where it belongs.
            return Ok(None);
        }
        self.last = Some(told.place);
        self.told = self.told.max(self.last);
        Ok(Some(Word::Event(told)))
    }

    fn checkpoint(&mut self, place: Place) -> Option<Word> {
        (Some(place) > self.told).then(|| {
            self.told = Some(place);
            Word::Checkpoint(place)
        })
    }

    async fn ask(&mut self) -> Result<Option<Word>, Broken> {
        if let Some((commit, prepare)) = self.owed {
            let node = self.node.name();
            return Err(Broken::Lost(format!("{node}: the subscription does not tell the event at {commit}/{prepare}")));
        }
        match next_of_ours(&self.node, self.beginnings.clone(), self.told).await? {
            Some(place) => {
                self.owed = Some(place);
                self.patience.as_mut().reset(Instant::now() + GRACE);
                Ok(None)
            }
            None => {
                self.caught_up = Arrival::Said;
                self.patience.as_mut().reset(Instant::now() + self.limits.silence);
                Ok(Some(Word::CaughtUp))
            }
        }
    }
}

/// The place of the first event of these beginnings strictly after a place.
pub(crate) async fn next_of_ours(node: &Node, beginnings: Vec<String>, after: Option<Place>) -> Result<Option<Place>, Broken> {
    let events = node.events(ReadReq::next(beginnings, after)).await?;
    let places = events.iter().map(|event| (event.commit, event.prepare));
    Ok(places.filter(|place| Some(*place) > after).min())
}

/// Which event lies at a place, whatever its stream; `None`: none begins there.
pub(crate) async fn id_at(node: &Node, place: Place) -> Result<Option<Uuid>, Broken> {
    let events = match node.events(ReadReq::at(place)).await {
        Ok(events) => events,
        Err(Broken::Refused { code: Code::InvalidArgument, .. }) => return Ok(None),
        Err(broken) => return Err(broken),
    };
    let there = events.into_iter().find(|event| (event.commit, event.prepare) == place);
    Ok(there.and_then(|event| event.id?.to_uuid()))
}

/// What the cluster has where an event of ours was.
#[derive(Debug)]
pub(crate) enum There {
    /// An event of that stream and revision.
    Event(Told),
    /// An event of that stream and revision lies elsewhere in the log.
    Elsewhere(Told),
    Nothing,
}

/// Looked up in the order of the log, which retention that has only been asked for does not touch; then by its stream.
pub(crate) async fn what_is_at(node: &Node, stream: &str, revision: u64, place: Place) -> Result<There, Broken> {
    if let Some(told) = find(node, ReadReq::at(place), stream, revision).await?.filter(|told| told.place == place) {
        return Ok(There::Event(told));
    }
    let elsewhere = find(node, ReadReq::revision(stream, revision), stream, revision).await?;
    Ok(elsewhere.map_or(There::Nothing, There::Elsewhere))
}

async fn find(node: &Node, request: ReadReq, stream: &str, revision: u64) -> Result<Option<Told>, Broken> {
    let events = match node.events(request).await {
        Ok(events) => events,
        // No event begins at that place, or the stream is deleted for ever.
        Err(Broken::Refused { code: Code::InvalidArgument | Code::FailedPrecondition, .. }) => return Ok(None),
        Err(broken) => return Err(broken),
    };
    let mut told = events.into_iter().map(|event| read(node, Some(event)));
    let same = |told: &Result<Told, Broken>| told.as_ref().map_or(true, |told| told.stream == stream && told.revision == revision);
    told.find(same).transpose()
}

fn read(node: &Node, event: Option<RecordedEvent>) -> Result<Told, Broken> {
    let place = event.as_ref().map(|event| (event.commit, event.prepare));
    event.and_then(told).ok_or_else(|| {
        let name = node.name();
        Broken::Lost(format!("{name}: what the server told as the event at {place:?} is not one"))
    })
}

fn told(event: RecordedEvent) -> Option<Told> {
    let id = event.id?.to_uuid()?;
    let stream = String::from_utf8(event.stream?.name.into()).ok()?;
    let event_type = event.metadata.get("type").cloned().unwrap_or_default();
    Some(Told { stream, revision: event.revision, id, event_type, data: event.data, place: (event.commit, event.prepare) })
}
