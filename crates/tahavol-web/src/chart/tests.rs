//! What holds for every chart: it says its message, runs left to right, has a table behind it, and believes nothing it is told.

use tahavol_domain::calendar::{Date, TimeZone};
use tahavol_domain::text::{Lang, Text};
use tahavol_domain::values::{Province, ProvinceCode};
use tahavol_projections::Snapshot;
use tahavol_projections::ratio::Ratio;

use super::{
    BurnUp, BurnUps, Cumulative, Growing, Measured, Multiples, Panel, PlanCurve, Promise, SCurve, Side, Tile, Tiles, Title, Trajectory,
    VoicesOn,
};
use crate::address::Moment;
use crate::figure::{Calendar, Hand};
use crate::layout::Frame;
use crate::mark::Voices;
use crate::sheet::Sheet;

const HOSTILE: &str = "<script>alert(1)</script>\"' onfocus=alert(2) \u{202e}x";

fn day(text: &str) -> Date {
    Date::parse_iso(text).expect("a day")
}

fn on(date: &str, planned: u16, reported: Option<u16>) -> VoicesOn {
    VoicesOn { on: day(date), voices: Voices { planned: Some(planned), reported, verified: reported.map(|points| points / 2) } }
}

/// With a sheet of an empty ledger in a language.
fn with_sheet<T>(lang: Lang, then: impl FnOnce(&Sheet<'_>) -> T) -> T {
    let (zone, snapshot) = (TimeZone::tehran(), Snapshot::default());
    then(&Sheet {
        frame: Frame { lang, otherwise: "/", programme: None, reader: None },
        hand: Hand { lang, calendar: Calendar::of(lang), zone: &zone },
        moment: Moment::default(),
        snapshot: &snapshot,
        day: day("2026-11-21"),
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

/// Every chart in a language, told something hostile wherever it is told anything.
fn charts(lang: Lang) -> Vec<(&'static str, String)> {
    let title = |id| Title { id, text: HOSTILE };
    let points = [on("2024-03-31", 0, None), on("2026-03-31", 4_000, Some(3_000)), on("2029-03-20", 10_000, Some(3_000))];
    let now = on("2026-11-21", 5_000, Some(3_300));
    let province = Province {
        code: ProvinceCode("IR-17".to_owned()),
        name: Text { fa: format!("کهگیلویه و بویراحمد {HOSTILE}"), en: None },
        tile_row: 4,
        tile_column: 3,
    };
    with_sheet(lang, |sheet| {
        let s_curve = SCurve { title: title("s"), points: &points, now, finish: Some(day("2031-01-01")), ends: Some(day("2029-03-20")) };
        let promises = [(2024, 60), (2027, 80), (2029, 95)].map(|(year, value)| Promise {
            on: day(&format!("{year}-03-20")),
            value: Ratio::from_int(value),
            label: HOSTILE.to_owned(),
        });
        let measured = [Measured { on: day("2026-03-20"), value: Ratio::try_new(200, 3).expect("a value") }];
        let trajectory = Trajectory {
            title: title("t"),
            unit: HOSTILE,
            promises: &promises,
            tolerance: Some(Ratio::from_int(2)),
            side: Side::AtLeast,
            measured: &measured,
            day: sheet.day,
        };
        let lines = [Cumulative { label: HOSTILE.to_owned(), points: vec![(day("2026-01-01"), 12), (day("2026-06-01"), 40)] }];
        let promised = Some((day("2026-01-01"), day("2028-01-01")));
        let burn_up = BurnUp { title: title("b"), lines: &lines, whole: Some(1_800), promised, day: sheet.day };
        let planned = [(day("2026-09-01"), 0), (day("2027-03-01"), 5_000), (day("2027-09-01"), 10_000)];
        let before = [(day("2026-07-01"), 0), (day("2027-01-01"), 5_000), (day("2027-07-01"), 10_000)];
        let plan_curve = PlanCurve { title: title("p"), planned: &planned, before: &before, day: sheet.day };
        let panels = [Panel { label: HOSTILE.to_owned(), href: Some(HOSTILE.to_owned()), points: points.to_vec() }];
        let multiples = Multiples { title: title("m"), panels: &panels, day: sheet.day };
        let growing = [Growing {
            label: HOSTILE.to_owned(),
            href: HOSTILE.to_owned(),
            points: lines[0].points.clone(),
            whole: 60,
            promised: (day("2026-01-01"), day("2028-01-01")),
        }];
        let burn_ups = BurnUps { title: title("w"), panels: &growing, day: sheet.day };
        let tiles = [Tile { province: &province, part: 23, whole: 40 }];
        let tiles = Tiles { title: title("g"), counted: HOSTILE, asked: ("networked", "yes"), tiles: &tiles };
        vec![
            ("s-curve", sheet.s_curve(&s_curve).into_string()),
            ("trajectory", sheet.trajectory(&trajectory).into_string()),
            ("burn-up", sheet.burn_up(&burn_up).into_string()),
            ("burn-ups", sheet.burn_ups(&burn_ups).into_string()),
            ("multiples", sheet.multiples(&multiples).into_string()),
            ("tiles", sheet.tiles(&tiles).into_string()),
            ("plan-curve", sheet.plan_curve(&plan_curve).into_string()),
        ]
    })
}

#[test]
fn a_chart_is_named_says_its_message_and_has_a_table_behind_it() {
    for lang in [Lang::Fa, Lang::En] {
        for (name, chart) in charts(lang) {
            let named = chart.contains("role=\"img\" aria-labelledby=") && chart.contains("<desc id=");
            assert!(named || chart.contains("role=\"group\" aria-label="), "{name}: {chart}");
            assert!(chart.contains("<details class=\"behind\"") && chart.contains("<th scope=\"row\">"), "{name}: {chart}");
            assert!(!chart.contains("page-chart"), "{name}: a key without words: {chart}");
        }
    }
}

#[test]
fn time_runs_left_to_right_and_persian_text_right_to_left() {
    for (name, chart) in charts(Lang::Fa) {
        for svg in chart.split("<svg ").skip(1) {
            let tag = svg.split('>').next().unwrap_or_default();
            assert!(tag.contains("direction=\"ltr\""), "{name}: {tag}");
            let body = svg.split("</svg>").next().unwrap_or_default();
            assert!(body.split("<text ").skip(1).all(|text| text.contains("direction=\"rtl\"")), "{name}");
        }
    }
}

#[test]
fn nothing_that_a_chart_is_told_becomes_markup_and_nothing_is_styled_in_place() {
    for (name, chart) in [Lang::Fa, Lang::En].into_iter().flat_map(charts) {
        for wrong in ["<script", "\"' onfocus", " style=", "NaN", "inf"] {
            assert!(!chart.contains(wrong), "{name} has {wrong}: {chart}");
        }
    }
}

#[test]
fn the_s_curve_says_where_it_is_and_how_late_it_will_be() {
    let chart = |lang| charts(lang).swap_remove(0).1;
    let english = chart(Lang::En);
    assert!(english.contains("33%") && english.contains("1 January 2031") && english.contains("652 days later"), "{english}");
    let persian = chart(Lang::Fa);
    assert!(persian.contains("۳۳٪") && persian.contains("۱۱ دی ۱۴۰۹") && persian.contains("۶۵۲ روز دیرتر"), "{persian}");
}

#[test]
fn what_is_reported_later_than_the_status_date_is_not_drawn() {
    let english = charts(Lang::En).swap_remove(0).1;
    let reported = english.split("<path class=\"reported\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    // Of four points the first has no evidence and the last is still to come.
    assert_eq!(reported.matches(['M', 'L']).count(), 2, "{reported}");
}

#[test]
fn a_plan_that_would_replace_another_is_drawn_over_it_and_says_how_much_later_it_is() {
    for (lang, told) in [(Lang::En, "62 days later"), (Lang::Fa, "۶۲ روز دیرتر")] {
        let chart = charts(lang).pop().unwrap().1;
        assert!(chart.contains(told) && chart.contains("<path class=\"before\" d=\"M"), "{chart}");
        let first = with_sheet(lang, |sheet| {
            let planned = [(day("2026-09-01"), 10_000)];
            sheet
                .plan_curve(&PlanCurve { title: Title { id: "p", text: "p" }, planned: &planned, before: &[], day: sheet.day })
                .into_string()
        });
        assert!(!first.contains("NaN") && !first.contains("inf") && first.matches("<circle").count() == 1, "a plan of one day: {first}");
    }
}

#[test]
fn a_chart_without_points_says_so() {
    for lang in [Lang::Fa, Lang::En] {
        with_sheet(lang, |sheet| {
            let title = Title { id: "x", text: "x" };
            let now = on("2026-11-21", 0, None);
            let nothing = [
                sheet.s_curve(&SCurve { title, points: &[], now, finish: None, ends: None }),
                sheet.burn_up(&BurnUp { title, lines: &[], whole: None, promised: None, day: sheet.day }),
                sheet.multiples(&Multiples { title, panels: &[], day: sheet.day }),
                sheet.tiles(&Tiles { title, counted: "x", asked: ("networked", "yes"), tiles: &[] }),
                sheet.plan_curve(&PlanCurve { title, planned: &[], before: &[], day: sheet.day }),
            ];
            for chart in nothing.map(maud::Markup::into_string) {
                assert!(chart.contains("class=\"empty\"") && !chart.contains("<svg"), "{chart}");
            }
        });
    }
}
