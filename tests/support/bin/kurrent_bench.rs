//! The test bench as a process of its own.

fn main() {}
