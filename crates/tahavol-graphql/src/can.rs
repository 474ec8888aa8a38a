//! What the caller can do now: for pages and clients that show only what can be done.

use async_graphql::{Context, Error, ID, SimpleObject};
use tahavol_app::{Can, Subject};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, CommissionSlug, EventId, IndicatorCode, InitiativeId, MilestoneId, ProvinceCode, StationCode};
use tahavol_domain::{Kind, Refusal, Rule};
use uuid::Uuid;

use crate::command_name::CommandName;
use crate::errors::{NODE_ID_INVALID, UserError, refuse};
use crate::node;
use crate::request::{View, app, caller, lang, view};

/// The command would record nothing.
const ALREADY_SO: &str = "ALREADY_SO";
/// The command is about things of another kind.
const NOT_OF_THIS: &str = "COMMAND_NOT_OF_THIS";

/// What the answer to one command costs more than a field: a stream may have to be read for it.
pub(crate) const ONE: usize = 20;
/// And all commands about one thing, which share the stream.
pub(crate) const ALL: usize = 100;

/// Whether the caller can do something now.
#[derive(SimpleObject)]
#[graphql(name = "Can")]
pub(crate) struct Possible {
    command: CommandName,
    /// By permission, by the bounds of the token, by the phase of the thing and by who had a part in it. The words of the command
    /// are not known yet; they are looked at when it comes.
    allowed: bool,
    /// Why not; the same codes as in a payload's errors, and `ALREADY_SO`, `COMMAND_NOT_OF_THIS`.
    code: Option<String>,
    /// In the caller's language.
    message: Option<String>,
}

/// One command on one thing.
pub(crate) async fn can(ctx: &Context<'_>, command: CommandName, on: Option<ID>) -> Result<Possible, Error> {
    let view = view(ctx, None, None).await?;
    let Some(subject) = subject(ctx, &view, on)? else { return Ok(Possible::of(command, Can::NotOfThis, lang(ctx))) };
    let caller = caller(ctx)?;
    let answer = app(ctx)?.can(&caller.person, &caller.within, command.0, &subject).await;
    let answer = answer.map_err(|error| Error::from(UserError::unhandled(lang(ctx), &error)))?;
    Ok(Possible::of(command, as_shown(answer, &view, &subject), lang(ctx)))
}

/// Every command about one thing.
pub(crate) async fn can_all(ctx: &Context<'_>, on: Option<ID>, only_allowed: bool) -> Result<Vec<Possible>, Error> {
    let view = view(ctx, None, None).await?;
    let Some(subject) = subject(ctx, &view, on)? else { return Ok(Vec::new()) };
    let caller = caller(ctx)?;
    let answers = app(ctx)?.can_all(&caller.person, &caller.within, &subject).await;
    let answers: Vec<(Kind, Can)> = answers.map_err(|error| Error::from(UserError::unhandled(lang(ctx), &error)))?;
    let told = answers.into_iter().map(|(kind, answer)| (kind, as_shown(answer, &view, &subject)));
    let wanted = told.filter(|(_, answer)| !only_allowed || *answer == Can::Yes);
    Ok(wanted.map(|(kind, answer)| Possible::of(CommandName(kind), answer, lang(ctx))).collect())
}

impl Possible {
    fn of(command: CommandName, can: Can, lang: Lang) -> Self {
        let why = match can {
            Can::Yes => None,
            Can::AlreadySo => Some(UserError::new(lang, ALREADY_SO, None, &[])),
            Can::No(refusal) => Some(UserError::refused(lang, &refusal)),
            Can::NotOfThis => Some(UserError::new(lang, NOT_OF_THIS, None, &[("command", command.0.name().to_owned())])),
        };
        let (code, message) = why.map(|why| (why.code, why.message)).unzip();
        Possible { command, allowed: code.is_none(), code, message }
    }
}

/// What the caller is not shown is as if it were not there.
fn as_shown(answer: Can, view: &View, subject: &Subject) -> Can {
    let picture = &view.snapshot;
    let (shown, rule) = match subject {
        Subject::Initiative(id) | Subject::Risk(id, _) => (picture.initiatives.contains_key(id), Rule::UnknownInitiative),
        Subject::Milestone(id) => (picture.milestones.contains_key(id), Rule::UnknownMilestone),
        Subject::Evidence(digest) => (picture.evidence.contains_key(digest), Rule::EvidenceUnknown),
        Subject::Programme
        | Subject::Official(_)
        | Subject::Delegation(_)
        | Subject::Review(_)
        | Subject::Commission(_)
        | Subject::Province(_)
        | Subject::Station(_)
        | Subject::Indicator(_)
        | Subject::Measurement(..) => return answer,
    };
    match answer {
        Can::Yes | Can::AlreadySo | Can::No(_) if !shown => Can::No(Refusal::new(rule)),
        answer @ (Can::Yes | Can::AlreadySo | Can::No(_) | Can::NotOfThis) => answer,
    }
}

/// What a node id names; the programme where none is given, nothing where no command is about such a thing.
fn subject(ctx: &Context<'_>, view: &View, on: Option<ID>) -> Result<Option<Subject>, Error> {
    let Some(on) = on else { return Ok(Some(Subject::Programme)) };
    let invalid = || refuse(ctx, NODE_ID_INVALID, "on", &[("value", on.to_string())]);
    let (kind, key) = node::parts(&on).ok_or_else(invalid)?;
    let uuid = || Uuid::parse_str(&key).map_err(|_| invalid());
    Ok(Some(match kind.as_str() {
        "programme" => Subject::Programme,
        "official" => Subject::Official(ActorId(key)),
        "delegation" => Subject::Delegation(uuid()?),
        "review" => Subject::Review(uuid()?),
        "evidence" => Subject::Evidence(key.parse().map_err(|_| invalid())?),
        "commission" => Subject::Commission(CommissionSlug(key)),
        "initiative" => Subject::Initiative(InitiativeId(uuid()?)),
        "risk" => {
            let risk = uuid()?;
            let of = view.snapshot.initiatives.iter().find(|(_, row)| row.risks.contains_key(&risk)).map(|(id, _)| *id);
            Subject::Risk(of.unwrap_or_default(), risk)
        }
        "milestone" => Subject::Milestone(MilestoneId(uuid()?)),
        "province" => Subject::Province(ProvinceCode(key)),
        "station" => Subject::Station(StationCode(key)),
        "indicator" => Subject::Indicator(IndicatorCode(key)),
        "measurement" => {
            let (event, code) = key.split_once('@').ok_or_else(invalid)?;
            Subject::Measurement(IndicatorCode(code.to_owned()), EventId(Uuid::parse_str(event).map_err(|_| invalid())?))
        }
        "directive" | "document" | "allocation" | "event" => return Ok(None),
        _ => return Err(invalid()),
    }))
}
