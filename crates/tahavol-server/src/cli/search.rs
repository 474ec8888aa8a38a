//! `tahavol search` and `tahavol timeline`: events by what they are about, who did them, when, and what was written.

use clap::Args;
use tahavol_app::messages::message;
use tahavol_app::search::{Direction, Filter, Source, Timeline};
use tahavol_app::{AsOf, Tahavol};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::fact::TYPES;
use tahavol_domain::text::{Lang, digits_to_latin};
use tahavol_domain::values::{ActorId, CommissionSlug, IndicatorCode, InitiativeId, MilestoneId, Office, StationCode};
use tahavol_domain::{Rule, Stream};
use tahavol_projections::Snapshot;
use tahavol_projections::sight::Sight;
use uuid::Uuid;

use super::{DataArguments, LangArgument, found};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::{look, whole};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only this stream, such as milestone-UUID, station-00001 or commission-technology
    #[arg(long)]
    stream: Option<String>,
    /// Only these types, such as milestone.progress_reported, or milestone for all of a kind; several with commas
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Who recorded it
    #[arg(long)]
    actor: Option<String>,
    /// As what: council, chair:technology, reporter:IR-13…
    #[arg(long)]
    office: Option<String>,
    /// Whose subject it is: the commission, its people, its initiatives, milestones and indicators
    #[arg(long, value_name = "SLUG")]
    commission: Option<String>,
    /// Recorded at this instant or day, or later
    #[arg(long, value_name = "INSTANT|DATE")]
    recorded_from: Option<String>,
    /// Recorded at this instant or day, or earlier
    #[arg(long, value_name = "INSTANT|DATE")]
    recorded_to: Option<String>,
    /// True on this day or later: 2026-03-21 or 1405/01/01
    #[arg(long, value_name = "DATE")]
    effective_from: Option<String>,
    /// True on this day or earlier
    #[arg(long, value_name = "DATE")]
    effective_to: Option<String>,
    /// Made by this command
    #[arg(long, value_name = "UUID")]
    command: Option<String>,
    /// Of this correlation
    #[arg(long, value_name = "UUID")]
    correlation: Option<String>,
    /// From the imported file of this SHA-256; `import`: from any file
    #[arg(long, value_name = "SHA256|import")]
    source: Option<String>,
    /// In the reason or a note, whichever keyboard typed it
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    data: DataArguments,
}

#[derive(Args)]
pub(crate) struct TimelineArguments {
    #[command(flatten)]
    subject: SubjectArguments,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    data: DataArguments,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct SubjectArguments {
    /// What a person did, and what was done about them
    #[arg(long, value_name = "ACTOR")]
    person: Option<String>,
    /// A milestone's own events, deliveries for it, and the decisions on its initiative
    #[arg(long, value_name = "CODE")]
    milestone: Option<String>,
    /// An initiative's own events and those of its milestones
    #[arg(long, value_name = "CODE")]
    initiative: Option<String>,
    /// Whatever a commission answers for
    #[arg(long, value_name = "SLUG")]
    commission: Option<String>,
    #[arg(long, value_name = "CODE")]
    station: Option<String>,
    #[arg(long, value_name = "CODE")]
    indicator: Option<String>,
}

/// How what is found is told.
#[derive(Args)]
pub(super) struct Output {
    /// The ledger as it was: at a position, at an instant, or at the end of a day
    #[arg(long, value_name = "POSITION|INSTANT|DATE")]
    as_of: Option<String>,
    /// Newest events first
    #[arg(long)]
    newest_first: bool,
    /// Print only how many there are
    #[arg(long, conflicts_with_all = ["json", "lines"])]
    pub(super) count: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "lines")]
    pub(super) json: bool,
    /// Print the lines of the ledger as they were appended
    #[arg(long)]
    pub(super) lines: bool,
    /// So many events at most; 0: all [default: 100 as text, else all]
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
    /// Language of what is told
    #[arg(long)]
    lang: Option<LangArgument>,
}

impl Output {
    pub(super) fn direction(&self) -> Direction {
        if self.newest_first { Direction::NewestFirst } else { Direction::OldestFirst }
    }
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let words = Reader(arguments.output.lang.map_or(settings.language, Into::into));
    let app = look(&settings).await?;
    let filter = words.filter(&app, &arguments).await?;
    let filter = as_of(&app, filter, &arguments.output, &words).await?;
    found::print(&app, &filter, &arguments.output, words.0).await
}

pub(super) async fn timeline(settings: Settings, arguments: TimelineArguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let words = Reader(arguments.output.lang.map_or(settings.language, Into::into));
    let app = look(&settings).await?;
    let filter = words.subject(&app, &arguments.subject).await?;
    let filter = as_of(&app, filter, &arguments.output, &words).await?;
    found::print(&app, &filter, &arguments.output, words.0).await
}

