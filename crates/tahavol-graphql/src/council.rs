//! The council and what it has decided for the whole programme: horizons, directives, the document, the target stations.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use tahavol_app::Tahavol;
use tahavol_domain::programme::event::{DocumentVersion, TargetSet};
use tahavol_domain::values::{DirectiveCode, Office};
use tahavol_projections::rows::{DirectiveRow, Stamp};
use tahavol_projections::snapshot::ProgrammeRow;

use crate::act::Act;
use crate::enums::{Horizon, Provenance};
use crate::initiative::Initiative;
use crate::meta::Meta;
use crate::node;
use crate::officials::Official;
use crate::page::{Page, number_key, page, price};
use crate::request::{AsOfInput, View, open_view};
use crate::scalars::{Count, Date, Digest, Position, Quantity};
use crate::station::Station;
use crate::text::Text;

/// The deciding body (شورای عالی تحول).
pub(crate) struct Council {
    pub(crate) view: View,
    pub(crate) row: Arc<ProgrammeRow>,
}

/// The deciding body (شورای عالی تحول).
#[Object]
impl Council {
    async fn title(&self) -> Text {
        (&self.row.charter.council.title).into()
    }

    /// Who presides over it, by title.
    async fn chair(&self) -> Text {
        (&self.row.charter.council.chair).into()
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.charter.council.provenance.map(Into::into)
    }

    /// Who holds the office `council` now, by actor.
    async fn members(&self) -> Vec<Official> {
        Official::holding(&self.view, |office| *office == Office::Council)
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(ctx.data::<Tahavol>()?, &self.view.snapshot))
    }
}

/// A dated window that milestones are committed to.
#[derive(SimpleObject)]
pub(crate) struct HorizonWindow {
    horizon: Horizon,
    /// As chartered.
    title: Option<Text>,
    starts: Date,
    /// The last day in it.
    ends: Date,
    provenance: Option<Provenance>,
}

impl HorizonWindow {
    pub(crate) fn all(view: &View) -> Vec<Self> {
        let charter = view.snapshot.programme.as_ref().map(|programme| &programme.charter);
        let chartered = |horizon| charter.and_then(|charter| charter.horizons.iter().find(|entry| entry.horizon == horizon));
        view.snapshot
            .horizons
            .iter()
            .map(|(horizon, window)| HorizonWindow {
                horizon: (*horizon).into(),
                title: chartered(*horizon).map(|entry| (&entry.title).into()),
                starts: window.starts.into(),
                ends: window.ends.into(),
                provenance: chartered(*horizon).and_then(|entry| entry.provenance).map(Into::into),
            })
            .collect()
    }
}

/// An instruction from above that initiatives answer to (تدبیر).
pub(crate) struct Directive {
    view: View,
    row: Arc<DirectiveRow>,
}

impl Directive {
    pub(crate) fn find(view: &View, code: &DirectiveCode) -> Option<Self> {
        Some(Directive { row: Arc::clone(view.snapshot.directives.get(code)?), view: view.clone() })
    }
}

/// An instruction from above that initiatives answer to (تدبیر).
#[Object]
impl Directive {
    pub(crate) async fn id(&self) -> ID {
        node::id("directive", &self.row.directive.code.0)
    }

    async fn code(&self) -> &str {
        &self.row.directive.code.0
    }

    async fn title(&self) -> Text {
        (&self.row.directive.title).into()
    }

    async fn issuer(&self) -> Text {
        (&self.row.directive.issuer).into()
    }

    async fn issued_on(&self) -> Date {
        self.row.directive.issued_on.into()
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.directive.provenance.map(Into::into)
    }

    /// When and by whom it was recorded.
    async fn issued(&self) -> Act {
        (&self.row.issued).into()
    }

    /// The initiatives that answer to it.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn initiatives(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<Initiative>, Error> {
        let code = &self.row.directive.code;
        Initiative::page(ctx, &self.view, |row| row.proposal.directives.contains(code), (first, after))
    }
}

/// A version of the transformation document (سند تحول).
pub(crate) struct Document {
    row: Arc<(DocumentVersion, Stamp)>,
}

