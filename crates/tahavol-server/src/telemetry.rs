//! The log: lines for people or JSON for machines, on standard error.

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, LogSettings};
use crate::failure::Failure;

/// The official client; our own crate has a longer name.
const CLIENT: &str = "kurrentdb";

/// Crates that see what people send or what opens doors, and below `info` tell of it word for word. No level makes them.
const TALKATIVE: [&str; 16] = [
    "async_graphql",
    "axum",
    "axum_core",
    "h2",
    "hyper",
    "hyper_util",
    "jsonwebtoken",
    "object_store",
    "openidconnect",
    "reqwest",
    "rustls",
    "tokio_tungstenite",
    "tower_http",
    "tower_sessions",
    "tower_sessions_core",
    "tungstenite",
];

/// Begins to log. A second call in one process changes nothing.
///
/// # Errors
/// When the level is none.
pub fn begin(settings: &LogSettings) -> Result<(), Failure> {
    let filter = filter(&settings.level)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    let begun = match settings.format {
        LogFormat::Text => log.with_ansi(false).finish().with(filter_fn(tells_no_secret)).try_init(),
        LogFormat::Json => log.json().flatten_event(true).finish().with(filter_fn(tells_no_secret)).try_init(),
    };
    if begun.is_err() {
        tracing::debug!("the log has begun before");
    }
    Ok(())
}

fn tells_no_secret(what: &Metadata<'_>) -> bool {
    let by = what.target().split("::").next().unwrap_or_default();
    *what.level() <= Level::INFO || !TALKATIVE.contains(&by)
}

/// What the client of a cluster calls an error is tried again, and told in our own words where it matters: it is silent
/// unless the level names it, or a part of it.
fn filter(level: &str) -> Result<EnvFilter, Failure> {
    // Before what is asked for: a later directive of the same target takes its place, and one of a part of it goes before it.
    EnvFilter::try_new(format!("{CLIENT}=off,{level}")).map_err(|error| Failure::usage(format!("configuration: log.level: {error}")))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is written at this level when the client and our own crates have something to tell.
    fn written(level: &str) -> String {
        let lines = Lines::default();
        let into = lines.clone();
        let log = tracing_subscriber::fmt().with_env_filter(filter(level).unwrap()).with_writer(move || into.clone()).finish();
        tracing::subscriber::with_default(log, || {
            tracing::error!(target: "kurrentdb::grpc", "of the client");
            tracing::error!(target: "kurrentdb", "of the client");
            tracing::debug!(target: "tahavol_ledger_kurrentdb::reach", "our own");
            tracing::info!(target: "tahavol_server", "our own");
        });
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn the_clusters_client_is_silent_unless_it_is_named() {
        for (level, ours) in [("info", 1), ("trace", 2), ("info,tahavol_ledger_kurrentdb=debug", 2), ("tahavol_ledger_kurrentdb=debug", 1)]
        {
            let told = written(level);
            assert!(!told.contains("of the client"), "{level}: {told}");
            assert_eq!(told.matches("our own").count(), ours, "{level}: {told}");
        }
        for (level, lines) in
            [("info,kurrentdb=error", 2), ("kurrentdb=error,info", 2), ("kurrentdb", 2), ("kurrentdb::grpc=error, info", 1)]
        {
            assert_eq!(written(level).matches("of the client").count(), lines, "{level}: a part of it is named by itself");
        }
        // Another target that begins alike is not the client.
        for level in ["info,kurrentdb_of_somebody=debug", "info,kurrentdbx=trace"] {
            assert!(!written(level).contains("of the client"), "{level}");
        }
    }

    #[test]
    fn no_level_makes_those_tell_who_know_secrets() {
        let lines = Lines::default();
        let into = lines.clone();
        let level = filter("trace,tungstenite=trace,tungstenite::protocol=trace").unwrap();
        let log = tracing_subscriber::fmt().with_env_filter(level).with_writer(move || into.clone()).finish();
        tracing::subscriber::with_default(log.with(filter_fn(tells_no_secret)), || {
            tracing::trace!(target: "tungstenite::protocol", "a secret");
            tracing::debug!(target: "tower_sessions_core", "a secret");
            tracing::warn!(target: "tungstenite::protocol", "a trouble");
            tracing::trace!(target: "tahavol_server", "our own");
            tracing::trace!(target: "another", "another's");
        });
        let told = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(!told.contains("a secret"), "{told}");
        assert!(told.contains("a trouble") && told.contains("our own") && told.contains("another's"), "{told}");
    }

    #[test]
    fn what_is_no_level_is_refused() {
        assert!(filter("tahavol_server=loud").is_err());
    }
}
