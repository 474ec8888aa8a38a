//! Stations and provinces: network, volumes, deliveries, and how much of the country is covered.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use tahavol_domain::Stream;
use tahavol_domain::values::{self, ProvinceCode, StationCode};
use tahavol_projections::coverage as covering;
use tahavol_projections::rows::StationRow;

use crate::act::Act;
use crate::enums::{Provenance, StationKind};
use crate::ledger::{Event, EventPage};
use crate::milestone::Milestone;
use crate::node;
use crate::page::{Page, page, price};
use crate::request::View;
use crate::scalars::{Count, Date};
use crate::text::Text;

/// A police station or outpost (کلانتری، پاسگاه).
#[derive(Clone)]
pub(crate) struct Station {
    pub(crate) view: View,
    pub(crate) row: Arc<StationRow>,
}

impl Station {
    pub(crate) fn find(view: &View, code: &StationCode) -> Option<Self> {
        Some(Station { row: Arc::clone(view.snapshot.stations.get(code)?), view: view.clone() })
    }
}

/// A police station or outpost (کلانتری، پاسگاه).
#[Object]
impl Station {
    pub(crate) async fn id(&self) -> ID {
        node::id("station", &self.row.code.0)
    }

    async fn code(&self) -> &str {
        &self.row.code.0
    }

    async fn kind(&self) -> StationKind {
        self.row.kind.into()
    }

    async fn name(&self) -> Text {
        (&self.row.name).into()
    }

    async fn province(&self) -> Option<Province> {
        Province::find(&self.view, &self.row.province)
    }

    async fn networked(&self) -> bool {
        self.row.networked
    }

    /// The day of the last change of the network; null where it is as registered.
    async fn network_changed_on(&self) -> Option<Date> {
        self.row.network_changed.map(|(day, _)| day.into())
    }

    /// Member of the designated target set.
    async fn target(&self) -> bool {
        self.view.snapshot.is_target(&self.row.code)
    }

    async fn annual_visits(&self) -> Count {
        Count::of(self.row.volume.annual_visits)
    }

    async fn annual_cases(&self) -> Count {
        Count::of(self.row.volume.annual_cases)
    }

    async fn registered(&self) -> Act {
        (&self.row.registered).into()
    }

    /// Null while it is open.
    async fn closed(&self) -> Option<Act> {
        self.row.closed.as_ref().map(Into::into)
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.provenance.map(Into::into)
    }

    /// Roll-outs whose current scope it is in, and whether they were delivered here.
    #[graphql(complexity = "crate::page::price_list(10, child_complexity)")]
    async fn deliveries(&self) -> Vec<StationDelivery> {
        let rows = self.view.snapshot.milestones.values().filter(|row| row.plan.scope.contains_key(&self.row.number));
        rows.map(|row| StationDelivery {
            milestone: Milestone { view: self.view.clone(), row: Arc::clone(row) },
            delivered_on: row.deliveries.get(&self.row.number).map(|delivery| delivery.effective_on.into()),
            event: row.deliveries.get(&self.row.number).map(|delivery| delivery.event.0.into()),
        })
        .collect()
    }

    /// The events of its stream up to the picture's position, oldest first.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn history(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<EventPage, Error> {
        Event::of_stream(ctx, &self.view, Stream::Station(self.row.code.clone()), (first, after)).await
    }
}

/// A roll-out milestone at a station.
#[derive(SimpleObject)]
pub(crate) struct StationDelivery {
    milestone: Milestone,
    /// Null while it is not delivered.
    delivered_on: Option<Date>,
    /// What a revocation names.
    event: Option<crate::scalars::Uuid>,
}

/// A province by ISO 3166-2:IR, with its place on the tile map.
pub(crate) struct Province {
    view: View,
    province: values::Province,
}

impl Province {
    pub(crate) fn find(view: &View, code: &ProvinceCode) -> Option<Self> {
        let province = view.snapshot.programme.as_ref()?.charter.provinces.iter().find(|province| province.code == *code)?;
        Some(Province { view: view.clone(), province: province.clone() })
    }

    /// By code.
    pub(crate) fn all(view: &View) -> Vec<Self> {
        let Some(programme) = &view.snapshot.programme else { return Vec::new() };
        let mut provinces = programme.charter.provinces.clone();
        provinces.sort_by(|a, b| a.code.cmp(&b.code));
        provinces.into_iter().map(|province| Province { view: view.clone(), province }).collect()
    }
}

/// A province by ISO 3166-2:IR, with its place on the tile map.
#[Object]
impl Province {
    pub(crate) async fn id(&self) -> ID {
        node::id("province", &self.province.code.0)
    }

    async fn code(&self) -> &str {
        &self.province.code.0
    }

    async fn name(&self) -> Text {
        (&self.province.name).into()
    }

    /// From 0, north first.
    async fn tile_row(&self) -> u8 {
        self.province.tile_row
    }

    /// From 0, west first.
    async fn tile_column(&self) -> u8 {
        self.province.tile_column
    }

    /// Open stations with a network, counted and weighted by annual visits.
    async fn coverage(&self, target: Option<bool>) -> Coverage {
        self.view.snapshot.network_coverage(target, |row| row.province == self.province.code).into()
    }

    /// By code.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn stations(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<Station>, Error> {
        let rows = self.view.snapshot.stations.iter().filter(|(_, row)| row.province == self.province.code);
        let items = rows.map(|(code, row)| (code.0.as_str(), Arc::clone(row))).collect();
        page(ctx, &self.view.snapshot, items, (first, after), |(_, row)| Station { view: self.view.clone(), row })
    }
}

/// How many of some stations are covered: counted, and weighted by annual visits.
#[derive(SimpleObject)]
pub(crate) struct Coverage {
    stations: i32,
    covered: i32,
    /// Annual visits of all of them.
    visits: Count,
    /// Annual visits of the covered ones.
    covered_visits: Count,
    /// Annual cases of all of them.
    cases: Count,
    /// `covered / stations` in basis points, rounded down; null without stations.
    counted: Option<i32>,
    /// `coveredVisits / visits` in basis points, rounded down; null without visits.
    weighted: Option<i32>,
}

impl From<covering::Coverage> for Coverage {
    fn from(coverage: covering::Coverage) -> Self {
        Coverage {
            stations: i32::try_from(coverage.stations).unwrap_or(i32::MAX),
            covered: i32::try_from(coverage.covered).unwrap_or(i32::MAX),
            visits: Count::of(coverage.visits),
            covered_visits: Count::of(coverage.covered_visits),
            cases: Count::of(coverage.cases),
            counted: coverage.counted().map(i32::from),
            weighted: coverage.weighted().map(i32::from),
        }
    }
}
