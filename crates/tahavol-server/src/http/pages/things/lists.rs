//! The lists: each with what its figures are made from, as its page or as a file.

use axum::response::Response;
use tahavol_projections::progress::{Query, progress};
use tahavol_projections::rows::InitiativeRow;
use tahavol_web::things::{commissions, indicators, initiatives, milestones, provinces, stations};

use super::Reading;

/// Progress of the whole programme at the page's moment.
pub(super) fn whole(reading: &Reading) -> Query {
    Query { status_date: reading.day, baseline: reading.moment.baseline, horizon: None, commission: None, initiative: None }
}

pub(super) fn commissions(reading: &Reading) -> Response {
    let sheet = reading.sheet();
    let query = whole(reading);
    let slugs = reading.snapshot.commissions.keys();
    let of = |slug| progress(&reading.snapshot, &Query { commission: Some(slug), ..query.clone() });
    let figures = slugs.map(|slug| (slug.clone(), of(slug.clone()))).collect();
    let table = commissions::listed(&sheet, &figures);
    reading.listing(&table, || commissions::list(&sheet, &table))
}

pub(super) fn initiatives(reading: &Reading) -> Response {
    let sheet = reading.sheet();
    let rows = reading.snapshot.initiatives.values().map(AsRef::as_ref);
    let rows: Vec<&InitiativeRow> = rows.filter(|row| initiatives::wanted(&sheet, row)).collect();
    let figures = figures_of(reading, &rows);
    let table = initiatives::listed(&sheet, &rows, &figures);
    reading.listing(&table, || initiatives::list(&sheet, &table))
}

/// Of those whose milestones count.
pub(super) fn figures_of(reading: &Reading, rows: &[&InitiativeRow]) -> initiatives::ByInitiative {
    let query = whole(reading);
    let of = |row: &InitiativeRow| progress(&reading.snapshot, &Query { initiative: Some(row.id), ..query.clone() });
    rows.iter().map(|row| (row.id, of(row))).filter(|(_, progress)| progress.has_figures()).collect()
}

pub(super) fn milestones(reading: &Reading) -> Response {
    let sheet = reading.sheet();
    let figures = progress(&reading.snapshot, &whole(reading));
    let table = milestones::listed(&sheet, &figures);
    reading.listing(&table, || milestones::list(&sheet, &table))
}

pub(super) fn stations(reading: &Reading) -> Response {
    let sheet = reading.sheet();
    let all = reading.snapshot.network_coverage(None, |_| true);
    let target = reading.snapshot.network_coverage(Some(true), |_| true);
    let table = stations::listed(&sheet);
    reading.listing(&table, || stations::list(&sheet, &table, (&all, &target)))
}

pub(super) fn provinces(reading: &Reading) -> Response {
    let sheet = reading.sheet();
    let provinces = reading.snapshot.provinces();
    let table = provinces::listed(&sheet, &provinces);
    reading.listing(&table, || provinces::list(&sheet, &provinces, &table))
}

pub(super) fn indicators(reading: &Reading) -> Response {
    let sheet = reading.sheet();
    let table = indicators::listed(&sheet);
    reading.listing(&table, || indicators::list(&sheet, &table))
}
