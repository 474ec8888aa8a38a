//! Records appends: asks the replica what is known, sends the rest to the leader, waits until the replica has it, answers.
//!
//! One task does it for all callers, so that the order of calls is the order on the wire. Whatever goes wrong leads back to
//! the beginning: what the replica then has is recorded, and the rest is sent again with the same ids, which the cluster
//! answers as it did the first time. Only the replica says that an append is recorded; so its answer tells a position.

use std::sync::Arc;
use std::time::Duration;

use kurrentdb::{Client, ReadStreamOptions, StreamPosition};
use tahavol_ledger::{Appended, Condition, Ledger, LedgerError, Link, Look, SqliteLedger};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::errors::Failure;
use crate::follower::Follower;
use crate::group::{InOrder, Job, Queue, Queued};
use crate::options::Limits;
use crate::prefix::Prefix;
use crate::session::{Outcome, Session};
use crate::supervisor::{Connected, Supervisor};
use crate::waiting::{State, Waiting};

/// How often the replica is asked although nothing seems to have arrived: a server may tell another position of an append
/// that it has had before.
const ASK_ANYWAY: Duration = Duration::from_millis(250);
/// An answer is waited for at least so long, also when patience is nearly over: otherwise nothing need be sent.
const LEAST_WAIT: Duration = Duration::from_millis(100);
/// Before an append is sent again whose conflict came from one that was still on its way, or looked for again although
/// nothing has arrived since.
const BREATH: Duration = Duration::from_millis(10);

pub(crate) struct Appender {
    supervisor: Arc<Supervisor>,
    replica: Arc<SqliteLedger>,
    prefix: Prefix,
    limits: Limits,
    follower: Arc<Follower>,
    condition: watch::Receiver<Condition>,
    /// The last place in the replica.
    arrived: watch::Receiver<Option<(u64, u64)>>,
    /// The last place when the replica was waited for last, and looked into after that.
    looked_at: Option<(u64, u64)>,
    session: Option<Open>,
    /// What the last sending met, if it came to nothing.
    failing: Option<String>,
}

/// A session, and the connection that it lives on.
struct Open {
    session: Session,
    connected: Arc<Connected>,
}

impl Appender {
    pub(crate) fn new(
        supervisor: Arc<Supervisor>,
        replica: Arc<SqliteLedger>,
        prefix: Prefix,
        limits: Limits,
        follower: Arc<Follower>,
    ) -> Self {
        let (condition, arrived) = (follower.condition(), follower.arrived());
        Appender { supervisor, replica, prefix, limits, follower, condition, arrived, looked_at: None, session: None, failing: None }
    }

    /// Until nothing is queued any more and nothing more can come.
    pub(crate) async fn run(mut self, mut queue: Queue) {
        while let Some(job) = queue.next().await {
            match job {
                Job::Append(first) => {
                    let group = queue.group(first);
                    self.record(group).await;
                }
                Job::InOrder(moved) => self.record_in_order(moved).await,
            }
        }
    }

    async fn record(&mut self, group: Vec<Queued>) {
        // A long queue in front costs nobody patience as long as it moves; when it does not, all have waited already.
        let now = Instant::now();
        let since = |queued: &Queued| if self.failing.is_some() { queued.since } else { now };
        let (mut open, mut answers): (Vec<_>, Vec<_>) = group
            .into_iter()
            .map(|queued| {
                let until = since(&queued) + self.limits.patience;
                let mut waiting = Waiting::new(queued.stream, queued.expected, queued.events, until);
                self.failing.iter().for_each(|what| waiting.trouble(what));
                (waiting, queued.answer)
            })
            .unzip();
        loop {
            self.settle(&mut open).await;
            // Whoever is done is answered at once, and does not wait for the slowest.
            let (mut left, mut left_answers) = (Vec::new(), Vec::new());
            for (append, answer) in open.into_iter().zip(answers) {
                if append.is_over() {
                    // A caller that has gone does not ask.
                    drop(answer.send(append.answer()));
                } else {
                    left.push(append);
                    left_answers.push(answer);
                }
            }
            (open, answers) = (left, left_answers);
            if open.is_empty() {
                return;
            }
            if open.iter().any(Waiting::is_to_be_sent) {
                self.send(&mut open).await;
            }
            // What has to be sent once more goes first; the replica follows meanwhile.
            if !open.iter().any(Waiting::is_to_be_sent) {
                self.wait_for_replica(&mut open).await;
            }
        }
    }

