//! Whether a cluster can be used: its version and our rights; and when it cannot be reached, why not.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use kurrentdb::operations::Features;
use kurrentdb::{Client, EventData, ReadAllOptions, StreamPosition};
use tahavol_ledger::{Expected, LedgerError, NotConnected};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::Code;
use uuid::Uuid;

use crate::address::{Address, Credentials, Host};
use crate::endpoint::{Broken, Selector};
use crate::errors::Failure;
use crate::options::Limits;
use crate::prefix::Prefix;
use crate::session::{Outgoing, Session};
use crate::supervisor::{Connected, Supervisor};

/// The first version with the calls that are used.
const OLDEST: (usize, usize) = (21, 10);
/// A node that names another as the leader is believed so often.
const ATTEMPTS: usize = 3;
/// How long one node may take to open a connection while the reason of a failure is looked for.
const KNOCKING: Duration = Duration::from_secs(2);
/// No stream gets there: an append that expects this is answered with a conflict, or with the right that is missing.
const NEVER_REACHED: u64 = u32::MAX as u64;
/// What a client says first on HTTP/2, with settings that say nothing.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
const SETTINGS_FRAME: u8 = 4;
const TLS_ALERT: u8 = 21;

/// What a cluster says of itself, for those who look after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    pub version: String,
    /// `host:port` of the node that leads.
    pub leader: String,
}

/// Tries whether the cluster can be used for a programme: nodes, TLS, version, rights, leader. Writes nothing. What stands in
/// the way is [`LedgerError::NotConnected`], as [`KurrentLedger::open`](crate::KurrentLedger::open) would say it.
pub async fn inspect(address: &Address, programme: Uuid, limits: Limits) -> Result<Inspected, LedgerError> {
    let address = Arc::new(address.clone());
    let supervisor = Supervisor::new(Arc::clone(&address), limits);
    let connected = enter(&supervisor, &address, &Prefix::new(programme), limits).await?;
    let version = connected.server.version().to_string();
    match Selector::new(address, limits).leader().await {
        Ok(node) => Ok(Inspected { version, leader: node.name().to_owned() }),
        Err(broken) => not_connected(NotConnected::NoLeader, broken.to_string()),
    }
}

/// Connects, and tries version and rights without writing anything. The client that did it stays the supervisor's.
pub(crate) async fn enter(
    supervisor: &Supervisor,
    address: &Arc<Address>,
    prefix: &Prefix,
    limits: Limits,
) -> Result<Arc<Connected>, LedgerError> {
    let mut last = Failure::NotLeader(None);
    for _ in 0..ATTEMPTS {
        let connected = match supervisor.client().await {
            Ok(connected) => connected,
            Err(failure) => return Err(why_not(address, limits, &failure).await),
        };
        refuse_old(&connected)?;
        let may = match may_read(&connected, limits).await {
            Ok(()) => may_append(&connected, prefix, limits).await.map_err(|failure| (failure, "append to the programme's streams")),
            Err(failure) => Err((failure, "read $all")),
        };
        match may {
            Ok(()) => return Ok(connected),
            Err((Failure::Denied, right)) => {
                let what = match address.credentials() {
                    Some(Credentials { user, .. }) => format!("the user {user} may not {right}, or the password is wrong"),
                    None => format!("without user and password nobody may {right}"),
                };
                return not_connected(NotConnected::Unauthorised, what);
            }
            Err((failure, _)) => {
                supervisor.discard(&connected, &failure).await;
                last = failure;
            }
        }
    }
    match last {
        Failure::NotLeader(_) => not_connected(NotConnected::NoLeader, last.text()),
        failure => Err(why_not(address, limits, &failure).await),
    }
}

fn refuse_old(connected: &Connected) -> Result<(), LedgerError> {
    let version = connected.server.version();
    if version >= OLDEST && connected.server.contains_features(Features::BATCH_APPEND) {
        return Ok(());
    }
    let (year, month) = OLDEST;
    // A server that is older than the question does not answer it.
    let has = if version.major() == 0 { "tells no version".to_owned() } else { format!("has version {version}") };
    not_connected(NotConnected::WrongVersion, format!("the server {has}, and {year}.{month} or later is needed"))
}

