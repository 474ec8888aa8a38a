//! What the nodes of one bench share, and what they tell of themselves: members, version, abilities.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::SystemTime;

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::faults::Faults;
use super::node::Connections;
use super::proto::gossip::gossip_server::Gossip;
use super::proto::gossip::{ClusterInfo, EndPoint, MemberInfo};
use super::proto::server_features::server_features_server::ServerFeatures;
use super::proto::server_features::{SupportedMethod, SupportedMethods};
use super::proto::shared::{Empty, Uuid as ProtoUuid};
use super::rights::User;
use super::roles::Roles;
use super::service::Node;
use super::store::Store;

pub(super) struct Bench {
    /// One store for all nodes: a replication that never lags.
    pub(super) store: Store,
    pub(super) roles: Arc<Roles>,
    pub(super) faults: Faults,
    pub(super) users: Vec<User>,
    pub(super) version: String,
    pub(super) host: String,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) ids: Vec<Uuid>,
    pub(super) connections: Vec<Connections>,
    pub(super) subscriptions: AtomicUsize,
    pub(super) batches: AtomicUsize,
}

impl Bench {
    /// Since 25.1 checkpoints have a time, and "caught up" says when and where.
    pub(super) fn told_since_25_1(&self) -> bool {
        self.version_number() >= (25, 1)
    }

    fn version_number(&self) -> (u32, u32) {
        let mut numbers = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }
}

#[tonic::async_trait]
impl Gossip for Node {
    async fn read(&self, _: Request<Empty>) -> Result<Response<ClusterInfo>, Status> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos() / 100);
        let member = |node: usize| {
            let (state, is_alive) = self.bench.roles.state(node);
            MemberInfo {
                instance_id: Some(ProtoUuid::structured(self.bench.ids[node])),
                time_stamp: i64::try_from(now).unwrap_or(i64::MAX),
                state: state.into(),
                is_alive,
                http_end_point: Some(EndPoint { address: self.bench.host.clone(), port: self.bench.addresses[node].port().into() }),
            }
        };
        let members = (0..self.bench.addresses.len()).map(member).collect();
        Ok(Response::new(ClusterInfo { members }))
    }
}

#[tonic::async_trait]
impl ServerFeatures for Node {
    async fn get_supported_methods(&self, _: Request<Empty>) -> Result<Response<SupportedMethods>, Status> {
        let streams = "event_store.client.streams.streams";
        let mut names = vec!["read", "append", "delete", "tombstone"];
        // What came with version 21.10.
        if self.bench.version_number() >= (21, 10) {
            names.push("batchappend");
        }
        let method =
            |name: &&str| SupportedMethod { method_name: (*name).to_owned(), service_name: streams.to_owned(), features: Vec::new() };
        let mut methods: Vec<SupportedMethod> = names.iter().map(method).collect();
        for (name, service) in [("read", "gossip.gossip"), ("getsupportedmethods", "server_features.serverfeatures")] {
            let service_name = format!("event_store.client.{service}");
            methods.push(SupportedMethod { method_name: name.to_owned(), service_name, features: Vec::new() });
        }
        Ok(Response::new(SupportedMethods { methods, event_store_server_version: self.bench.version.clone() }))
    }
}
