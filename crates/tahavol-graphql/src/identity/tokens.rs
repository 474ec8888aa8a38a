//! Service tokens: what programs show, made and revoked by the people in whose names they ask.

use async_graphql::{Context, Error, InputObject, Object, SimpleObject};
use tahavol_domain::calendar;
use tahavol_domain::policy::{Right, Within};
use tahavol_domain::values::CommissionSlug;
use tahavol_domain::{Refusal, Rule};
use tahavol_identity::{Credential, IdentityError, NewToken, Note, NoteKind, ServiceToken as Token};

use super::{Office, errors};
use crate::act::Person;
use crate::command_name::CommandName;
use crate::errors::{TOKEN_WIDER, UserError};
use crate::page::price_list;
use crate::scalars::{Instant, Uuid};

/// A token that a program shows. What it shows is told once, when it is made.
#[derive(SimpleObject)]
pub(crate) struct ServiceToken {
    id: Uuid,
    label: String,
    /// In whose name it asks; it may never do more than this person may at that moment.
    person: Person,
    /// The only commands that it is for; none: it only reads; null: all.
    commands: Option<Vec<CommandName>>,
    /// The only commissions that it is for, by slug; null: all.
    commissions: Option<Vec<String>>,
    made: Instant,
    /// From when on it is not good any more; null: it never ends by itself.
    expires: Option<Instant>,
    /// At most a minute behind.
    last_used: Option<Instant>,
    revoked: Option<Instant>,
    /// Who revoked it, by actor id.
    revoked_by: Option<String>,
}

impl From<Token> for ServiceToken {
    fn from(token: Token) -> Self {
        let (revoked, revoked_by) = token.revoked.map_or((None, None), |(at, by)| (Some(at.into()), Some(by.0)));
        ServiceToken {
            id: token.id.into(),
            label: token.label,
            person: (&token.person).into(),
            commands: token.within.commands.map(|only| only.into_iter().map(CommandName).collect()),
            commissions: token.within.commissions.map(|only| only.into_iter().map(|slug| slug.0).collect()),
            made: token.made.into(),
            expires: token.expires.map(Into::into),
            last_used: token.last_used.map(Into::into),
            revoked,
            revoked_by,
        }
    }
}

#[derive(InputObject)]
pub(crate) struct ServiceTokenMakeInput {
    /// What it is for, in 1 to 100 characters.
    label: String,
    /// Only these commands; leave it out for all that you may.
    commands: Option<Vec<CommandName>>,
    /// Only what is about these commissions, by slug; leave it out for all.
    commissions: Option<Vec<String>>,
    /// From when on it is not good any more; leave it out for one that does not end by itself.
    expires: Option<Instant>,
    /// No command at all; then `commands` is left out.
    #[graphql(default)]
    read_only: bool,
}

#[derive(InputObject)]
pub(crate) struct ServiceTokenRevokeInput {
    id: Uuid,
}

/// The token that was made, and what a program shows; or why none was made.
#[derive(SimpleObject)]
pub(crate) struct ServiceTokenMakePayload {
    service_token: Option<ServiceToken>,
    /// What the program shows. It is told here and never again, and kept nowhere.
    shown: Option<String>,
    errors: Vec<UserError>,
}

/// The token that is revoked, or why it is not.
#[derive(SimpleObject)]
pub(crate) struct ServiceTokenRevokePayload {
    service_token: Option<ServiceToken>,
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct TokenQuery;

#[Object]
impl TokenQuery {
    /// Your service tokens, newest first, revoked and expired ones too; `all`: everybody's, for administrators.
    #[graphql(complexity = "price_list(20, child_complexity)", cache_control(no_cache))]
    async fn service_tokens(&self, ctx: &Context<'_>, #[graphql(default)] all: bool) -> Result<Vec<ServiceToken>, Error> {
        let office = if all { Office::with(ctx, Right::ManageTokens)? } else { Office::of(ctx)? };
        let of = (!all).then(|| office.me());
        let tokens = office.store().tokens(of).await.map_err(|error| Error::from(office.failed(None, &error)))?;
        Ok(tokens.into_iter().map(Into::into).collect())
    }
}

#[derive(Default)]
pub(crate) struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a service token that asks in your name, within the bounds that you give it. Not a command of the ledger: sent
    /// again, it makes another one.
    async fn service_token_make(&self, ctx: &Context<'_>, input: ServiceTokenMakeInput) -> Result<ServiceTokenMakePayload, Error> {
        let office = Office::of(ctx)?;
        let made = make(&office, input).await;
        let errors = errors(&made);
        let (service_token, shown) = made.ok().unzip();
        Ok(ServiceTokenMakePayload { service_token, shown, errors })
    }

    /// Revokes a service token for ever: your own, or as an administrator anybody's. Not a command of the ledger; sent again, it
    /// changes nothing.
    async fn service_token_revoke(&self, ctx: &Context<'_>, input: ServiceTokenRevokeInput) -> Result<ServiceTokenRevokePayload, Error> {
        let office = Office::of(ctx)?;
        let revoked = revoke(ctx, &office, input).await;
        let errors = errors(&revoked);
        Ok(ServiceTokenRevokePayload { service_token: revoked.ok(), errors })
    }
}

