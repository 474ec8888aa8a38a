//! The test bench that speaks KurrentDB's gRPC, held to the official clients, and what the Rust client is measured to do.

#[path = "kurrent_bench/clients.rs"]
mod clients;
#[path = "kurrent_bench/cluster.rs"]
mod cluster;
#[path = "kurrent_bench/defects.rs"]
mod defects;
#[path = "kurrent_bench/rust.rs"]
mod rust;
