//! One past picture as a value: what a decision looked at, or what a review froze. Everything below it sees that picture for ever.

use async_graphql::{Context, Error, Object};
use tahavol_projections::progress as figures;

use crate::attention::{Attention, attention_of};
use crate::commission::Commission;
use crate::council::Document;
use crate::enums::{BaselineKind, Horizon};
use crate::flat::{Flat, FlatList};
use crate::initiative::Initiative;
use crate::known;
use crate::milestone::Milestone;
use crate::page::price_list;
use crate::programme::Programme;
use crate::progress::{Progress, matrix, query};
use crate::request::{View, whole_of};
use crate::scalars::{Date, Digest, Instant, Position};

/// What the digest costs: all of the picture is hashed for it.
const DIGEST: usize = 500;

/// The programme just after one position, looked at on one day. Its answers never change.
pub(crate) struct Picture(pub(crate) View);

/// The programme just after one position, looked at on one day. Its answers never change.
#[Object]
impl Picture {
    /// The last event that it contains; null where the ledger was empty.
    async fn position(&self) -> Option<Position> {
        self.0.snapshot.position.map(Position::at)
    }

    /// When that event was recorded.
    async fn recorded_at(&self) -> Option<Instant> {
        self.0.snapshot.recorded_at.map(Into::into)
    }

    /// The day for which progress is computed below it, unless another is given.
    async fn status_date(&self) -> Date {
        self.0.day.into()
    }

    /// SHA-256 of the whole picture, view by view, whatever of it is shown to the caller: the same whenever and wherever the same
    /// events are folded.
    #[graphql(complexity = "DIGEST")]
    async fn digest(&self, ctx: &Context<'_>) -> Result<Digest, Error> {
        let snapshot = whole_of(ctx, &self.0).await?;
        let digest = tokio::task::spawn_blocking(move || snapshot.digest()).await;
        digest.map(Into::into).map_err(|error| Error::new(error.to_string()))
    }

    /// Null before the charter.
    async fn programme(&self) -> Option<Programme> {
        Programme::of(&self.0)
    }

    /// By slug or node id; null where it was not established yet.
    async fn commission(&self, ctx: &Context<'_>, slug: String) -> Result<Option<Commission>, Error> {
        Ok(known::commission(ctx, &self.0, Some(slug))?.and_then(|slug| Commission::find(&self.0, &slug)))
    }

    /// By node id, UUID or code; null where it was not there yet.
    async fn initiative(&self, code: String) -> Option<Initiative> {
        Initiative::named(&self.0.snapshot, &code).and_then(|id| Initiative::find(&self.0, id))
    }

    /// By node id, UUID or code; null where it was not there yet.
    async fn milestone(&self, code: String) -> Option<Milestone> {
        Milestone::named(&self.0.snapshot, &code).and_then(|id| Milestone::find(&self.0, id))
    }

    /// The version of the transformation document that was in force.
    async fn document(&self) -> Option<Document> {
        Document::find(&self.0, self.0.snapshot.documents.last()?.0.version)
    }

    async fn progress(
        &self,
        ctx: &Context<'_>,
        horizon: Option<Horizon>,
        commission: Option<String>,
        initiative: Option<String>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
    ) -> Result<Flat<Progress>, Error> {
        let query = query(ctx, &self.0, (horizon, commission, initiative), status_date, baseline)?;
        let found = figures::progress(&self.0.snapshot, &query);
        Ok(Flat(Progress::of(&self.0, query, found)))
    }

    /// Every horizon × commission, with the totals.
    #[graphql(complexity = "price_list(32, child_complexity)")]
    async fn progress_matrix(
        &self,
        ctx: &Context<'_>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
    ) -> Result<FlatList<Progress>, Error> {
        let asked = query(ctx, &self.0, (None, None, None), status_date, baseline)?;
        Ok(matrix(&self.0, &asked))
    }

    /// Overdue and stale milestones, the largest gaps, and the slippage of the part that was asked for.
    async fn attention(
        &self,
        ctx: &Context<'_>,
        horizon: Option<Horizon>,
        commission: Option<String>,
        initiative: Option<String>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
    ) -> Result<Attention, Error> {
        let query = query(ctx, &self.0, (horizon, commission, initiative), status_date, baseline)?;
        attention_of(ctx, &self.0, &query)
    }
}
