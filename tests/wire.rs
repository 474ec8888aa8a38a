//! What holds before anybody is known: TLS, slow and greedy clients, foreign pages, headers; and that secrets stay where they are.

#[path = "wire/browser.rs"]
mod browser;
#[path = "wire/certificates.rs"]
mod certificates;
#[path = "wire/greedy.rs"]
mod greedy;
#[path = "wire/headers.rs"]
mod headers;
#[path = "wire/names.rs"]
mod names;
#[path = "wire/odd.rs"]
mod odd;
#[path = "wire/secrets.rs"]
mod secrets;
#[path = "wire/slow.rs"]
mod slow;
#[path = "wire/support.rs"]
mod support;
#[path = "wire/tls.rs"]
mod tls;
