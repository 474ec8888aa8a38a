//! Progress as JSON: a list, one entry for each horizon and commission (null: all of them), with the facts behind each figure.

use serde::Serialize;
use serde_json::Value;
use tahavol_domain::calendar::Date;
use tahavol_domain::values::{CommissionSlug, Confidence, Horizon};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, Contribution, ForecastReason, Progress, Query, progress};
use tahavol_projections::ratio::Ratio;

/// The fields and forms of the GraphQL type `Progress`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    horizon: Option<Horizon>,
    commission: Option<&'a CommissionSlug>,
    position: Option<u64>,
    status_date: Date,
    baseline: BaselineKind,
    /// Percentages are basis points.
    planned: Option<u16>,
    reported: Option<u16>,
    verified: Option<u16>,
    coverage: Option<u16>,
    /// Sums of weight × basis points.
    bac: Option<String>,
    pv: Option<String>,
    ev: Option<String>,
    vv: Option<String>,
    spi: Option<String>,
    es: Option<String>,
    spi_t: Option<String>,
    sv_t: Option<String>,
    at: Option<i32>,
    pd: Option<i32>,
    starts: Option<Date>,
    due: Option<Date>,
    forecast_finish: Option<Date>,
    forecast_reason: Option<ForecastReason>,
    completed_on: Option<Date>,
    slippage_days: Option<i32>,
    confidence: Option<Confidence>,
    cancelled_weight: String,
    milestones: u32,
    contributions: Vec<ToldContribution>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldContribution {
    milestone: String,
    weight: u32,
    planned: u16,
    reported: Option<u16>,
    verified: u16,
    /// weight × (planned − reported).
    gap: String,
    /// Positions of the events that give the figures.
    events: Vec<u64>,
}

pub(super) fn text(snapshot: &Snapshot, status_date: Date, baseline: BaselineKind) -> String {
    format!("{:#}\n", Value::Array(figures(snapshot, status_date, baseline)))
}

/// Against both plans: what an audit bundle tells, and what it is held against.
pub(crate) fn of_both_baselines(snapshot: &Snapshot, status_date: Date) -> Vec<Value> {
    [BaselineKind::Current, BaselineKind::Original].into_iter().flat_map(|baseline| figures(snapshot, status_date, baseline)).collect()
}

fn figures(snapshot: &Snapshot, status_date: Date, baseline: BaselineKind) -> Vec<Value> {
    let commissions: Vec<&CommissionSlug> = match &snapshot.programme {
        Some(programme) => programme.charter.commissions.iter().collect(),
        None => snapshot.commissions.keys().collect(),
    };
    let mut told = Vec::new();
    for horizon in [Some(Horizon::Short), Some(Horizon::Medium), Some(Horizon::Long), None] {
        for commission in commissions.iter().copied().map(Some).chain([None]) {
            let query = Query { status_date, baseline, horizon, commission: commission.cloned(), initiative: None };
            let figures = Told::of(snapshot, &query, commission, progress(snapshot, &query));
            told.push(serde_json::to_value(figures).expect("texts and numbers have a form in JSON"));
        }
    }
    told
}

impl<'a> Told<'a> {
    fn of(snapshot: &Snapshot, query: &Query, commission: Option<&'a CommissionSlug>, found: Progress) -> Self {
        let figures = found.has_figures();
        let value = |value: u64| figures.then(|| value.to_string());
        let ratio = |ratio: Option<Ratio>| ratio.map(Ratio::decimal4);
        Told {
            horizon: query.horizon,
            commission,
            position: snapshot.position,
            status_date: query.status_date,
            baseline: query.baseline,
            planned: found.planned,
            reported: found.reported,
            verified: found.verified,
            coverage: found.coverage,
            bac: value(found.bac),
            pv: value(found.pv),
            ev: value(found.ev),
            vv: value(found.vv),
            spi: ratio(found.spi),
            es: ratio(found.es),
            spi_t: ratio(found.spi_t),
            sv_t: ratio(found.sv_t),
            at: figures.then_some(found.at),
            pd: figures.then_some(found.pd),
            starts: found.starts,
            due: found.due,
            forecast_finish: found.forecast_finish,
            forecast_reason: found.forecast_reason,
            completed_on: found.completed_on,
            slippage_days: found.slippage_days,
            confidence: found.confidence,
            cancelled_weight: found.cancelled_weight.to_string(),
            milestones: found.milestones,
            contributions: found.contributions.into_iter().map(ToldContribution::of).collect(),
        }
    }
}

impl ToldContribution {
    fn of(found: Contribution) -> Self {
        ToldContribution {
            milestone: found.code,
            weight: found.weight,
            planned: found.planned,
            reported: found.reported,
            verified: found.verified,
            gap: found.gap.to_string(),
            events: found.facts,
        }
    }
}
