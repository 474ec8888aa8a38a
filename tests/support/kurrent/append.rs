//! `Append`: one stream of messages, one answer.

use std::collections::HashMap;

use bytes::Bytes;
use tonic::{Status, Streaming};
use uuid::Uuid;

use super::errors::{self, MAX_APPEND};
use super::proto::shared;
use super::proto::streams::append_req::Content;
use super::proto::streams::append_req::options::ExpectedStreamRevision;
use super::proto::streams::append_resp::success::{CurrentRevisionOption, PositionOption};
use super::proto::streams::append_resp::wrong_expected_version as wrong;
use super::proto::streams::append_resp::{Position, Result as Outcome, Success, WrongExpectedVersion};
use super::proto::streams::{AppendReq, AppendResp};
use super::rights::{Deed, permit};
use super::service::{Call, Mishap, Node};
use super::store::{Expected, Proposed, Refusal, Written};

const EMPTY: shared::Empty = shared::Empty {};

pub(super) async fn answer(node: &Node, call: Call, mut messages: Streaming<AppendReq>) -> Result<AppendResp, Status> {
    let Some(Content::Options(options)) = messages.message().await?.and_then(|message| message.content) else {
        return Err(Status::unknown("Exception was thrown by handler."));
    };
    let stream = stream_name(options.stream_identifier.as_ref())?;
    let expected = match options.expected_stream_revision {
        Some(ExpectedStreamRevision::Revision(revision)) => Expected::Revision(revision),
        Some(ExpectedStreamRevision::NoStream(_)) => Expected::NoStream,
        Some(ExpectedStreamRevision::Any(_)) => Expected::Any,
        Some(ExpectedStreamRevision::StreamExists(_)) => Expected::StreamExists,
        None => return Err(Status::invalid_argument("'None' is not a valid expected revision")),
    };
    permit(call.rights, Deed::Write(&stream))?;

    let (mut events, mut size) = (Vec::new(), 0);
    while let Some(message) = messages.message().await? {
        let Some(Content::ProposedMessage(message)) = message.content else {
            return Err(Status::unknown("Exception was thrown by handler."));
        };
        let event = proposed(message.id.as_ref(), &message.metadata, message.data, message.custom_metadata)?;
        size += event.size();
        if size > MAX_APPEND {
            return Err(errors::too_large());
        }
        events.push(event);
    }

    node.admit_write(call)?;
    let mishap = node.mishap();
    match mishap {
        Mishap::Hang => return std::future::pending().await,
        Mishap::Cut => return Err(node.cut(call).await),
        Mishap::Abort => return Err(errors::timed_out("prepare")),
        Mishap::None | Mishap::DropAck | Mishap::AbortAfter => {}
    }
    let outcome = node.bench.store.append(&stream, expected, events);
    if let Ok(written) = outcome {
        node.bench.store.settled(written.place).await;
    }
    if node.leaves_unanswered(outcome) {
        return std::future::pending().await;
    }
    match mishap {
        Mishap::DropAck => Err(node.cut(call).await),
        Mishap::AbortAfter => Err(errors::timed_out("commit")),
        Mishap::None | Mishap::Abort | Mishap::Cut | Mishap::Hang => match outcome {
            Ok(written) => Ok(AppendResp { result: Some(Outcome::Success(success(written))) }),
            Err(Refusal::Deleted) => Err(errors::stream_deleted(&stream)),
            Err(Refusal::WrongVersion(current)) => {
                Ok(AppendResp { result: Some(Outcome::WrongExpectedVersion(wrong_version(expected, current))) })
            }
        },
    }
}

pub(super) fn stream_name(identifier: Option<&shared::StreamIdentifier>) -> Result<String, Status> {
    let name = identifier.and_then(shared::StreamIdentifier::read);
    name.map(str::to_owned).ok_or_else(|| Status::invalid_argument("the stream has no name"))
}

/// An event as the server takes it: the type and the content type are required.
pub(super) fn proposed(
    id: Option<&shared::Uuid>,
    properties: &HashMap<String, String>,
    data: Bytes,
    metadata: Bytes,
) -> Result<Proposed, Status> {
    let property = |name: &str| properties.get(name).ok_or_else(|| errors::metadata_missing(name));
    let event_type = property("type")?.clone();
    let json = property("content-type")? == "application/json";
    let id: Uuid = id.and_then(shared::Uuid::read).ok_or_else(|| Status::invalid_argument("the event has no id"))?;
    Ok(Proposed { id, event_type, json, data, metadata })
}

fn success(written: Written) -> Success {
    let revision = written.revision.map_or(CurrentRevisionOption::NoStream(EMPTY), CurrentRevisionOption::CurrentRevision);
    let position = written.place.map_or(PositionOption::NoPosition(EMPTY), |place| {
        PositionOption::Position(Position { commit_position: place.commit, prepare_position: place.prepare })
    });
    Success { current_revision_option: Some(revision), position_option: Some(position) }
}

/// Told twice: as the clients of version 20.6 read it, and as those after them do.
fn wrong_version(expected: Expected, current: Option<u64>) -> WrongExpectedVersion {
    let (old, new) = match expected {
        Expected::Revision(revision) => {
            (wrong::ExpectedRevisionOption2060::ExpectedRevision2060(revision), wrong::ExpectedRevisionOption::ExpectedRevision(revision))
        }
        Expected::Any => (wrong::ExpectedRevisionOption2060::Any2060(EMPTY), wrong::ExpectedRevisionOption::ExpectedAny(EMPTY)),
        Expected::StreamExists => {
            (wrong::ExpectedRevisionOption2060::StreamExists2060(EMPTY), wrong::ExpectedRevisionOption::ExpectedStreamExists(EMPTY))
        }
        // The old field has no word for it: the number -1.
        Expected::NoStream => {
            (wrong::ExpectedRevisionOption2060::ExpectedRevision2060(u64::MAX), wrong::ExpectedRevisionOption::ExpectedNoStream(EMPTY))
        }
    };
    let (old_current, new_current) = match current {
        Some(revision) => {
            (wrong::CurrentRevisionOption2060::CurrentRevision2060(revision), wrong::CurrentRevisionOption::CurrentRevision(revision))
        }
        None => (wrong::CurrentRevisionOption2060::NoStream2060(EMPTY), wrong::CurrentRevisionOption::CurrentNoStream(EMPTY)),
    };
    WrongExpectedVersion {
        current_revision_option_20_6_0: Some(old_current),
        expected_revision_option_20_6_0: Some(old),
        current_revision_option: Some(new_current),
        expected_revision_option: Some(new),
    }
}
