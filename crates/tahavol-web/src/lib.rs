//! The pages: what is shown to whom, as HTML. They hold no rule; whoever serves them has asked before.
//!
//! Every page is a function from plain data to markup. Nothing in it is run or styled in place: the policies under which pages are
//! served ([`POLICY`], [`SHEET_POLICY`]) allow one style sheet and one font of our own; pages about the programme ([`sheet::Sheet`]) have
//! one script as well, and can be read and filled in without it.

pub mod account;
pub mod address;
pub mod administration;
pub mod asset;
pub mod audit;
pub mod chart;
pub mod figure;
pub mod form;
pub mod forms;
pub mod layout;
pub mod link;
pub mod mark;
pub mod moment;
mod names;
pub mod notice;
pub mod overview;
mod qr;
pub mod question;
pub mod sheet;
pub mod sign_in;
pub mod table;
#[cfg(test)]
mod tests;
pub mod things;
mod words;

pub use maud::Markup;
pub use words::isolated;

/// The Content-Security-Policy of pages about their reader: passwords are typed there, and nothing runs.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; \
                          base-uri 'none'; frame-ancestors 'none'";

/// The Content-Security-Policy of pages about the programme.
pub const SHEET_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
                                font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