async fn make(office: &Office<'_>, input: ServiceTokenMakeInput) -> Result<(ServiceToken, String), UserError> {
    let expires = input.expires.map(|typed| typed.0.map_err(|bad| UserError::bad(office.lang, "expires", &bad))).transpose()?;
    if let Some(end) = own_end(office).await?
        && expires.is_none_or(|expires| expires > end)
    {
        return Err(UserError::new(office.lang, TOKEN_WIDER, Some("expires"), &[("value", end.to_string())]));
    }
    let within = within(office, input.commands, input.commissions, input.read_only)?;
    let new = NewToken::of(office.caller, input.label, within, expires);
    let made = office.store().make_token(new, office.now).await;
    let (token, shown) = made.map_err(|error| office.failed(field_of(&error), &error))?;
    office.note(Note::new(NoteKind::TokenMade).with("token", token.id).with("account", &token.person.id.0));
    Ok((token.into(), shown.expose().to_owned()))
}

/// When what the caller has shown ends: nothing that it makes outlives it. A session stands for a person who is there.
async fn own_end(office: &Office<'_>) -> Result<Option<calendar::Instant>, UserError> {
    match &office.caller.by {
        Credential::Session { .. } => Ok(None),
        Credential::Provider { expires, .. } => Ok(Some(*expires)),
        Credential::Token { id, .. } => {
            let own = office.store().tokens(Some(office.me())).await.map_err(|error| office.failed(None, &error))?;
            Ok(own.into_iter().find(|token| token.id == *id).and_then(|token| token.expires))
        }
    }
}

fn within(
    office: &Office<'_>,
    commands: Option<Vec<CommandName>>,
    commissions: Option<Vec<String>>,
    read_only: bool,
) -> Result<Within, UserError> {
    let commands = match (commands, read_only) {
        (Some(some), true) if !some.is_empty() => {
            return Err(UserError::new(
                office.lang,
                crate::errors::AT_MOST_ONE,
                Some("readOnly"),
                &[("fields", "commands, readOnly".to_owned())],
            ));
        }
        (Some(_) | None, true) => Some(Default::default()),
        (only, false) => only.map(|only| only.into_iter().map(|name| name.0).collect()),
    };
    let there = office.app.snapshot();
    let slug = |text: String| {
        let slug = CommissionSlug(text);
        // A token for a commission that is not there would be good for nothing, and nobody would know why.
        if there.commissions.contains_key(&slug) {
            return Ok(slug);
        }
        let refusal = Refusal::at(Rule::UnknownCommission, "commissions").with("value", &slug.0);
        Err(UserError::refused(office.lang, &refusal))
    };
    let commissions = commissions.map(|only| only.into_iter().map(slug).collect::<Result<_, _>>()).transpose()?;
    Ok(Within { commands, commissions })
}

fn field_of(error: &IdentityError) -> Option<&'static str> {
    match error {
        IdentityError::TokenLabel => Some("label"),
        IdentityError::TokenExpiry => Some("expires"),
        IdentityError::Unavailable { .. }
        | IdentityError::NotOurs { .. }
        | IdentityError::NewerVersion { .. }
        | IdentityError::ActorId { .. }
        | IdentityError::PersonName
        | IdentityError::UnknownAccount { .. }
        | IdentityError::AccountExists { .. }
        | IdentityError::PasswordLength { .. }
        | IdentityError::PasswordLikeName
        | IdentityError::WrongPassword
        | IdentityError::Wait { .. }
        | IdentityError::UnknownLink
        | IdentityError::SecondFactorInForce
        | IdentityError::TooManyTokens { .. }
        | IdentityError::UnknownToken => None,
    }
}

/// Somebody else's token is not there for whoever does not look after all of them.
async fn revoke(ctx: &Context<'_>, office: &Office<'_>, input: ServiceTokenRevokeInput) -> Result<ServiceToken, UserError> {
    let id = input.id.0.map_err(|bad| UserError::bad(office.lang, "id", &bad))?;
    let of = (!office.has(Right::ManageTokens)).then(|| office.me());
    let known = office.store().tokens(of).await.map_err(|error| office.failed(None, &error))?;
    let Some(token) = known.into_iter().find(|token| token.id == id) else {
        office.note_refusal(ctx.field().name(), IdentityError::UnknownToken.code());
        return Err(office.failed(Some("id"), &IdentityError::UnknownToken));
    };
    let was_good = token.revoked.is_none();
    let token = office.store().revoke_token(id, office.me(), office.now).await.map_err(|error| office.failed(Some("id"), &error))?;
    if was_good {
        office.note(Note::new(NoteKind::TokenRevoked).with("token", id).with("account", &token.person.id.0));
    }
    Ok(token.into())
}
