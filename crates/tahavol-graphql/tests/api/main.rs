//! The schema in process: a small programme's story, what is asked and refused, what is too much.

mod diff;
mod inputs;
mod limits;
mod lists;
mod names;
mod offices;
mod reading;
mod replaying;
mod sdl;
mod search;
mod story;
mod subscriptions;
mod support;
