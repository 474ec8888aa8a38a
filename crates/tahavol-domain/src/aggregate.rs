//! The pure core: what an aggregate is, which commands there are, and what a decision may look at.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use uuid::Uuid;

use crate::calendar::{Date, Instant};
use crate::fact::{Envelope, Event};
use crate::milestone::measure::{Measure, Scope};
use crate::programme::event::DocumentVersion;
use crate::quantity::Quantity;
use crate::refusal::Refusal;
use crate::values::{
    ActorId, CommissionSlug, DirectiveCode, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office, Person, ProgrammeId, ProvinceCode,
    Sha256, StationCode,
};
use crate::{commission, indicator, initiative, milestone, programme, station};

/// A consistency boundary: its state is the fold of one stream.
pub trait Aggregate: Default + Clone {
    type Command;
    type Event;

    /// May say no, changes nothing. An empty list means "already so".
    ///
    /// # Errors
    /// The first rule that the command breaks.
    fn decide(&self, command: &Self::Command, ctx: &Context<'_>) -> Result<Vec<Self::Event>, Refusal>;

    /// The civil day on which the decided event was true, where it states a fact about the world.
    fn effective_on(&self, event: &Self::Event, ctx: &Context<'_>) -> Option<Date>;

    /// May not say no, and is the only change. Who said it, and when, is part of the fact.
    fn evolve(self, event: &Self::Event, said: &Envelope) -> Self;
}

/// One stream of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Stream {
    Programme(ProgrammeId),
    Commission(CommissionSlug),
    Initiative(InitiativeId),
    Milestone(MilestoneId),
    Station(StationCode),
    Indicator(IndicatorCode),
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stream::Programme(id) => write!(f, "programme-{}", id.0),
            Stream::Commission(slug) => write!(f, "commission-{}", slug.0),
            Stream::Initiative(id) => write!(f, "initiative-{}", id.0),
            Stream::Milestone(id) => write!(f, "milestone-{}", id.0),
            Stream::Station(code) => write!(f, "station-{}", code.0),
            Stream::Indicator(code) => write!(f, "indicator-{}", code.0),
        }
    }
}

/// The text names no stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a stream name: `{0}`")]
pub struct NotAStream(pub String);

impl FromStr for Stream {
    type Err = NotAStream;

    fn from_str(text: &str) -> Result<Self, NotAStream> {
        let bad = || NotAStream(text.to_owned());
        let (category, key) = text.split_once('-').ok_or_else(bad)?;
        let uuid = || Uuid::parse_str(key).map_err(|_| bad());
        Ok(match category {
            "programme" => Stream::Programme(ProgrammeId(uuid()?)),
            "commission" => Stream::Commission(CommissionSlug(key.to_owned())),
            "initiative" => Stream::Initiative(InitiativeId(uuid()?)),
            "milestone" => Stream::Milestone(MilestoneId(uuid()?)),
            "station" => Stream::Station(StationCode(key.to_owned())),
            "indicator" => Stream::Indicator(IndicatorCode(key.to_owned())),
            _ => return Err(bad()),
        })
    }
}

/// Everything that can be asked; the stream it is asked of stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Programme(programme::Command),
    Commission(commission::Command),
    Initiative(initiative::Command),
    Milestone(milestone::Command),
    Station(station::Command),
    Indicator(indicator::Command),
}

/// What a decision is given besides the state of its own stream.
pub struct Context<'a> {
    pub stream: &'a Stream,
    /// When the decision is taken; becomes the recorded time.
    pub now: Instant,
    /// The civil day of `now` in the programme's time zone.
    pub today: Date,
    pub actor: &'a Person,
    /// What the policy let the actor act as.
    pub office: &'a Office,
    pub effective_on: Option<Date>,
    pub reason: Option<&'a str>,
    /// The administrator that the configuration names; only looked at by the charter.
    pub named_administrator: Option<&'a ActorId>,
    pub basis: &'a dyn Basis,
    /// Whether a recorded decision is taken once more, to see that it was right. What has been asked for only since some release
    /// refuses nothing then: lines that are older stay valid.
    pub taken_again: bool,
}

