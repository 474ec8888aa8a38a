//! `BatchAppend`: a session of many appends, answered one by one in their order. A refused append does not end it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use prost_types::{Duration, Timestamp};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use uuid::Uuid;

use super::append::proposed;
use super::bench::Bench;
use super::errors::{MAX_APPEND, of_batch};
use super::proto::google::rpc;
use super::proto::shared::{AllStreamPosition, StreamIdentifier, Uuid as ProtoUuid};
use super::proto::streams::batch_append_req::options::{DeadlineOption, ExpectedStreamPosition};
use super::proto::streams::batch_append_req::{Options, ProposedMessage};
use super::proto::streams::batch_append_resp::success::{CurrentRevisionOption, PositionOption};
use super::proto::streams::batch_append_resp::{ExpectedStreamPosition as Echo, Result as Outcome, Success};
use super::proto::streams::{BatchAppendReq, BatchAppendResp};
use super::rights::{Deed, permit};
use super::service::{Call, Mishap, Node};
use super::store::{Expected, Place, Proposed, Written};

/// What the one who takes appends hands to the one who answers.
enum Step {
    /// An append was given to the log, which will answer it.
    Taken,
    Answer(Answer),
    /// The client sends no more appends.
    HalfClosed,
}

/// What is to be answered when a place is on disk.
struct Answer {
    place: Option<Place>,
    end: End,
}

enum End {
    Answered(BatchAppendResp),
    /// The whole session ends.
    Broken(Status),
    /// The connection ends.
    Cut,
}

/// An append whose messages are still coming.
struct Pending {
    stream: String,
    expected: Expected,
    events: Vec<Proposed>,
    size: usize,
}

pub(super) fn answer(node: Node, call: Call, messages: Streaming<BatchAppendReq>) -> BoxStream<'static, Result<BatchAppendResp, Status>> {
    let (responses, answered) = mpsc::channel(64);
    let (decided, steps) = mpsc::unbounded_channel();
    let open = Open::count(&node.bench);
    tokio::spawn(decide(node.clone(), call, messages, decided));
    tokio::spawn(async move {
        let _open = open;
        let gone = responses.clone();
        tokio::select! {
            () = gone.closed() => {}
            () = tell(&node, call, steps, responses) => {}
        }
    });
    ReceiverStream::new(answered).boxed()
}

/// Counted from its beginning until nothing more can be answered.
struct Open(Arc<Bench>);

