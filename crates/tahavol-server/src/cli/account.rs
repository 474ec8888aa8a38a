//! `tahavol account`: who may sign in here. What somebody may do is not said here; offices of the ledger say it.

use clap::{Args, Subcommand};
use serde_json::json;
use tahavol_app::Clock;
use tahavol_app::messages::message;
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::{ActorId, Person};
use tahavol_identity::journal::{Note, NoteKind};
use tahavol_identity::{Account, IdentityStore, Secret};

use super::actor::actor;
use super::dates::Dates;
use super::table::aligned;
use super::{DataArguments, LangArgument, say};
use crate::config::Settings;
use crate::failure::Failure;
use crate::identity;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make an account; prints a one-time link, good for three days, with which its person sets a password
    Add {
        /// Who: the id that stands in the ledger
        #[arg(value_name = "ACTOR")]
        actor: String,
        /// The person's name, as the ledger is to have it
        #[arg(long, value_name = "NAME")]
        name: String,
        #[command(flatten)]
        common: Common,
    },
    /// List the accounts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Bar somebody: sessions end, tokens and the identity provider's word are not taken any more
    Disable(One),
    /// Let somebody in again
    Enable(One),
    /// Take the password away and end the sessions; prints a new one-time link
    Reset {
        #[command(flatten)]
        one: One,
        /// Take the second factor away as well
        #[arg(long)]
        second_factor: bool,
    },
}

#[derive(Args)]
struct One {
    /// Whose account
    #[arg(value_name = "ACTOR")]
    actor: String,
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

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::Add { actor: who, name, common } => {
            let desk = Desk::open(settings, &common).await?;
            desk.add(Person { id: actor(&who)?, name }).await
        }
        What::List { json, common } => Desk::open(settings, &common).await?.list(json).await,
        What::Disable(one) => Desk::open(settings, &one.common).await?.disable(&actor(&one.actor)?).await,
        What::Enable(one) => Desk::open(settings, &one.common).await?.enable(&actor(&one.actor)?).await,
        What::Reset { one, second_factor } => Desk::open(settings, &one.common).await?.reset(&actor(&one.actor)?, second_factor).await,
    }
}

/// What every one of these needs.
struct Desk {
    settings: Settings,
    store: IdentityStore,
    dates: Dates,
}

impl Desk {
    async fn open(settings: Settings, common: &Common) -> Result<Desk, Failure> {
        let settings = common.data.apply(settings)?;
        let dates = Dates::of(&settings, common.lang.map_or(settings.language, Into::into)).await?;
        Ok(Desk { store: identity::open(&settings)?, settings, dates })
    }

    async fn add(&self, person: Person) -> Result<(), Failure> {
        let link = self.store.add_account(&person, now()).await?;
        self.note(NoteKind::AccountAdded, &person.id).await?;
        self.tell("account-added", &person.id);
        self.link(&link)
    }

    async fn list(&self, json: bool) -> Result<(), Failure> {
        let accounts = self.store.accounts().await?;
        if json {
            let told: Vec<_> = accounts.iter().map(object).collect();
            return say::line(&format!("{:#}", json!(told)));
        }
        if accounts.is_empty() {
            say::aside(&self.say("account-nobody", &[]));
            return Ok(());
        }
        let heads = ["account-actor", "account-name", "account-created", "account-signed-in", "account-second-factor", "account-state"];
        let head = heads.map(|key| self.say(key, &[])).to_vec();
        let rows = accounts.iter().map(|account| self.row(account)).collect();
        aligned(head, rows).iter().try_for_each(|line| say::line(line))
    }

    fn row(&self, account: &Account) -> Vec<String> {
        let state = match (account.disabled, account.has_password) {
            (Some(_), _) => "account-disabled-since",
            (None, true) => "account-open",
            (None, false) => "account-waits",
        };
        vec![
            account.person.id.0.clone(),
            account.person.name.clone(),
            self.dates.day(Some(account.created)),
            self.dates.day(account.last_sign_in),
            self.dates.day(account.second_factor),
            self.say(state, &[("day", self.dates.day(account.disabled))]),
        ]
    }

    async fn disable(&self, actor: &ActorId) -> Result<(), Failure> {
        self.store.disable_account(actor, now()).await?;
        self.note(NoteKind::AccountDisabled, actor).await?;
        self.tell("account-disabled", actor);
        Ok(())
    }

    async fn enable(&self, actor: &ActorId) -> Result<(), Failure> {
        self.store.enable_account(actor, now()).await?;
        self.note(NoteKind::AccountEnabled, actor).await?;
        self.tell("account-enabled", actor);
        Ok(())
    }

    async fn reset(&self, actor: &ActorId, second_factor: bool) -> Result<(), Failure> {
        let link = self.store.reset_account(actor, second_factor, now()).await?;
        let note = Note::new(NoteKind::AccountReset).with("account", &actor.0);
        let note = if second_factor { note.with("second_factor", "removed") } else { note };
        identity::note_at_console(&self.settings, note).await?;
        self.tell("account-reset", actor);
        self.link(&link)
    }

    /// The link alone goes to standard output.
    fn link(&self, link: &Secret) -> Result<(), Failure> {
        say::aside(&self.say("account-link", &[]));
        if self.settings.public_url.is_none() {
            say::aside(&self.say("account-link-here", &[("address", self.settings.address())]));
        }
        say::line(&link_address(&self.settings, link))
    }

    async fn note(&self, kind: NoteKind, actor: &ActorId) -> Result<(), Failure> {
        identity::note_at_console(&self.settings, Note::new(kind).with("account", &actor.0)).await
    }

    fn tell(&self, key: &str, actor: &ActorId) {
        say::aside(&self.say(key, &[("actor", actor.0.clone())]));
    }

    fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        message(key, args, self.dates.lang)
    }
}

/// Where somebody sets a password.
pub(super) fn link_address(settings: &Settings, link: &Secret) -> String {
    format!("{}/link/{}", settings.address(), link.expose())
}

fn now() -> Instant {
    Clock::System.now()
}

fn object(account: &Account) -> serde_json::Value {
    json!({
        "actor": account.person.id,
        "name": account.person.name,
        "created": account.created,
        "lastSignIn": account.last_sign_in,
        "hasPassword": account.has_password,
        "secondFactor": account.second_factor,
        "disabled": account.disabled,
    })
}
