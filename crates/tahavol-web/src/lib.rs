//! The pages: what is shown to whom, as HTML. They hold no rule; whoever serves them has asked before.
//!
//! Every page is a function from plain data to markup. Nothing in it is run or styled in place: the policy under which
//! pages are served ([`POLICY`]) allows one style sheet of our own and no script.

pub mod account;
pub mod asset;
pub mod form;
pub mod layout;
pub mod link;
pub mod notice;
mod qr;
pub mod sign_in;
#[cfg(test)]
mod tests;
mod words;

pub use maud::Markup;

/// The Content-Security-Policy of every page.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; \
                          base-uri 'none'; frame-ancestors 'none'";
