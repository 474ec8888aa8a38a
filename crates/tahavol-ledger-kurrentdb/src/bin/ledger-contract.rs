//! Runs the contract of the ledger port where there is a server but no toolchain, and says how fast the ledger is.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it finds is told on the terminal")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};
use tahavol_ledger::contract::{Open, Outcome, Ran, new_event, new_stream, run_all};
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tahavol_ledger::{Expected, Ledger, LedgerError, OpenOptions, Signing, SqliteLedger};
use tahavol_ledger_kurrentdb::{Address, KurrentLedger, KurrentOptions, Limits, faults};
use uuid::Uuid;

const USAGE: &str = "\
usage: ledger-contract --ledger sqlite:DIRECTORY | kurrentdb://…  [--programme UUID] [--control SCRIPT] [--data DIRECTORY] [--quick]

  --ledger     where the log is kept. On a cluster, streams of a programme of its own are used and nothing is deleted
  --programme  the programme, where the user may write to a certain one only; without it, one that nobody has used
  --control    a program that is given `kill N`, `stop N`, `cont N`, `start N` or `leader`: adds the cases in which nodes of the
               cluster die and freeze
  --data       where replicas lie; without it, a directory that is removed at the end
  --quick      the rates only

Ends with 1 when something does not hold, and with 2 when it cannot be tried.";

const ORIGIN: &str = "contract.invalid/log";
const CASE_WITHIN: Duration = Duration::from_secs(300);
const MEASURED: Duration = Duration::from_secs(3);
/// How long all nodes of the cluster are away in the case that is about that.
const OUTAGE: Duration = Duration::from_secs(60);
const PAGE: usize = 1_000;

fn main() -> ExitCode {
    let asked = match Asked::of(std::env::args().skip(1)) {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(what) => {
            eprintln!("{what}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match asked.run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(what) => {
            eprintln!("{what}");
            ExitCode::from(2)
        }
    }
}

/// What the command line asks for.
struct Asked {
    place: Place,
    control: Option<PathBuf>,
    data: Option<PathBuf>,
    quick: bool,
}

#[derive(Clone)]
enum Place {
    Sqlite(PathBuf),
    Cluster(Box<Address>, Uuid),
}

impl Asked {
    /// `None`: it only asks what can be asked.
    fn of(mut arguments: impl Iterator<Item = String>) -> Result<Option<Asked>, String> {
        let (mut ledger, mut programme, mut control, mut data, mut quick) = (None, None, None, None, false);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--ledger" => ledger = Some(value()?),
                "--programme" => programme = Some(value()?.parse::<Uuid>().map_err(|error| format!("--programme: {error}"))?),
                "--control" => control = Some(PathBuf::from(value()?)),
                "--data" => data = Some(PathBuf::from(value()?)),
                "--quick" => quick = true,
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        let ledger = ledger.ok_or("--ledger is missing")?;
        let place = match ledger.strip_prefix("sqlite:") {
            Some(directory) => Place::Sqlite(PathBuf::from(directory)),
            None => {
                let address = ledger.parse().map_err(|error| format!("--ledger: {error}"))?;
                Place::Cluster(Box::new(address), programme.unwrap_or_else(Uuid::new_v4))
            }
        };
        if control.is_some() && matches!(place, Place::Sqlite(_)) {
            return Err("--control is about the nodes of a cluster".to_owned());
        }
        Ok(Some(Asked { place, control, data, quick }))
    }

    /// Answers how many cases do not hold.
    fn run(self) -> Result<usize, String> {
        let removed = self.data.is_none();
        let data = self.data.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("ledger-contract-{}", Uuid::new_v4())));
        std::fs::create_dir_all(&data).map_err(|error| format!("{} cannot be made: {error}", data.display()))?;
        let outcome = self.run_in(&data);
        if removed && let Err(error) = std::fs::remove_dir_all(&data) {
            eprintln!("{} is left over: {error}", data.display());
        }
        outcome
    }

    fn run_in(&self, data: &Path) -> Result<usize, String> {
        match &self.place {
            Place::Sqlite(directory) => println!("ledger: sqlite:{}", directory.display()),
            Place::Cluster(address, programme) => println!("ledger: {address}\nprogramme: {programme}"),
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
        // What keeps everything from being tried is said once, and not by each case.
        runtime.block_on(async { log_of(&self.place, data)().await?.close().await }).map_err(|error| error.to_string())?;
        let (mut held, mut failed) = (0, 0);
        if !self.quick {
            let mut report = |ran: &Ran| {
                println!("{ran}");
                held += usize::from(ran.outcome == Outcome::Holds);
            };
            failed += run_all(&|| log_of(&self.place, data), CASE_WITHIN, &mut report);
            println!("contract: {held} hold, {failed} do not");
        }
        runtime.block_on(rates(log_of(&self.place, data))).map_err(|error| format!("the rates cannot be measured: {error}"))?;
        let Place::Cluster(address, programme) = &self.place else { return Ok(failed) };
        runtime.block_on(copying_rate(address, *programme, data)).map_err(|error| format!("copying cannot be measured: {error}"))?;
        if let Some(script) = &self.control {
            let control = Arc::new(faults::Script::new(script.clone(), address.hosts().len()));
            let scene = faults::Scene::new((**address).clone(), data.join("faults"), OUTAGE, control);
            let broken = runtime.block_on(faults::run_all(&scene, &mut |ran| println!("{ran}")));
            println!("nodes that die and freeze: {} hold, {broken} do not", faults::cases().len() - broken);
            failed += broken;
        } else {
            println!("SKIPPED: {} cases of nodes that die and freeze: --control is not given", faults::cases().len());
        }
        Ok(failed)
    }
}

