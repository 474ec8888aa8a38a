//! `tahavol witness`: the second role of the program, which remembers the heads of logs and cosigns what continues them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::{Args, Subcommand};
use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::hash_text;
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tokio::net::TcpListener;

use super::{LangArgument, say};
use crate::config::{Settings, WireSettings};
use crate::failure::{Code, Failure};
use crate::proof::{new_key, read_keys_of, replace_keys, write_new_keys};
use crate::shutdown::{Closing, asked_to_stop};
use crate::witness::{KEY_FILE, Memory, TRUST_FILE, Trust, Witness, read_all, router};

/// Logs send a request every few seconds.
const CONNECTIONS: usize = 256;
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make the key of a witness in a directory of its own; prints the public half, which logs are configured with
    Keygen {
        /// What the witness is called, such as witness.example.org/auditor
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Add a second key; both cosign until one is taken out of the file
        #[arg(long)]
        rotate: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Trust a log from now on, also while the witness runs
    Trust {
        /// Public half of the log's key
        #[arg(value_name = "VKEY")]
        key: String,
        #[command(flatten)]
        place: Place,
    },
    /// Print the newest head that was cosigned of each log
    Status {
        #[command(flatten)]
        place: Place,
    },
    /// Cosign what logs send to /add-checkpoint
    Serve {
        /// Address to listen on; port 0 picks a free one
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8081")]
        listen: SocketAddr,
        #[command(flatten)]
        place: Place,
    },
}

/// Where the witness keeps its key, whom it trusts, and what it has seen.
#[derive(Args)]
struct Place {
    /// Directory of the witness
    #[arg(long, value_name = "DIR", default_value = "witness")]
    dir: PathBuf,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
}

impl Place {
    fn lang(&self, settings: &Settings) -> Lang {
        self.lang.map_or(settings.language, Into::into)
    }
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::Keygen { name, rotate, place } => keygen(&place.dir, &name, rotate, place.lang(&settings)),
        What::Trust { key, place } => trust(&place.dir, &key, place.lang(&settings)),
        What::Status { place } => status(&place.dir, place.lang(&settings)),
        What::Serve { listen, place } => serve(&place.dir, listen, place.lang(&settings)).await,
    }
}

fn keygen(directory: &Path, name: &str, rotate: bool, lang: Lang) -> Result<(), Failure> {
    std::fs::create_dir_all(directory).map_err(|error| Failure::io(&format!("make {}", directory.display()), &error))?;
    let path = directory.join(KEY_FILE);
    let there = read_keys_of(&path, KeyKind::Cosigner)?;
    let key = new_key(name, KeyKind::Cosigner)?;
    let vkey = key.verifying_key();
    if rotate && !there.is_empty() {
        replace_keys(&path, &[there, vec![key]].concat())?;
    } else {
        write_new_keys(&path, &[key])?;
    }
    say::aside(&message("witness-key-made", &[("path", path.display().to_string()), ("name", name.to_owned())], lang));
    say::line(&vkey.to_string())
}

fn trust(directory: &Path, key: &str, lang: Lang) -> Result<(), Failure> {
    let added = Trust::read(directory)?.add(directory, key)?;
    let told = if added { "witness-trusts" } else { "witness-trusted-before" };
    say::aside(&message(told, &[("path", directory.join(TRUST_FILE).display().to_string())], lang));
    Ok(())
}

fn status(directory: &Path, lang: Lang) -> Result<(), Failure> {
    let keys = keys(directory, lang)?;
    let own: Vec<_> = keys.iter().map(SigningKey::verifying_key).collect();
    let mut heads = read_all(directory, &own)?;
    heads.sort_by(|(_, one), (_, other)| one.origin.cmp(&other.origin));
    if heads.is_empty() {
        say::aside(&message("witness-nothing-yet", &[], lang));
    }
    heads.iter().try_for_each(|(_, head)| say::line(&format!("{} {} {}", head.origin, head.size, hash_text(&head.root))))
}

/// Until the process is asked to stop. The last line told is the address, for programs that start this one.
async fn serve(directory: &Path, listen: SocketAddr, lang: Lang) -> Result<(), Failure> {
    let keys = keys(directory, lang)?;
    let own: Vec<_> = keys.iter().map(SigningKey::verifying_key).collect();
    let memory = Memory::open(directory, &own)?;
    let trusted = Trust::read(directory)?.keys()?;
    let cannot = |error: std::io::Error| Failure::io(&format!("listen on {listen}"), &error);
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let (tell, closing) = Closing::channel();
    let stopping = tokio::spawn(async move {
        let asked = asked_to_stop().await;
        tell.send_replace(true);
        asked
    });
    tokio::task::yield_now().await;
    own.iter().try_for_each(|key| say::line(&format!("witness   {key}")))?;
    trusted.iter().try_for_each(|key| say::line(&format!("trusts    {key}")))?;
    memory.all().iter().try_for_each(|head| say::line(&format!("has seen  {} of {}", head.size, head.origin)))?;
    say::line(&format!("http://{address}"))?;
    let witness = Arc::new(Witness { directory: directory.to_owned(), keys, memory, trusted: Mutex::new(trusted) });
    let wire = crate::http::Wire { settings: WireSettings::default(), tls: None, connections: CONNECTIONS };
    crate::http::serve(listener, router(witness), closing, wire, PATIENCE).await;
    stopping.await.unwrap_or(Ok(()))
}

fn keys(directory: &Path, lang: Lang) -> Result<Vec<SigningKey>, Failure> {
    let path = directory.join(KEY_FILE);
    let keys = read_keys_of(&path, KeyKind::Cosigner)?;
    if keys.is_empty() {
        return Err(Failure::new(Code::Refused, message("witness-no-key", &[("path", path.display().to_string())], lang)));
    }
    Ok(keys)
}