/// One event of anybody's, from the end: a filter would let a large log of others be searched through.
async fn may_read(connected: &Connected, limits: Limits) -> Result<(), Failure> {
    let read = |client: Client| async move {
        let options = ReadAllOptions::default().position(StreamPosition::End).max_count(1);
        client.read_all(&options).await?.next().await.map(drop)
    };
    connected.ask("read $all", limits.call, read).await
}

async fn may_append(connected: &Connected, prefix: &Prefix, limits: Limits) -> Result<(), Failure> {
    let session = Session::begin(connected, limits.call).await?;
    let probe = Outgoing {
        stream: prefix.to_cluster("access"),
        expected: Expected::Exact(NEVER_REACHED),
        events: vec![EventData::binary("access.tried", "{}".into())],
    };
    match session.send(vec![probe], limits.call).await.pop() {
        Some(Ok(_)) | Some(Err(Failure::Conflict)) | None => Ok(()),
        Some(Err(failure)) => Err(failure),
    }
}

/// The official client says only that it found nobody: the nodes are asked one by one how far one gets with them.
async fn why_not(address: &Arc<Address>, limits: Limits, failure: &Failure) -> LedgerError {
    let knocked = address.hosts().iter().map(|host| async move {
        let said = knock(address, host, limits).await;
        let name = format!("{host}: ");
        said.err().map(|(kind, what)| (kind, format!("{name}{}", what.trim_start_matches(&name))))
    });
    let heard: Vec<_> = join_all(knocked).await.into_iter().flatten().collect();
    // What tells most comes first: a node that is down says nothing about the others' certificates.
    let order = [NotConnected::Unauthorised, NotConnected::Tls, NotConnected::NoLeader];
    let kind = order.into_iter().find(|kind| heard.iter().any(|(heard, _)| heard == kind)).unwrap_or(NotConnected::Unreachable);
    let what: Vec<_> = heard.into_iter().filter(|(heard, _)| *heard == kind).map(|(_, what)| what).collect();
    let what = if what.is_empty() { failure.text() } else { what.join("; ") };
    LedgerError::NotConnected { kind, what }
}

async fn knock(address: &Arc<Address>, host: &Host, limits: Limits) -> Result<(), (NotConnected, String)> {
    let unreachable = |what: String| (NotConnected::Unreachable, what);
    let limit = KNOCKING.min(limits.call);
    let bare = host.name.trim_start_matches('[').trim_end_matches(']');
    let mut socket = match timeout(limit, TcpStream::connect((bare, host.port))).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return Err(unreachable(error.to_string())),
        Err(_) => return Err(unreachable(format!("no connection within {limit:?}"))),
    };
    if !address.is_tls() {
        match timeout(limit, greeting(&mut socket)).await {
            Ok(Greeting::Http2) => {}
            Ok(Greeting::Tls) => return Err((NotConnected::Tls, "it speaks TLS only, and tls=false is asked for".to_owned())),
            Ok(Greeting::Other) => return Err(unreachable("what listens there is no KurrentDB".to_owned())),
            Err(_) => return Err(unreachable(format!("it accepts connections and answers nothing within {limit:?}"))),
        }
    }
    drop(socket);
    // One node by itself is connected to and not asked who leads, so what fails is the way to it.
    let one = Arc::new(address.alone(host, false));
    match timeout(limit, Selector::new(one, limits).leader()).await {
        Ok(Ok(_)) => {}
        // Every time-out of ours says within which time; what the other side says does not.
        Ok(Err(broken)) if !broken.to_string().contains("within") => {
            let kind = if address.is_tls() { NotConnected::Tls } else { NotConnected::Unreachable };
            return Err((kind, broken.to_string()));
        }
        Ok(Err(_)) | Err(_) => return Err(unreachable(format!("it accepts connections and answers nothing within {limit:?}"))),
    }
    let asked = Arc::new(address.alone(host, true));
    match timeout(limits.call, Selector::new(asked, limits).leader()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(Broken::Refused { code: Code::Unauthenticated | Code::PermissionDenied, what, .. })) => {
            Err((NotConnected::Unauthorised, format!("it does not tell this user who leads: {what}")))
        }
        Ok(Err(broken)) => {
            let what = broken.to_string();
            if what.contains("knows no leader") {
                return Err((NotConnected::NoLeader, "it knows no leader".to_owned()));
            }
            // It answers, and the one that it names does not.
            if !what.starts_with(&format!("{host}: ")) {
                return Err((NotConnected::NoLeader, format!("the leader that it names does not answer: {what}")));
            }
            Err(unreachable(what))
        }
        Err(_) => Err(unreachable(format!("no answer within {:?}", limits.call))),
    }
}

