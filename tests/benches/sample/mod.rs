//! Ledgers to measure with: the programme founded from the real files, more milestones, and progress reports in bulk.

// Every benchmark is a program of its own and uses a part of this.
#![allow(dead_code, reason = "see above")]

mod lines;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant as Moment;

use tahavol_app::demo::{self, Demo};
use tahavol_app::{Options, Order, Tahavol};
use tahavol_domain::calendar::Date;
use tahavol_domain::commission::event::{MemberAppointment, Role};
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::values::{Office, Person};
use tahavol_domain::{Command, Stream, commission};
use tahavol_ledger::merkle::note::{KeyKind, SigningKey, VerifyingKey};
use tahavol_ledger::{Appended, Expected, LEDGER_FILE, Ledger, LedgerError, NewEvent, OpenOptions, Signing, SqliteLedger};
use tokio::runtime::Runtime;
use uuid::Uuid;

use lines::Lines;
pub(crate) use lines::Milestone;

pub(crate) const MILLION: u64 = 1_000_000;

/// Milestones beside those of the programme file; the reports go round all of them.
const MILESTONES: usize = 300;

/// Raised when what is generated changes: a file made by an earlier version is then made anew.
const VERSION: u32 = 1;

/// Appends that wait at the same time.
const QUEUED: usize = 3_000;

/// The day to which the founding is reckoned, so that every run has the same ledger.
pub(crate) fn today() -> Date {
    Date::parse("2026-06-01").expect("a day")
}

/// Every how many events a ledger that was lived with has a stock-take.
const REVIEW_EVERY: u64 = 100_000;

/// A ledger of exactly a million events. It is made once and kept, so that rounds, runs and benchmarks measure the same bytes.
pub(crate) fn million(runtime: &Runtime) -> PathBuf {
    once("million", |beside| {
        println!("making a ledger of a million events (once)");
        runtime.block_on(async {
            let (ledger, mut milestones) = founded(beside, MILESTONES).await;
            report(&ledger, &mut milestones, MILLION, MILLION).await;
            ledger.close().await.expect("the ledger closes");
        });
    })
}

/// A million events that begin with the whole history of the demonstration, so that every page has something to show, and in which
/// the council takes stock again and again.
pub(crate) fn million_lived(runtime: &Runtime) -> PathBuf {
    once("million-lived", |beside| {
        println!("making a ledger of a million events with a history (once)");
        runtime.block_on(async {
            let (ledger, mut milestones) = played(beside, true, MILESTONES).await;
            for until in (REVIEW_EVERY..=MILLION).step_by(REVIEW_EVERY as usize) {
                report(&ledger, &mut milestones, until - 1, MILLION).await;
                review(&ledger, &milestones).await;
            }
            ledger.close().await.expect("the ledger closes");
        });
    })
}

/// The same events in a ledger of its own, signed; with the key that its head is signed by. Made once and kept.
pub(crate) fn million_signed(runtime: &Runtime) -> (PathBuf, VerifyingKey) {
    let key = signing_key();
    let kept = once("million-signed", |beside| {
        let unsigned = million(runtime);
        fs::create_dir_all(beside).expect("the directory is made");
        fs::copy(unsigned.join(LEDGER_FILE), beside.join(LEDGER_FILE)).expect("the ledger is copied");
        runtime.block_on(async {
            let ledger = SqliteLedger::open(beside, signed_by(&key)).await.expect("the ledger is signed when it is opened");
            ledger.close().await.expect("the ledger closes");
        });
    });
    (kept, key.verifying_key())
}

/// A key that signs nothing but measurements.
pub(crate) fn signing_key() -> SigningKey {
    SigningKey::generate("bench.tahavol.invalid/log", KeyKind::Log, [42; 32]).expect("a good name")
}

/// How to open a ledger that this key signs.
pub(crate) fn signed_by(key: &SigningKey) -> OpenOptions {
    let signing = Signing { origin: key.name().to_owned(), keys: vec![key.clone()], head_copy: None, accept_rollback: None };
    OpenOptions { signing: Some(signing), ..OpenOptions::default() }
}

/// The data directory of a demonstration with its whole history; made once and kept.
pub(crate) fn demonstration(runtime: &Runtime) -> PathBuf {
    once("demo", |beside| {
        runtime.block_on(async {
            let (ledger, _) = played(beside, true, 0).await;
            ledger.close().await.expect("the ledger closes");
        });
    })
}

/// What is made in a directory beside, and gets its name when it is whole.
fn once(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let kept = place().join(format!("{name}-v{VERSION}-{}", env!("CARGO_PKG_VERSION")));
    if !kept.exists() {
        let began = Moment::now();
        let beside = kept.with_extension("new");
        drop(fs::remove_dir_all(&beside));
        make(&beside);
        fs::rename(&beside, &kept).expect("the directory gets its name");
        println!("made in {:.1} s", began.elapsed().as_secs_f64());
    }
    kept
}

