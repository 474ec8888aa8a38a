//! The formats against the published vectors, the definitions and other implementations.

mod hashing;
