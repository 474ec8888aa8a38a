//! What the tests of every aggregate share: a small programme to decide against, and short ways to say who asks what, when.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::aggregate::{Aggregate, Basis, Context, EvidenceBasis, IndicatorBasis, InitiativeBasis, MilestoneBasis, StationBasis, Stream};
use crate::calendar::{Date, Instant, TimeZone};
use crate::fact::Envelope;
use crate::milestone::measure::Scope;
use crate::programme::event::DocumentVersion;
use crate::refusal::{Refusal, Rule};
use crate::values::{
    ActorId, CommissionSlug, DirectiveCode, EventId, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office, Person, ProgrammeId,
    ProvinceCode, Sha256, StationCode,
};

pub(crate) const PROGRAMME: ProgrammeId = ProgrammeId(Uuid::from_u128(0x7a4a_0001));

/// A basis that holds what a test writes into it; `FixtureBasis::default()` is a chartered programme without initiatives or stations.
#[derive(Debug, Clone)]
pub(crate) struct FixtureBasis {
    pub(crate) position: Option<u64>,
    pub(crate) programme: Option<ProgrammeId>,
    pub(crate) charter_commissions: Vec<CommissionSlug>,
    pub(crate) established: BTreeSet<CommissionSlug>,
    pub(crate) directives: BTreeSet<DirectiveCode>,
    pub(crate) provinces: BTreeSet<ProvinceCode>,
    pub(crate) horizons: BTreeMap<Horizon, (Date, Date)>,
    pub(crate) latest_due: BTreeMap<Horizon, (Date, String)>,
    pub(crate) held: Vec<Held>,
    /// Who lends to whom which office.
    pub(crate) lent: Vec<(ActorId, ActorId, Office)>,
    pub(crate) persons: BTreeSet<ActorId>,
    pub(crate) initiatives: BTreeMap<InitiativeId, InitiativeBasis>,
    pub(crate) milestones: BTreeMap<MilestoneId, MilestoneBasis>,
    /// From which day on which progress is reported; the latest up to the day asked for counts.
    pub(crate) reported: BTreeMap<(MilestoneId, Date), u16>,
    pub(crate) stations: BTreeMap<StationCode, FixtureStation>,
    pub(crate) indicators: BTreeMap<IndicatorCode, IndicatorBasis>,
    pub(crate) document: Option<DocumentVersion>,
    pub(crate) evidence: BTreeMap<Sha256, EvidenceBasis>,
}

/// An office that somebody holds or held.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) actor: ActorId,
    pub(crate) office: Office,
    /// Position of the event that gave it.
    pub(crate) from: u64,
    /// Position of the event that ended it.
    pub(crate) until: Option<u64>,
    /// The days on which it is in force, where it is delegated.
    pub(crate) days: Option<(Date, Date)>,
}

#[derive(Debug, Clone)]
pub(crate) struct FixtureStation {
    pub(crate) province: ProvinceCode,
    pub(crate) open: bool,
    pub(crate) networked: bool,
    pub(crate) target: bool,
    pub(crate) visits: u64,
    pub(crate) cases: u64,
}

impl Default for FixtureBasis {
    fn default() -> Self {
        let commissions = ["technology", "training"].map(slug);
        FixtureBasis {
            position: Some(99),
            programme: Some(PROGRAMME),
            charter_commissions: commissions.to_vec(),
            established: commissions.into_iter().collect(),
            directives: ["D-1", "D-2"].map(|code| DirectiveCode(code.to_owned())).into_iter().collect(),
            provinces: ["IR-01", "IR-02", "IR-13"].map(province).into_iter().collect(),
            horizons: BTreeMap::from([
                (Horizon::Short, (day("2018-12-20"), day("2019-12-20"))),
                (Horizon::Medium, (day("2018-12-20"), day("2021-12-20"))),
                (Horizon::Long, (day("2018-12-20"), day("2025-12-20"))),
            ]),
            latest_due: BTreeMap::new(),
            held: Vec::new(),
            lent: Vec::new(),
            persons: BTreeSet::new(),
            initiatives: BTreeMap::new(),
            milestones: BTreeMap::new(),
            reported: BTreeMap::new(),
            stations: BTreeMap::new(),
            indicators: BTreeMap::new(),
            document: None,
            evidence: BTreeMap::new(),
        }
    }
}

impl FixtureBasis {
    /// Somebody holds the office since the first position.
    pub(crate) fn holding(mut self, who: &str, office: Office) -> Self {
        self.persons.insert(actor(who));
        self.held.push(Held { actor: actor(who), office, from: 0, until: None, days: None });
        self
    }

