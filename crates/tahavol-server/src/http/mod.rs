//! HTTP: routes, and what every handler shares.

mod answer;
mod ask;
mod cache;
mod cors;
mod events;
mod evidence;
mod graphiql;
mod graphql;
mod health;
mod lasting;
mod layers;
mod log;
mod negotiate;
mod origin;
mod pages;
mod peer;
mod person;
mod problem;
mod rate;
mod serve;
mod session;
mod shred;
mod sign_in;
mod slow;
mod socket;
mod tls;
mod who;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tahavol_app::{Clock, Tahavol};
use tahavol_domain::text::Lang;
use tahavol_graphql::{Documents, Identity, TahavolSchema, schema_with_identity};
use tahavol_identity::provider::Provider;
use tahavol_identity::{IdentityStore, Journal};
use tahavol_ledger::SqliteLedger;

use crate::config::{LimitSettings, Settings};
use crate::evidence::Files;
use crate::failure::Failure;
use crate::metrics::Metrics;
use crate::open::Opened;
use crate::shutdown::Closing;

pub use origin::{Names, Page};
pub use peer::From;
pub use serve::{Wire, serve};
pub use shred::shred;
pub use tls::{Tls, look as look_at_certificate};
pub use who::Who;

/// What every request may use.
pub struct Site {
    pub app: Tahavol,
    pub schema: TahavolSchema,
    /// Who somebody is.
    pub identity: IdentityStore,
    /// What was refused and what was sensitive.
    pub journal: Journal,
    /// The organisation's own.
    pub provider: Option<Provider>,
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
    /// Under which names this server is asked, and by whose pages.
    pub names: Names,
    /// Browsers come here by TLS, ours or a proxy's.
    by_tls: bool,
    pace: rate::Pace,
    cache: cache::Cache,
    documents: Documents,
    watchers: person::Watchers,
    exports: log::Exports,
}

impl Site {
    /// # Errors
    /// When the identity provider is configured in a way that cannot be meant so.
    pub fn try_new(opened: &Opened, settings: &Settings, closing: Closing) -> Result<Arc<Site>, Failure> {
        let identity = Identity { store: opened.identity.clone(), journal: opened.journal.clone(), address: settings.address() };
        Ok(Arc::new(Site {
            app: opened.app.clone(),
            schema: schema_with_identity(opened.app.clone(), settings.graphql_limits(), Clock::System, identity),
            identity: opened.identity.clone(),
            journal: opened.journal.clone(),
            provider: settings.provider()?,
            evidence: Arc::clone(&opened.evidence),
            sqlite: Arc::clone(&opened.sqlite),
            metrics: Arc::clone(&opened.metrics),
            limits: settings.limits.clone(),
            settings: settings.clone(),
            language: settings.language,
            closing,
            names: Names::new(settings),
            by_tls: settings.is_secure() || settings.tls.is_some(),
            pace: rate::Pace::new(&settings.wire),
            cache: cache::Cache::new(settings.limits.cache_bytes),
            documents: Documents::default(),
            watchers: person::Watchers::default(),
            exports: log::Exports::default(),
        }))
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.limits.request_seconds)
    }
}

/// All routes. Any number of routers may stand on one site.
pub fn router(site: Arc<Site>) -> Router {
    let sessions = session::layer(site.identity.sessions(), &site.settings);
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/graphql/ws", get(socket::upgrade))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/{file}", get(graphiql::file))
        .route("/evidence", axum::routing::post(evidence::send))
        .route("/evidence/{digest}", get(evidence::fetch))
        .nest("/log", log::routes())
        .route("/session", get(session::tell))
        .merge(sign_in::routes())
        .merge(pages::routes(&site))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(pages::nowhere)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&site), sign_in::guard))
        .layer(from_fn_with_state(Arc::clone(&site), rate::limit))
        .layer(from_fn_with_state(Arc::clone(&site), who::recognise))
        .layer(from_fn(layers::noted))
        .layer(from_fn_with_state(sessions, who::with_session))
        .layer(from_fn_with_state(Arc::clone(&site), cors::cors))
        .layer(from_fn_with_state(Arc::clone(&site), layers::at_the_door))
        .layer(from_fn_with_state(Arc::clone(&site), layers::around))
        .with_state(site)
}
