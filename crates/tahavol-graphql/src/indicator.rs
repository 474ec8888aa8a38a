//! Indicators: meaning, targets, measurements, national value and trajectory.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object, SimpleObject};
use tahavol_domain::Stream;
use tahavol_domain::indicator::event::Meaning;
use tahavol_domain::values::IndicatorCode;
use tahavol_projections::indicator::{NationalValue as Value, expected_on};
use tahavol_projections::rows::{IndicatorRow, MeasurementRow};

use crate::act::Act;
use crate::commission::Commission;
use crate::enums::{Aggregation, Derived, Direction, Horizon, MeasurementScopeKind, MeasurementStanding, Provenance};
use crate::known;
use crate::ledger::{Event, EventPage, events_at};
use crate::measurement::{Measurement, Period, scope_key, scope_kind};
use crate::node;
use crate::page::{Page, page, price, price_list};
use crate::request::{AsOfInput, View, open_view, status_date};
use crate::scalars::{Date, Decimal, Position, Quantity};
use crate::text::Text;

/// A measured quantity with direction, baseline, targets and an aggregation rule (شاخص).
#[derive(Clone)]
pub(crate) struct Indicator {
    pub(crate) view: View,
    pub(crate) row: Arc<IndicatorRow>,
}

impl Indicator {
    pub(crate) fn find(view: &View, code: &IndicatorCode) -> Option<Self> {
        Some(Indicator { row: Arc::clone(view.snapshot.indicators.get(code)?), view: view.clone() })
    }

    /// By code.
    pub(crate) fn page(
        ctx: &Context<'_>,
        view: &View,
        wanted: impl Fn(&IndicatorRow) -> bool,
        cut: (Option<i32>, Option<String>),
    ) -> Result<Page<Self>, Error> {
        let rows = view.snapshot.indicators.iter().filter(|(_, row)| wanted(row));
        let items = rows.map(|(code, row)| (code.0.as_str(), Arc::clone(row))).collect();
        page(ctx, &view.snapshot, items, cut, |(_, row)| Indicator { view: view.clone(), row })
    }

    fn code(&self) -> &IndicatorCode {
        &self.row.definition.code
    }

    fn meaning(&self) -> &Meaning {
        &self.row.definition.meaning
    }
}

/// A measured quantity with direction, baseline, targets and an aggregation rule (شاخص).
#[Object]
impl Indicator {
    pub(crate) async fn id(&self) -> ID {
        node::id("indicator", &self.code().0)
    }

    #[graphql(name = "code")]
    async fn code_text(&self) -> &str {
        &self.code().0
    }

    async fn commission(&self) -> Option<Commission> {
        Commission::find(&self.view, &self.row.definition.commission)
    }

    async fn title(&self) -> Text {
        (&self.meaning().title).into()
    }

    async fn unit(&self) -> &str {
        &self.meaning().unit
    }

    async fn direction(&self) -> Direction {
        self.meaning().direction.into()
    }

    async fn aggregation(&self) -> Aggregation {
        self.row.definition.aggregation.into()
    }

    /// What it counts from the programme itself; it then takes no measurements.
    async fn derived(&self) -> Option<Derived> {
        self.row.definition.derived.map(Into::into)
    }

    async fn baseline(&self) -> Option<IndicatorBaseline> {
        self.meaning().baseline.as_ref().map(|baseline| IndicatorBaseline {
            value: baseline.value.into(),
            on: baseline.on.into(),
            provenance: baseline.provenance.map(Into::into),
        })
    }

    /// How far off its trajectory a value may lie, in its unit.
    async fn tolerance(&self) -> Option<Quantity> {
        self.meaning().tolerance.map(Into::into)
    }

    /// The five things a reader must know of a figure.
    async fn quality(&self) -> Quality {
        Quality::of(self.meaning())
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.definition.provenance.map(Into::into)
    }

    async fn defined(&self) -> Act {
        (&self.row.defined).into()
    }

    /// How often its meaning changed.
    async fn redefinitions(&self) -> u32 {
        self.row.redefinitions
    }

    async fn targets(&self) -> Vec<IndicatorTarget> {
        let told = self.row.targets.iter();
        told.map(|(horizon, (value, stamp))| IndicatorTarget { horizon: (*horizon).into(), value: (*value).into(), set: stamp.into() })
            .collect()
    }

