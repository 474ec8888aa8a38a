//! Taking connections, and letting go of them: no new ones, what is in flight is finished, streams are closed in order.
//!
//! A connection holds its place only as long as it gets on: handshake, headers, bodies and answers each have their time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_io_timeout::TimeoutStream;

use super::peer::{Guests, Peer};
use super::slow::paced;
use super::tls::Tls;
use crate::config::WireSettings;
use crate::shutdown::Closing;

/// After an accept that failed, for want of file descriptors for instance.
const BREATH: Duration = Duration::from_millis(100);
/// Whoever opens too many connections does not fill the log as well.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// How connections are taken.
pub struct Wire {
    pub settings: WireSettings,
    /// Plain HTTP without it.
    pub tls: Option<Arc<Tls>>,
    /// At most so many are open at once; others wait to be accepted.
    pub connections: usize,
}

/// Serves until closing is told, and then for at most `patience`, in which requests in flight are finished.
pub async fn serve(listener: TcpListener, router: Router, closing: Closing, wire: Wire, patience: Duration) {
    let (places, guests) = (Arc::new(Semaphore::new(wire.connections)), Guests::default());
    let wire = Arc::new(wire);
    let mut open = JoinSet::new();
    let mut told = None;
    loop {
        while open.try_join_next().is_some() {}
        let accepting = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = closing.told() => break,
            accepted = accepting => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let most = wire.settings.connections_per_address;
                let guest = if most == 0 || wire.settings.trusts(peer.ip()) {
                    None
                } else {
                    let Some(guest) = guests.admit(peer.ip(), most) else {
                        if told.is_none_or(|told: Instant| told.elapsed() > TOLD_EVERY) {
                            told = Some(Instant::now());
                            tracing::warn!(address = %peer.ip(), most, "an address has too many connections open; a proxy is named in wire.trusted_proxies");
                        }
                        continue;
                    };
                    Some(guest)
                };
                let connection = connection(stream, peer, router.clone(), closing.clone(), Arc::clone(&wire));
                open.spawn(async move {
                    connection.await;
                    drop((place, guest));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    let finished = async { while open.join_next().await.is_some() {} };
    if timeout(patience, finished).await.is_err() {
        tracing::warn!(connections = open.len(), "connections were cut");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, closing: Closing, wire: Arc<Wire>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps Nagle's delay");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(wire.settings.write_within()));
    let stream = Box::pin(stream);
    let Some(tls) = &wire.tls else { return talk(stream, peer, router, closing, &wire.settings).await };
    let shaken = tokio::select! {
        shaken = timeout(wire.settings.handshake_within(), tls.acceptor().accept(stream)) => shaken,
        () = closing.told() => return,
    };
    match shaken {
        Ok(Ok(stream)) => talk(stream, peer, router, closing, &wire.settings).await,
        Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
        Err(_) => tracing::debug!("a handshake took too long"),
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    closing: Closing,
    wire: &WireSettings,
) {
    let router = TowerToHyperService::new(router);
    let asked = service_fn(|request: Request<Incoming>| {
        let mut request = request.map(|body| paced(body, wire));
        request.extensions_mut().insert(Peer(peer));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(wire.header_within())
        .max_header_size(wire.header_bytes)
        .serve_connection(TokioIo::new(stream), asked)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.told() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended badly");
    }
}