/// Where generated ledgers lie: in the build directory.
pub(crate) fn place() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the build directory").join("bench-data");
    fs::create_dir_all(&place).expect("the directory is made");
    place
}

/// The programme and its stations through the ordinary import, then `extra` admitted milestones that are measured by reports.
pub(crate) async fn founded(directory: &Path, extra: usize) -> (Arc<SqliteLedger>, Vec<Milestone>) {
    played(directory, false, extra).await
}

async fn played(directory: &Path, history: bool, extra: usize) -> (Arc<SqliteLedger>, Vec<Milestone>) {
    let ledger = Arc::new(SqliteLedger::open(directory, OpenOptions::default()).await.expect("the ledger opens"));
    let options = Options { named_administrator: Some(demo::administrator().id), ..Options::default() };
    let app = Tahavol::open(Arc::clone(&ledger) as Arc<dyn Ledger>, options).await.expect("the application opens");
    let demo = Demo { seed: 1, today: today(), history };
    demo::play(&app, &demo, Vec::new(), &|_| ()).await.expect("it is played");
    let mut lines = Lines::after(&app.snapshot(), demo.founded_on());
    app.close().await;
    let mut milestones = Vec::new();
    for number in 0..extra {
        let mut milestone = lines.milestone(number);
        let planned = lines.planned(&mut milestone);
        append(&ledger, &milestone, Expected::NoStream, planned).await.expect("it is planned");
        milestones.push(milestone);
    }
    (ledger, milestones)
}

/// Reports round and round the milestones until the ledger has so many events, at a pace that spreads `of` of them over all days.
async fn report(ledger: &SqliteLedger, milestones: &mut [Milestone], until: u64, of: u64) {
    let mut lines = Lines::again(milestones, ledger.head().await.expect("it tells its head"));
    let mut queued = Vec::with_capacity(QUEUED);
    let mut turn = 0;
    while lines.next_position() < until {
        let count = milestones.len();
        let milestone = &mut milestones[turn % count];
        turn += 1;
        let expected = milestone.revision.map_or(Expected::NoStream, Expected::Exact);
        let event = lines.report(milestone, of);
        queued.push(append(ledger, milestone, expected, vec![event]));
        if queued.len() == QUEUED {
            for append in queued.drain(..) {
                append.await.expect("a report is recorded");
            }
        }
    }
    for append in queued {
        append.await.expect("a report is recorded");
    }
}

/// The council takes stock of what there is.
async fn review(ledger: &SqliteLedger, milestones: &[Milestone]) {
    let mut lines = Lines::again(milestones, ledger.head().await.expect("it tells its head"));
    let stream = lines.programme_stream();
    let last = ledger.read_stream(&stream, 0, usize::MAX).await.expect("it can be read").last().map(|event| event.revision);
    let last = last.expect("the programme is founded");
    ledger.append(&stream, Expected::Exact(last), vec![lines.review(last + 1, MILLION)]).await.expect("the review is recorded");
}

fn append<'a>(
    ledger: &'a SqliteLedger,
    milestone: &Milestone,
    expected: Expected,
    events: Vec<NewEvent>,
) -> impl Future<Output = Result<Appended, LedgerError>> + 'a {
    ledger.append(&milestone.stream, expected, events)
}

/// The council appoints those who report for the milestones' commissions.
pub(crate) async fn appoint_members(app: &Tahavol, milestones: &[Milestone]) {
    let council = demo::people().into_iter().find(|(_, office)| *office == Office::Council).map(|(person, _)| person);
    let council = council.expect("the council has an official");
    let commissions: BTreeMap<_, _> = milestones.iter().map(|milestone| (&milestone.commission, &milestone.reporter)).collect();
    for (slug, person) in commissions {
        let appointment = MemberAppointment { person: person.clone(), role: Role::Member };
        let order = Order {
            command_id: Uuid::now_v7(),
            actor: council.clone(),
            stream: Stream::Commission(slug.clone()),
            command: Command::Commission(commission::Command::AppointMember(appointment)),
            effective_on: None,
            reason: Some("حکم شورا".to_owned()),
            expected_revision: None,
            correlation_id: None,
            causation_id: None,
            origin: "cli".to_owned(),
            import: Import::No,
            within: Within::default(),
        };
        app.handle(order).await.expect("the member is appointed");
    }
}

/// The member of the demonstration who reports for the commission of this slug.
pub(crate) fn member(slug: &str) -> Person {
    let holds = |office: &Office| matches!(office, Office::Member(of) if of.0 == slug);
    demo::people().into_iter().find(|(_, office)| holds(office)).map(|(person, _)| person).expect("every commission has a member")
}
