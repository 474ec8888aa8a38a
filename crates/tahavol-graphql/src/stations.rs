//! Lists of stations and provinces, and the coverage of the country.

use std::sync::Arc;

use async_graphql::{Context, Error, Object};
use tahavol_domain::values::{ProvinceCode, StationCode};
use tahavol_projections::find::finds;
use tahavol_projections::rows::StationRow;

use crate::enums::StationKind;
use crate::known;
use crate::node;
use crate::page::{Page, page, price, price_list};
use crate::request::{AsOfInput, open_view, status_date};
use crate::scalars::{Date, Position};
use crate::station::{Coverage, Province, Station};

/// What a station is found by.
struct Wanted {
    province: Option<ProvinceCode>,
    kind: Option<StationKind>,
    networked: Option<bool>,
    open: Option<bool>,
    search: Option<String>,
}

impl Wanted {
    fn finds(&self, row: &StationRow) -> bool {
        self.province.as_ref().is_none_or(|code| row.province == *code)
            && self.kind.is_none_or(|kind| row.kind == kind.into())
            && self.networked.is_none_or(|networked| row.networked == networked)
            && self.open.is_none_or(|open| row.closed.is_none() == open)
            && self.search.as_ref().is_none_or(|search| finds(search, &row.code.0, &row.name))
    }
}

#[derive(Default)]
pub(crate) struct StationQuery;

#[Object]
impl StationQuery {
    /// By code. `search` looks in code and name, whichever keyboard typed it: ي/ی, ك/ک and digits of any script are one.
    #[graphql(complexity = "price(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn stations(
        &self,
        ctx: &Context<'_>,
        province: Option<String>,
        kind: Option<StationKind>,
        networked: Option<bool>,
        target: Option<bool>,
        open: Option<bool>,
        search: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Station>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let wanted =
            Wanted { province: known::province(ctx, &view, province)?, kind, networked, open, search: known::search(ctx, search)? };
        let in_target = |code: &StationCode| target.is_none_or(|target| view.snapshot.is_target(code) == target);
        let rows = view.snapshot.stations.iter().filter(|(code, row)| wanted.finds(row) && in_target(code));
        let items = rows.map(|(code, row)| (code.0.as_str(), row)).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Station { view: view.clone(), row: Arc::clone(row) })
    }

    /// By code or node id; null when there is none.
    async fn station(
        &self,
        ctx: &Context<'_>,
        code: String,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Station>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(Station::find(&view, &StationCode(node::key("station", &code))))
    }

    /// Those of the charter, by code.
    #[graphql(complexity = "price_list(31, child_complexity)")]
    async fn provinces(&self, ctx: &Context<'_>, as_of: Option<AsOfInput>, min_position: Option<Position>) -> Result<Vec<Province>, Error> {
        Ok(Province::all(&open_view(ctx, as_of, min_position).await?))
    }

    /// By code (`IR-13`) or node id; null when there is none.
    async fn province(
        &self,
        ctx: &Context<'_>,
        code: String,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Province>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(Province::find(&view, &ProvinceCode(node::key("province", &code))))
    }

    /// How many open stations have a network; with a roll-out `milestone`, at how many stations of its scope it was
    /// delivered up to the status date. Counted, and weighted by annual visits. Null for a milestone that is no roll-out.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn coverage(
        &self,
        ctx: &Context<'_>,
        province: Option<String>,
        target: Option<bool>,
        milestone: Option<String>,
        #[graphql(name = "statusDate")] on: Option<Date>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Coverage>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let on = status_date(ctx, &view, on)?;
        let province = known::province(ctx, &view, province)?;
        let in_province = |row: &StationRow| province.as_ref().is_none_or(|code| row.province == *code);
        let Some(milestone) = milestone else { return Ok(Some(view.snapshot.network_coverage(target, in_province).into())) };
        let found = known::milestone(ctx, &view, milestone)?.and_then(|id| view.snapshot.milestones.get(&id));
        let in_target = |row: &StationRow| target.is_none_or(|target| view.snapshot.is_target(&row.code) == target);
        let of = |row| view.snapshot.rollout_coverage(row, on, |station| in_province(station) && in_target(station));
        Ok(found.and_then(|row| of(row)).map(Into::into))
    }
}
