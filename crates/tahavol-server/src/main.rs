//! The binary `tahavol`.
fn main() {}
