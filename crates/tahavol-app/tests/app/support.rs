//! A small programme in a temporary directory, and short ways to ask things of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tahavol_app::{AppError, Clock, HandleError, MemoryEvidence, Options, Order, Outcome, Tahavol};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::commission::event::{Establishment, MemberAppointment, Role};
use tahavol_domain::initiative::event::{Decision, Proposal};
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone};
use tahavol_domain::milestone::event::{Claim, ProgressReport};
use tahavol_domain::milestone::measure::MeasureChoice;
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::programme::event::{Appointment, Charter, Council, HorizonCharter, Simulation, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{Registration, StationKind, Volume};
use tahavol_domain::text::Text;
use tahavol_domain::values::{
    ActorId, CommissionSlug, Evidence, Horizon, InitiativeId, MilestoneId, Office, Person, ProgrammeId, Province, ProvinceCode, Sha256,
    StationCode,
};
use tahavol_domain::{Command, Rule, Stream, commission, indicator, initiative, milestone, programme, station};
use tahavol_ledger::{Ledger, OpenOptions, SqliteLedger};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const PROGRAMME: ProgrammeId = ProgrammeId(Uuid::from_u128(0x7a4a_0001));
pub(crate) const START: &str = "2026-06-01T08:00:00.000000Z";

pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) ledger: Arc<SqliteLedger>,
    pub(crate) app: Tahavol,
    pub(crate) clock: Clock,
    pub(crate) evidence: Arc<MemoryEvidence>,
    next: AtomicU64,
}

impl World {
    /// A new ledger on which nothing has happened.
    pub(crate) async fn empty() -> World {
        World::with_waypoints(4).await
    }

    pub(crate) async fn with_waypoints(every: u64) -> World {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Arc::new(SqliteLedger::open(dir.path(), OpenOptions::default()).await.unwrap());
        let (clock, evidence) = (Clock::manual(instant(START)), Arc::new(MemoryEvidence::default()));
        let options = Options { waypoint_every: every, ..options(&clock, &evidence) };
        let app = Tahavol::open(Arc::clone(&ledger) as Arc<dyn Ledger>, options).await.unwrap();
        World { dir, ledger, app, clock, evidence, next: AtomicU64::new(1) }
    }

    /// Chartered; `technology` established with a chair and a member; initiative `T` approved with milestones `T-1`
    /// (reported) and `T-2` (binary); an inspector and a province reporter in office.
    pub(crate) async fn founded() -> World {
        let world = World::empty().await;
        world.found().await;
        world
    }

    pub(crate) async fn found(&self) {
        for order in founding() {
            self.app.handle(order).await.expect("the founding is in order");
        }
    }

    /// The same ledger opened again, as after a restart; with snapshots on disk.
    pub(crate) async fn reopen(&self) -> Tahavol {
        self.reopen_on(Arc::clone(&self.ledger) as Arc<dyn Ledger>).await
    }

    pub(crate) async fn reopen_on(&self, ledger: Arc<dyn Ledger>) -> Tahavol {
        let options = Options { snapshots_dir: Some(self.snapshots_dir()), waypoint_every: 4, ..options(&self.clock, &self.evidence) };
        Tahavol::open(ledger, options).await.unwrap()
    }

    pub(crate) fn snapshots_dir(&self) -> PathBuf {
        self.dir.path().join("snapshots")
    }

    pub(crate) fn snapshot_files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.snapshots_dir()).into_iter().flatten();
        let files = files.map(|file| file.unwrap().path());
        // The index of searches lies beside them.
        let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "bin")).collect();
        files.sort();
        files
    }

    /// An order with a command id of its own.
    pub(crate) fn order(&self, actor: &str, stream: Stream, command: impl Into<Asked>) -> Order {
        order(1_000_000 + self.next.fetch_add(1, Ordering::SeqCst), actor, stream, command)
    }

    /// `mina`, a member, reports so many basis points on `T-1`.
    pub(crate) fn report(&self, progress: u16) -> Order {
        self.order("mina", milestone_stream("T-1"), report(progress))
    }

    pub(crate) async fn handle(&self, order: Order) -> Result<Outcome, HandleError> {
        self.app.handle(order).await
    }

    pub(crate) async fn reported(&self, progress: u16) -> Outcome {
        self.handle(self.report(progress)).await.expect("a report of T-1 is accepted")
    }

    pub(crate) async fn lines(&self) -> Vec<Vec<u8>> {
        self.ledger.read_all(None, 1_000_000).await.unwrap().into_iter().map(|event| event.line.to_vec()).collect()
    }
}

