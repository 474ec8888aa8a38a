//! A small programme, and what its people ask for.

use tahavol_app::{Clock, Options, Order};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::commission::event::{Establishment, MemberAppointment, Role};
use tahavol_domain::initiative::event::{Decision, Proposal};
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone};
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::milestone::measure::MeasureChoice;
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::programme::event::{Charter, Council, HorizonCharter, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::Text;
use tahavol_domain::values::{ActorId, CommissionSlug, Horizon, InitiativeId, MilestoneId, Person, ProgrammeId, Province, ProvinceCode};
use tahavol_domain::{Command, Stream, commission, initiative, milestone, programme};
use uuid::Uuid;

/// The programme of a node's ledger, and what is asked in it.
#[derive(Clone, Copy)]
pub(crate) struct People(pub(crate) Uuid);

impl People {
    fn programme(self) -> ProgrammeId {
        ProgrammeId(self.0)
    }

    fn order(self, id: Uuid, actor: &str, stream: Stream, command: Command) -> Order {
        Order {
            command_id: id,
            actor: person(actor),
            stream,
            command,
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

    /// Chartered; a commission with chair and member; an approved initiative with the milestones `T-1` and `T-2`.
    pub(crate) fn founding(self) -> Vec<Order> {
        let programme = || Stream::Programme(self.programme());
        let technology = || Stream::Commission(CommissionSlug("technology".to_owned()));
        let initiative = || Stream::Initiative(InitiativeId(self.programme().id_of("T")));
        let member = |id, role| Command::Commission(commission::Command::AppointMember(MemberAppointment { person: person(id), role }));
        let establishment = Establishment {
            slug: CommissionSlug("technology".to_owned()),
            title: Text::fa("فناوری"),
            remit: Text::fa("شبکه و سامانه‌ها"),
            provenance: None,
        };
        let asked = [
            ("admin", programme(), Command::Programme(programme::Command::Charter(Box::new(self.charter())))),
            ("council", technology(), Command::Commission(commission::Command::Establish(establishment))),
            ("council", technology(), member("chair", Role::Chair)),
            ("council", technology(), member("mina", Role::Member)),
            ("mina", initiative(), Command::Initiative(initiative::Command::Propose(proposal()))),
            ("mina", self.milestone("T-1"), self.plan("T-1")),
            ("mina", self.milestone("T-2"), self.plan("T-2")),
            ("chair", initiative(), Command::Initiative(initiative::Command::Submit)),
            ("council", initiative(), Command::Initiative(initiative::Command::Approve(Decision { resolution: Some("۱۲/۱".to_owned()) }))),
        ];
        let order = |(actor, stream, command)| {
            let reason = Some("حکم شورا".to_owned());
            Order { reason, ..self.order(Uuid::new_v4(), actor, stream, command) }
        };
        asked.into_iter().map(order).collect()
    }

    /// `mina` reports so many basis points on a milestone.
    pub(crate) fn report(self, milestone: &str, progress: u16) -> Order {
        let report = ProgressReport { progress: Some(progress), ..ProgressReport::default() };
        self.order(Uuid::new_v4(), "mina", self.milestone(milestone), Command::Milestone(milestone::Command::ReportProgress(report)))
    }

    pub(crate) fn milestone(self, code: &str) -> Stream {
        Stream::Milestone(MilestoneId(self.programme().id_of(code)))
    }

    fn plan(self, code: &str) -> Command {
        let measure = MeasureChoice::Reported;
        let baseline = BaselineChoice { weight: 10, starts: date("2026-05-01"), due: date("2026-08-31"), horizon: None, measure };
        Command::Milestone(milestone::Command::Plan(Box::new(PlanMilestone {
            initiative: InitiativeId(self.programme().id_of("T")),
            code: code.to_owned(),
            title: Text::fa("نقطه عطف"),
            baseline,
            provenance: None,
        })))
    }

    fn charter(self) -> Charter {
        let horizon = |horizon, starts, ends| HorizonCharter {
            horizon,
            title: Text::fa("افق"),
            starts: date(starts),
            ends: date(ends),
            provenance: None,
        };
        let least = |text| Quantity::parse(text).expect("a quantity");
        Charter {
            programme: self.programme(),
            slug: "tahavol".to_owned(),
            title: Text::fa("برنامه تحول"),
            time_zone: TimeZone::parse(TimeZone::TEHRAN).expect("a time zone"),
            council: Council { title: Text::fa("شورای عالی تحول"), chair: Text::fa("فرمانده"), provenance: None },
            administrator: person("admin"),
            first_official: person("council"),
            horizons: vec![
                horizon(Horizon::Short, "2026-01-01", "2026-12-31"),
                horizon(Horizon::Medium, "2027-01-01", "2028-12-31"),
                horizon(Horizon::Long, "2029-01-01", "2031-12-31"),
            ],
            commissions: vec![CommissionSlug("technology".to_owned())],
            provinces: vec![Province { code: ProvinceCode("IR-23".to_owned()), name: Text::fa("تهران"), tile_row: 0, tile_column: 0 }],
            confidence: Thresholds { green: least("0.98"), amber_green: least("0.95"), amber: least("0.9"), amber_red: least("0.8") },
            simulation: None,
        }
    }
}

/// Of an application on a node of ours; all nodes go by one clock that stands still, so that what differs is the nodes' fault.
pub(crate) fn options(snapshots: Option<std::path::PathBuf>) -> Options {
    let now = Instant::parse("2026-06-01T08:00:00.123456Z").expect("an instant");
    Options {
        named_administrator: Some(ActorId("admin".to_owned())),
        clock: Clock::manual(now),
        snapshots_dir: snapshots,
        ..Options::default()
    }
}

fn proposal() -> Proposal {
    Proposal {
        code: "T".to_owned(),
        commission: CommissionSlug("technology".to_owned()),
        horizon: Horizon::Short,
        title: Text::fa("اقدام"),
        directives: Vec::new(),
        note: None,
        provenance: None,
    }
}

fn person(id: &str) -> Person {
    Person { id: ActorId(id.to_owned()), name: id.to_owned() }
}

fn date(text: &str) -> Date {
    Date::parse(text).expect("a date")
}