impl Context<'_> {
    /// Founding is the import of a programme file under a resolution.
    #[must_use]
    pub fn is_founding(&self) -> bool {
        *self.office == Office::Founding
    }

    /// The day a dated fact was true: as given, else today.
    #[must_use]
    pub fn day(&self) -> Date {
        self.effective_on.unwrap_or(self.today)
    }

    /// Whether this is the person's own act: the person is who acts, or has lent the office that is acted in. What nobody may do
    /// about oneself, nobody may have done by whom one lends one's office to.
    #[must_use]
    pub fn is_act_of(&self, person: &ActorId) -> bool {
        let lent = || self.basis.lenders(&self.actor.id, self.office, self.now);
        self.actor.id == *person || !self.taken_again && lent().contains(person)
    }

    /// Whether this would be an act of the same will as an earlier one: of the same person, or in an office of the same lender.
    #[must_use]
    pub fn is_one_will_with(&self, author: &Author) -> bool {
        let lent = || self.basis.lenders(&author.actor, &author.office, author.at);
        self.is_act_of(&author.actor) || !self.taken_again && lent().iter().any(|lender| self.is_act_of(lender))
    }
}

/// Who did something, as what and when: what tells later whose act it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Author {
    pub actor: ActorId,
    pub office: Office,
    pub at: Instant,
}

impl Author {
    #[must_use]
    pub fn of(said: &Envelope) -> Author {
        Author { actor: said.actor.clone(), office: said.office.clone(), at: said.time }
    }
}