    /// Somebody lends an office to somebody, today.
    pub(crate) fn lending(mut self, from: &str, to: &str, office: Office) -> Self {
        self.lent.push((actor(from), actor(to), office));
        self
    }

    pub(crate) fn with_station(mut self, code: &str, station: FixtureStation) -> Self {
        self.stations.insert(StationCode(code.to_owned()), station);
        self
    }
}

impl Default for FixtureStation {
    fn default() -> Self {
        FixtureStation { province: province("IR-13"), open: true, networked: false, target: false, visits: 1_000, cases: 100 }
    }
}

impl Basis for FixtureBasis {
    fn position(&self) -> Option<u64> {
        self.position
    }

    fn programme(&self) -> Option<ProgrammeId> {
        self.programme
    }

    fn charter_commissions(&self) -> Vec<CommissionSlug> {
        self.charter_commissions.clone()
    }

    fn has_commission(&self, slug: &CommissionSlug) -> bool {
        self.established.contains(slug)
    }

    fn has_directive(&self, code: &DirectiveCode) -> bool {
        self.directives.contains(code)
    }

    fn has_province(&self, code: &ProvinceCode) -> bool {
        self.provinces.contains(code)
    }

    fn horizon(&self, horizon: Horizon) -> Option<(Date, Date)> {
        self.horizons.get(&horizon).copied()
    }

    fn latest_due(&self, horizon: Horizon) -> Option<(Date, String)> {
        self.latest_due.get(&horizon).cloned()
    }

    fn offices(&self, actor: &ActorId, on: Date) -> Vec<Office> {
        let in_force = |held: &&Held| held.until.is_none() && held.days.is_none_or(|(starts, ends)| starts <= on && on <= ends);
        self.held.iter().filter(|held| held.actor == *actor).filter(in_force).map(|held| held.office.clone()).collect()
    }

    fn lenders(&self, actor: &ActorId, office: &Office, _at: Instant) -> Vec<ActorId> {
        let to = |(_, to, lent): &&(ActorId, ActorId, Office)| to == actor && lent == office;
        self.lent.iter().filter(to).map(|(from, ..)| from.clone()).collect()
    }

    fn held_office_of(&self, actor: &ActorId, commission: &CommissionSlug, at: u64) -> bool {
        let then = |held: &&Held| held.from <= at && held.until.is_none_or(|until| at < until);
        self.held.iter().filter(then).any(|held| held.actor == *actor && held.office.commission() == Some(commission))
    }

    fn knows_person(&self, actor: &ActorId) -> bool {
        self.persons.contains(actor)
    }

    fn initiative(&self, id: InitiativeId) -> Option<InitiativeBasis> {
        self.initiatives.get(&id).cloned()
    }

    fn milestones_of(&self, id: InitiativeId) -> Vec<MilestoneBasis> {
        self.milestones.values().filter(|milestone| milestone.initiative == id).cloned().collect()
    }

    fn milestone(&self, id: MilestoneId) -> Option<MilestoneBasis> {
        self.milestones.get(&id).cloned()
    }

    fn reported(&self, id: MilestoneId, on: Date) -> Option<u16> {
        self.reported.range((id, Date::MIN)..=(id, on)).next_back().map(|(_, progress)| *progress)
    }

    fn station(&self, code: &StationCode) -> Option<StationBasis> {
        let station = self.stations.get(code)?;
        Some(StationBasis { province: station.province.clone(), open: station.open, networked: station.networked })
    }

    fn stations_in(&self, scope: &Scope) -> Vec<(StationCode, u64)> {
        let inside = |station: &FixtureStation| match scope {
            Scope::All => true,
            Scope::Target => station.target,
            Scope::Unnetworked => !station.networked,
            Scope::TargetUnnetworked => station.target && !station.networked,
            Scope::Province(code) => station.province == *code,
        };
        let open = self.stations.iter().filter(|(_, station)| station.open && inside(station));
        open.map(|(code, station)| (code.clone(), station.visits)).collect()
    }

    fn volumes(&self) -> Vec<(StationCode, u64, u64)> {
        let open = self.stations.iter().filter(|(_, station)| station.open);
        open.map(|(code, station)| (code.clone(), station.visits, station.cases)).collect()
    }

    fn indicator(&self, code: &IndicatorCode) -> Option<IndicatorBasis> {
        self.indicators.get(code).cloned()
    }

    fn document(&self) -> Option<DocumentVersion> {
        self.document.clone()
    }