    /// On a day, by default the picture's: the latest-ending national measurement, else all provinces of one period together, else null.
    async fn national_value(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Option<NationalValue>, Error> {
        let on = self::status_date(ctx, &self.view, status_date)?;
        let value = self.view.snapshot.value_of(self.code(), on);
        Ok(value.map(|value| NationalValue { view: self.view.clone(), value }))
    }

    /// From the baseline to each horizon's target at that horizon's end; straight between.
    async fn trajectory(&self) -> Vec<TrajectoryPoint> {
        let points = self.view.snapshot.trajectory(self.code()).into_iter();
        points
            .map(|point| TrajectoryPoint { on: point.on.into(), value: point.value.into(), horizon: point.horizon.map(Into::into) })
            .collect()
    }

    /// What the trajectory asks for on a day, to six places.
    async fn expected(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Option<Decimal>, Error> {
        let on = self::status_date(ctx, &self.view, status_date)?;
        let expected = expected_on(&self.view.snapshot.trajectory(self.code()), on);
        Ok(expected.map(|value| Decimal::of(value.decimal(6))))
    }

    /// Whether the value lies no worse than the trajectory less the tolerance; null where nothing is expected or known.
    async fn on_trajectory(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Option<bool>, Error> {
        let on = self::status_date(ctx, &self.view, status_date)?;
        Ok(self.view.snapshot.is_on_trajectory(self.code(), on))
    }

    /// How much of the way from the baseline to each target was gone.
    async fn achievements(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Vec<Achievement>, Error> {
        let on = self::status_date(ctx, &self.view, status_date)?;
        let achievements = self.view.snapshot.achievements(self.code(), on).into_iter();
        Ok(achievements
            .map(|achievement| Achievement {
                horizon: achievement.horizon.into(),
                target: achievement.target.into(),
                capped: Decimal::of(achievement.capped.decimal4()),
                uncapped: Decimal::of(achievement.uncapped.decimal4()),
            })
            .collect())
    }

    /// In the order of scope, then of the period's end.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn measurements(
        &self,
        ctx: &Context<'_>,
        scope: Option<MeasurementScopeKind>,
        standing: Option<MeasurementStanding>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Page<Measurement>, Error> {
        let asked = |row: &MeasurementRow| {
            scope.is_none_or(|scope| scope_kind(&row.scope) == scope) && standing.is_none_or(|standing| row.standing == standing.into())
        };
        let rows = self.row.measurements.values().filter(|row| asked(row));
        let key = |row: &MeasurementRow| format!("{}/{}/{}", scope_key(&row.scope), row.period.end, row.period.start);
        let items = rows.map(|row| (key(row), Arc::clone(row))).collect();
        page(ctx, &self.view.snapshot, items, (first, after), |(_, row)| Measurement {
            view: self.view.clone(),
            indicator: Arc::clone(&self.row),
            row,
        })
    }

    /// The events of its stream up to the picture's position, oldest first.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn history(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<EventPage, Error> {
        Event::of_stream(ctx, &self.view, Stream::Indicator(self.code().clone()), (first, after)).await
    }
}

#[derive(SimpleObject)]
pub(crate) struct IndicatorBaseline {
    value: Quantity,
    on: Date,
    provenance: Option<Provenance>,
}

#[derive(SimpleObject)]
pub(crate) struct IndicatorTarget {
    horizon: Horizon,
    value: Quantity,
    set: Act,
}

#[derive(SimpleObject)]
pub(crate) struct TrajectoryPoint {
    on: Date,
    value: Quantity,
    /// Whose target it is; null for the baseline.
    horizon: Option<Horizon>,
}

/// 1 is all of the way; four places, half away from zero.
#[derive(SimpleObject)]
pub(crate) struct Achievement {
    horizon: Horizon,
    target: Quantity,
    /// Within 0–1.
    capped: Decimal,
    /// Below 0 when it went the wrong way, above 1 when it went further than asked.
    uncapped: Decimal,
}

/// What a reader must know of a figure; `missing` names what nobody has stated.
#[derive(SimpleObject)]
pub(crate) struct Quality {
    source: Option<Text>,
    method: Option<Text>,
    accuracy: Option<Text>,
    limits: Option<Text>,
    remedies: Option<Text>,
    missing: Vec<&'static str>,
}

impl Quality {
    fn of(meaning: &Meaning) -> Self {
        let quality = &meaning.quality;
        let stated = [
            ("source", &quality.source),
            ("method", &quality.method),
            ("accuracy", &quality.accuracy),
            ("limits", &quality.limits),
            ("remedies", &quality.remedies),
        ];
        let missing = stated.iter().filter(|(_, text)| text.is_none()).map(|(name, _)| *name).collect();
        let [source, method, accuracy, limits, remedies] = stated.map(|(_, text)| text.as_ref().map(Text::from));
        Quality { source, method, accuracy, limits, remedies, missing }
    }
}

/// Where a national value comes from.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_projections::indicator::ValueOrigin")]
pub(crate) enum ValueOrigin {
    /// A national measurement.
    Explicit,
    /// All provinces of one period together.
    Aggregated,
    /// Counted from the programme itself.
    Derived,
}

/// The national value of an indicator, and what it comes from.
pub(crate) struct NationalValue {
    view: View,
    value: Value,
}

/// The national value of an indicator, and what it comes from.
#[Object]
impl NationalValue {
    /// In the indicator's unit, a ratio's in percent; six places, half away from zero.
    async fn value(&self) -> Decimal {
        Decimal::of(self.value.value.decimal(6))
    }

    /// The end of its period.
    async fn day(&self) -> Date {
        self.value.day.into()
    }

    async fn period(&self) -> Option<Period> {
        self.value.period.map(Into::into)
    }

    async fn origin(&self) -> ValueOrigin {
        self.value.origin.into()
    }

    /// Positions of the facts it comes from.
    async fn positions(&self) -> Vec<Position> {
        self.value.from.iter().copied().map(Position::at).collect()
    }

    /// Those facts themselves, the first hundred.
    #[graphql(complexity = "price_list(20, child_complexity)")]
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<Event>, Error> {
        let told = self.value.from.len().min(100);
        events_at(ctx, &self.view, &self.value.from[..told]).await
    }
}

#[derive(Default)]
pub(crate) struct IndicatorQuery;

#[Object]
impl IndicatorQuery {
    /// By code.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn indicators(
        &self,
        ctx: &Context<'_>,
        commission: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Indicator>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let commission = known::commission(ctx, &view, commission)?;
        let wanted = |row: &IndicatorRow| commission.as_ref().is_none_or(|slug| row.definition.commission == *slug);
        Indicator::page(ctx, &view, wanted, (first, after))
    }

    /// By code or node id; null when there is none.
    async fn indicator(
        &self,
        ctx: &Context<'_>,
        code: String,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Indicator>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(Indicator::find(&view, &IndicatorCode(node::key("indicator", &code))))
    }
}
