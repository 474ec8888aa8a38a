//! How anybody comes in: a first administrator by a link, an identity provider, or what to do so that somebody can.

use tahavol_app::Clock;
use tahavol_identity::{Account, IdentityStore};

use super::account::link_address;
use super::say;
use crate::config::{PersonSetting, Settings};
use crate::failure::{Failure, both};
use crate::http::Site;

/// Told at every start, before the address.
///
/// # Errors
/// When accounts cannot be read or the first one cannot be made.
pub(super) async fn told(settings: &Settings, site: &Site) -> Result<(), Failure> {
    let store = &site.identity;
    if let Some(administrator) = &settings.administrator
        && site.provider.is_none()
    {
        first(settings, store, administrator).await?;
    }
    let accounts = store.accounts().await?;
    let tokens = store.tokens(None).await?.into_iter().filter(|token| token.revoked.is_none()).count();
    say::line(&format!("people    {} accounts, {tokens} service tokens", accounts.len()))?;
    match &site.provider {
        Some(provider) => say::line(&format!("sign-in   /sign-in, and by {}", provider.issuer())),
        None if accounts.is_empty() => say::line(&format!("WARNING   {}", both("SERVE_NOBODY", &[]))),
        None => say::line("sign-in   /sign-in"),
    }
}

/// Makes the account of the configured administrator where there is none at all, and a new link at every start until she has
/// used one. The link is printed and kept nowhere.
async fn first(settings: &Settings, store: &IdentityStore, administrator: &PersonSetting) -> Result<(), Failure> {
    let (person, now) = (administrator.person(), Clock::System.now());
    let link = match store.account(&person.id).await? {
        None if store.needs_first_account().await? => store.add_account(&person, now).await?,
        Some(account) if is_waiting(&account) && is_alone(store).await? => store.reset_account(&person.id, false, now).await?,
        None | Some(_) => return Ok(()),
    };
    let (actor, link) = (person.id.0, link_address(settings, &link));
    say::line(&format!("LINK      {}", both("SERVE_FIRST_LINK", &[("actor", actor)])))?;
    say::line(&format!("          {link}"))
}

fn is_waiting(account: &Account) -> bool {
    !account.has_password && account.disabled.is_none() && account.last_sign_in.is_none()
}

/// Once others have accounts, they make links: a start of the server gives nothing away.
async fn is_alone(store: &IdentityStore) -> Result<bool, Failure> {
    Ok(store.accounts().await?.len() == 1)
}
