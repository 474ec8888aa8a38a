//! The messages and the services of the protocol, made from the `.proto` files beside this one.
#![allow(clippy::all, clippy::pedantic, unreachable_pub, missing_docs, reason = "made by prost and tonic")]

pub mod event_store {
    pub mod client {
        tonic::include_proto!("event_store.client");

        pub mod streams {
            tonic::include_proto!("event_store.client.streams");
        }
        pub mod gossip {
            tonic::include_proto!("event_store.client.gossip");
        }
        pub mod server_features {
            tonic::include_proto!("event_store.client.server_features");
        }
    }
}

pub mod google {
    pub mod rpc {
        tonic::include_proto!("google.rpc");
    }
}

pub use event_store::client as shared;
pub use event_store::client::{gossip, server_features, streams};

use uuid::Uuid;

impl shared::Uuid {
    /// As two numbers, which is what clients send.
    pub fn structured(id: Uuid) -> Self {
        let (high, low) = id.as_u64_pair();
        let pair = shared::uuid::Structured { most_significant_bits: high as i64, least_significant_bits: low as i64 };
        shared::Uuid { value: Some(shared::uuid::Value::Structured(pair)) }
    }

    pub fn text(id: Uuid) -> Self {
        shared::Uuid { value: Some(shared::uuid::Value::String(id.to_string())) }
    }

    /// None when it is neither.
    pub fn read(&self) -> Option<Uuid> {
        match self.value.as_ref()? {
            shared::uuid::Value::Structured(pair) => {
                Some(Uuid::from_u64_pair(pair.most_significant_bits as u64, pair.least_significant_bits as u64))
            }
            shared::uuid::Value::String(text) => Uuid::parse_str(text).ok(),
        }
    }
}

impl shared::StreamIdentifier {
    pub fn new(stream: &str) -> Self {
        shared::StreamIdentifier { stream_name: stream.to_owned().into() }
    }

    /// None when it is empty or no UTF-8.
    pub fn read(&self) -> Option<&str> {
        std::str::from_utf8(&self.stream_name).ok().filter(|name| !name.is_empty())
    }
}
