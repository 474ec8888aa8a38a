//! The organisation's identity provider: people sign in there (OpenID Connect), and its tokens are shown to the API (JWT).

mod bearer;
mod claims;
mod fetch;
mod flow;
mod keys;
mod known;
mod settings;

use std::sync::Arc;

pub use bearer::BearerRefused;
pub use claims::ClaimsRefused;
pub use flow::{Answer, Begun, Identified, Pending, ProviderError};
pub use known::Unreachable;
pub use settings::{Misconfigured, ProviderSettings};

use fetch::Fetcher;
use known::Cache;
use settings::Checked;

/// The one provider of an organisation. Cloned cheaply; all clones share what is known of it.
#[derive(Clone)]
pub struct Provider {
    settings: Arc<Checked>,
    fetcher: Fetcher,
    known: Arc<Cache>,
}

impl Provider {
    /// Asks nobody anything yet: a provider that is down now may be up when somebody signs in.
    ///
    /// # Errors
    /// Where the settings cannot be meant so, or would not be safe.
    pub fn try_new(settings: ProviderSettings) -> Result<Provider, Misconfigured> {
        let settings = Checked::try_new(settings)?;
        let fetcher = Fetcher::try_new(&settings)?;
        Ok(Provider { settings: Arc::new(settings), fetcher, known: Arc::new(Cache::default()) })
    }

    /// Who it is, as it calls itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// Whether its tokens are taken at the API: only where it is said whom they must be meant for.
    #[must_use]
    pub fn takes_bearers(&self) -> bool {
        self.settings.audience.is_some()
    }
}
