//! `tahavol token`: programs that ask in somebody's name, within bounds.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use serde_json::json;
use tahavol_app::Clock;
use tahavol_app::messages::message;
use tahavol_domain::Kind;
use tahavol_domain::policy::Within;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, CommissionSlug, Person};
use tahavol_identity::journal::{Note, NoteKind};
use tahavol_identity::{IdentityError, NewToken, ServiceToken};
use uuid::Uuid;

use super::actor::{actor, known};
use super::dates::Dates;
use super::table::aligned;
use super::{DataArguments, LangArgument, say};
use crate::config::Settings;
use crate::failure::{Code, Failure, both};
use crate::identity;
use crate::look::look;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make a token; it is printed once, and kept nowhere
    Add(Add),
    /// List tokens, revoked and expired ones too; never what was shown
    List {
        /// Only those of one person
        #[arg(long = "as", value_name = "ACTOR")]
        actor: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a token, for ever
    Revoke {
        /// Its id, as the list tells it
        #[arg(value_name = "ID")]
        id: Uuid,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args)]
struct Add {
    /// In whose name it asks
    #[arg(long = "as", value_name = "ACTOR")]
    actor: String,
    /// That person's name; needed of somebody without an account whom the ledger does not know
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    label: String,
    /// Only this command, such as milestoneReportProgress; several times for several
    #[arg(long = "command", value_name = "COMMAND", conflicts_with = "read_only")]
    commands: Vec<String>,
    /// Only what is about this commission; several times for several
    #[arg(long = "commission", value_name = "SLUG")]
    commissions: Vec<String>,
    /// No command at all
    #[arg(long)]
    read_only: bool,
    /// The last day on which it is good
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

impl Common {
    fn lang(&self, settings: &Settings) -> Lang {
        self.lang.map_or(settings.language, Into::into)
    }
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::Add(asked) => {
            let settings = asked.common.data.apply(settings)?;
            add(&settings, &asked).await
        }
        What::List { actor, json, common } => {
            let settings = common.data.apply(settings)?;
            list(&settings, actor.as_deref(), json, common.lang(&settings)).await
        }
        What::Revoke { id, common } => {
            let settings = common.data.apply(settings)?;
            revoke(&settings, id, common.lang(&settings)).await
        }
    }
}

/// The token alone goes to standard output.
async fn add(settings: &Settings, asked: &Add) -> Result<(), Failure> {
    let lang = asked.common.lang(settings);
    let expires = match &asked.expires {
        Some(day) => Some(Dates::of(settings, lang).await?.end_of(day)?),
        None => None,
    };
    let new = NewToken {
        person: person(settings, asked).await?,
        label: asked.label.clone(),
        within: within(settings, asked).await?,
        expires,
        made_with: None,
        second_factor: true,
    };
    let (token, secret) = identity::open(settings)?.make_token(new, Clock::System.now()).await?;
    let note = Note::new(NoteKind::TokenMade).with("token", token.id).with("account", &token.person.id.0);
    identity::note_at_console(settings, note).await?;
    let args = [("actor", token.person.id.0.clone()), ("id", token.id.to_string())];
    say::aside(&message("token-made", &args, lang));
    say::line(secret.expose())
}

/// Whom the configuration, an account or the ledger knows, else under the name that is given.
async fn person(settings: &Settings, asked: &Add) -> Result<Person, Failure> {
    let id = actor(&asked.actor)?;
    if let Some(person) = known(settings, &id).await? {
        return Ok(person);
    }
    if let Some(name) = &asked.name {
        return Ok(Person { id, name: name.clone() });
    }
    let there = settings.ledger_path()?.exists();
    let official = if there { look(settings).await?.snapshot().officials.get(&id).map(|row| row.person.clone()) } else { None };
    official.ok_or_else(|| Failure::from(IdentityError::UnknownAccount { actor: id }))
}

