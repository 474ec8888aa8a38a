//! The security journal as auditors read it.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use tahavol_domain::policy::Right;
use tahavol_domain::values::ActorId;
use tahavol_identity::NoteKind;
use tahavol_identity::journal::{Entry, Head, Journal, JournalError, JournalHealth, Wanted};

use super::Office;
use crate::errors::{CURSOR_INVALID, JOURNAL_UNAVAILABLE, UserError, read_opt, refuse};
use crate::page::{cursor_of, key_of, number_key, price, size};
use crate::request::lang;
use crate::scalars::{Count, Digest, Instant};

/// What happened.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "NoteKind")]
pub(crate) enum SecurityJournalKind {
    /// A command was refused by a rule of the programme.
    CommandRefused,
    /// Something was asked for that no office of the caller lets them read or look after.
    ReadRefused,
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionsEnded,
    PasswordChanged,
    SecondFactorChanged,
    /// A one-time link was used to set a password.
    LinkUsed,
    AccountAdded,
    AccountDisabled,
    AccountEnabled,
    AccountReset,
    TokenMade,
    TokenRevoked,
    /// A token was shown that is not good.
    TokenRefused,
    /// A request came from another site's page, or without proof that it was meant.
    ForgeryRefused,
    /// Somebody asked too often and has to wait.
    Throttled,
    /// The whole ledger left: events, a bundle, a backup, the entries of its log.
    LedgerExported,
    Imported,
    /// The destruction of a piece of evidence was recorded in the ledger.
    EvidenceDestroyed,
    /// A destroyed piece of evidence was removed from the store of files.
    EvidenceShredded,
    /// Notes that could not be kept.
    NotesLost,
    /// A crash tore the end of the file before this entry's.
    JournalTorn,
    /// What had been written last was not there any more.
    JournalAltered,
}

/// In which order entries are told.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SecurityJournalOrder {
    #[default]
    NewestFirst,
    OldestFirst,
}

/// One line of the security journal.
pub(crate) struct SecurityJournalEntry(Entry);

/// A name and a value: codes, ids, digests, origins. What was not one of these is told by its length only.
#[derive(SimpleObject)]
pub(crate) struct SecurityJournalDetail {
    name: String,
    value: String,
}

/// One line of the security journal.
#[Object]
impl SecurityJournalEntry {
    /// Dense, from 1.
    async fn number(&self) -> Count {
        Count::of(self.0.number)
    }

    async fn at(&self) -> Instant {
        self.0.at.into()
    }

    async fn kind(&self) -> SecurityJournalKind {
        self.0.kind.into()
    }

    /// Who did it or tried it, where that is certain.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_ref().map(|actor| actor.0.as_str())
    }

    /// From which network address.
    async fn address(&self) -> Option<String> {
        self.0.address.map(|address| address.to_string())
    }

    async fn details(&self) -> Vec<SecurityJournalDetail> {
        let detail = |(name, value): (&String, &String)| SecurityJournalDetail { name: name.clone(), value: value.clone() };
        self.0.details.iter().map(detail).collect()
    }

    /// How many same ones it stands for, which followed each other within seconds; what they did not share is left out.
    async fn times(&self) -> Count {
        Count::of(self.0.times)
    }

    /// SHA-256 of the line before.
    async fn previous(&self) -> Digest {
        self.0.previous.into()
    }
}

/// How the security journal is.
pub(crate) struct SecurityJournalHealth {
    journal: Journal,
    head: Head,
    health: JournalHealth,
}

/// Whether the chain of entries is whole.
#[derive(SimpleObject)]
pub(crate) struct SecurityJournalCheck {
    whole: bool,
    /// How many entries from the first on are as they were written.
    entries: Count,
    /// The first entry that is not as it was written, or not there.
    broken_at: Option<Count>,
    what: Option<String>,
}

/// How the security journal is.
#[Object]
impl SecurityJournalHealth {
    async fn entries(&self) -> Count {
        Count::of(self.head.entries)
    }

    /// SHA-256 of the last line. Kept elsewhere, it shows later that nothing was cut off.
    async fn head(&self) -> Digest {
        self.head.hash.into()
    }

