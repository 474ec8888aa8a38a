//! What is open for long ends with what it was opened by: a revoked token, a session that has ended, a person who was barred.

use std::sync::Arc;
use std::time::Duration;

use tahavol_app::Clock;
use tahavol_graphql::Caller;
use tahavol_identity::Credential;
use tokio::time::sleep;
use uuid::Uuid;

use super::Site;

/// How often it is asked. Together with a read of the store it is well below the five seconds that are promised.
pub(super) const ASKED_EVERY: Duration = Duration::from_secs(2);
/// The code that the last answer carries.
pub(super) const ENDED: &str = "SESSION_ENDED";

impl Site {
    /// Waits until what the caller has shown holds no more; for ever where nobody has shown anything.
    pub(super) async fn until_ended(&self, caller: Option<&Arc<Caller>>) {
        let Some(caller) = caller else { return std::future::pending().await };
        while self.still_holds(caller).await {
            sleep(ASKED_EVERY).await;
        }
    }

    /// Whether the caller would be recognised again.
    pub(super) async fn still_holds(&self, caller: &Caller) -> bool {
        let now = Clock::System.now();
        let shown = match &caller.by {
            Credential::Token { id, .. } => self.identity.token_lives(*id, now),
            Credential::Session { session, .. } => self.session_lives(*session).await,
            Credential::Provider { expires, .. } => now < *expires,
        };
        shown && !self.identity.is_disabled(&caller.person.id) && !self.lacks_second_factor(caller)
    }

    /// One that cannot be looked up is not ended for it.
    async fn session_lives(&self, session: Uuid) -> bool {
        self.identity.session_lives(session).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a session cannot be looked up");
            true
        })
    }
}
