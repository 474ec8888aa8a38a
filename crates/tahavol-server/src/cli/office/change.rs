//! Offices given, lent and ended from the command line: the same commands as by GraphQL, while no server has the ledger.

use clap::Args;
use tahavol_app::messages::{message, refusal_text};
use tahavol_app::{HandleError, Order};
use tahavol_domain::aggregate::Basis;
use tahavol_domain::commission::event::{MemberAppointment, MemberRelease, Role};
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::programme::event::{Appointment, Delegation, DelegationEnd, Release};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, CommissionSlug, Office, Person};
use tahavol_domain::{Command, Stream, commission, programme};
use tahavol_projections::Snapshot;
use uuid::Uuid;

use super::super::actor::{acting, actor, known};
use super::super::{progress, say};
use super::{Common, office};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::open::Opened;

#[derive(Args)]
pub(super) struct Appoint {
    /// Who; an account is not needed
    #[arg(value_name = "PERSON")]
    person: String,
    /// council, inspector, auditor, administrator, reporter:IR-13, chair:technology, secretary:technology, member:technology
    #[arg(value_name = "OFFICE")]
    office: String,
    /// The person's name as the ledger is to have it; needed of somebody whom neither the ledger nor an account knows
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    by: By,
}

#[derive(Args)]
pub(super) struct End {
    /// Whose
    #[arg(value_name = "PERSON")]
    person: String,
    /// Which office: council, auditor, chair:technology…
    #[arg(value_name = "OFFICE")]
    office: String,
    #[command(flatten)]
    by: By,
}

#[derive(Args)]
pub(super) struct Delegate {
    /// Who lends it
    #[arg(long, value_name = "PERSON")]
    from: String,
    /// To whom
    #[arg(long, value_name = "PERSON")]
    to: String,
    /// The borrower's name; needed of somebody whom neither the ledger nor an account knows
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Which office, with its scope: inspector, chair:technology…
    #[arg(long)]
    office: String,
    /// The first day: 2026-03-21 or 1405/01/01
    #[arg(long, value_name = "DATE")]
    starts: String,
    /// The last day on which it holds
    #[arg(long, value_name = "DATE")]
    ends: String,
    #[command(flatten)]
    by: By,
}

#[derive(Args)]
pub(super) struct TakeBack {
    /// The delegation, as the list tells it
    #[arg(value_name = "ID")]
    delegation: Uuid,
    #[command(flatten)]
    by: By,
}

/// Who does it, and why.
#[derive(Args)]
struct By {
    /// Who does it: the id of somebody whose office permits it
    #[arg(long = "as", value_name = "ACTOR")]
    actor: String,
    /// Why
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// The two steps that a release can take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Propose,
    CarryOut,
}

pub(super) async fn appoint(settings: Settings, asked: Appoint) -> Result<(), Failure> {
    let (settings, lang) = asked.by.common.read(settings)?;
    let office = office(&asked.office, lang)?;
    let id = actor(&asked.person)?;
    let account = known(&settings, &id).await?;
    let build = |snapshot: &Snapshot, stream: Stream| {
        let person = person(snapshot, id, asked.name, account, lang)?;
        Ok(match role(&office) {
            Some((slug, role)) => {
                let appointment = MemberAppointment { person, role };
                (Stream::Commission(slug.clone()), Command::Commission(commission::Command::AppointMember(appointment)))
            }
            None => (stream, Command::Programme(programme::Command::AppointOfficial(Appointment { person, office }))),
        })
    };
    carry_out(&settings, &asked.by, build, lang).await
}

pub(super) async fn release(settings: Settings, asked: End, step: Step) -> Result<(), Failure> {
    let (settings, lang) = asked.by.common.read(settings)?;
    let office = office(&asked.office, lang)?;
    let id = actor(&asked.person)?;
    let build = |_: &Snapshot, stream: Stream| {
        let (actor, of_programme) = (id, |command| Command::Programme(command));
        Ok(match (role(&office), step) {
            // A role in a commission is ended by one person, so there is nothing to propose; the programme's stream says so.
            (Some((slug, role)), Step::CarryOut) => {
                let release = MemberRelease { actor, role };
                (Stream::Commission(slug.clone()), Command::Commission(commission::Command::ReleaseMember(release)))
            }
            (_, Step::Propose) => (stream, of_programme(programme::Command::ProposeOfficialRelease(Release { actor, office }))),
            (None, Step::CarryOut) => (stream, of_programme(programme::Command::ReleaseOfficial(Release { actor, office }))),
        })
    };
    carry_out(&settings, &asked.by, build, lang).await
}

