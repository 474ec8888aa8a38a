//! What an error of the official client means for us: answered for good, somebody else leads, or nobody knows.

use kurrentdb::Error;
use tonic::Code;

use crate::address::Host;

/// Why a call did not succeed, as far as what is done next differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The stream is not at the expected revision. Which one it is at, the answer does not tell.
    Conflict,
    /// The stream was tombstoned.
    Deleted,
    /// User, password or rights are missing.
    Denied,
    /// Larger than this cluster takes.
    TooLarge,
    /// The cluster will never take it.
    Refused(String),
    /// The node does not lead; which one does, where it knows. Nothing was done.
    NotLeader(Option<Host>),
    /// The connection is of no more use, and what was on its way may or may not have been done.
    Broken(String),
}

impl Failure {
    pub(crate) fn of(error: &Error) -> Failure {
        match error {
            Error::WrongExpectedVersion { .. } | Error::ResourceAlreadyExists => Failure::Conflict,
            Error::ResourceDeleted => Failure::Deleted,
            Error::AccessDenied => Failure::Denied,
            Error::NotLeaderException(leader) => Failure::NotLeader(host(leader)),
            Error::Grpc { code, message } => Failure::of_code(*code, message),
            Error::ServerError(text) if nobody_leads(text) => Failure::NotLeader(None),
            Error::ServerError(text) => Failure::Broken(brief(text)),
            Error::UnsupportedFeature => Failure::Broken("the node does not know this call".to_owned()),
            Error::ConnectionClosed
            | Error::GrpcConnectionError(_)
            | Error::InternalParsingError(_)
            | Error::ResourceNotFound
            | Error::InternalClientError
            | Error::DeadlineExceeded
            | Error::InitializationError(_)
            | Error::IllegalStateError(_) => Failure::Broken(brief(&error.to_string())),
        }
    }

    pub(crate) fn unanswered(doing: &str, after: std::time::Duration) -> Failure {
        Failure::Broken(format!("{doing}: no answer within {} ms", after.as_millis()))
    }

    /// Codes and names as a server puts them into the answer to one append of a batch.
    fn of_code(code: Code, message: &str) -> Failure {
        match (code, message) {
            (Code::AlreadyExists, _) => Failure::Conflict,
            (Code::FailedPrecondition, text) if text.contains("WrongExpectedVersion") => Failure::Conflict,
            (Code::NotFound, "StreamDeleted") => Failure::Deleted,
            (Code::PermissionDenied | Code::Unauthenticated, _) => Failure::Denied,
            (Code::InvalidArgument, "MaximumAppendSizeExceeded") => Failure::TooLarge,
            (Code::InvalidArgument, text) if text.starts_with("Maximum Append Size") => Failure::TooLarge,
            (Code::InvalidArgument, text) => Failure::Refused(brief(text)),
            // A node that handles nothing at the moment answers without a code.
            (_, text) if nobody_leads(text) => Failure::NotLeader(None),
            (code, text) => Failure::Broken(format!("{code:?}: {}", brief(text))),
        }
    }

    /// An answer to one append that also ends the session it was sent in, while the connection is sound.
    pub(crate) fn is_an_answer(&self) -> bool {
        match self {
            Failure::Conflict | Failure::Deleted | Failure::Denied | Failure::TooLarge | Failure::Refused(_) => true,
            Failure::NotLeader(_) | Failure::Broken(_) => false,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Failure::Conflict => "the stream is not at the expected revision".to_owned(),
            Failure::Deleted => "the stream was tombstoned".to_owned(),
            Failure::Denied => "the cluster does not let this user do that".to_owned(),
            Failure::TooLarge => "larger than the cluster takes".to_owned(),
            Failure::Refused(what) => format!("the cluster refuses it: {what}"),
            Failure::NotLeader(None) => "the node has no leader to send us to".to_owned(),
            Failure::NotLeader(Some(leader)) => format!("{leader} leads and not the node that was asked"),
            Failure::Broken(what) => what.clone(),
        }
    }
}

fn host(leader: &kurrentdb::Endpoint) -> Option<Host> {
    Some(Host { name: leader.host.clone(), port: u16::try_from(leader.port).ok()? })
}

fn nobody_leads(text: &str) -> bool {
    ["No leader info", "Server Is Not Ready"].iter().any(|sign| text.contains(sign))
}

/// A status prints its headers, too, which tell a person nothing.
fn brief(text: &str) -> String {
    let end = text.find(", details:").or_else(|| text.find(", metadata:")).unwrap_or(text.len());
    text[..end].chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grpc(code: Code, message: &str) -> Failure {
        Failure::of(&Error::Grpc { code, message: message.to_owned() })
    }

    #[test]
    fn each_answer_of_a_server_to_an_append_is_told_apart() {
        assert_eq!(grpc(Code::AlreadyExists, "WrongExpectedVersion"), Failure::Conflict);
        assert_eq!(grpc(Code::NotFound, "StreamDeleted"), Failure::Deleted);
        assert_eq!(grpc(Code::PermissionDenied, "AccessDenied"), Failure::Denied);
        assert_eq!(grpc(Code::InvalidArgument, "MaximumAppendSizeExceeded"), Failure::TooLarge);
        assert_eq!(grpc(Code::InvalidArgument, "BadRequest"), Failure::Refused("BadRequest".to_owned()));
        assert_eq!(grpc(Code::Ok, "Server Is Not Ready"), Failure::NotLeader(None));
        assert_eq!(grpc(Code::Ok, "No leader info available in response"), Failure::NotLeader(None));
        assert_eq!(grpc(Code::DeadlineExceeded, "Timeout"), Failure::Broken("DeadlineExceeded: Timeout".to_owned()));
        assert_eq!(grpc(Code::Aborted, "Operation timed out"), Failure::Broken("Aborted: Operation timed out".to_owned()));
        assert_eq!(grpc(Code::Ok, "Server Is Busy"), Failure::Broken("Ok: Server Is Busy".to_owned()));
    }

    #[test]
    fn a_leader_elsewhere_is_named() {
        let elsewhere = Error::NotLeaderException(kurrentdb::Endpoint { host: "h2".to_owned(), port: 2114 });
        assert_eq!(Failure::of(&elsewhere), Failure::NotLeader(Some(Host { name: "h2".to_owned(), port: 2114 })));
    }

    #[test]
    fn headers_of_a_status_are_left_out() {
        let text = "status: Unavailable, message: \"gone\", details: [], metadata: MetadataMap { headers: {} }";
        assert_eq!(Failure::of(&Error::ServerError(text.to_owned())), Failure::Broken("status: Unavailable, message: \"gone\"".to_owned()));
    }
}