/// One log for all cases: each finds there what those before it have left.
fn log_of(place: &Place, data: &Path) -> Open {
    let (place, data) = (place.clone(), data.to_owned());
    Box::new(move || -> BoxFuture<'static, Result<Arc<dyn Ledger>, LedgerError>> {
        let (place, data) = (place.clone(), data.clone());
        Box::pin(async move {
            match place {
                Place::Sqlite(directory) => Ok(Arc::new(SqliteLedger::open(&directory, signed(&data)?).await?) as Arc<dyn Ledger>),
                Place::Cluster(address, programme) => {
                    let replica = data.join("replica.sqlite");
                    let options = KurrentOptions { programme, replica, open: signed(&data)?, limits: Limits::default() };
                    Ok(Arc::new(KurrentLedger::open(&address, options).await?) as Arc<dyn Ledger>)
                }
            }
        })
    })
}

/// With a key that anybody knows: what is signed here proves nothing to anybody.
fn signed(data: &Path) -> Result<OpenOptions, LedgerError> {
    let key = SigningKey::generate(ORIGIN, KeyKind::Log, [7; 32]).map_err(|error| LedgerError::Refused { what: error.to_string() })?;
    let signing = Signing { origin: ORIGIN.to_owned(), keys: vec![key], head_copy: Some(data.join("head")), accept_rollback: None };
    Ok(OpenOptions { signing: Some(signing), ..OpenOptions::default() })
}

async fn rates(open: Open) -> Result<(), LedgerError> {
    let ledger = open().await?;
    for callers in [1, 16, 64] {
        let recorded = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let calling = (0..callers).map(|_| tokio::spawn(append_for_a_while(Arc::clone(&ledger), Arc::clone(&recorded))));
        for ended in join_all(calling).await {
            ended.unwrap_or_else(|error| Err(LedgerError::Refused { what: error.to_string() }))?;
        }
        let rate = recorded.load(Ordering::SeqCst) as f64 / began.elapsed().as_secs_f64();
        println!("appends of one event, {callers:2} callers: {rate:8.0} a second");
    }
    let began = Instant::now();
    let (mut after, mut read) = (None, 0_usize);
    while began.elapsed() < MEASURED {
        let page = ledger.read_all(after, PAGE).await?;
        read += page.len();
        // From the beginning again when it is short.
        after = page.last().map(|event| event.position);
    }
    println!("events read in pages of {PAGE}:       {:8.0} a second", read as f64 / began.elapsed().as_secs_f64());
    ledger.close().await
}

async fn append_for_a_while(ledger: Arc<dyn Ledger>, recorded: Arc<AtomicUsize>) -> Result<(), LedgerError> {
    let stream = new_stream("rate");
    let mut expected = Expected::NoStream;
    let began = Instant::now();
    while began.elapsed() < MEASURED {
        expected = Expected::Exact(ledger.append(&stream, expected, vec![new_event("rate")]).await?.revision);
        recorded.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}

/// How fast a node that starts with nothing gets everything.
async fn copying_rate(address: &Address, programme: Uuid, data: &Path) -> Result<(), LedgerError> {
    let replica = data.join(format!("new-{}.sqlite", Uuid::new_v4()));
    let options = KurrentOptions { programme, replica, open: OpenOptions::default(), limits: Limits::default() };
    let began = Instant::now();
    let ledger = KurrentLedger::open(address, options).await?;
    ledger.catch_up(CASE_WITHIN).await?;
    let events = ledger.head().await?.map_or(0, |last| last + 1);
    println!("events copied into a new replica:   {:8.0} a second ({events})", events as f64 / began.elapsed().as_secs_f64());
    ledger.close().await
}