pub(super) async fn delegate(settings: Settings, asked: Delegate) -> Result<(), Failure> {
    let (settings, lang) = asked.by.common.read(settings)?;
    let office = office(&asked.office, lang)?;
    let (from, to) = (actor(&asked.from)?, actor(&asked.to)?);
    let (starts, ends) = (progress::day(&asked.starts)?, progress::day(&asked.ends)?);
    let account = known(&settings, &to).await?;
    let build = |snapshot: &Snapshot, stream: Stream| {
        let to = person(snapshot, to, asked.name, account, lang)?;
        let delegation = Delegation { delegation: Uuid::now_v7(), from, to, office, starts, ends };
        Ok((stream, Command::Programme(programme::Command::DelegateOffice(delegation))))
    };
    carry_out(&settings, &asked.by, build, lang).await
}

pub(super) async fn take_back(settings: Settings, asked: TakeBack) -> Result<(), Failure> {
    let (settings, lang) = asked.by.common.read(settings)?;
    let end = DelegationEnd { delegation: asked.delegation };
    let build = |_: &Snapshot, stream: Stream| Ok((stream, Command::Programme(programme::Command::EndDelegation(end))));
    carry_out(&settings, &asked.by, build, lang).await
}

/// A role in a commission is given and ended in the commission's own stream.
fn role(office: &Office) -> Option<(&CommissionSlug, Role)> {
    match office {
        Office::Chair(slug) => Some((slug, Role::Chair)),
        Office::Secretary(slug) => Some((slug, Role::Secretary)),
        Office::Member(slug) => Some((slug, Role::Member)),
        Office::Founding | Office::Council | Office::Inspector | Office::Reporter(_) | Office::Auditor | Office::Administrator => None,
    }
}

/// Under the name that is given, else the one that the ledger or an account has.
fn person(snapshot: &Snapshot, id: ActorId, given: Option<String>, account: Option<Person>, lang: Lang) -> Result<Person, Failure> {
    let in_ledger = || snapshot.officials.get(&id).map(|row| row.person.name.clone());
    let name = given.or_else(in_ledger).or_else(|| account.map(|account| account.name));
    let unnamed = || Failure::new(Code::Usage, message("CLI_OFFICE_NAME", &[("actor", id.0.clone())], lang));
    Ok(Person { name: name.ok_or_else(unnamed)?, id: id.clone() })
}

async fn carry_out(
    settings: &Settings,
    by: &By,
    build: impl FnOnce(&Snapshot, Stream) -> Result<(Stream, Command), Failure>,
    lang: Lang,
) -> Result<(), Failure> {
    let actor = acting(settings, Some(&by.actor)).await?;
    let opened = Opened::open(settings).await.map_err(|failure| or_by_graphql(failure, lang))?;
    let done = async {
        let snapshot = opened.app.snapshot();
        let Some(programme) = snapshot.programme().map(Stream::Programme) else {
            return Err(Failure::new(Code::Refused, message("NOT_CHARTERED", &[], lang)));
        };
        let (stream, command) = build(&snapshot, programme)?;
        // The record calls people by the name under which they hold office.
        let actor = snapshot.officials.get(&actor.id).map_or(actor, |row| row.person.clone());
        let order = Order {
            command_id: Uuid::now_v7(),
            actor,
            stream,
            command,
            effective_on: None,
            reason: Some(by.reason.clone()),
            expected_revision: None,
            correlation_id: None,
            causation_id: None,
            origin: "cli".to_owned(),
            import: Import::No,
            within: Within::default(),
        };
        opened.app.handle(order).await.map_err(|error| in_language(error, lang))
    };
    let done = done.await;
    opened.close().await?;
    match done?.position {
        Some(position) => say::line(&message("office-recorded", &[("position", position.to_string())], lang)),
        None => say::line(&message("ALREADY_SO", &[], lang)),
    }
}

/// A server has the ledger: it takes the same commands itself.
fn or_by_graphql(failure: Failure, lang: Lang) -> Failure {
    match failure.code {
        Code::Busy => Failure::new(Code::Busy, format!("{}\n{}", failure.text, message("CLI_OFFICE_BY_GRAPHQL", &[], lang))),
        Code::Failed | Code::Usage | Code::Refused | Code::Corrupt => failure,
    }
}

fn in_language(error: HandleError, lang: Lang) -> Failure {
    match error {
        HandleError::Refused(refusal) => Failure::new(Code::Refused, refusal_text(&refusal, lang)),
        HandleError::Conflict { .. }
        | HandleError::Unavailable { .. }
        | HandleError::Unproven { .. }
        | HandleError::OutcomeUnknown { .. }
        | HandleError::Stopped { .. } => error.into(),
    }
}
