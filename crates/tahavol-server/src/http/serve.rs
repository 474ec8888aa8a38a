//! Taking connections, and letting go of them: no new ones, what is in flight is finished, streams are closed in order.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::shutdown::Closing;

/// A client that takes longer to say what it wants is not served.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// After an accept that failed, for want of file descriptors for instance.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until closing is told, and then for at most `patience`, in which requests in flight are finished.
///
/// At most `connections` are open at once; others wait to be accepted.
pub async fn serve(listener: TcpListener, router: Router, closing: Closing, connections: usize, patience: Duration) {
    let places = Arc::new(Semaphore::new(connections));
    let mut open = JoinSet::new();
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
            Ok((stream, _)) => {
                let connection = connection(stream, router.clone(), closing.clone());
                open.spawn(async move {
                    connection.await;
                    drop(place);
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

async fn connection(stream: TcpStream, router: Router, closing: Closing) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps Nagle's delay");
    }
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service)
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
