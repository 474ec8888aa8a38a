//! How the system is.

use axum::response::Response;
use tahavol_app::Clock;
use tahavol_web::administration::{self, Certificate, Health};

use super::super::reading::Reading;
use super::{parts, unreadable};
use crate::config::Engine;
use crate::http::look_at_certificate;

pub(super) async fn page(reading: Reading) -> Response {
    let parts = parts(&reading);
    if !parts.health {
        return unreadable(&reading, "health");
    }
    let site = reading.site();
    let app = &site.app;
    let (health, condition, equality) = (app.health(), app.condition(), app.equality());
    let certificate = match &site.settings.tls {
        None => Ok(None),
        Some(tls) => {
            let tls = tls.clone();
            let looked = tokio::task::spawn_blocking(move || look_at_certificate(&tls, Clock::System.now())).await;
            match looked {
                Ok(found) => found.map(Some).map_err(|failure| failure.text),
                Err(error) => return reading.visit.trouble(error),
            }
        }
    };
    let certificate = match &certificate {
        Ok(None) => Certificate::Elsewhere,
        Ok(Some((_, Some(warning)))) => Certificate::Soon(warning),
        Ok(Some((expires, None))) => Certificate::Good { expires: *expires },
        Err(text) => Certificate::Broken(text),
    };
    let engine = match site.settings.engine() {
        Ok(Engine::Sqlite(_)) => "SQLite",
        Ok(Engine::Cluster(_)) => "KurrentDB",
        Err(failure) => return reading.visit.trouble(failure),
    };
    let (head_copy_problem, journal) = (site.sqlite.head_copy_problem(), site.journal.health());
    let shown = Health {
        follower: &health.follower,
        condition: &condition,
        lag: app.lag(),
        started_from: health.started_from,
        proof: app.proof_state(),
        equality: equality.as_ref(),
        head_copy_problem: head_copy_problem.as_deref(),
        journal: &journal,
        certificate,
        engine,
        version: env!("CARGO_PKG_VERSION"),
    };
    reading.page(administration::home(&reading.sheet(), parts, &shown))
}