    /// The order on the wire is exact even when a sending has to be repeated, because no append is sent before the one
    /// before it is recorded. The replica is waited for only at the end.
    async fn record_in_order(&mut self, InOrder { appends, answer }: InOrder) {
        let soon = Instant::now() + self.limits.patience;
        let mut open: Vec<Waiting> =
            appends.into_iter().map(|(stream, expected, events)| Waiting::new(stream, expected, events, soon)).collect();
        self.settle(&mut open).await;
        let mut failed = None;
        let mut done = 0;
        for append in &mut open {
            if let Err(error) = self.carry_out(append).await {
                failed = Some(error);
                break;
            }
            done += 1;
        }
        open.truncate(done);
        let seen = self.wait_for_all(open).await;
        // What comes before a failure is recorded, and whoever asks again learns so.
        let _ = answer.send(failed.map_or(seen, Err));
    }

    /// Until the cluster has it.
    async fn carry_out(&mut self, append: &mut Waiting) -> Result<(), LedgerError> {
        append.until = Instant::now() + self.limits.patience;
        loop {
            match &append.state {
                State::Over(result) => return result.clone().map(drop),
                State::Recorded(_) => return Ok(()),
                State::Unsent | State::Sent => self.send(std::slice::from_mut(append)).await,
                State::Behind { .. } => self.wait_for_replica(std::slice::from_mut(append)).await,
            }
            if !matches!(append.state, State::Recorded(_)) {
                self.settle(std::slice::from_mut(append)).await;
            }
        }
    }

    /// Until the replica has all of them. As long as something arrives, there is no reason to lose patience.
    async fn wait_for_all(&mut self, mut open: Vec<Waiting>) -> Result<Vec<Appended>, LedgerError> {
        let mut last = None;
        while !open.iter().all(Waiting::is_over) {
            let now = *self.arrived.borrow();
            if last != Some(now) {
                last = Some(now);
                let until = Instant::now() + self.limits.patience;
                open.iter_mut().for_each(|append| append.until = until);
            }
            self.wait_for_replica(&mut open).await;
            self.settle(&mut open).await;
        }
        open.into_iter().map(Waiting::answer).collect()
    }

    /// Takes what the replica says of each, and gives up those whose time is over.
    async fn settle(&self, open: &mut [Waiting]) {
        let looks: Vec<Look> = open.iter().map(Waiting::look).collect();
        match self.replica.look(looks).await {
            Ok(looked) => open.iter_mut().zip(looked).for_each(|(append, looked)| append.looked(looked)),
            Err(error) => open.iter_mut().for_each(|append| append.fail(&error)),
        }
        if let Link::Stopped { position, what } = &self.condition.borrow().link {
            open.iter_mut().for_each(|append| append.stop(*position, what));
        }
        let now = Instant::now();
        open.iter_mut().filter(|append| append.until <= now).for_each(|append| append.give_up(self.limits.patience));
    }

    async fn send(&mut self, open: &mut [Waiting]) {
        let until = open.iter().filter(|append| append.is_to_be_sent()).map(|append| append.until).min().unwrap_or_else(Instant::now);
        let ready = timeout_at(until, self.ready()).await;
        let Open { session, connected } = match ready {
            Ok(Ok(open)) => open,
            Ok(Err(what)) => return self.trouble(open, what),
            Err(_) => {
                let what = self.why_not_ready();
                return self.trouble(open, what);
            }
        };
        let (mut sent, mut outgoing) = (Vec::new(), Vec::new());
        for append in open.iter_mut().filter(|append| append.is_to_be_sent()) {
            if !append.can_be_expected() {
                self.conflicted(append, &State::Unsent, &connected).await;
                continue;
            }
            outgoing.push(append.outgoing(&self.prefix));
            let before = std::mem::replace(&mut append.state, State::Sent);
            sent.push((append, before));
        }
        let left = until.saturating_duration_since(Instant::now());
        let outcomes = session.send(outgoing, left.clamp(LEAST_WAIT.min(self.limits.call), self.limits.call)).await;
        match verdict(&outcomes) {
            Verdict::Sound => {
                self.failing = None;
                self.supervisor.proved().await;
                self.session = Some(Open { session, connected: Arc::clone(&connected) });
            }
            Verdict::SessionOver => self.failing = None,
            Verdict::Broken(failure) => {
                self.failing = Some(failure.text());
                self.supervisor.discard(&connected, failure).await;
            }
        }
        for ((append, before), outcome) in sent.into_iter().zip(outcomes) {
            match outcome {
                Ok(position) => append.state = State::Recorded(position.map(|position| (position.commit, position.prepare))),
                Err(Failure::Conflict) => self.conflicted(append, &before, &connected).await,
                Err(failure) => append.refused(&before, &failure),
            }
        }
    }