/// What was done in an office or by a person, or by a person in an office.
pub(super) async fn acts(
    settings: Settings,
    (office, actor): (Option<String>, Option<String>),
    output: Output,
    data: DataArguments,
) -> Result<(), Failure> {
    let arguments = Arguments {
        stream: None,
        types: Vec::new(),
        actor,
        office,
        commission: None,
        recorded_from: None,
        recorded_to: None,
        effective_from: None,
        effective_to: None,
        command: None,
        correlation: None,
        source: None,
        text: None,
        output,
        data,
    };
    run(settings, arguments).await
}

/// Nothing after the moment that is looked at. Without `--as-of`, everything must be readable.
async fn as_of(app: &Tahavol, filter: Filter, output: &Output, words: &Reader) -> Result<Filter, Failure> {
    let Some(text) = &output.as_of else {
        whole(app)?;
        return Ok(filter);
    };
    let latin = digits_to_latin(text.trim());
    if let Ok(position) = latin.parse() {
        return Ok(Filter { until: app.as_of(AsOf::Position(position)).await?.position, ..filter });
    }
    let instant = words.instant(text, Edge::End, &app.snapshot().time_zone())?;
    match app.as_of(AsOf::Instant(instant)).await?.position {
        Some(position) => Ok(Filter { until: Some(position), ..filter }),
        // Before everything: nothing was recorded by then.
        None => Ok(Filter { recorded_to: Some(instant), ..filter }),
    }
}

/// Which moment of a day is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

/// Reads what was written, and says in its language what is wrong with it.
struct Reader(Lang);

impl Reader {
    async fn filter(&self, app: &Tahavol, asked: &Arguments) -> Result<Filter, Failure> {
        let snapshot = app.snapshot();
        let zone = snapshot.time_zone();
        let instant = |text: &Option<String>, edge| text.as_ref().map(|text| self.instant(text, edge, &zone)).transpose();
        let (recorded_from, recorded_to) = (instant(&asked.recorded_from, Edge::Start)?, instant(&asked.recorded_to, Edge::End)?);
        self.in_order(recorded_from, recorded_to)?;
        let day = |text: &Option<String>| text.as_ref().map(|text| self.day(text)).transpose();
        let (effective_from, effective_to) = (day(&asked.effective_from)?, day(&asked.effective_to)?);
        self.in_order(effective_from, effective_to)?;
        let known = |wanted: &String| TYPES.iter().any(|(name, _)| name == wanted || name.split('.').next() == Some(wanted.as_str()));
        if let Some(unknown) = asked.types.iter().find(|wanted| !known(wanted)) {
            return Err(self.usage("FILTER_INVALID", unknown));
        }
        let uuid = |text: &Option<String>| text.as_ref().map(|text| self.uuid(text)).transpose();
        Ok(Filter {
            stream: match &asked.stream {
                Some(text) => Some(text.parse::<Stream>().map_err(|_| self.usage("FILTER_INVALID", text))?),
                None => None,
            },
            types: asked.types.clone(),
            actor: match &asked.actor {
                Some(actor) => Some(self.actor(app, actor).await?),
                None => None,
            },
            office: match &asked.office {
                Some(text) => Some(self.office(&snapshot, text)?),
                None => None,
            },
            commission: asked.commission.as_ref().map(|slug| self.commission(&snapshot, slug)).transpose()?,
            recorded_from,
            recorded_to,
            effective_from,
            effective_to,
            command: uuid(&asked.command)?,
            correlation: uuid(&asked.correlation)?,
            source: match asked.source.as_deref() {
                Some("import") => Some(Source::Imported),
                Some(text) => Some(Source::File(text.parse().map_err(|_| self.usage("DIGEST_FORM", text))?)),
                None => None,
            },
            text: asked.text.clone(),
            timeline: None,
            until: None,
            sight: Sight::whole(),
        })
    }

    /// Exactly one is given; the command line sees to that.
    async fn subject(&self, app: &Tahavol, asked: &SubjectArguments) -> Result<Filter, Failure> {
        let snapshot = app.snapshot();
        let mut filter = Filter::default();
        if let Some(person) = &asked.person {
            filter.timeline = Some(Timeline::Person(self.actor(app, person).await?));
        }
        if let Some(text) = &asked.milestone {
            filter.timeline = Some(Timeline::Milestone(self.milestone(&snapshot, text)?));
        }
        if let Some(text) = &asked.initiative {
            filter.timeline = Some(Timeline::Initiative(self.initiative(&snapshot, text)?));
        }
        if let Some(slug) = &asked.commission {
            filter.commission = Some(self.commission(&snapshot, slug)?);
        }
        if let Some(text) = &asked.station {
            let code = StationCode(digits_to_latin(text.trim()));
            self.known(snapshot.stations.contains_key(&code), Rule::UnknownStation, text)?;
            filter.stream = Some(Stream::Station(code));
        }
        if let Some(text) = &asked.indicator {
            let code = IndicatorCode(text.trim().to_owned());
            self.known(snapshot.indicators.contains_key(&code), Rule::UnknownIndicator, text)?;
            filter.stream = Some(Stream::Indicator(code));
        }
        Ok(filter)
    }

