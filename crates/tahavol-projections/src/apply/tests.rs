//! From events to rows: a small programme played through the fold, event by event.

mod differences;
mod indicators;
mod initiatives;
mod measures;
mod milestones;
mod offices;
mod sights;
mod stations;
mod whole;

use tahavol_domain::aggregate::Stream;
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::commission::event::{Establishment, MemberAppointment, Role};
use tahavol_domain::initiative::event::{Decision, Proposal};
use tahavol_domain::milestone::event::{Baseline, Claim, ClaimDecision, Plan, ProgressReport};
use tahavol_domain::milestone::measure::{Measure, Rollout, Scope, Step};
use tahavol_domain::programme::event::{Charter, Council, HorizonCharter, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{Delivery, Registration, StationKind, Volume};
use tahavol_domain::text::Text;
use tahavol_domain::values::{
    ActorId, CommissionSlug, EventId, Evidence, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office, Person, ProgrammeId, Province,
    ProvinceCode, Sha256, StationCode,
};
use tahavol_domain::{Envelope, Event, Fact, commission, initiative, milestone, programme, station};
use uuid::Uuid;

use super::ApplyError;
use crate::Snapshot;
use crate::rows::{MilestoneRow, Official};
use crate::sight::Undecided;

const PROGRAMME: ProgrammeId = ProgrammeId(Uuid::from_u128(0x7a4a_0001));

/// A programme as it is played: what was said so far, and what it amounts to.
struct Play {
    facts: Vec<Fact>,
    snapshot: Snapshot,
    /// The reason of the facts to come.
    reason: Option<String>,
}

impl Play {
    /// Chartered, with two provinces, and the commissions `technology` and `training` established.
    fn chartered() -> Play {
        let mut play = Play { facts: Vec::new(), snapshot: Snapshot::default(), reason: None };
        play.say(Stream::Programme(PROGRAMME), programme::Event::Chartered(Box::new(charter())));
        for slug in ["technology", "training"] {
            let establishment =
                Establishment {
                    slug: commission(slug), title: Text::fa("کمیسیون"), remit: Text::fa("شرح وظایف"), provenance: None
                };
            play.say(Stream::Commission(commission(slug)), commission::Event::Established(establishment));
        }
        play
    }

    /// With the initiative `T` of `technology`, approved, and in it a milestone `T-1` of that measure over ten days from 1 October 2019.
    fn with_milestone(measure: Measure) -> Play {
        let mut play = Play::chartered();
        play.propose("T");
        play.plan("T", "T-1", measure);
        play.approve("T");
        play
    }

    fn say(&mut self, stream: Stream, event: impl IntoEvent) -> EventId {
        self.say_on(None, stream, event)
    }

    fn say_on(&mut self, on: Option<&str>, stream: Stream, event: impl IntoEvent) -> EventId {
        self.try_say(on, stream, event).expect("the fact fits")
    }

    fn try_say(&mut self, on: Option<&str>, stream: Stream, event: impl IntoEvent) -> Result<EventId, ApplyError> {
        let position = self.facts.len() as u64;
        let fact = Fact { envelope: self.envelope(position, stream, on), event: event.into_event() };
        self.snapshot.apply(&fact, position)?;
        assert_eq!(self.snapshot.undecided, Undecided::of(&self.snapshot), "what is kept of drafts is what a look at all rows finds");
        let id = fact.envelope.id;
        self.facts.push(fact);
        Ok(id)
    }

    fn envelope(&self, position: u64, stream: Stream, on: Option<&str>) -> Envelope {
        Envelope {
            id: event(position),
            programme: PROGRAMME,
            stream: stream.to_string(),
            time: Instant::from_micros(1_570_000_000_000_000 + position as i64),
            effective_on: on.map(day),
            revision: 0,
            actor: actor("sara"),
            actor_name: "سارا".to_owned(),
            office: Office::Council,
            command_id: Uuid::from_u128(position.into()),
            command_digest: Sha256::default(),
            correlation_id: None,
            causation_id: None,
            reason: self.reason.clone(),
            origin: "cli".to_owned(),
            basis: position.checked_sub(1),
        }
    }

    fn propose(&mut self, code: &str) {
        let proposal = Proposal {
            code: code.to_owned(),
            commission: commission("technology"),
            horizon: Horizon::Short,
            title: Text::fa("اقدام"),
            directives: Vec::new(),
            note: None,
            provenance: None,
        };
        self.say(Stream::Initiative(initiative_id(code)), initiative::Event::Proposed(proposal));
    }

    fn approve(&mut self, code: &str) {
        self.decide(code, initiative::Event::Approved);
    }

    fn decide(&mut self, code: &str, event: fn(Decision) -> initiative::Event) {
        self.say(Stream::Initiative(initiative_id(code)), event(Decision { resolution: Some("۱۲".to_owned()) }));
    }

    fn plan(&mut self, initiative: &str, code: &str, measure: Measure) {
        let plan = Plan {
            initiative: initiative_id(initiative),
            code: code.to_owned(),
            title: Text::fa("نقطه عطف"),
            baseline: baseline(measure),
            provenance: None,
        };
        self.on_milestone(code, None, milestone::Event::Planned(Box::new(plan)));
    }

    fn on_milestone(&mut self, code: &str, on: Option<&str>, event: milestone::Event) -> EventId {
        self.say_on(on, Stream::Milestone(milestone_id(code)), event)
    }

    fn report(&mut self, code: &str, on: &str, report: ProgressReport) -> EventId {
        self.on_milestone(code, Some(on), milestone::Event::ProgressReported(report))
    }

    fn claim(&mut self, code: &str, on: &str) -> EventId {
        self.on_milestone(code, Some(on), milestone::Event::CompletionClaimed(Claim::default()))
    }

    fn verify(&mut self, code: &str, claim: EventId) -> EventId {
        self.on_milestone(code, None, milestone::Event::CompletionVerified(ClaimDecision { claim, note: None }))
    }

    fn refuse(&mut self, code: &str, claim: EventId) -> EventId {
        self.on_milestone(code, None, milestone::Event::CompletionRefused(ClaimDecision { claim, note: None }))
    }

    fn register(&mut self, code: &str, province: &str, networked: bool, visits: u64) {
        let registration = Registration {
            code: station_code(code),
            kind: StationKind::Station,
            name: Text::fa("کلانتری"),
            province: province_code(province),
            networked,
            volume: Volume { annual_visits: visits, annual_cases: visits / 10 },
            provenance: None,
        };
        self.on_station(code, None, station::Event::Registered(registration));
    }

    fn on_station(&mut self, code: &str, on: Option<&str>, event: station::Event) -> EventId {
        self.say_on(on, Stream::Station(station_code(code)), event)
    }

    fn deliver(&mut self, station: &str, milestone: &str, on: &str) -> EventId {
        let delivery = Delivery { milestone: milestone_id(milestone), note: None, evidence: Vec::new() };
        self.on_station(station, Some(on), station::Event::DeliveryRecorded(delivery))
    }

    fn appoint_member(&mut self, slug: &str, who: &str) {
        let appointment = MemberAppointment { person: person(who), role: Role::Member };
        self.say(Stream::Commission(commission(slug)), commission::Event::MemberAppointed(appointment));
    }

    fn milestone(&self, code: &str) -> &MilestoneRow {
        self.snapshot.milestone_by_code(code).expect("it was planned")
    }

    fn reported(&self, code: &str, on: &str) -> Option<u16> {
        self.milestone(code).reported(&self.snapshot, day(on))
    }

    fn official(&self, who: &str) -> &Official {
        &self.snapshot.officials[&actor(who)]
    }

    /// The position of the fact said last.
    fn position(&self) -> u64 {
        self.snapshot.position.expect("something was said")
    }

    /// The same facts folded anew up to a position.
    fn as_of(&self, position: u64) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for (fact, position) in self.facts.iter().zip(0..=position) {
            snapshot.apply(fact, position).expect("it fitted before");
        }
        snapshot
    }
}