/// What listens behind a port, as far as its first words tell.
enum Greeting {
    Http2,
    Tls,
    Other,
}

async fn greeting(socket: &mut TcpStream) -> Greeting {
    let mut first = [0_u8; 5];
    let heard: io::Result<()> = async {
        socket.write_all(PREFACE).await?;
        socket.read_exact(&mut first).await.map(drop)
    }
    .await;
    match (heard, first) {
        (Ok(()), [_, _, _, SETTINGS_FRAME, _]) => Greeting::Http2,
        (_, [TLS_ALERT, 3, ..]) => Greeting::Tls,
        (Ok(()), _) => Greeting::Other,
        // A server that wants TLS may hang up without a word, and nobody else would here.
        (Err(_), _) => Greeting::Tls,
    }
}

fn not_connected<T>(kind: NotConnected, what: String) -> Result<T, LedgerError> {
    Err(LedgerError::NotConnected { kind, what })
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// What is said of a place where somebody listens who answers so.
    async fn said_of(tls: bool, answer: Option<&'static [u8]>) -> (NotConnected, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let listening = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                if let Some(answer) = answer {
                    let mut asked = [0_u8; 16];
                    let _ = socket.read(&mut asked).await;
                    let _ = socket.write_all(answer).await;
                } else {
                    held.push(socket);
                }
            }
        });
        let address: Address = format!("kurrentdb://127.0.0.1:{port}?tls={tls}").parse().expect("an address");
        let limits = Limits { call: Duration::from_millis(300), ..Limits::default() };
        let error = inspect(&address, Uuid::from_u128(1), limits).await.expect_err("that is no cluster");
        listening.abort();
        match error {
            LedgerError::NotConnected { kind, what } => (kind, what),
            other => panic!("{other}"),
        }
    }

    #[tokio::test]
    async fn a_server_that_wants_tls_is_told_from_one_that_does_not_answer() {
        let alert: &[u8] = &[21, 3, 3, 0, 2, 2, 70];
        assert_eq!(said_of(false, Some(alert)).await.0, NotConnected::Tls);
        assert_eq!(said_of(false, Some(b"")).await.0, NotConnected::Tls, "it hangs up without a word");
        assert_eq!(said_of(true, Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await.0, NotConnected::Tls);
        let (kind, what) = said_of(false, Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await;
        assert!(kind == NotConnected::Unreachable && what.contains("no KurrentDB"), "{kind:?} {what}");
        for tls in [false, true] {
            let (kind, what) = said_of(tls, None).await;
            assert!(kind == NotConnected::Unreachable && what.contains("answers nothing"), "{kind:?} {what}");
        }
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_is_told_with_its_reason() {
        let address: Address = "kurrentdb://nobody.invalid?tls=false".parse().expect("an address");
        let error = inspect(&address, Uuid::from_u128(1), Limits::default()).await.expect_err("nobody is there");
        let LedgerError::NotConnected { kind: NotConnected::Unreachable, what } = error else { panic!("{error}") };
        assert!(what.starts_with("nobody.invalid:2113: "), "{what}");
    }
}