async fn within(settings: &Settings, asked: &Add) -> Result<Within, Failure> {
    let unknown = |text: &String| Failure::usage(both("CLI_NO_COMMAND", &[("value", text.clone())]));
    let commands = asked.commands.iter().map(|text| text.parse::<Kind>().map_err(|_| unknown(text)));
    let commands = commands.collect::<Result<BTreeSet<_>, _>>()?;
    let bounded = asked.read_only || !commands.is_empty();
    if asked.commissions.is_empty() {
        return Ok(Within { commands: bounded.then_some(commands), commissions: None });
    }
    // A token for a commission that is not there would be good for nothing, and nobody would know why.
    let snapshot = look(settings).await?.snapshot();
    let slug = |text: &String| {
        let slug = CommissionSlug(text.clone());
        let missing = || Failure::new(Code::Refused, both("CLI_NO_COMMISSION", &[("value", text.clone())]));
        if snapshot.commissions.contains_key(&slug) { Ok(slug) } else { Err(missing()) }
    };
    let commissions = asked.commissions.iter().map(slug).collect::<Result<_, _>>()?;
    Ok(Within { commands: bounded.then_some(commands), commissions: Some(commissions) })
}

async fn list(settings: &Settings, of: Option<&str>, json: bool, lang: Lang) -> Result<(), Failure> {
    let of = of.map(actor).transpose()?;
    let tokens = identity::open(settings)?.tokens(of.as_ref()).await?;
    if json {
        let told: Vec<_> = tokens.iter().map(object).collect();
        return say::line(&format!("{:#}", json!(told)));
    }
    if tokens.is_empty() {
        say::aside(&message("token-none", &[], lang));
        return Ok(());
    }
    let dates = Dates::of(settings, lang).await?;
    let heads = [
        "token-id",
        "account-actor",
        "token-label",
        "token-bounds",
        "account-created",
        "token-last-used",
        "token-expires",
        "account-state",
    ];
    let head = heads.map(|key| message(key, &[], lang)).to_vec();
    let rows = tokens.iter().map(|token| row(token, &dates)).collect();
    aligned(head, rows).iter().try_for_each(|line| say::line(line))
}

fn row(token: &ServiceToken, dates: &Dates) -> Vec<String> {
    let now = Clock::System.now();
    let (state, day) = match (&token.revoked, token.expires) {
        (Some((at, _)), _) => ("token-revoked-on", Some(*at)),
        (None, Some(expires)) if expires <= now => ("token-expired", None),
        (None, _) => ("token-good", None),
    };
    vec![
        token.id.to_string(),
        token.person.id.0.clone(),
        token.label.clone(),
        bounds(&token.within, dates.lang),
        dates.day(Some(token.made)),
        dates.day(token.last_used),
        // The first moment at which it is not good any more is the start of a day.
        dates.day(token.expires.map(|end| end.plus_micros(-1))),
        message(state, &[("day", dates.day(day))], dates.lang),
    ]
}

fn bounds(within: &Within, lang: Lang) -> String {
    let commands = match &within.commands {
        None => None,
        Some(only) if only.is_empty() => Some(message("token-reads", &[], lang)),
        Some(only) => Some(only.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" ")),
    };
    let commissions = within.commissions.as_ref().map(|only| only.iter().map(|slug| slug.0.as_str()).collect::<Vec<_>>().join(" "));
    let told: Vec<String> = [commands, commissions].into_iter().flatten().collect();
    if told.is_empty() { message("token-unbounded", &[], lang) } else { told.join(" · ") }
}

async fn revoke(settings: &Settings, id: Uuid, lang: Lang) -> Result<(), Failure> {
    let by = ActorId(identity::CONSOLE.to_owned());
    let token = identity::open(settings)?.revoke_token(id, &by, Clock::System.now()).await?;
    let note = Note::new(NoteKind::TokenRevoked).with("token", id).with("account", &token.person.id.0);
    identity::note_at_console(settings, note).await?;
    say::aside(&message("token-revoked", &[("label", token.label), ("actor", token.person.id.0)], lang));
    Ok(())
}

fn object(token: &ServiceToken) -> serde_json::Value {
    json!({
        "id": token.id,
        "actor": token.person.id,
        "name": token.person.name,
        "label": token.label,
        "commands": token.within.commands,
        "commissions": token.within.commissions,
        "made": token.made,
        "expires": token.expires,
        "lastUsed": token.last_used,
        "revoked": token.revoked.as_ref().map(|(at, by)| json!({ "at": at, "by": by })),
    })
}
