//! The test bench that speaks KurrentDB's gRPC, held to the official clients, and what the Rust client is measured to do.

#[path = "kurrent_bench/rust.rs"]
mod rust;