    async fn actor(&self, app: &Tahavol, text: &str) -> Result<ActorId, Failure> {
        let actor = ActorId(text.trim().to_owned());
        if app.knows_actor(&actor).await? { Ok(actor) } else { Err(self.refused("UNKNOWN_ACTOR", text)) }
    }

    fn office(&self, snapshot: &Snapshot, text: &str) -> Result<Office, Failure> {
        let office: Office = text.trim().parse().map_err(|_| self.usage("OFFICE_INVALID", text))?;
        match &office {
            Office::Chair(slug) | Office::Secretary(slug) | Office::Member(slug) => {
                self.commission(snapshot, &slug.0)?;
            }
            Office::Reporter(province) => {
                let provinces = snapshot.programme.as_ref().map(|row| &row.charter.provinces);
                let there = provinces.is_some_and(|provinces| provinces.iter().any(|named| named.code == *province));
                self.known(there, Rule::UnknownProvince, &province.0)?;
            }
            Office::Founding | Office::Council | Office::Inspector | Office::Auditor | Office::Administrator => {}
        }
        Ok(office)
    }

    fn commission(&self, snapshot: &Snapshot, text: &str) -> Result<CommissionSlug, Failure> {
        let slug = CommissionSlug(text.trim().to_owned());
        let chartered = snapshot.programme.as_ref().is_some_and(|row| row.charter.commissions.contains(&slug));
        self.known(chartered || snapshot.commissions.contains_key(&slug), Rule::UnknownCommission, text)?;
        Ok(slug)
    }

    /// By code or UUID.
    fn milestone(&self, snapshot: &Snapshot, text: &str) -> Result<MilestoneId, Failure> {
        let latin = digits_to_latin(text.trim());
        let by_id = Uuid::parse_str(&latin).ok().map(MilestoneId).filter(|id| snapshot.milestones.contains_key(id));
        let found = by_id.or_else(|| snapshot.milestone_by_code(&latin).map(|row| row.plan.id));
        found.ok_or_else(|| self.refused(Rule::UnknownMilestone.code(), text))
    }

    /// The same.
    fn initiative(&self, snapshot: &Snapshot, text: &str) -> Result<InitiativeId, Failure> {
        let latin = digits_to_latin(text.trim());
        let by_id = Uuid::parse_str(&latin).ok().map(InitiativeId).filter(|id| snapshot.initiatives.contains_key(id));
        let found = by_id.or_else(|| snapshot.initiative_by_code(&latin).map(|row| row.id));
        found.ok_or_else(|| self.refused(Rule::UnknownInitiative.code(), text))
    }

    fn known(&self, known: bool, rule: Rule, text: &str) -> Result<(), Failure> {
        if known { Ok(()) } else { Err(self.refused(rule.code(), text)) }
    }

    fn day(&self, text: &str) -> Result<Date, Failure> {
        Date::parse(text).map_err(|error| self.usage(error.code(), error.text()))
    }

    fn uuid(&self, text: &str) -> Result<Uuid, Failure> {
        Uuid::parse_str(text.trim()).map_err(|_| self.usage("UUID_FORM", text))
    }

    /// A day means its first or last moment where the programme is.
    fn instant(&self, text: &str, edge: Edge, zone: &TimeZone) -> Result<Instant, Failure> {
        match (Date::parse(text), edge) {
            (Ok(day), Edge::Start) => Ok(Instant::start_of(day, zone)),
            (Ok(day), Edge::End) => Ok(Instant::start_of(day.plus_days(1), zone).plus_micros(-1)),
            (Err(_), _) => Instant::parse(text).map_err(|error| self.usage(error.code(), error.text())),
        }
    }

    fn in_order<T: PartialOrd + ToString>(&self, from: Option<T>, to: Option<T>) -> Result<(), Failure> {
        match (from, to) {
            (Some(from), Some(to)) if to < from => Err(self.usage("RANGE_REVERSED", &format!("{}..{}", from.to_string(), to.to_string()))),
            (_, _) => Ok(()),
        }
    }

    fn usage(&self, code: &str, value: &str) -> Failure {
        Failure::new(Code::Usage, message(code, &[("value", value.to_owned())], self.0))
    }

    fn refused(&self, code: &str, value: &str) -> Failure {
        Failure::new(Code::Refused, message(code, &[("value", value.to_owned())], self.0))
    }
}
