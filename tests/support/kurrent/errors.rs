//! The server's errors as clients see them: codes, texts, trailers; and those inside a batch, with packed details.

use prost::Message;
use prost_types::Any;
use tonic::metadata::{AsciiMetadataKey, MetadataMap};
use tonic::{Code, Status};

use super::proto::google::rpc;
use super::proto::shared::wrong_expected_version::{CurrentStreamRevisionOption, ExpectedStreamPositionOption};
use super::proto::shared::{self, StreamIdentifier};
use super::store::{Expected, Refusal};

/// The largest append, the server's default.
pub const MAX_APPEND: usize = 1_048_576;

pub(super) fn not_ready() -> Status {
    Status::unavailable("Server Is Not Ready")
}

pub(super) fn too_busy() -> Status {
    Status::unavailable("Server Is Too Busy")
}

pub(super) fn timed_out(what: &str) -> Status {
    Status::aborted(format!("Operation timed out: {what}"))
}

pub(super) fn not_leader(host: &str, port: u16) -> Status {
    let trailers = [("exception", "not-leader"), ("leader-endpoint-host", host), ("leader-endpoint-port", &port.to_string())];
    with(Code::NotFound, "Leader info available", &trailers)
}

pub(super) fn access_denied() -> Status {
    with(Code::PermissionDenied, "Access Denied", &[("exception", "access-denied")])
}

pub(super) fn stream_deleted(stream: &str) -> Status {
    let trailers = [("exception", "stream-deleted"), ("stream-name", stream)];
    with(Code::FailedPrecondition, &format!("Event stream '{stream}' is deleted."), &trailers)
}

pub(super) fn too_large() -> Status {
    let trailers = [("exception", "maximum-append-size-exceeded"), ("maximum-append-size", &MAX_APPEND.to_string())];
    with(Code::InvalidArgument, &format!("Maximum Append Size of {MAX_APPEND} Exceeded."), &trailers)
}

pub(super) fn metadata_missing(property: &str) -> Status {
    let trailers = [("exception", "missing-required-metadata-property"), ("required-metadata-properties", "type,content-type")];
    with(Code::InvalidArgument, &format!("Required Metadata Property '{property}' is missing"), &trailers)
}

/// A position that is not in the log, for example behind its end.
pub(super) fn invalid_position() -> Status {
    Status::unknown("Unexpected FilteredReadAllResult: InvalidPosition")
}

pub(super) fn refused_deletion(stream: &str, expected: Expected, refusal: Refusal) -> Status {
    match refusal {
        Refusal::Deleted => stream_deleted(stream),
        Refusal::WrongVersion(current) => {
            let actual = current.map_or("-1".to_owned(), |revision| revision.to_string());
            let expected = number(expected).to_string();
            let text = format!(
                "Delete failed due to WrongExpectedVersion. Stream: {stream}, Expected version: {expected}, Actual version: {actual}"
            );
            let trailers = [
                ("exception", "wrong-expected-version"),
                ("stream-name", stream),
                ("expected-version", expected.as_str()),
                ("actual-version", actual.as_str()),
            ];
            with(Code::FailedPrecondition, &text, &trailers)
        }
    }
}

/// The server's own numbers for what is no revision.
pub(super) fn number(expected: Expected) -> i64 {
    match expected {
        Expected::Revision(revision) => i64::try_from(revision).unwrap_or(i64::MAX),
        Expected::NoStream => -1,
        Expected::Any => -2,
        Expected::StreamExists => -4,
    }
}

/// An error of one append of a batch; the batch goes on.
pub(super) mod of_batch {
    use super::*;

    pub(in super::super) fn refused(stream: &str, expected: Expected, refusal: Refusal) -> rpc::Status {
        match refusal {
            Refusal::Deleted => {
                let details = shared::StreamDeleted { stream_identifier: Some(StreamIdentifier::new(stream)) };
                status(Code::NotFound, "StreamDeleted", &details)
            }
            Refusal::WrongVersion(current) => {
                let details = shared::WrongExpectedVersion {
                    current_stream_revision_option: Some(match current {
                        Some(revision) => CurrentStreamRevisionOption::CurrentStreamRevision(revision),
                        None => CurrentStreamRevisionOption::CurrentNoStream(()),
                    }),
                    expected_stream_position_option: Some(match expected {
                        Expected::Revision(revision) => ExpectedStreamPositionOption::ExpectedStreamPosition(revision),
                        Expected::NoStream => ExpectedStreamPositionOption::ExpectedNoStream(()),
                        Expected::Any => ExpectedStreamPositionOption::ExpectedAny(()),
                        Expected::StreamExists => ExpectedStreamPositionOption::ExpectedStreamExists(()),
                    }),
                };
                status(Code::AlreadyExists, "WrongExpectedVersion", &details)
            }
        }
    }

    pub(in super::super) fn access_denied() -> rpc::Status {
        status(Code::PermissionDenied, "AccessDenied", &shared::AccessDenied {})
    }

    pub(in super::super) fn timeout() -> rpc::Status {
        status(Code::DeadlineExceeded, "Timeout", &shared::Timeout {})
    }

    pub(in super::super) fn too_large() -> rpc::Status {
        let details = shared::MaximumAppendSizeExceeded { max_append_size: MAX_APPEND as u32 };
        status(Code::InvalidArgument, "MaximumAppendSizeExceeded", &details)
    }

    pub(in super::super) fn bad_request(message: &str) -> rpc::Status {
        status(Code::InvalidArgument, "BadRequest", &shared::BadRequest { message: message.to_owned() })
    }

    /// Not handled: the server leaves the code out, so it is that of success.
    pub(in super::super) fn not_handled(message: &str) -> rpc::Status {
        let details = Any { type_url: "type.googleapis.com/google.protobuf.Empty".to_owned(), value: Vec::new() };
        rpc::Status { code: Code::Ok as i32, message: message.to_owned(), details: Some(details) }
    }

    /// The text of an error is the name of its details.
    fn status(code: Code, message: &str, details: &impl Message) -> rpc::Status {
        let type_url = format!("type.googleapis.com/event_store.client.{message}");
        let details = Any { type_url, value: details.encode_to_vec() };
        rpc::Status { code: code as i32, message: message.to_owned(), details: Some(details) }
    }
}

fn with(code: Code, message: &str, trailers: &[(&'static str, &str)]) -> Status {
    let mut metadata = MetadataMap::new();
    for (name, value) in trailers {
        if let Ok(value) = value.parse() {
            metadata.insert(AsciiMetadataKey::from_static(name), value);
        }
    }
    Status::with_metadata(code, message, metadata)
}
