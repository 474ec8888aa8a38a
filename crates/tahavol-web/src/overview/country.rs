//! The programme in the country: the network by province on the map, and the target stations against their rule.

use maud::{Markup, html};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::FULL;
use tahavol_projections::provinces::ProvinceView;
use tahavol_projections::ratio::Ratio;

use super::{Overview, of_the_whole};
use crate::address;
use crate::chart::{Tile, Tiles, Title};
use crate::mark::{Voices, bar};
use crate::sheet::Sheet;

pub(super) fn network(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let (title, counted) = (sheet.word("page-overview-network-title"), sheet.word("page-overview-networked"));
    let tiles: Vec<Tile<'_>> = shown.provinces.iter().map(tile).collect();
    html! {
        (of_the_whole(sheet, shown))
        (sheet.tiles_beside(&Tiles { title: Title { id: "network", text: &title }, counted: &counted, asked: ("networked", "yes"), tiles: &tiles }))
    }
}

fn tile(view: &ProvinceView) -> Tile<'_> {
    Tile { province: &view.province, part: view.networked.into(), whole: (view.stations + view.outposts).into() }
}

/// The rule is about what the target set receives; what of that has a network is how far the roll-out has reached it.
pub(super) fn target(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let (Some((target, all)), Some(designated)) = (shown.target, &sheet.snapshot.target) else {
        return html! { p.empty { (sheet.word("page-overview-target-none")) } };
    };
    let rule = &designated.0;
    let of_target = sheet.at(&format!("{}?target=yes", address::STATIONS));
    let networked = sheet.at(&format!("{}?target=yes&networked=yes", address::STATIONS));
    html! {
        (of_the_whole(sheet, shown))
        p {
            a href=(of_target) { (sheet.telling("page-overview-target-stations", sheet.count(target.stations))) } " "
            a href=(networked) { (sheet.telling("page-overview-target-networked", sheet.count(target.covered))) }
        }
        table {
            thead {
                tr {
                    td {}
                    th scope="col" { (sheet.word("page-overview-target-share")) }
                    th scope="col" { (sheet.word("page-overview-target-rule")) }
                }
            }
            tbody {
                (line(sheet, "page-overview-visits", (target.visits, all.visits), rule.visit_share_above, &of_target))
                (line(sheet, "page-overview-cases", (target.cases, all.cases), rule.case_share_above, &of_target))
                (line(sheet, "page-overview-visits-networked", (target.covered_visits, all.visits), rule.visit_share_above, &networked))
            }
        }
    }
}

fn line(sheet: &Sheet<'_>, key: &str, (part, whole): (u64, u64), rule: Quantity, made_of: &str) -> Markup {
    let rule = Ratio::from(rule);
    let share = Ratio::try_new(part.into(), whole.into());
    html! {
        tr {
            th scope="row" { (sheet.word(key)) }
            td.number {
                @if let Some(share) = share { a href=(made_of) { (finely(sheet, share)) } (gauge(points(share), points(rule))) } @else { "—" }
            }
            td.number {
                (sheet.telling("page-overview-target-above", finely(sheet, rule)))
                @if let Some(share) = share {
                    " " strong { (sheet.word(if share > rule { "page-overview-target-met" } else { "page-overview-target-not-met" })) }
                }
            }
        }
    }
}

/// To a tenth of a per cent, rounded down: a share that must lie above another one is told as finely as they are compared.
fn finely(sheet: &Sheet<'_>, share: Ratio) -> String {
    let sign = sheet.word("page-overview-per-cent");
    format!("\u{2066}{}{sign}\u{2069}", crate::figure::decimal(&tenths(share), sheet.lang()))
}

fn tenths(share: Ratio) -> String {
    let tenths = points(share) / 10;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A share as a bar, the rule as a line across it.
fn gauge(share: u16, rule: u16) -> Markup {
    bar(Voices { planned: Some(rule), reported: None, verified: Some(share) })
}

/// Basis points, rounded down.
fn points(share: Ratio) -> u16 {
    let full = Ratio::from_int(FULL.into());
    let points = share.clamp(Ratio::ZERO, Ratio::ONE).checked_mul(full).map(Ratio::floor);
    points.and_then(|points| u16::try_from(points).ok()).unwrap_or(FULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_just_above_its_rule_is_told_finely_and_never_rounded_up_over_it() {
        let tenths = |part, whole| tenths(Ratio::try_new(part, whole).expect("a share"));
        assert_eq!(tenths(531, 1_000), "53.1");
        assert_eq!(tenths(52_999, 100_000), "52.9");
        assert_eq!(tenths(1, 1), "100.0");
    }
}
