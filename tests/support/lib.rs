//! Helpers that the suites share.

pub mod binary;
pub mod browser;
pub mod chromium;
pub mod data;
pub mod kurrent;
pub mod python;
pub mod server;
pub mod witness;
