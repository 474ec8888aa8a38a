//! What the leadership reads in the matrix, and what the page says while there is nothing to say.

use tahavol_domain::calendar::{Date, TimeZone};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{CommissionSlug, Confidence, Horizon};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{Attention, BaselineKind, Cell, Progress, Query, progress};

use super::{Overview, matrix, overview};
use crate::address::Moment;
use crate::figure::{Calendar, Hand};
use crate::layout::Frame;
use crate::sheet::Sheet;

fn with_sheet<T>(lang: Lang, then: impl FnOnce(&Sheet<'_>) -> T) -> T {
    let (zone, snapshot) = (TimeZone::tehran(), Snapshot::default());
    then(&Sheet {
        frame: Frame { lang, otherwise: "/", programme: None, reader: None },
        hand: Hand { lang, calendar: Calendar::of(lang), zone: &zone },
        moment: Moment::default(),
        snapshot: &snapshot,
        day: day(),
        live: None,
        behind: None,
        path: "/overview",
        query: &[],
        offices: &[],
        said: None,
        of_now: false,
        mistyped: &[],
    })
}

fn day() -> Date {
    Date::parse_iso("2026-11-21").expect("a day")
}

/// A group without milestones.
fn nothing() -> Progress {
    let query = Query { status_date: day(), baseline: BaselineKind::Current, horizon: None, commission: None, initiative: None };
    progress(&Snapshot::default(), &query)
}

fn cell(commission: Option<&str>, horizon: Option<Horizon>, reported: Option<u16>) -> Cell {
    let progress = Progress {
        planned: Some(5_000),
        reported,
        verified: Some(1_200),
        milestones: 3,
        confidence: Some(Confidence::Amber),
        slippage_days: Some(40),
        forecast_finish: Some(day().plus_days(400)),
        ..nothing()
    };
    Cell { horizon, commission: commission.map(|slug| CommissionSlug(slug.to_owned())), progress }
}

/// One commission with milestones in the short horizon alone, and the row of all commissions.
fn cells(reported: Option<u16>) -> Vec<Cell> {
    let rows = [Some("technology"), None];
    let horizons = [Some(Horizon::Short), None];
    horizons.into_iter().flat_map(|horizon| rows.map(|row| cell(row, horizon, reported))).collect()
}

fn shown<'a>(cells: &'a [Cell], now: &'a Progress, attention: &'a Attention) -> Overview<'a> {
    Overview {
        horizon: None,
        commission: None,
        matrix: cells,
        review: None,
        now,
        series: &[],
        commissions: &[],
        attention,
        releases: 0,
        waiting: &[],
        target: None,
        provinces: &[],
        indicators: &[],
        risks: &[],
    }
}

#[test]
fn every_figure_of_the_matrix_leads_to_what_it_is_made_of() {
    let (cells, now, attention) = (cells(Some(3_800)), nothing(), Attention::default());
    with_sheet(Lang::En, |sheet| {
        let html = matrix::matrix(sheet, &shown(&cells, &now, &attention)).into_string();
        for address in ["/commissions/technology?horizon=short", "/commissions/technology\"", "/milestones?horizon=short", "/milestones\""]
        {
            assert!(html.contains(&format!("class=\"cell\" href=\"{address}")), "{address}: {html}");
        }
        assert!(html.contains("50%") && html.contains("38%") && html.contains("12%") && html.contains("at risk"), "{html}");
        assert!(html.contains("40 days late"), "{html}");
        // Horizons in which a commission has nothing say so instead of nought.
        assert_eq!(html.matches("no milestones").count(), 4, "{html}");
    });
}

#[test]
fn no_evidence_is_never_told_as_nought() {
    let (cells, now, attention) = (cells(None), nothing(), Attention::default());
    with_sheet(Lang::Fa, |sheet| {
        let html = matrix::matrix(sheet, &shown(&cells, &now, &attention)).into_string();
        assert!(html.contains("بدون مستند") && !html.contains("\u{2066}۰٪"), "{html}");
    });
}

#[test]
fn the_trend_is_told_in_points_since_the_review_and_not_from_nothing() {
    let (now_cells, now, attention) = (cells(Some(3_800)), nothing(), Attention::default());
    with_sheet(Lang::En, |sheet| {
        let trend = |then: Option<u16>| {
            let before = cells(then);
            let matrix = &shown(&now_cells, &now, &attention);
            let before = matrix::find(&before, None, None);
            matrix::trend(sheet, matrix.matrix[0].progress.reported, before, "/diff").into_string()
        };
        assert!(trend(Some(3_450)).contains("up 3 pt"), "{}", trend(Some(3_450)));
        assert!(trend(Some(4_000)).contains("down 2 pt"), "{}", trend(Some(4_000)));
        assert!(trend(Some(3_790)).contains("unchanged"), "{}", trend(Some(3_790)));
        assert_eq!(trend(None), "");
    });
}

#[test]
fn a_sheet_without_facts_says_so_in_every_part() {
    let (now, attention) = (nothing(), Attention::default());
    for lang in [Lang::Fa, Lang::En] {
        with_sheet(lang, |sheet| {
            let html = overview(sheet, &shown(&[], &now, &attention)).into_string();
            assert!(html.matches("class=\"empty\"").count() >= 7, "{html}");
            assert!(!html.contains(">page-") && !html.contains(" page-overview"), "a key without words: {html}");
            assert!(html.contains("data-live"), "{html}");
        });
    }
}

#[test]
fn a_past_sheet_does_not_renew_itself() {
    let (now, attention) = (nothing(), Attention::default());
    with_sheet(Lang::En, |sheet| {
        let moment = Moment { as_of: Some(tahavol_app::AsOf::Position(7)), ..Moment::default() };
        let html = overview(&Sheet { moment, ..*sheet }, &shown(&[], &now, &attention)).into_string();
        assert!(!html.contains("data-live"), "{html}");
    });
}

#[test]
fn a_part_of_the_programme_is_named_and_one_that_there_is_not_is_said_to_be_none() {
    let (cells, now, attention) = (cells(Some(3_800)), nothing(), Attention::default());
    let technology = CommissionSlug("technology".to_owned());
    with_sheet(Lang::En, |sheet| {
        let whole = shown(&cells, &now, &attention);
        let part = Overview { horizon: Some(Horizon::Short), commission: Some(&technology), ..whole };
        let html = overview(sheet, &part).into_string();
        assert!(html.contains("technology · Short term</h1>"), "{html}");
        assert!(html.contains("Of the whole programme."), "{html}");
        let query = [("horizon".to_owned(), "xyz<b>".to_owned())];
        let html = overview(&Sheet { query: &query, ..*sheet }, &whole).into_string();
        assert!(html.contains("Progress of the programme</h1>") && !html.contains("Of the whole programme."), "{html}");
        assert!(html.contains("There is no horizon") && html.contains("xyz&lt;b&gt;"), "{html}");
    });
}

#[test]
fn every_figure_of_the_headline_leads_to_what_it_is_made_of() {
    let cells = cells(Some(3_800));
    let now = cells[0].progress.clone();
    let attention = Attention::default();
    with_sheet(Lang::En, |sheet| {
        let html = super::headline(sheet, &shown(&cells, &now, &attention)).into_string();
        for figure in ["50%", "38%", "12%"] {
            assert!(html.contains(&format!("<dd><a href=\"/milestones\"><span class=\"figure\">\u{2066}{figure}")), "{figure}: {html}");
        }
    });
}
