//! Who may sign in, which programs ask in whose name, and what was refused: beside the ledger, so that nothing here is an event.

mod accounts;
mod journal;
mod tokens;

use async_graphql::{Context, Error};
use tahavol_app::Tahavol;
use tahavol_domain::calendar::Instant;
use tahavol_domain::policy::Right;
use tahavol_domain::text::Lang;
use tahavol_domain::values::ActorId;
use tahavol_domain::{Refusal, Rule};
use tahavol_identity::{Caller, IdentityError, IdentityStore, Journal, Note, NoteKind};

use crate::errors::{IDENTITY_ABSENT, READ_NOT_PERMITTED, UserError};
use crate::request::{app, caller, lang, now};

pub(crate) use accounts::{AccountMutation, AccountQuery};
pub(crate) use journal::JournalQuery;
pub(crate) use tokens::{TokenMutation, TokenQuery};

/// Where it is kept who somebody is. A schema without one refuses what asks for it.
#[derive(Clone)]
pub struct Identity {
    pub store: IdentityStore,
    pub journal: Journal,
    /// How people reach the server, for links that are sent to them: `https://reform.example`.
    pub address: String,
}

/// What an operation about identity is done with: who asks, and where it is kept.
struct Office<'a> {
    caller: &'a Caller,
    app: &'a Tahavol,
    identity: &'a Identity,
    lang: Lang,
    now: Instant,
}

impl<'a> Office<'a> {
    /// Nobody's token that is limited to some commands or commissions gets here: what is done here is more than any of them.
    fn of(ctx: &Context<'a>) -> Result<Office<'a>, Error> {
        let (caller, app, lang) = (caller(ctx)?, app(ctx)?, lang(ctx));
        let Some(identity) = ctx.data_opt::<Identity>() else {
            return Err(UserError::new(lang, IDENTITY_ABSENT, None, &[]).into());
        };
        let office = Office { caller, app, identity, lang, now: now(ctx) };
        if caller.within.is_unlimited() {
            return Ok(office);
        }
        office.note_refusal(ctx.field().name(), Rule::OutsideTheToken.code());
        Err(UserError::refused(lang, &Refusal::new(Rule::OutsideTheToken)).into())
    }

    /// For what only some offices let somebody read.
    fn with(ctx: &Context<'a>, right: Right) -> Result<Office<'a>, Error> {
        let office = Office::of(ctx)?;
        if office.has(right) {
            return Ok(office);
        }
        Err(office.unreadable(ctx).into())
    }

    /// Somebody asked to read what none of their offices lets them.
    fn unreadable(&self, ctx: &Context<'_>) -> UserError {
        self.note_refusal(ctx.field().name(), READ_NOT_PERMITTED);
        UserError::new(self.lang, READ_NOT_PERMITTED, None, &[])
    }

    /// Somebody asked for an act that none of their offices permits.
    fn refused(&self, ctx: &Context<'_>) -> UserError {
        self.note_refusal(ctx.field().name(), Rule::NotPermitted.code());
        UserError::refused(self.lang, &Refusal::new(Rule::NotPermitted))
    }

    fn has(&self, right: Right) -> bool {
        self.app.has(right, self.me(), &self.caller.within)
    }

    fn me(&self) -> &ActorId {
        &self.caller.person.id
    }

    fn store(&self) -> &IdentityStore {
        &self.identity.store
    }

    /// The field's name is the schema's, never an alias of the caller's.
    fn note_refusal(&self, field: &str, code: &'static str) {
        self.note(Note::new(NoteKind::ReadRefused).with("code", code).with("what", field));
    }

    fn note(&self, note: Note) {
        self.identity.journal.note(note.by(self.me()), self.now);
    }

    fn failed(&self, field: Option<&str>, error: &IdentityError) -> UserError {
        if let IdentityError::Unavailable { what } = error {
            // Where the store lies and what is wrong with it is for whoever looks after it.
            tracing::error!(what, "the identity store cannot be used");
            return UserError::new(self.lang, error.code(), None, &[("what", String::new())]);
        }
        UserError::new(self.lang, error.code(), field, &error.args())
    }
}

/// What a mutation answers that was not done.
fn errors<T>(done: &Result<T, UserError>) -> Vec<UserError> {
    done.as_ref().err().cloned().into_iter().collect()
}