pub(crate) fn options(clock: &Clock, evidence: &Arc<MemoryEvidence>) -> Options {
    Options {
        named_administrator: Some(ActorId("admin".to_owned())),
        clock: clock.clone(),
        evidence: Arc::clone(evidence) as Arc<_>,
        ..Options::default()
    }
}

/// Lets a test write the command of an aggregate where a command of any is asked for.
pub(crate) struct Asked(Command);

macro_rules! asked {
    ($($aggregate:ident => $variant:ident),*) => { $(
        impl From<$aggregate::Command> for Asked {
            fn from(command: $aggregate::Command) -> Self {
                Asked(Command::$variant(command))
            }
        }
    )* };
}
asked!(programme => Programme, commission => Commission, initiative => Initiative, milestone => Milestone, station => Station,
    indicator => Indicator);

pub(crate) fn order(id: u64, actor: &str, stream: Stream, command: impl Into<Asked>) -> Order {
    Order {
        command_id: Uuid::from_u128(id.into()),
        actor: person(actor),
        stream,
        command: command.into().0,
        effective_on: None,
        reason: None,
        expected_revision: None,
        correlation_id: None,
        causation_id: None,
        origin: "cli".to_owned(),
        import: Import::No,
        within: Within::default(),
    }
}

pub(crate) fn founding() -> Vec<Order> {
    founding_with(charter())
}

/// Each order needs only what those before it have made visible.
pub(crate) fn founding_with(charter: Charter) -> Vec<Order> {
    let programme_stream = || Stream::Programme(PROGRAMME);
    let technology = || Stream::Commission(commission("technology"));
    let t = || Stream::Initiative(initiative_id("T"));
    let appoint = |id, office| programme::Command::AppointOfficial(Appointment { person: person(id), office });
    let member = |id, role| commission::Command::AppointMember(MemberAppointment { person: person(id), role });
    let establishment =
        Establishment {
            slug: commission("technology"), title: Text::fa("فناوری"), remit: Text::fa("شبکه و سامانه‌ها"), provenance: None
        };
    let by_order = |order: Order| Order { reason: Some("حکم شورا".to_owned()), ..order };
    vec![
        order(1, "admin", programme_stream(), programme::Command::Charter(Box::new(charter))),
        by_order(order(2, "council", programme_stream(), appoint("inspector", Office::Inspector))),
        by_order(order(3, "council", programme_stream(), appoint("reporter", Office::Reporter(ProvinceCode("IR-23".to_owned()))))),
        order(4, "council", technology(), commission::Command::Establish(establishment)),
        by_order(order(5, "council", technology(), member("chair", Role::Chair))),
        by_order(order(6, "council", technology(), member("mina", Role::Member))),
        order(7, "mina", t(), initiative::Command::Propose(proposal("T"))),
        order(8, "mina", milestone_stream("T-1"), plan("T", "T-1", MeasureChoice::Reported)),
        order(9, "mina", milestone_stream("T-2"), plan("T", "T-2", MeasureChoice::Binary)),
        order(10, "chair", t(), initiative::Command::Submit),
        order(11, "council", t(), initiative::Command::Approve(Decision { resolution: Some("۱۲/۱".to_owned()) })),
    ]
}

