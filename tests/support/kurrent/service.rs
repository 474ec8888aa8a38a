//! What every call asks first: who calls, which node answers, and whether something is to go wrong.

use std::sync::Arc;

use futures_util::stream::BoxStream;
use tonic::metadata::MetadataMap;
use tonic::transport::server::TlsConnectInfo;
use tonic::{Extensions, Request, Response, Status, Streaming};

use super::bench::Bench;
use super::faults::Fault;
use super::node::ConnectionId;
use super::proto::streams::streams_server::Streams;
use super::proto::streams::{
    AppendReq, AppendResp, BatchAppendReq, BatchAppendResp, DeleteReq, DeleteResp, ReadReq, ReadResp, TombstoneReq, TombstoneResp,
};
use super::rights::{self, Rights};
use super::roles::Power;
use super::store::{Refusal, Written};
use super::{append, batch, delete, errors, read};

/// One node as a service.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) bench: Arc<Bench>,
    pub(super) number: usize,
}

/// A call: whose it is and what its headers say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) rights: Rights,
    pub(super) requires_leader: bool,
    connection: Option<ConnectionId>,
}

/// What is to go wrong with an append, beside being refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    None,
    DropAck,
    Abort,
    AbortAfter,
    Cut,
    Hang,
}

impl Node {
    pub(super) fn call(&self, metadata: &MetadataMap, extensions: &Extensions) -> Result<Call, Status> {
        let rights = rights::caller(&self.bench.users, metadata)?;
        let requires_leader = metadata.get("requires-leader").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
        let over_tls = || extensions.get::<TlsConnectInfo<ConnectionId>>().map(|info| *info.get_ref());
        let connection = extensions.get::<ConnectionId>().copied().or_else(over_tls);
        Ok(Call { rights, requires_leader, connection })
    }

    /// Whether this node takes a write now. A follower passes it on, unless the caller wants the leader itself.
    pub(super) fn admit_write(&self, call: Call) -> Result<(), Status> {
        self.troubled(true)?;
        match self.bench.roles.leader() {
            None => Err(errors::not_ready()),
            Some(leader) if leader == self.number => Ok(()),
            Some(leader) if call.requires_leader => Err(self.not_leader(leader)),
            Some(leader) if self.bench.roles.power(leader) == Power::Running => Ok(()),
            Some(_) => Err(errors::timed_out("the write was passed on and not answered")),
        }
    }

    pub(super) fn admit_read(&self, call: Call) -> Result<(), Status> {
        self.troubled(call.requires_leader)?;
        match self.bench.roles.leader() {
            None => Err(errors::not_ready()),
            Some(leader) if leader == self.number || !call.requires_leader => Ok(()),
            Some(leader) => Err(self.not_leader(leader)),
        }
    }

    pub(super) fn mishap(&self) -> Mishap {
        let mishaps = [
            (Fault::Hang, Mishap::Hang),
            (Fault::Cut, Mishap::Cut),
            (Fault::Abort, Mishap::Abort),
            (Fault::AbortAfter, Mishap::AbortAfter),
            (Fault::DropAck, Mishap::DropAck),
        ];
        mishaps.into_iter().find(|(fault, _)| self.bench.faults.take(*fault)).map_or(Mishap::None, |(_, mishap)| mishap)
    }

    /// Whether a leader that is not sure of its log yet says nothing to this append.
    pub(super) fn leaves_unanswered(&self, outcome: Result<Written, Refusal>) -> bool {
        outcome.is_ok_and(|written| written.repeated) && self.bench.faults.take(Fault::IdempotentNotReady)
    }

    /// Cuts the connection that the call came by; what is answered after that is never seen.
    pub(super) async fn cut(&self, call: Call) -> Status {
        if let Some(connection) = call.connection {
            self.bench.connections[self.number].cut(connection);
        }
        std::future::pending().await
    }

    fn troubled(&self, of_leader: bool) -> Result<(), Status> {
        if self.bench.faults.take(Fault::NotReady) {
            return Err(errors::not_ready());
        }
        if self.bench.faults.take(Fault::Overloaded) {
            return Err(errors::too_busy());
        }
        if of_leader && self.bench.faults.take(Fault::NotLeader) {
            return Err(self.not_leader(self.bench.roles.last_leader()));
        }
        Ok(())
    }

    fn not_leader(&self, leader: usize) -> Status {
        errors::not_leader(&self.bench.host, self.bench.addresses[leader].port())
    }
}

#[tonic::async_trait]
impl Streams for Node {
    type ReadStream = BoxStream<'static, Result<ReadResp, Status>>;
    type BatchAppendStream = BoxStream<'static, Result<BatchAppendResp, Status>>;

    async fn read(&self, request: Request<ReadReq>) -> Result<Response<Self::ReadStream>, Status> {
        let call = self.call(request.metadata(), request.extensions())?;
        Ok(Response::new(read::answer(self.clone(), call, request.into_inner())?))
    }

    async fn append(&self, request: Request<Streaming<AppendReq>>) -> Result<Response<AppendResp>, Status> {
        let call = self.call(request.metadata(), request.extensions())?;
        append::answer(self, call, request.into_inner()).await.map(Response::new)
    }

    async fn delete(&self, request: Request<DeleteReq>) -> Result<Response<DeleteResp>, Status> {
        let call = self.call(request.metadata(), request.extensions())?;
        delete::delete(self, call, request.into_inner()).await.map(Response::new)
    }

    async fn tombstone(&self, request: Request<TombstoneReq>) -> Result<Response<TombstoneResp>, Status> {
        let call = self.call(request.metadata(), request.extensions())?;
        delete::tombstone(self, call, request.into_inner()).await.map(Response::new)
    }

    async fn batch_append(&self, request: Request<Streaming<BatchAppendReq>>) -> Result<Response<Self::BatchAppendStream>, Status> {
        let call = self.call(request.metadata(), request.extensions())?;
        Ok(Response::new(batch::answer(self.clone(), call, request.into_inner())))
    }
}