/// Every aggregate's events are events.
trait IntoEvent {
    fn into_event(self) -> Event;
}

impl IntoEvent for Event {
    fn into_event(self) -> Event {
        self
    }
}

impl IntoEvent for programme::Event {
    fn into_event(self) -> Event {
        Event::Programme(self)
    }
}

impl IntoEvent for commission::Event {
    fn into_event(self) -> Event {
        Event::Commission(self)
    }
}

impl IntoEvent for initiative::Event {
    fn into_event(self) -> Event {
        Event::Initiative(self)
    }
}

impl IntoEvent for milestone::Event {
    fn into_event(self) -> Event {
        Event::Milestone(self)
    }
}

impl IntoEvent for station::Event {
    fn into_event(self) -> Event {
        Event::Station(self)
    }
}

impl IntoEvent for tahavol_domain::indicator::Event {
    fn into_event(self) -> Event {
        Event::Indicator(self)
    }
}

fn charter() -> Charter {
    let window = |horizon, ends: &str| HorizonCharter {
        horizon,
        title: Text::fa("افق"),
        starts: day("2018-12-20"),
        ends: day(ends),
        provenance: None,
    };
    let province = |code: &str| Province { code: province_code(code), name: Text::fa("استان"), tile_row: 0, tile_column: 0 };
    Charter {
        programme: PROGRAMME,
        slug: "tahavol".to_owned(),
        title: Text::fa("برنامه تحول"),
        time_zone: TimeZone::tehran(),
        council: Council { title: Text::fa("شورا"), chair: Text::fa("فرمانده"), provenance: None },
        administrator: person("admin"),
        first_official: person("council"),
        horizons: vec![window(Horizon::Short, "2019-12-20"), window(Horizon::Medium, "2021-12-20"), window(Horizon::Long, "2025-12-20")],
        commissions: vec![commission("technology"), commission("training")],
        provinces: vec![province("IR-01"), province("IR-02")],
        confidence: Thresholds { green: q("0.98"), amber_green: q("0.95"), amber: q("0.9"), amber_red: q("0.8") },
        simulation: None,
    }
}

