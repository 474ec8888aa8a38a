//! `cargo xtask …`: what contributors and CI run.
fn main() {}
