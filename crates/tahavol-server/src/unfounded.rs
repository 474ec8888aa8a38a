//! A programme without a single event in its cluster: a new one, or a mistyped id beside the one that is meant.

use std::time::Duration;

use tahavol_app::Tahavol;

use crate::cli::say;
use crate::failure::both;

/// How often a server looks whether it has heard all that the cluster has.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What is told for as long as it is so, in both languages.
pub(crate) async fn told(app: &Tahavol) -> Option<String> {
    let programme = app.unfounded().await?;
    Some(both("SERVE_NO_EVENTS", &[("programme", programme.0.to_string())]))
}

/// Tells whoever started the server, once it is known. An event ends it: from then on nothing has to be told.
pub(crate) async fn warn(app: Tahavol) {
    while app.snapshot().position.is_none() {
        if let Some(text) = told(&app).await {
            say::aside(&format!("WARNING   {text}"));
            tracing::warn!("not ready: the programme that is named has no events in the cluster");
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