    /// A session to send in. A node that does not hear what the cluster records sends nothing: it could not say what became
    /// of it.
    async fn ready(&mut self) -> Result<Open, String> {
        let hears = self.condition.wait_for(|condition| matches!(condition.link, Link::Sound | Link::Stopped { .. })).await;
        match hears.map(|condition| condition.link.clone()) {
            Ok(Link::Sound | Link::CatchingUp | Link::Lost { .. }) => {}
            Ok(Link::Stopped { what, .. }) => return Err(what),
            Err(_) => {
                sleep(ASK_ANYWAY).await;
                return Err("this node does not follow the cluster any more".to_owned());
            }
        }
        if let Some(open) = self.session.take() {
            return Ok(open);
        }
        let connected = self.supervisor.client().await.map_err(|failure| failure.text())?;
        match Session::begin(&connected, self.limits.call).await {
            Ok(session) => Ok(Open { session, connected }),
            Err(failure) => {
                self.supervisor.discard(&connected, &failure).await;
                Err(failure.text())
            }
        }
    }

    fn why_not_ready(&self) -> String {
        match &self.condition.borrow().link {
            Link::Lost { what, .. } | Link::Stopped { what, .. } => what.clone(),
            Link::CatchingUp => "this node is still copying what the cluster has recorded".to_owned(),
            Link::Sound => self.failing.clone().unwrap_or_else(|| "no connection to the cluster in time".to_owned()),
        }
    }

    fn trouble(&mut self, open: &mut [Waiting], what: String) {
        open.iter_mut().for_each(|append| append.trouble(&what));
        self.failing = Some(what);
    }

    /// The answer says that the stream is elsewhere, and not where: the leader is asked. `before`: what was known before this
    /// sending.
    async fn conflicted(&self, append: &mut Waiting, before: &State, connected: &Connected) {
        match last_revision(connected, &self.prefix.to_cluster(&append.stream), self.limits.call).await {
            Ok(actual) if actual == append.expected.last_revision() => {
                append.trouble("the cluster answers a conflict although the stream is at the expected revision");
                sleep(BREATH).await;
            }
            Ok(actual) => append.state = State::Behind { actual, seen: false, unsure: *before != State::Unsent },
            Err(failure) if failure.is_an_answer() => append.refused(&State::Sent, &failure),
            Err(failure) => {
                append.trouble(&failure.text());
                self.supervisor.discard(connected, &failure).await;
            }
        }
    }

    /// Until the replica has what is known to be in the cluster, or for a moment.
    async fn wait_for_replica(&mut self, open: &mut [Waiting]) {
        let moment = Instant::now() + ASK_ANYWAY;
        let mut blind = false;
        let mut target = None;
        for append in open.iter_mut() {
            match &mut append.state {
                State::Recorded(None) => blind = true,
                State::Recorded(Some(place)) => target = target.max(Some(*place)),
                State::Behind { actual, seen, .. } => {
                    *seen = match actual {
                        None => true,
                        Some(actual) => self.replica.read_stream(&append.stream, *actual, 1).await.is_ok_and(|found| !found.is_empty()),
                    };
                    blind |= !*seen;
                }
                State::Unsent | State::Sent | State::Over(_) => {}
            }
        }
        let follows = async {
            if target.is_some() && self.looked_at >= target {
                // It was looked for and not found: the cluster told a place of before.
                sleep(BREATH).await;
                Ok(())
            } else if target.is_some() {
                self.arrived.wait_for(|arrived| *arrived >= target).await.map(drop)
            } else if blind {
                self.arrived.changed().await
            } else {
                Ok(())
            }
        };
        match timeout_at(moment, follows).await {
            Ok(Ok(())) => {}
            // Nobody follows any more.
            Ok(Err(_)) => sleep_until(moment).await,
            Err(_) => self.follower.doubt(),
        }
        self.looked_at = *self.arrived.borrow();
    }
}

/// What the answers to one sending say about the way they came.
enum Verdict<'a> {
    Sound,
    /// One answer was not a success; the client then ends the session, not the connection.
    SessionOver,
    Broken(&'a Failure),
}

fn verdict(outcomes: &[Outcome]) -> Verdict<'_> {
    let failures = || outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    if failures().any(Failure::is_an_answer) {
        return Verdict::SessionOver;
    }
    failures().next().map_or(Verdict::Sound, Verdict::Broken)
}

/// As the leader has it; `None`: no such stream.
async fn last_revision(connected: &Connected, stream: &str, limit: Duration) -> Result<Option<u64>, Failure> {
    let stream = stream.to_owned();
    let read = |client: Client| async move {
        let options = ReadStreamOptions::default().position(StreamPosition::End).max_count(1);
        let last = match client.read_stream(stream, &options).await {
            Ok(mut events) => events.next().await,
            Err(error) => Err(error),
        };
        match last {
            Ok(event) => Ok(event.map(|event| event.get_original_event().revision)),
            Err(kurrentdb::Error::ResourceNotFound) => Ok(None),
            Err(error) => Err(error),
        }
    };
    connected.ask("read the end of a stream", limit, read).await
}