impl Document {
    pub(crate) fn find(view: &View, version: u32) -> Option<Self> {
        view.snapshot.documents.iter().find(|row| row.0.version == version).map(|row| Document { row: Arc::clone(row) })
    }
}

/// A version of the transformation document: the digest of (initiative, milestone, weight, baseline) sorted by code.
#[Object]
impl Document {
    pub(crate) async fn id(&self) -> ID {
        node::id("document", self.row.0.version)
    }

    /// From 1.
    async fn version(&self) -> u32 {
        self.row.0.version
    }

    async fn digest(&self) -> Digest {
        self.row.0.digest.into()
    }

    /// Number of milestones it binds.
    async fn milestones(&self) -> u32 {
        self.row.0.milestones
    }

    async fn resolution(&self) -> &str {
        &self.row.0.resolution
    }

    async fn approved(&self) -> Act {
        (&self.row.1).into()
    }
}

/// The target stations as last designated, and the rule that found them.
pub(crate) struct TargetStations {
    view: View,
    row: Arc<(TargetSet, Stamp)>,
}

/// The target stations as last designated: largest first, the smallest prefix whose shares of visits and cases both exceed the rule.
#[Object]
impl TargetStations {
    async fn visit_share_above(&self) -> Quantity {
        self.row.0.visit_share_above.into()
    }

    async fn case_share_above(&self) -> Quantity {
        self.row.0.case_share_above.into()
    }

    async fn count(&self) -> u32 {
        u32::try_from(self.row.0.stations.len()).unwrap_or(u32::MAX)
    }

    /// Annual visits of the set.
    async fn visits(&self) -> Count {
        Count::of(self.row.0.visits)
    }

    async fn cases(&self) -> Count {
        Count::of(self.row.0.cases)
    }

    async fn total_visits(&self) -> Count {
        Count::of(self.row.0.total_visits)
    }

    async fn total_cases(&self) -> Count {
        Count::of(self.row.0.total_cases)
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.0.provenance.map(Into::into)
    }

    async fn designated(&self) -> Act {
        (&self.row.1).into()
    }

    /// By code.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn stations(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<Station>, Error> {
        let stations = self.row.0.stations.iter().filter_map(|code| Some((code.0.as_str(), Station::find(&self.view, code)?)));
        page(ctx, &self.view.snapshot, stations.collect(), (first, after), |(_, station)| station)
    }
}

#[derive(Default)]
pub(crate) struct CouncilQuery;

#[Object]
impl CouncilQuery {
    /// Null before the charter.
    async fn council(&self, ctx: &Context<'_>, as_of: Option<AsOfInput>, min_position: Option<Position>) -> Result<Option<Council>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(view.snapshot.programme.clone().map(|row| Council { view, row }))
    }

    /// The three windows as last rescheduled.
    async fn horizons(
        &self,
        ctx: &Context<'_>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Vec<HorizonWindow>, Error> {
        Ok(HorizonWindow::all(&open_view(ctx, as_of, min_position).await?))
    }

    /// By code.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn directives(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Directive>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let items = view.snapshot.directives.iter().map(|(code, row)| (code.0.as_str(), Arc::clone(row))).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Directive { view: view.clone(), row })
    }

    async fn directive(
        &self,
        ctx: &Context<'_>,
        code: String,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Directive>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(Directive::find(&view, &DirectiveCode(code)))
    }

    /// Versions of the transformation document, oldest first.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn documents(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Document>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let items = view.snapshot.documents.iter().map(|row| (number_key(u64::from(row.0.version)), Arc::clone(row))).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Document { row })
    }

    /// One version of the transformation document, by default the newest.
    async fn document(
        &self,
        ctx: &Context<'_>,
        version: Option<u32>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Document>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let newest = view.snapshot.documents.last().map(|row| row.0.version);
        Ok(version.or(newest).and_then(|version| Document::find(&view, version)))
    }

    /// Null before the first designation.
    async fn target_stations(
        &self,
        ctx: &Context<'_>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<TargetStations>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(view.snapshot.target.clone().map(|row| TargetStations { view, row }))
    }
}