    fn evidence(&self, digest: Sha256) -> EvidenceBasis {
        self.evidence.get(&digest).cloned().unwrap_or_default()
    }
}

/// Who asks, as what, when and against which basis; `ctx` lends it to a decision.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) stream: Stream,
    pub(crate) today: Date,
    pub(crate) actor: Person,
    pub(crate) office: Office,
    pub(crate) effective_on: Option<Date>,
    pub(crate) reason: Option<String>,
    pub(crate) named_administrator: Option<ActorId>,
    pub(crate) basis: FixtureBasis,
    pub(crate) taken_again: bool,
}

/// Sara, a member of the technology commission, asks on 31 Shahrivar 1398 against the default programme.
pub(crate) fn asking(stream: Stream) -> Asking {
    Asking {
        stream,
        today: day("2019-09-22"),
        actor: person("sara"),
        office: Office::Member(slug("technology")),
        effective_on: None,
        reason: None,
        named_administrator: None,
        basis: FixtureBasis::default(),
        taken_again: false,
    }
}

impl Asking {
    pub(crate) fn by(mut self, who: &str, office: Office) -> Self {
        self.actor = person(who);
        self.office = office;
        self
    }

    pub(crate) fn on(mut self, date: &str) -> Self {
        self.effective_on = Some(day(date));
        self
    }

    pub(crate) fn because(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    pub(crate) fn against(mut self, basis: FixtureBasis) -> Self {
        self.basis = basis;
        self
    }

    pub(crate) fn ctx(&self) -> Context<'_> {
        Context {
            stream: &self.stream,
            now: Instant::start_of(self.today, &TimeZone::tehran()),
            today: self.today,
            actor: &self.actor,
            office: &self.office,
            effective_on: self.effective_on,
            reason: self.reason.as_deref(),
            named_administrator: self.named_administrator.as_ref(),
            basis: &self.basis,
            taken_again: self.taken_again,
        }
    }

    /// As an auditor takes the decision again from its line.
    pub(crate) fn again(mut self) -> Self {
        self.taken_again = true;
        self
    }

    /// What the state answers to the command.
    pub(crate) fn ask<A: Aggregate>(&self, state: &A, command: &A::Command) -> Result<Vec<A::Event>, Refusal> {
        state.decide(command, &self.ctx())
    }

    /// The state after the command, which must be allowed; the event ids are `event(revision)`, `event(revision + 1)`…
    #[track_caller]
    pub(crate) fn then<A: Aggregate>(&self, state: A, command: &A::Command, revision: u64) -> A {
        let ctx = self.ctx();
        let events = state.decide(command, &ctx).expect("the command is allowed");
        events.iter().enumerate().fold(state, |state, (index, event)| {
            let mut envelope = self.said(revision + index as u64);
            envelope.effective_on = state.effective_on(event, &ctx);
            state.evolve(event, &envelope)
        })
    }

    /// The envelope of a fact that this person says; its event id is `event(revision)`.
    pub(crate) fn said(&self, revision: u64) -> Envelope {
        Envelope {
            id: event(revision),
            programme: PROGRAMME,
            stream: self.stream.to_string(),
            time: Instant::start_of(self.today, &TimeZone::tehran()),
            effective_on: self.effective_on,
            revision,
            actor: self.actor.id.clone(),
            actor_name: self.actor.name.clone(),
            office: self.office.clone(),
            command_id: Uuid::from_u128(u128::from(revision)),
            command_digest: Sha256::default(),
            correlation_id: None,
            causation_id: None,
            reason: self.reason.clone(),
            origin: "cli".to_owned(),
            basis: self.basis.position,
        }
    }
}

/// The rule by which it was refused.
#[track_caller]
pub(crate) fn rule<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> Rule {
    answer.expect_err("it should have been refused").rule
}

pub(crate) fn event(number: u64) -> EventId {
    EventId(Uuid::from_u128(0xe000_0000_0000 + u128::from(number)))
}

pub(crate) fn day(iso: &str) -> Date {
    Date::parse_iso(iso).expect("a civil date")
}

pub(crate) fn actor(id: &str) -> ActorId {
    ActorId(id.to_owned())
}

pub(crate) fn person(id: &str) -> Person {
    Person { id: actor(id), name: id.to_owned() }
}

pub(crate) fn slug(text: &str) -> CommissionSlug {
    CommissionSlug(text.to_owned())
}

pub(crate) fn province(code: &str) -> ProvinceCode {
    ProvinceCode(code.to_owned())
}
