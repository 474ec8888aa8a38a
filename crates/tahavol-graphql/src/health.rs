//! How the system itself is: what the follower does, and whether the live picture is the fold of the ledger.

use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use tahavol_app::{Alarm, Compared, Equality, Follower, Link};
use tahavol_domain::calendar;

use crate::proof::{self, ProofHealth};
use crate::request::{What, app, may_read};
use crate::scalars::{Count, Digest, Instant, Position};

/// What the follower of the ledger is doing.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FollowerState {
    Replaying,
    Following,
    /// The ledger cannot be read just now.
    Reconnecting,
    /// At an event that it cannot get past.
    Stopped,
    Closed,
}

/// Whether this node hears what others record. With a ledger of its own it always does.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    Sound,
    /// What was recorded meanwhile is being read.
    CatchingUp,
    /// Nothing is heard; it is tried again and again.
    Lost,
    /// At an event that is not taken over; a person has to look.
    Stopped,
}

/// The cluster may lose events of a stream, because somebody has said so there.
#[derive(SimpleObject)]
pub(crate) struct LedgerAlarm {
    stream: String,
    what: String,
    /// Where in the cluster it was said.
    commit: Count,
    prepare: Count,
}

impl From<Alarm> for LedgerAlarm {
    fn from(alarm: Alarm) -> Self {
        let Alarm { stream, what, commit, prepare } = alarm;
        LedgerAlarm { stream, what, commit: Count::of(commit), prepare: Count::of(prepare) }
    }
}

impl From<&Link> for LinkState {
    fn from(link: &Link) -> Self {
        match link {
            Link::Sound => LinkState::Sound,
            Link::CatchingUp => LinkState::CatchingUp,
            Link::Lost { .. } => LinkState::Lost,
            Link::Stopped { .. } => LinkState::Stopped,
        }
    }
}

/// Since when nothing is heard.
fn lost_since(link: &Link) -> Option<Instant> {
    match link {
        Link::Lost { since, .. } => {
            let since = since.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            Some(calendar::Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)).into())
        }
        Link::Sound | Link::CatchingUp | Link::Stopped { .. } => None,
    }
}

/// How the system is.
#[derive(SimpleObject)]
pub(crate) struct Health {
    follower: FollowerState,
    /// Of the live picture.
    position: Option<Position>,
    /// What keeps the follower, where something does.
    what: Option<String>,
    /// Of this node to the cluster that keeps the ledger.
    link: LinkState,
    link_lost_since: Option<Instant>,
    /// Of streams that the cluster may cut; each stands until it is taken back there.
    alarms: Vec<LedgerAlarm>,
    /// How the live picture last compared with a fold of the whole ledger; null: it was not compared yet.
    equality: Option<ReplayEquality>,
    /// How the log can be proved, and how its witnesses are.
    proof: ProofHealth,
}

/// A fold of the whole ledger from nothing, beside the live picture.
#[derive(SimpleObject)]
pub(crate) struct ReplayEquality {
    equal: bool,
    /// The live picture that was compared.
    position: Position,
    /// Of the live picture.
    digest: Digest,
    /// Of the fold; null where it could not be finished.
    rebuilt_digest: Option<Digest>,
    /// Merkle root over the lines that were folded.
    log_root: Option<Digest>,
    /// The position that is damaged, where one is.
    damaged_at: Option<Position>,
    what: Option<String>,
    ran_at: Instant,
    took_millis: Count,
}

impl From<Equality> for ReplayEquality {
    fn from(found: Equality) -> Self {
        let equal = found.is_equal();
        let (rebuilt, root, damaged_at, what) = match found.outcome {
            Compared::Equal { root } => (Some(found.live), Some(root), None, None),
            Compared::Different { rebuilt, root } => (Some(rebuilt), Some(root), None, None),
            Compared::Damaged { position, what } => (None, None, position, Some(what)),
        };
        ReplayEquality {
            equal,
            position: Position::at(found.position),
            digest: found.live.into(),
            rebuilt_digest: rebuilt.map(Into::into),
            log_root: root.map(Into::into),
            damaged_at: damaged_at.map(Position::at),
            what,
            ran_at: found.ran_at.into(),
            took_millis: Count::of(u64::try_from(found.took.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

#[derive(Default)]
pub(crate) struct HealthQuery;

#[Object]
impl HealthQuery {
    /// How the system itself is: the follower, and whether the live picture is the fold of the ledger.
    #[graphql(cache_control(no_cache))]
    async fn health(&self, ctx: &Context<'_>) -> Result<Health, Error> {
        may_read(ctx, What::Ledger)?;
        let app = app(ctx)?;
        let health = app.health();
        let (follower, what) = match health.follower {
            Follower::Replaying => (FollowerState::Replaying, None),
            Follower::Following => (FollowerState::Following, None),
            Follower::Reconnecting { what } => (FollowerState::Reconnecting, Some(what)),
            Follower::Stopped { what, .. } => (FollowerState::Stopped, Some(what)),
            Follower::Closed => (FollowerState::Closed, None),
        };
        let condition = app.condition();
        Ok(Health {
            follower,
            position: health.position.map(Position::at),
            what,
            link: (&condition.link).into(),
            link_lost_since: lost_since(&condition.link),
            alarms: condition.alarms.into_iter().map(Into::into).collect(),
            equality: app.equality().map(Into::into),
            proof: proof::health(ctx)?,
        })
    }
}
