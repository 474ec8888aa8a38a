//! `tahavol serve`, and the serving part of `demo`.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tahavol_app::{Clock, Follower, Tahavol};
use tokio::net::TcpListener;

use super::{DataArguments, ListenArguments, say, way_in};
use crate::config::Settings;
use crate::failure::{Failure, both};
use crate::http::{Site, Tls, Wire, router};
use crate::open::Opened;
use crate::shutdown::{Closing, asked_to_stop};
use crate::witnesses::Collector;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    listen: ListenArguments,
    /// Go on although the ledger is not what was last signed, under a new origin, for this reason
    #[arg(long, value_name = "REASON")]
    accept_rollback: Option<String>,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let mut settings = arguments.data.apply(settings)?;
    arguments.listen.apply(&mut settings);
    settings.proof.accept_rollback = arguments.accept_rollback;
    settings.refuse_open_secrets()?;
    let opened = Opened::open_to_serve(&settings).await?;
    serve(&settings, opened).await
}

/// Serves until the process is asked to stop; then finishes what is in flight, writes a snapshot and closes the ledger.
pub(super) async fn serve(settings: &Settings, opened: Opened) -> Result<(), Failure> {
    let served = listen(settings, &opened).await;
    let closed = opened.close().await;
    served.and(closed)
}

async fn listen(settings: &Settings, opened: &Opened) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::io(&format!("listen on {}", settings.listen), &error);
    let tls = settings.tls.as_ref().map(|tls| Tls::open(tls, Arc::clone(&opened.metrics))).transpose()?;
    let listener = TcpListener::bind(settings.listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    if let Err(error) = opened.evidence.clear_incoming().await {
        tracing::warn!(%error, "what interrupted senders left cannot be cleared");
    }
    let collector = Collector::try_new(opened.app.clone(), Arc::clone(&opened.ledger), &settings.proof)?;
    let (tell, closing) = Closing::channel();
    let settings = &Settings { listen: address, ..settings.clone() };
    let site = Site::try_new(opened, settings, closing.clone())?;
    let mut beside = vec![
        tokio::spawn(crate::http::shred(Arc::clone(&site))),
        tokio::spawn(lay_waypoints(opened.app.clone())),
        tokio::spawn(crate::equality::watch(opened.app.clone(), settings.health.clone())),
        tokio::spawn(collector.run()),
        tokio::spawn(crate::unfounded::warn(opened.app.clone())),
    ];
    beside.extend(tls.iter().flat_map(|tls| [tokio::spawn(Arc::clone(tls).watch()), tokio::spawn(Arc::clone(tls).warn_daily())]));
    // Listening for signals begins before the address is told: whoever reads it may send one at once.
    let stopping = tokio::spawn(async move {
        let asked = asked_to_stop().await;
        tell.send_replace(true);
        asked
    });
    tokio::task::yield_now().await;
    told(settings, opened, &site, tls.as_deref()).await?;
    let limits = &settings.limits;
    let wire = Wire { settings: settings.wire.clone(), tls, connections: limits.connections };
    crate::http::serve(listener, router(site), closing, wire, Duration::from_secs(limits.shutdown_seconds)).await;
    beside.iter().for_each(tokio::task::JoinHandle::abort);
    tracing::info!("shutting down");
    stopping.await.unwrap_or(Ok(()))
}

/// So that those who look far back soon after the start wait no longer than others.
async fn lay_waypoints(app: Tahavol) {
    if let Err(error) = app.lay_waypoints().await {
        tracing::warn!(%error, "the way back is not laid to its end; looking far back takes longer");
    }
}

/// Where everything is. The last line is the address, for programs that start this one.
async fn told(settings: &Settings, opened: &Opened, site: &Site, tls: Option<&Tls>) -> Result<(), Failure> {
    let health = opened.app.health();
    let events = health.position.map_or(0, |position| position + 1);
    say::line(&format!("data      {}", settings.data.display()))?;
    say::line(&format!("ledger    {} ({events} events)", opened.ledger_text))?;
    let evidence = match &settings.evidence.s3 {
        Some(s3) => format!("s3:{}", s3.bucket),
        None => settings.evidence_dir().display().to_string(),
    };
    say::line(&format!("evidence  {evidence}"))?;
    say::line(&format!("log       {}", log_text(settings, opened)))?;
    way_in::told(settings, site).await?;
    if let Follower::Stopped { position, what } = &health.follower {
        say::line(&format!("WARNING   the picture stands still at position {position}: {what}"))?;
    }
    if let Some(warning) = &opened.warning {
        say::line(&format!("WARNING   {warning}"))?;
    }
    if let Some(warning) = tls.and_then(|tls| tls.warning(Clock::System.now())) {
        say::line(&format!("WARNING   {warning}"))?;
    }
    say::line("serving   /graphql /graphql/ws /graphiql /sign-in /account /evidence /log /healthz /readyz /metrics")?;
    say::line(&format!("{}://{}", settings.scheme(), settings.listen))
}

/// As what the ledger is signed, or that it is not.
fn log_text(settings: &Settings, opened: &Opened) -> String {
    if let Some(from) = opened.app.signs_from() {
        return both("SERVE_SIGNS_FROM", &[("from", from.to_string())]);
    }
    match opened.app.signed_head() {
        Some(head) => {
            let keys: Vec<String> = opened.sqlite.log_keys().iter().map(ToString::to_string).collect();
            format!("{} ({} events signed) {}", head.checkpoint.origin, head.checkpoint.size, keys.join(" "))
        }
        None => format!("NOT SIGNED: there is no key at {}; `tahavol log keygen` makes one", settings.key_file().display()),
    }
}
