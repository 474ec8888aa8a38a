//! The log: lines for people or JSON for machines, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, LogSettings};
use crate::failure::Failure;

/// The official client; our own crate has a longer name.
const CLIENT: &str = "kurrentdb";

/// Begins to log. A second call in one process changes nothing.
///
/// # Errors
/// When the level is none.
pub fn begin(settings: &LogSettings) -> Result<(), Failure> {
    // What the client of a cluster calls an error is tried again, and told in our own words where it matters.
    let level = if settings.level.contains(CLIENT) { settings.level.clone() } else { format!("{},{CLIENT}=off", settings.level) };
    let filter = EnvFilter::try_new(&level).map_err(|error| Failure::usage(format!("configuration: log.level: {error}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    let begun = match settings.format {
        LogFormat::Text => log.with_ansi(false).finish().try_init(),
        LogFormat::Json => log.json().flatten_event(true).finish().try_init(),
    };
    if begun.is_err() {
        tracing::debug!("the log has begun before");
    }
    Ok(())
}