/// 1 to 10 October 2019, of weight 100.
fn baseline(measure: Measure) -> Baseline {
    Baseline { weight: 100, starts: day("2019-10-01"), due: day("2019-10-10"), horizon: Horizon::Short, measure }
}

fn steps(weights: &[u32]) -> Measure {
    Measure::Steps(weights.iter().map(|weight| Step { title: Text::fa("گام"), weight: *weight }).collect())
}

fn rollout(stations: &[&str], visits: Option<Vec<u64>>) -> Measure {
    Measure::Rollout(Rollout { scope: Scope::All, stations: stations.iter().map(|code| station_code(code)).collect(), visits })
}

fn progress(basis_points: u16) -> ProgressReport {
    ProgressReport { progress: Some(basis_points), ..ProgressReport::default() }
}

fn done(steps: &[u16]) -> ProgressReport {
    ProgressReport { steps: Some(steps.to_vec()), ..ProgressReport::default() }
}

fn file(number: u8) -> Evidence {
    Evidence { digest: Sha256([number; 32]), media_type: "application/pdf".to_owned(), size: 1, title: "صورتجلسه".to_owned() }
}

fn event(position: u64) -> EventId {
    EventId(Uuid::from_u128(0xe000_0000_0000 + u128::from(position)))
}

fn initiative_id(code: &str) -> InitiativeId {
    InitiativeId(PROGRAMME.id_of(code))
}

fn milestone_id(code: &str) -> MilestoneId {
    MilestoneId(PROGRAMME.id_of(code))
}

fn commission(slug: &str) -> CommissionSlug {
    CommissionSlug(slug.to_owned())
}

fn station_code(code: &str) -> StationCode {
    StationCode(code.to_owned())
}

fn province_code(code: &str) -> ProvinceCode {
    ProvinceCode(code.to_owned())
}

fn indicator(code: &str) -> IndicatorCode {
    IndicatorCode(code.to_owned())
}

fn actor(id: &str) -> ActorId {
    ActorId(id.to_owned())
}

fn person(id: &str) -> Person {
    Person { id: actor(id), name: id.to_owned() }
}

fn day(iso: &str) -> Date {
    Date::parse_iso(iso).expect("a civil date")
}

fn q(text: &str) -> Quantity {
    Quantity::parse(text).expect("a quantity")
}
