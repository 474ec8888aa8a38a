//! The reports against a plain list.