impl Open {
    fn count(bench: &Arc<Bench>) -> Self {
        bench.batches.fetch_add(1, Ordering::SeqCst);
        Open(bench.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.batches.fetch_sub(1, Ordering::SeqCst);
    }
}

/// As the server does: the client's half-close ends nothing. The first answer after it does, when the log gave it; when all
/// is answered already, the call stays open until the client resets it.
async fn tell(node: &Node, call: Call, mut steps: mpsc::UnboundedReceiver<Step>, responses: mpsc::Sender<Result<BatchAppendResp, Status>>) {
    let mut half_closed = false;
    // What is refused before the log has it counts as an answer all the same, so it may fall below nothing.
    let mut pending = 0_i64;
    while let Some(step) = steps.recv().await {
        let answer = match step {
            Step::Taken => {
                pending += 1;
                continue;
            }
            Step::HalfClosed => {
                half_closed = true;
                continue;
            }
            Step::Answer(answer) => answer,
        };
        node.bench.store.settled(answer.place).await;
        let (response, last) = match answer.end {
            End::Answered(response) => {
                pending -= 1;
                (Ok(response), half_closed && pending >= 0)
            }
            End::Broken(status) => (Err(status), true),
            End::Cut => (Err(node.cut(call).await), true),
        };
        if responses.send(response).await.is_err() || last {
            return;
        }
    }
    if half_closed {
        std::future::pending().await
    }
}

/// Takes the appends in their order; each is in the log's order when the next one is looked at.
async fn decide(node: Node, call: Call, mut messages: Streaming<BatchAppendReq>, decided: mpsc::UnboundedSender<Step>) {
    let mut pending: HashMap<Uuid, Pending> = HashMap::new();
    loop {
        let request = match messages.message().await {
            Ok(Some(request)) => request,
            Ok(None) => {
                drop(decided.send(Step::HalfClosed));
                return;
            }
            // The client is gone.
            Err(_) => return,
        };
        let Some(correlation) = request.correlation_id.as_ref().and_then(ProtoUuid::read) else { continue };
        let identifier = request.options.as_ref().and_then(|options| options.stream_identifier.clone());
        let refuse = |error: rpc::Status| {
            let response = respond(&request, identifier.clone(), Outcome::Error(error));
            Step::Answer(Answer { place: None, end: End::Answered(response) })
        };
        if let Some(options) = &request.options {
            match begin(call, options) {
                Ok(append) => {
                    pending.insert(correlation, append);
                }
                Err(error) => {
                    drop(decided.send(refuse(error)));
                    continue;
                }
            }
        }
        let Some(append) = pending.get_mut(&correlation) else { continue };
        if let Err(error) = append.add(&request.proposed_messages) {
            pending.remove(&correlation);
            drop(decided.send(refuse(error)));
            continue;
        }
        if !request.is_final {
            continue;
        }
        let Some(append) = pending.remove(&correlation) else { continue };
        let identifier = Some(StreamIdentifier::new(&append.stream));
        drop(decided.send(Step::Taken));
        let mut answer = match write(&node, call, append) {
            Some(answer) => answer,
            // It hangs: no answer ever.
            None => continue,
        };
        if let End::Answered(response) = &mut answer.end {
            response.correlation_id = request.correlation_id.clone();
            response.stream_identifier = identifier;
            response.expected_stream_position = echo(request.options.as_ref());
        }
        let last = matches!(answer.end, End::Broken(_) | End::Cut);
        if decided.send(Step::Answer(answer)).is_err() || last {
            return;
        }
    }
}

fn begin(call: Call, options: &Options) -> Result<Pending, rpc::Status> {
    let Some(stream) = options.stream_identifier.as_ref().and_then(StreamIdentifier::read) else {
        return Err(of_batch::bad_request("Required field StreamIdentifier not set."));
    };
    permit(call.rights, Deed::Write(stream)).map_err(|_| of_batch::access_denied())?;
    // Other than the older field the deadline is how long, not until when.
    let over = match &options.deadline_option {
        Some(DeadlineOption::Deadline(Duration { seconds, nanos })) => *seconds <= 0 && *nanos <= 0,
        Some(DeadlineOption::Deadline21100(Timestamp { seconds, .. })) => *seconds < now(),
        None => false,
    };
    if over {
        return Err(of_batch::timeout());
    }
    let expected = match &options.expected_stream_position {
        Some(ExpectedStreamPosition::StreamPosition(revision)) => Expected::Revision(*revision),
        Some(ExpectedStreamPosition::NoStream(())) => Expected::NoStream,
        Some(ExpectedStreamPosition::Any(())) => Expected::Any,
        Some(ExpectedStreamPosition::StreamExists(())) => Expected::StreamExists,
        None => return Err(of_batch::bad_request("'None' is not a valid expected stream position")),
    };
    Ok(Pending { stream: stream.to_owned(), expected, events: Vec::new(), size: 0 })
}

impl Pending {
    fn add(&mut self, messages: &[ProposedMessage]) -> Result<(), rpc::Status> {
        for message in messages {
            let event = proposed(message.id.as_ref(), &message.metadata, message.data.clone(), message.custom_metadata.clone())
                .map_err(|status| of_batch::bad_request(status.message()))?;
            self.size += event.size();
            self.events.push(event);
        }
        if self.size > MAX_APPEND { Err(of_batch::too_large()) } else { Ok(()) }
    }
}

fn write(node: &Node, call: Call, append: Pending) -> Option<Answer> {
    let error = |error: rpc::Status| End::Answered(BatchAppendResp { result: Some(Outcome::Error(error)), ..BatchAppendResp::default() });
    let now = |end: End| Some(Answer { place: None, end });
    if let Err(status) = node.admit_write(call) {
        return match (status.code(), status.message()) {
            // Inside a batch the server tells this as an error of the append, without a code.
            (tonic::Code::Unavailable, "Server Is Too Busy") => now(error(of_batch::not_handled("Server Is Busy"))),
            (tonic::Code::Unavailable, message) => now(error(of_batch::not_handled(message))),
            (tonic::Code::Aborted, _) => now(error(of_batch::timeout())),
            _ => now(End::Broken(status)),
        };
    }
    let mishap = node.mishap();
    match mishap {
        Mishap::Hang => return None,
        Mishap::Cut => return now(End::Cut),
        Mishap::Abort => return now(error(of_batch::timeout())),
        Mishap::None | Mishap::DropAck | Mishap::AbortAfter => {}
    }
    let outcome = node.bench.store.append(&append.stream, append.expected, append.events);
    if node.leaves_unanswered(outcome) {
        return None;
    }
    let place = outcome.ok().and_then(|written| written.place);
    let end = match mishap {
        Mishap::DropAck => End::Cut,
        Mishap::AbortAfter => error(of_batch::timeout()),
        Mishap::None | Mishap::Abort | Mishap::Cut | Mishap::Hang => match outcome {
            Ok(written) => {
                End::Answered(BatchAppendResp { result: Some(Outcome::Success(success(written))), ..BatchAppendResp::default() })
            }
            Err(refusal) => error(of_batch::refused(&append.stream, append.expected, refusal)),
        },
    };
    Some(Answer { place, end })
}

fn respond(request: &BatchAppendReq, stream: Option<StreamIdentifier>, outcome: Outcome) -> BatchAppendResp {
    BatchAppendResp {
        correlation_id: request.correlation_id.clone(),
        stream_identifier: Some(stream.unwrap_or_default()),
        expected_stream_position: echo(request.options.as_ref()),
        result: Some(outcome),
    }
}

fn echo(options: Option<&Options>) -> Option<Echo> {
    Some(match options?.expected_stream_position.as_ref()? {
        ExpectedStreamPosition::StreamPosition(revision) => Echo::StreamPosition(*revision),
        ExpectedStreamPosition::NoStream(()) => Echo::NoStream(()),
        ExpectedStreamPosition::Any(()) => Echo::Any(()),
        ExpectedStreamPosition::StreamExists(()) => Echo::StreamExists(()),
    })
}

fn success(written: Written) -> Success {
    let revision = written.revision.map_or(CurrentRevisionOption::NoStream(()), CurrentRevisionOption::CurrentRevision);
    let position = written.place.map_or(PositionOption::NoPosition(()), |place| {
        PositionOption::Position(AllStreamPosition { commit_position: place.commit, prepare_position: place.prepare })
    });
    Success { current_revision_option: Some(revision), position_option: Some(position) }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
