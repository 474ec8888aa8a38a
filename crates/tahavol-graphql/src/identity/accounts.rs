//! Accounts: who may sign in here. What somebody may do is not said here; offices of the ledger say it.

use async_graphql::{Context, Error, InputObject, Object, SimpleObject};
use tahavol_domain::policy::Right;
use tahavol_domain::values::{ActorId, is_code};
use tahavol_identity::{Account as Row, IdentityError, Note, NoteKind, Secret};

use super::{Office, errors};
use crate::act::{Person, PersonInput};
use crate::errors::{ACCOUNT_OWN, UserError};
use crate::page::price_list;
use crate::scalars::Instant;

/// A person who signs in here, or one of an identity provider who was barred.
#[derive(SimpleObject)]
pub(crate) struct Account {
    person: Person,
    created: Instant,
    /// Since when it signs nobody in.
    disabled: Option<Instant>,
    has_password: bool,
    /// Since when a second factor is in force.
    second_factor: Option<Instant>,
    last_sign_in: Option<Instant>,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Account {
            person: (&row.person).into(),
            created: row.created.into(),
            disabled: row.disabled.map(Into::into),
            has_password: row.has_password,
            second_factor: row.second_factor.map(Into::into),
            last_sign_in: row.last_sign_in.map(Into::into),
        }
    }
}

#[derive(InputObject)]
pub(crate) struct AccountInput {
    /// Whose account, by actor id.
    actor: String,
}

#[derive(InputObject)]
pub(crate) struct AccountResetInput {
    /// Whose account, by actor id.
    actor: String,
    /// Take the second factor away as well.
    #[graphql(default)]
    second_factor: bool,
}

/// The account as it now is, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct AccountPayload {
    account: Option<Account>,
    errors: Vec<UserError>,
}

/// The account as it now is, and the link for its person; or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct AccountLinkPayload {
    account: Option<Account>,
    /// Where its person sets a password, once, within three days. It is told here and never again.
    link: Option<String>,
    errors: Vec<UserError>,
}

/// How many sessions were ended, or why none were.
#[derive(SimpleObject)]
pub(crate) struct SessionsEndPayload {
    ended: Option<i32>,
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Everybody who signs in here, by actor; for administrators.
    #[graphql(complexity = "price_list(50, child_complexity)", cache_control(no_cache))]
    async fn accounts(&self, ctx: &Context<'_>) -> Result<Vec<Account>, Error> {
        let office = Office::with(ctx, Right::ManageAccounts)?;
        let accounts = office.store().accounts().await.map_err(|error| Error::from(office.failed(None, &error)))?;
        Ok(accounts.into_iter().map(Into::into).collect())
    }
}

