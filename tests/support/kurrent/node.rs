//! A node as a process with a port: it can be killed, frozen like a stopped process, and started again on its port.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::transport::server::Connected;

use super::roles::Power;

/// The connections of a node, so that a handler can cut the one that it answers on.
#[derive(Clone, Default)]
pub(super) struct Connections(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    next: u64,
    listening: bool,
    cuts: HashMap<u64, oneshot::Sender<()>>,
}

/// Which connection a request came by.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConnectionId(u64);

impl Connections {
    pub(super) fn cut(&self, id: ConnectionId) {
        self.open().cuts.remove(&id.0);
    }

    pub(super) fn count(&self) -> usize {
        self.open().cuts.len()
    }

    /// Whether there is a port to connect to.
    pub(super) fn listening(&self) -> bool {
        self.open().listening
    }

    fn enter(&self) -> (ConnectionId, oneshot::Receiver<()>) {
        let (cut, is_cut) = oneshot::channel();
        let mut open = self.open();
        open.next += 1;
        let id = open.next;
        open.cuts.insert(id, cut);
        (ConnectionId(id), is_cut)
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().expect("nothing panics while it has the connections")
    }
}

/// The server's end of a connection: what has passed the gate.
pub(super) struct Inside {
    id: ConnectionId,
    pipe: DuplexStream,
}

/// Accepts as long as the node is not dead; gives connections whose bytes flow only while it is running.
pub(super) fn listen(
    listener: TcpListener,
    power: watch::Receiver<Power>,
    connections: Connections,
) -> UnboundedReceiverStream<std::io::Result<Inside>> {
    let (sender, incoming) = mpsc::unbounded_channel();
    connections.open().listening = true;
    tokio::spawn(async move {
        let mut life = power.clone();
        loop {
            let accepted = tokio::select! {
                _ = dead(&mut life) => break,
                accepted = listener.accept() => accepted,
            };
            let Ok((outside, _)) = accepted else { continue };
            // Small answers are not held back.
            drop(outside.set_nodelay(true));
            let (id, is_cut) = connections.enter();
            let (pipe, far) = tokio::io::duplex(256 * 1024);
            tokio::spawn(carry(outside, far, power.clone(), is_cut, id, connections.clone()));
            if sender.send(Ok(Inside { id, pipe })).is_err() {
                break;
            }
        }
        drop(listener);
        connections.open().listening = false;
    });
    UnboundedReceiverStream::new(incoming)
}

/// A port that stays the node's while nobody listens on it: connections are refused, and nobody else is given it.
pub(super) struct Port {
    pub(super) address: SocketAddr,
    _held: TcpSocket,
}

impl Port {
    pub(super) fn take() -> std::io::Result<Self> {
        let held = bound(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        Ok(Port { address: held.local_addr()?, _held: held })
    }

    pub(super) fn listen(&self) -> std::io::Result<TcpListener> {
        bound(self.address)?.listen(1024)
    }
}

fn bound(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn carry(
    outside: TcpStream,
    inside: DuplexStream,
    power: watch::Receiver<Power>,
    is_cut: oneshot::Receiver<()>,
    id: ConnectionId,
    connections: Connections,
) {
    let (from_outside, to_outside) = outside.into_split();
    let (from_inside, to_inside) = tokio::io::split(inside);
    let mut life = power.clone();
    tokio::select! {
        _ = dead(&mut life) => {}
        _ = is_cut => {}
        () = pump_in(from_outside, to_inside, power.clone()) => {}
        () = pump_out(from_inside, to_outside, power) => {}
    }
    connections.cut(id);
}

async fn pump_in(mut from: OwnedReadHalf, mut to: impl AsyncWrite + Unpin, mut power: watch::Receiver<Power>) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        // A stopped process reads nothing: the bytes stay with the system.
        if running(&mut power).await.is_err() || from.readable().await.is_err() || running(&mut power).await.is_err() {
            return;
        }
        match from.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if running(&mut power).await.is_err() || to.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn pump_out(mut from: impl AsyncRead + Unpin, mut to: OwnedWriteHalf, mut power: watch::Receiver<Power>) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        match from.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if running(&mut power).await.is_err() || to.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn running(power: &mut watch::Receiver<Power>) -> Result<(), watch::error::RecvError> {
    power.wait_for(|power| *power == Power::Running).await.map(drop)
}

async fn dead(power: &mut watch::Receiver<Power>) {
    // When the bench is gone its nodes are dead.
    drop(power.wait_for(|power| *power == Power::Dead).await);
}

impl Connected for Inside {
    type ConnectInfo = ConnectionId;

    fn connect_info(&self) -> ConnectionId {
        self.id
    }
}

impl AsyncRead for Inside {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.pipe).poll_read(context, into)
    }
}

impl AsyncWrite for Inside {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.pipe).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.pipe).poll_shutdown(context)
    }
}