    /// Goes along the whole chain now.
    #[graphql(complexity = "1_000")]
    async fn check(&self, ctx: &Context<'_>) -> Result<SecurityJournalCheck, Error> {
        match off_the_request(&self.journal, Journal::verify).await {
            Ok(head) => Ok(SecurityJournalCheck { whole: true, entries: Count::of(head.entries), broken_at: None, what: None }),
            Err(JournalError::Broken(broken)) => Ok(SecurityJournalCheck {
                whole: false,
                entries: Count::of(broken.number.saturating_sub(1)),
                broken_at: Some(Count::of(broken.number)),
                what: Some(broken.what.to_string()),
            }),
            Err(error) => Err(unavailable(ctx, &error)),
        }
    }

    /// Notes that this server could not keep since it was started.
    async fn lost(&self) -> Count {
        Count::of(self.health.lost)
    }

    /// Whether writing failed the last time.
    async fn failing(&self) -> bool {
        self.health.failing
    }
}

#[derive(Default)]
pub(crate) struct JournalQuery;

#[Object]
impl JournalQuery {
    /// What was refused, failed or sensitive, on this server; for auditors. `from` is the first moment, `to` the one after the last.
    /// A line that somebody has made unreadable is left out here; `securityJournalHealth` finds it.
    #[graphql(complexity = "price(first, child_complexity)", cache_control(no_cache))]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn security_journal(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        kind: Option<SecurityJournalKind>,
        actor: Option<String>,
        from: Option<Instant>,
        to: Option<Instant>,
        #[graphql(default)] order: SecurityJournalOrder,
    ) -> Result<Connection<String, SecurityJournalEntry>, Error> {
        let office = Office::with(ctx, Right::ReadSecurityJournal)?;
        let size = size(ctx, first)?;
        let after = after_number(ctx, after.as_deref())?;
        let wanted = Wanted {
            kind: kind.map(Into::into),
            actor: actor.map(ActorId),
            from: read_opt(ctx, "from", from)?,
            until: read_opt(ctx, "to", to)?,
        };
        let found = off_the_request(&office.identity.journal, move |journal| match order {
            SecurityJournalOrder::NewestFirst => journal.records().search_back(after, size + 1, &wanted),
            SecurityJournalOrder::OldestFirst => journal.records().search(after.unwrap_or(0), size + 1, &wanted),
        });
        let mut entries = found.await.map_err(|error| unavailable(ctx, &error))?;
        let more = entries.len() > size;
        entries.truncate(size);
        let mut page = Connection::new(after.is_some(), more);
        page.edges.extend(entries.into_iter().map(|entry| {
            let cursor = cursor_of(ctx, &number_key(entry.number));
            Edge::new(cursor, SecurityJournalEntry(entry))
        }));
        Ok(page)
    }

    /// How the security journal is; for auditors.
    #[graphql(cache_control(no_cache))]
    async fn security_journal_health(&self, ctx: &Context<'_>) -> Result<SecurityJournalHealth, Error> {
        let journal = &Office::with(ctx, Right::ReadSecurityJournal)?.identity.journal;
        let head = off_the_request(journal, |journal| journal.records().head()).await.map_err(|error| unavailable(ctx, &error))?;
        Ok(SecurityJournalHealth { journal: journal.clone(), head, health: journal.health() })
    }
}

fn after_number(ctx: &Context<'_>, cursor: Option<&str>) -> Result<Option<u64>, Error> {
    let Some(key) = key_of(ctx, cursor)? else { return Ok(None) };
    let bad = || refuse(ctx, CURSOR_INVALID, "after", &[("value", cursor.unwrap_or_default().to_owned())]);
    key.parse().map(Some).map_err(|_| bad())
}

/// Reading blocks.
async fn off_the_request<T: Send + 'static>(
    journal: &Journal,
    work: impl FnOnce(&Journal) -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    let journal = journal.clone();
    let done = tokio::task::spawn_blocking(move || work(&journal)).await;
    done.unwrap_or_else(|error| Err(JournalError::Unavailable { doing: "read the security journal".to_owned(), what: error.to_string() }))
}

/// A broken entry is told to the auditor; where the files lie, only in the log.
fn unavailable(ctx: &Context<'_>, error: &JournalError) -> Error {
    tracing::error!(%error, "the security journal cannot be read");
    let number = match error {
        JournalError::Broken(broken) => broken.number.to_string(),
        JournalError::Unavailable { .. } => "-".to_owned(),
    };
    UserError::new(lang(ctx), JOURNAL_UNAVAILABLE, None, &[("number", number)]).into()
}