#[derive(Default)]
pub(crate) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account without a password, and a link with which its person sets one; for administrators. Not a command of the
    /// ledger: sent again, it is refused because the account is there.
    async fn account_add(&self, ctx: &Context<'_>, input: PersonInput) -> Result<AccountLinkPayload, Error> {
        let office = Office::of(ctx)?;
        let person = input.into();
        let added = async {
            manages(ctx, &office)?;
            let link = office.store().add_account(&person, office.now).await.map_err(|error| failed(&office, &error))?;
            linked(&office, note(NoteKind::AccountAdded, &person.id), &person.id, &link).await
        };
        Ok(with_link(added.await))
    }

    /// Bars somebody: sessions end, and service tokens and the identity provider's word are not taken; for administrators, of
    /// others. Not a command of the ledger; sent again, it changes nothing.
    async fn account_disable(&self, ctx: &Context<'_>, input: AccountInput) -> Result<AccountPayload, Error> {
        let office = Office::of(ctx)?;
        let disabled = async {
            let actor = manages(ctx, &office).and_then(|()| named(&office, input.actor))?;
            // So that there is always an administrator left: the one who asks.
            if actor == *office.me() {
                return Err(UserError::new(office.lang, ACCOUNT_OWN, Some("actor"), &[]));
            }
            office.store().disable_account(&actor, office.now).await.map_err(|error| failed(&office, &error))?;
            noted(&office, note(NoteKind::AccountDisabled, &actor), &actor).await
        };
        Ok(alone(disabled.await))
    }

    /// Lets somebody in again; for administrators. Not a command of the ledger; sent again, it changes nothing.
    async fn account_enable(&self, ctx: &Context<'_>, input: AccountInput) -> Result<AccountPayload, Error> {
        let office = Office::of(ctx)?;
        let enabled = async {
            let actor = manages(ctx, &office).and_then(|()| named(&office, input.actor))?;
            office.store().enable_account(&actor, office.now).await.map_err(|error| failed(&office, &error))?;
            noted(&office, note(NoteKind::AccountEnabled, &actor), &actor).await
        };
        Ok(alone(enabled.await))
    }

    /// Takes the password away, ends the sessions, and makes a link with which the person sets another; for administrators. Not a
    /// command of the ledger: sent again, it makes another link, and the one before is not good any more.
    async fn account_reset(&self, ctx: &Context<'_>, input: AccountResetInput) -> Result<AccountLinkPayload, Error> {
        let office = Office::of(ctx)?;
        let reset = async {
            let actor = manages(ctx, &office).and_then(|()| named(&office, input.actor))?;
            let link = office.store().reset_account(&actor, input.second_factor, office.now).await;
            let link = link.map_err(|error| failed(&office, &error))?;
            let note = note(NoteKind::AccountReset, &actor);
            // Whoever has the link could now sign in as that person: an auditor asks for it.
            let note = if input.second_factor { note.with("second_factor", "removed") } else { note };
            linked(&office, note, &actor, &link).await
        };
        Ok(with_link(reset.await))
    }

    /// Signs somebody out everywhere: yourself, or as an administrator anybody. Not a command of the ledger; sent again, it ends
    /// what has begun since.
    async fn sessions_end(&self, ctx: &Context<'_>, input: AccountInput) -> Result<SessionsEndPayload, Error> {
        let office = Office::of(ctx)?;
        let ended = async {
            let actor = named(&office, input.actor)?;
            if actor != *office.me() {
                manages(ctx, &office)?;
            }
            let ended = office.store().end_sessions(&actor).await.map_err(|error| failed(&office, &error))?;
            office.note(Note::new(NoteKind::SessionsEnded).with("account", &actor.0).with("sessions", ended));
            Ok(i32::try_from(ended).unwrap_or(i32::MAX))
        };
        let ended = ended.await;
        let errors = errors(&ended);
        Ok(SessionsEndPayload { ended: ended.ok(), errors })
    }
}

fn manages(ctx: &Context<'_>, office: &Office<'_>) -> Result<(), UserError> {
    if office.has(Right::ManageAccounts) { Ok(()) } else { Err(office.refused(ctx)) }
}

fn named(office: &Office<'_>, actor: String) -> Result<ActorId, UserError> {
    if is_code(&actor) { Ok(ActorId(actor)) } else { Err(failed(office, &IdentityError::ActorId { id: actor })) }
}

fn failed(office: &Office<'_>, error: &IdentityError) -> UserError {
    let field = if matches!(error, IdentityError::PersonName) { "name" } else { "actor" };
    office.failed(Some(field), error)
}

fn note(kind: NoteKind, actor: &ActorId) -> Note {
    Note::new(kind).with("account", &actor.0)
}

async fn noted(office: &Office<'_>, note: Note, actor: &ActorId) -> Result<Account, UserError> {
    office.note(note);
    let row = office.store().account(actor).await.map_err(|error| failed(office, &error))?;
    row.map(Into::into).ok_or_else(|| failed(office, &IdentityError::UnknownAccount { actor: actor.clone() }))
}

async fn linked(office: &Office<'_>, note: Note, actor: &ActorId, link: &Secret) -> Result<(Account, String), UserError> {
    let account = noted(office, note, actor).await?;
    Ok((account, format!("{}/link/{}", office.identity.address, link.expose())))
}

fn alone(done: Result<Account, UserError>) -> AccountPayload {
    let errors = errors(&done);
    AccountPayload { account: done.ok(), errors }
}

fn with_link(done: Result<(Account, String), UserError>) -> AccountLinkPayload {
    let errors = errors(&done);
    let (account, link) = done.ok().unzip();
    AccountLinkPayload { account, link, errors }
}
