//! `tahavol evidence`: which files events refer to, and the destruction of one by order.

use clap::{Args, Subcommand};
use tahavol_app::messages::{message, refusal_text};
use tahavol_app::{Clock, EvidenceStore, HandleError, Order};
use tahavol_domain::aggregate::Basis;
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::programme::event::Destruction;
use tahavol_domain::text::Lang;
use tahavol_domain::values::Sha256;
use tahavol_domain::{Command, Stream, programme};
use tahavol_identity::{Note, NoteKind};
use tahavol_projections::Snapshot;
use uuid::Uuid;

use super::actor::acting;
use super::{DataArguments, LangArgument, say};
use crate::config::Settings;
use crate::evidence::Files;
use crate::failure::{Code, Failure};
use crate::identity;
use crate::look::{look, whole};
use crate::open::Opened;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List the files that events refer to, destroyed ones marked
    List {
        #[command(flatten)]
        data: DataArguments,
    },
    /// Destroy one file by order, for ever. Who, why and on whose order is recorded; its digest stays, as a scar. Beside a running
    /// server use the mutation evidenceDestroy
    Destroy(Destroy),
}

#[derive(Args)]
struct Destroy {
    /// SHA-256 of the file, all 64 digits
    digest: Sha256,
    /// The same digest, typed once more
    #[arg(long, value_name = "DIGEST")]
    confirm: Sha256,
    /// Whose order, with its number
    #[arg(long)]
    order: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Who carries it out: an administrator's id
    #[arg(long = "as", value_name = "ACTOR")]
    actor: String,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::List { data } => list(&data.apply(settings)?).await,
        What::Destroy(destroy) => {
            let settings = destroy.data.apply(settings)?;
            carry_out(&settings, &destroy).await
        }
    }
}

async fn list(settings: &Settings) -> Result<(), Failure> {
    let app = look(settings).await?;
    whole(&app)?;
    let files = Files::open(&settings.evidence, &settings.evidence_dir())?;
    for (digest, row) in &app.snapshot().evidence {
        let file = &row.evidence;
        let mark = match &row.destroyed {
            Some((order, stamp)) => format!("  DESTROYED {} {order}", stamp.at),
            None => match files.find(*digest).await {
                Ok(Some(_)) => String::new(),
                Ok(None) => "  MISSING".to_owned(),
                Err(error) => format!("  UNKNOWN {error}"),
            },
        };
        say::line(&format!("{digest}  {:>10}  {:<24} {}{mark}", file.size, file.media_type, file.title))?;
    }
    Ok(())
}

/// The event first: a file that is gone without one would look like a loss. What a crash in between leaves is removed by the next
/// start of the server.
async fn carry_out(settings: &Settings, asked: &Destroy) -> Result<(), Failure> {
    let lang = asked.lang.map_or(settings.language, Into::into);
    if asked.confirm != asked.digest {
        return Err(Failure::new(Code::Refused, message("CONFIRMATION_DIFFERS", &[], lang)));
    }
    let actor = acting(settings, Some(&asked.actor)).await?;
    let opened = Opened::open(settings).await?;
    let done = async {
        let Some(stream) = opened.app.snapshot().programme().map(Stream::Programme) else {
            return Err(Failure::new(Code::Refused, message("NOT_CHARTERED", &[], lang)));
        };
        let order = Order {
            command_id: Uuid::now_v7(),
            actor,
            stream,
            command: Command::Programme(programme::Command::DestroyEvidence(Destruction {
                digest: asked.digest,
                order: asked.order.clone(),
                referred_by: Vec::new(),
            })),
            effective_on: None,
            reason: Some(asked.reason.clone()),
            expected_revision: None,
            correlation_id: None,
            causation_id: None,
            origin: "cli".to_owned(),
            import: Import::No,
            within: Within::default(),
        };
        let outcome = opened.app.handle(order).await.map_err(|error| in_language(error, lang))?;
        let removed = opened.evidence.destroy(asked.digest).await;
        removed.map_err(|error| Failure::new(Code::Failed, format!("recorded, and the file is still there: {error}")))?;
        let note = Note::new(NoteKind::EvidenceShredded).with("digest", asked.digest).with("by", identity::CONSOLE);
        opened.journal.note(note, Clock::System.now());
        Ok((outcome, opened.app.snapshot()))
    };
    let done = done.await;
    opened.close().await?;
    let (outcome, snapshot) = done?;
    tell(asked.digest, outcome.position, &snapshot, lang)
}

fn tell(digest: Sha256, position: Option<u64>, snapshot: &Snapshot, lang: Lang) -> Result<(), Failure> {
    let referred = snapshot.evidence.get(&digest).map_or(0, |row| row.referred_by.len());
    let key = if position.is_some() { "CLI_EVIDENCE_DESTROYED" } else { "CLI_EVIDENCE_GONE_BEFORE" };
    let position = position.map_or_else(String::new, |position| position.to_string());
    say::line(&message(key, &[("digest", digest.to_string()), ("position", position), ("events", referred.to_string())], lang))
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
