//! Subscriptions: what is there, the word that it has been told, and then what comes. Nothing is said while nothing comes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use prost_types::Timestamp;
use tonic::Status;
use uuid::Uuid;

use super::bench::Bench;
use super::errors;
use super::faults::Fault;
use super::proto::streams::read_req::options::StreamOptions;
use super::proto::streams::read_req::options::stream_options::RevisionOption;
use super::proto::streams::read_resp::{CaughtUp, Checkpoint, Content, FellBehind, Position, SubscriptionConfirmation};
use super::read::{Answers, Filter, Form, PAGE, event, told};
use super::service::Node;
use super::store::{Found, Place};

/// Where a subscription begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Since {
    Start,
    End,
    /// Of `$all`: strictly behind this place.
    After(Place),
    /// Of a stream: strictly behind this revision.
    AfterRevision(u64),
}

impl Since {
    pub(super) fn of_stream(asked: &StreamOptions) -> Self {
        match asked.revision_option {
            Some(RevisionOption::Revision(revision)) => Since::AfterRevision(revision),
            Some(RevisionOption::End(_)) => Since::End,
            Some(RevisionOption::Start(_)) | None => Since::Start,
        }
    }
}

pub(super) async fn to_all(node: Node, from: Since, filter: Option<Filter>, form: Form, answers: Answers) {
    let bench = &node.bench;
    let mut line = Line::begin(bench, answers);
    let mut cursor = match from {
        Since::Start | Since::AfterRevision(_) => None,
        Since::End => Some(bench.store.last().unwrap_or_default()),
        Since::After(place) => Some(place),
    };
    let mut looked_at = 0;
    while !line.ended {
        let page = bench.store.forwards(cursor.unwrap_or_default(), cursor.is_none(), PAGE);
        for record in &page {
            looked_at += 1;
            cursor = Some(record.place);
            if filter.as_ref().is_none_or(|filter| filter.passes(record)) {
                line.tell(Content::Event(event(record, form))).await;
            }
            if let Some(filter) = &filter
                && looked_at >= filter.checkpoint_every
            {
                looked_at = 0;
                line.tell(Content::Checkpoint(checkpoint(bench, record.place))).await;
            }
        }
        if page.is_empty() {
            let place = cursor.map(|place| Position { commit_position: place.commit, prepare_position: place.prepare });
            line.wait(place, None, || bench.store.last() > cursor).await;
        }
    }
}

pub(super) async fn to_stream(node: Node, stream: String, from: Since, form: Form, answers: Answers) {
    let bench = &node.bench;
    let mut line = Line::begin(bench, answers);
    let read = |from: u64, limit| bench.store.stream(&stream, from, false, limit);
    let mut next = match (from, read(0, 0)) {
        (Since::AfterRevision(revision), _) => revision.saturating_add(1),
        (Since::End, Found::Events { last, .. }) => last + 1,
        (Since::Start | Since::After(_) | Since::End, _) => 0,
    };
    while !line.ended {
        match read(next, PAGE) {
            Found::Deleted => line.end(Some(errors::stream_deleted(&stream))).await,
            Found::Events { events, .. } if !events.is_empty() => {
                for record in events {
                    next = record.revision + 1;
                    line.tell(Content::Event(event(&record, form))).await;
                }
            }
            Found::Missing | Found::Events { .. } => {
                let last = next.checked_sub(1).and_then(|revision| i64::try_from(revision).ok());
                let more = || match read(next, 1) {
                    Found::Deleted => true,
                    Found::Events { events, .. } => !events.is_empty(),
                    Found::Missing => false,
                };
                line.wait(None, last, more).await;
            }
        }
    }
}

/// The line to one subscriber, with what can go wrong on it.
struct Line {
    bench: Arc<Bench>,
    answers: Answers,
    confirmed: bool,
    caught_up: bool,
    silent: bool,
    ended: bool,
}

impl Line {
    fn begin(bench: &Arc<Bench>, answers: Answers) -> Self {
        bench.subscriptions.fetch_add(1, Ordering::SeqCst);
        Line { bench: bench.clone(), answers, confirmed: false, caught_up: false, silent: false, ended: false }
    }

    async fn tell(&mut self, content: Content) {
        if !self.confirmed {
            self.confirmed = true;
            let subscription_id = Uuid::new_v4().to_string();
            self.send(Ok(Content::Confirmation(SubscriptionConfirmation { subscription_id }))).await;
        }
        self.go_wrong().await;
        self.send(Ok(content)).await;
    }

    /// Says that all has been told, once; then waits for more.
    async fn wait(&mut self, position: Option<Position>, stream_revision: Option<i64>, more: impl Fn() -> bool) {
        let newer = self.bench.told_since_25_1();
        let (position, stream_revision) = if newer { (position, stream_revision) } else { (None, None) };
        if !self.caught_up {
            self.caught_up = true;
            self.tell(Content::CaughtUp(CaughtUp { timestamp: newer.then(timestamp), stream_revision, position })).await;
        }
        let (mut on_disk, mut faults) = (self.bench.store.watch(), self.bench.faults.watch());
        on_disk.borrow_and_update();
        faults.borrow_and_update();
        self.go_wrong().await;
        self.fall_behind(position, stream_revision).await;
        while !self.ended && !more() {
            tokio::select! {
                _ = on_disk.changed() => {}
                _ = faults.changed() => {
                    self.fall_behind(position, stream_revision).await;
                    self.go_wrong().await;
                }
                () = self.answers.closed() => self.ended = true,
            }
        }
    }

    async fn fall_behind(&mut self, position: Option<Position>, stream_revision: Option<i64>) {
        if self.bench.faults.take(Fault::FellBehind) {
            let timestamp = self.bench.told_since_25_1().then(timestamp);
            self.tell(Content::FellBehind(FellBehind { timestamp, stream_revision, position })).await;
            self.tell(Content::CaughtUp(CaughtUp { timestamp, stream_revision, position })).await;
        }
    }

    async fn go_wrong(&mut self) {
        if self.ended || self.silent {
            return;
        }
        if self.bench.faults.take(Fault::EndSubscriptions) {
            self.end(None).await;
        } else if self.bench.faults.take(Fault::SlowConsumer) {
            let text = "Consumer too slow to handle event while live. Client resubscription required.";
            self.end(Some(errors::timed_out(text))).await;
        } else if self.bench.faults.take(Fault::SilenceSubscriptions) {
            self.silent = true;
        }
    }

    async fn end(&mut self, error: Option<Status>) {
        if let Some(error) = error {
            self.send(Err(error)).await;
        }
        self.ended = true;
    }

    async fn send(&mut self, content: Result<Content, Status>) {
        if !self.ended && !self.silent && self.answers.send(content.map(told)).await.is_err() {
            self.ended = true;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bench.subscriptions.fetch_sub(1, Ordering::SeqCst);
    }
}

fn checkpoint(bench: &Bench, place: Place) -> Checkpoint {
    let timestamp = bench.told_since_25_1().then(timestamp);
    Checkpoint { commit_position: place.commit, prepare_position: place.prepare, timestamp }
}

fn timestamp() -> Timestamp {
    SystemTime::now().into()
}
