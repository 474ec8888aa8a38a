//! HTTP: routes, and what every handler shares.

mod answer;
mod ask;
mod cache;
mod events;
mod evidence;
mod graphiql;
mod graphql;
mod health;
mod lasting;
mod layers;
mod log;
mod negotiate;
mod person;
mod problem;
mod serve;
mod session;
mod shred;
mod socket;
mod who;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tahavol_app::Tahavol;
use tahavol_domain::text::Lang;
use tahavol_graphql::{Documents, TahavolSchema};
use tahavol_ledger::SqliteLedger;

use crate::config::{LimitSettings, Settings};
use crate::evidence::Files;
use crate::identity::Identity;
use crate::metrics::Metrics;
use crate::open::Opened;
use crate::shutdown::Closing;

pub use serve::serve;
pub use shred::shred;
pub use who::Who;

/// What every request may use.
pub struct Site {
    pub app: Tahavol,
    pub schema: TahavolSchema,
    pub identity: Identity,
    pub evidence: Arc<Files>,
    /// The ledger in its own terms.
    pub sqlite: Arc<SqliteLedger>,
    pub metrics: Arc<Metrics>,
    pub limits: LimitSettings,
    /// As they hold for this process: `listen` is where it listens.
    pub settings: Settings,
    /// Where the request names no language that we speak.
    pub language: Lang,
    pub closing: Closing,
    cache: cache::Cache,
    documents: Documents,
    watchers: person::Watchers,
    exports: log::Exports,
}

impl Site {
    #[must_use]
    pub fn new(opened: &Opened, settings: &Settings, closing: Closing) -> Arc<Site> {
        Arc::new(Site {
            app: opened.app.clone(),
            schema: tahavol_graphql::schema(opened.app.clone(), settings.graphql_limits()),
            identity: Identity::new(&settings.tokens),
            evidence: Arc::clone(&opened.evidence),
            sqlite: Arc::clone(&opened.sqlite),
            metrics: Arc::clone(&opened.metrics),
            limits: settings.limits.clone(),
            settings: settings.clone(),
            language: settings.language,
            closing,
            cache: cache::Cache::new(settings.limits.cache_bytes),
            documents: Documents::default(),
            watchers: person::Watchers::default(),
            exports: log::Exports::default(),
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.limits.request_seconds)
    }
}

/// All routes. Any number of routers may stand on one site.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/graphql/ws", get(socket::upgrade))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/{file}", get(graphiql::file))
        .route("/evidence", axum::routing::post(evidence::send))
        .route("/evidence/{digest}", get(evidence::fetch))
        .nest("/log", log::routes())
        .route("/session", get(session::tell))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&site), who::recognise))
        .layer(from_fn_with_state(Arc::clone(&site), layers::around))
        .with_state(site)
}
