//! GraphQL over HTTP, server-sent events, health and the pages around them, against the program as it runs.

#[path = "http/events.rs"]
mod events;
#[path = "http/limits.rs"]
mod limits;
#[path = "http/moments.rs"]
mod moments;
#[path = "http/surface.rs"]
mod surface;
#[path = "http/trouble.rs"]
mod trouble;