pub(crate) fn charter() -> Charter {
    let horizon = |horizon, starts, ends| HorizonCharter {
        horizon,
        title: Text::fa("افق"),
        starts: date(starts),
        ends: date(ends),
        provenance: None,
    };
    let province =
        |code: &str, tile_row| Province { code: ProvinceCode(code.to_owned()), name: Text::fa("استان"), tile_row, tile_column: 0 };
    let least = |text| Quantity::parse(text).unwrap();
    Charter {
        programme: PROGRAMME,
        slug: "tahavol".to_owned(),
        title: Text::fa("برنامه تحول"),
        time_zone: TimeZone::parse(TimeZone::TEHRAN).unwrap(),
        council: Council { title: Text::fa("شورای عالی تحول"), chair: Text::fa("فرمانده"), provenance: None },
        administrator: person("admin"),
        first_official: person("council"),
        horizons: vec![
            horizon(Horizon::Short, "2026-01-01", "2026-12-31"),
            horizon(Horizon::Medium, "2027-01-01", "2028-12-31"),
            horizon(Horizon::Long, "2029-01-01", "2031-12-31"),
        ],
        commissions: vec![commission("technology"), commission("training")],
        provinces: vec![province("IR-23", 0), province("IR-07", 1)],
        confidence: Thresholds { green: least("0.98"), amber_green: least("0.95"), amber: least("0.9"), amber_red: least("0.8") },
        simulation: None,
    }
}

pub(crate) fn simulated_charter() -> Charter {
    Charter { simulation: Some(Simulation { shift_months: 75 }), ..charter() }
}

pub(crate) fn proposal(code: &str) -> Proposal {
    Proposal {
        code: code.to_owned(),
        commission: commission("technology"),
        horizon: Horizon::Short,
        title: Text::fa("اقدام"),
        directives: Vec::new(),
        note: None,
        provenance: None,
    }
}

pub(crate) fn plan(initiative: &str, code: &str, measure: MeasureChoice) -> milestone::Command {
    let baseline = BaselineChoice { weight: 10, starts: date("2026-05-01"), due: date("2026-08-31"), horizon: None, measure };
    milestone::Command::Plan(Box::new(PlanMilestone {
        initiative: initiative_id(initiative),
        code: code.to_owned(),
        title: Text::fa("نقطه عطف"),
        baseline,
        provenance: None,
    }))
}

pub(crate) fn report(progress: u16) -> milestone::Command {
    milestone::Command::ReportProgress(ProgressReport { progress: Some(progress), ..ProgressReport::default() })
}

pub(crate) fn report_with(evidence: Vec<Evidence>) -> milestone::Command {
    milestone::Command::ReportProgress(ProgressReport { progress: Some(100), evidence, ..ProgressReport::default() })
}

pub(crate) fn claim() -> milestone::Command {
    milestone::Command::ClaimCompletion(Claim::default())
}

pub(crate) fn register(code: &str) -> station::Command {
    station::Command::Register(Registration {
        code: StationCode(code.to_owned()),
        kind: StationKind::Station,
        name: Text::fa("کلانتری"),
        province: ProvinceCode("IR-23".to_owned()),
        networked: false,
        volume: Volume { annual_visits: 1_000, annual_cases: 100 },
        provenance: None,
    })
}

pub(crate) fn file(byte: u8) -> Evidence {
    Evidence { digest: Sha256([byte; 32]), media_type: "application/pdf".to_owned(), size: 1_234, title: "صورت‌جلسه".to_owned() }
}

pub(crate) fn person(id: &str) -> Person {
    Person { id: ActorId(id.to_owned()), name: id.to_owned() }
}

pub(crate) fn commission(slug: &str) -> CommissionSlug {
    CommissionSlug(slug.to_owned())
}

pub(crate) fn initiative_id(code: &str) -> InitiativeId {
    InitiativeId(PROGRAMME.id_of(code))
}

pub(crate) fn milestone_stream(code: &str) -> Stream {
    Stream::Milestone(MilestoneId(PROGRAMME.id_of(code)))
}

pub(crate) fn station_stream(code: &str) -> Stream {
    Stream::Station(StationCode(code.to_owned()))
}

pub(crate) fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[track_caller]
pub(crate) fn refused(outcome: Result<Outcome, HandleError>) -> Rule {
    match outcome {
        Err(HandleError::Refused(refusal)) => refusal.rule,
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
pub(crate) fn stopped_at(outcome: Result<Outcome, HandleError>) -> u64 {
    match outcome {
        Err(HandleError::Stopped { position, .. }) => position,
        other => panic!("not stopped: {other:?}"),
    }
}

#[track_caller]
pub(crate) fn not_reached<T: std::fmt::Debug>(answer: Result<T, AppError>) -> u64 {
    match answer {
        Err(AppError::PositionNotReached { position, .. }) => position,
        other => panic!("reached: {other:?}"),
    }
}