/// The snapshot that a decision looks at for what lies outside its own stream.
pub trait Basis {
    /// The last position it contains; none on an empty ledger.
    fn position(&self) -> Option<u64>;
    fn programme(&self) -> Option<ProgrammeId>;
    fn charter_commissions(&self) -> Vec<CommissionSlug>;
    fn has_commission(&self, slug: &CommissionSlug) -> bool;
    fn has_directive(&self, code: &DirectiveCode) -> bool;
    fn has_province(&self, code: &ProvinceCode) -> bool;
    /// First and last day of the horizon.
    fn horizon(&self, horizon: Horizon) -> Option<(Date, Date)>;
    /// The latest due date of a milestone committed to the horizon that is not cancelled, and its code.
    fn latest_due(&self, horizon: Horizon) -> Option<(Date, String)>;
    /// Offices held on the day, delegated ones in force included.
    fn offices(&self, actor: &ActorId, on: Date) -> Vec<Office>;
    /// Who lent the office to the actor on the day of that moment; nobody where the actor held it in the own right.
    fn lenders(&self, actor: &ActorId, office: &Office, at: Instant) -> Vec<ActorId>;
    /// Whether the actor held any office of the commission just after the position.
    fn held_office_of(&self, actor: &ActorId, commission: &CommissionSlug, at: u64) -> bool;
    /// Whether anybody of this id was ever named in office.
    fn knows_person(&self, actor: &ActorId) -> bool;
    fn initiative(&self, id: InitiativeId) -> Option<InitiativeBasis>;
    fn milestones_of(&self, id: InitiativeId) -> Vec<MilestoneBasis>;
    fn milestone(&self, id: MilestoneId) -> Option<MilestoneBasis>;
    /// Reported progress in basis points on the day, by domain.md's measures; none without a dated fact.
    fn reported(&self, id: MilestoneId, on: Date) -> Option<u16>;
    /// Position at which the event was appended, for the events a decision refers to (claims).
    fn station(&self, code: &StationCode) -> Option<StationBasis>;
    /// Open stations of the scope with their annual visits, sorted by code.
    fn stations_in(&self, scope: &Scope) -> Vec<(StationCode, u64)>;
    /// Open stations with annual visits and cases, sorted by code.
    fn volumes(&self) -> Vec<(StationCode, u64, u64)>;
    fn indicator(&self, code: &IndicatorCode) -> Option<IndicatorBasis>;
    /// The document as it stands: digest and number of milestones, with the next version's number; none when it binds nothing.
    fn document(&self) -> Option<DocumentVersion>;
    /// Whether any event refers to the file, and which; destroyed files are told apart.
    fn evidence(&self, digest: Sha256) -> EvidenceBasis;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitiativeBasis {
    pub code: String,
    pub commission: CommissionSlug,
    pub horizon: Horizon,
    pub phase: initiative::Phase,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MilestoneBasis {
    pub id: MilestoneId,
    pub code: String,
    pub initiative: InitiativeId,
    pub commission: CommissionSlug,
    pub phase: milestone::Phase,
    /// Whether it counts (initiative approved, or admitted).
    pub counts: bool,
    /// The current one.
    pub measure: Measure,
    /// Position of the standing claim, if any.
    pub claimed_at: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationBasis {
    pub province: ProvinceCode,
    pub open: bool,
    pub networked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorBasis {
    pub commission: CommissionSlug,
    pub baseline: Option<Quantity>,
    pub targets: Vec<(Horizon, Quantity)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceBasis {
    pub referred_by: Vec<crate::values::EventId>,
    pub destroyed: bool,
}

/// The state of any aggregate, by the stream it is folded from.
#[derive(Debug, Clone)]
pub enum State {
    Programme(Box<programme::Programme>),
    Commission(commission::Commission),
    Initiative(initiative::Initiative),
    Milestone(Box<milestone::Milestone>),
    Station(station::Station),
    Indicator(indicator::Indicator),
}

impl State {
    /// Before anything has happened.
    #[must_use]
    pub fn empty(stream: &Stream) -> Self {
        match stream {
            Stream::Programme(_) => State::Programme(Box::default()),
            Stream::Commission(_) => State::Commission(Default::default()),
            Stream::Initiative(_) => State::Initiative(Default::default()),
            Stream::Milestone(_) => State::Milestone(Box::default()),
            Stream::Station(_) => State::Station(Default::default()),
            Stream::Indicator(_) => State::Indicator(Default::default()),
        }
    }

    /// Decides, and says of each event on which day it was true.
    ///
    /// # Errors
    /// The first rule that the command breaks; `CODE_INVALID` when the command is not one of this stream.
    pub fn decide(&self, command: &Command, ctx: &Context<'_>) -> Result<Vec<(Event, Option<Date>)>, Refusal> {
        match (self, command) {
            (State::Programme(state), Command::Programme(command)) => dated(&**state, command, ctx, Event::Programme),
            (State::Commission(state), Command::Commission(command)) => dated(state, command, ctx, Event::Commission),
            (State::Initiative(state), Command::Initiative(command)) => dated(state, command, ctx, Event::Initiative),
            (State::Milestone(state), Command::Milestone(command)) => dated(&**state, command, ctx, Event::Milestone),
            (State::Station(state), Command::Station(command)) => dated(state, command, ctx, Event::Station),
            (State::Indicator(state), Command::Indicator(command)) => dated(state, command, ctx, Event::Indicator),
            _ => Err(Refusal::at(crate::Rule::CodeInvalid, "stream").with("value", ctx.stream)),
        }
    }

    /// An event of another aggregate leaves the state as it is: it cannot lie in this stream.
    #[must_use]
    pub fn evolve(self, event: &Event, said: &Envelope) -> Self {
        match (self, event) {
            (State::Programme(mut state), Event::Programme(event)) => {
                *state = std::mem::take(&mut *state).evolve(event, said);
                State::Programme(state)
            }
            (State::Commission(state), Event::Commission(event)) => State::Commission(state.evolve(event, said)),
            (State::Initiative(state), Event::Initiative(event)) => State::Initiative(state.evolve(event, said)),
            (State::Milestone(mut state), Event::Milestone(event)) => {
                *state = std::mem::take(&mut *state).evolve(event, said);
                State::Milestone(state)
            }
            (State::Station(state), Event::Station(event)) => State::Station(state.evolve(event, said)),
            (State::Indicator(state), Event::Indicator(event)) => State::Indicator(state.evolve(event, said)),
            (state, _) => state,
        }
    }
}

fn dated<A: Aggregate>(
    state: &A,
    command: &A::Command,
    ctx: &Context<'_>,
    wrap: impl Fn(A::Event) -> Event,
) -> Result<Vec<(Event, Option<Date>)>, Refusal> {
    let events = state.decide(command, ctx)?;
    Ok(events
        .into_iter()
        .map(|event| {
            let day = state.effective_on(&event, ctx);
            (wrap(event), day)
        })
        .collect())
}
