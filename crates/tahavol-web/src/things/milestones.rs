//! The list of milestones: how far each one is, when it is due, and what stands in its way.

use std::collections::{BTreeMap, BTreeSet};

use maud::Markup;
use tahavol_domain::milestone::Phase;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::text::fold;
use tahavol_domain::values::{Horizon, MilestoneId};
use tahavol_projections::find::finds;
use tahavol_projections::progress::{Attention, BaselineKind, Contribution, Progress, Query, attention};
use tahavol_projections::rows::{MilestonePlan, MilestoneRow};

use super::parts::YES_OR_NO;
use crate::address;
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Filter, Row, SORT, Table};

pub(super) const HORIZONS: [(&str, Horizon); 3] = [("short", Horizon::Short), ("medium", Horizon::Medium), ("long", Horizon::Long)];

const PHASES: [(&str, Phase); 4] =
    [("planned", Phase::Planned), ("claimed", Phase::Claimed), ("verified", Phase::Verified), ("cancelled", Phase::Cancelled)];

/// The milestones that the address asks for, with the contributions of `progress`. Those that do not count have only what was said of them.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, progress: &Progress) -> Table {
    let wanted = Wanted::of(sheet);
    let mut rows: Vec<&MilestoneRow> =
        sheet.snapshot.milestones.values().map(AsRef::as_ref).filter(|row| wanted.takes(sheet, row)).collect();
    rows.sort_by(|a, b| a.plan.code.cmp(&b.plan.code));
    table(sheet, "milestones", &rows, progress).sorted(sheet.asked(SORT))
}

/// These milestones, with what each adds to `progress` where it counts.
pub(super) fn table(sheet: &Sheet<'_>, id: &'static str, rows: &[&MilestoneRow], progress: &Progress) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let added: BTreeMap<MilestoneId, &Contribution> =
        progress.contributions.iter().map(|contribution| (contribution.milestone, contribution)).collect();
    Table {
        id,
        caption: sheet.word("page-section-milestones"),
        columns: vec![
            column("code", "page-code-of"),
            column("title", "page-title"),
            column("commission", "page-commission"),
            column("horizon", "page-horizon"),
            column("weight", "page-thing-weight"),
            column("due", "page-due"),
            column("phase", "page-phase"),
            column("notice", "page-thing-notice"),
            column("progress", "page-progress"),
            column("planned", "page-voice-planned"),
            column("reported", "page-voice-reported"),
            column("verified", "page-voice-verified"),
        ],
        rows: rows.iter().map(|row| Row { cells: cells(sheet, row, added.get(&row.plan.id).copied()) }).collect(),
        empty: sheet.word("page-milestones-none"),
    }
}

fn cells(sheet: &Sheet<'_>, row: &MilestoneRow, added: Option<&Contribution>) -> Vec<Cell> {
    let plan = &row.plan;
    let promise = promise(sheet, plan);
    let href = sheet.at(&address::milestone(&plan.code));
    let voices = match added {
        Some(added) => Voices { planned: Some(added.planned), reported: added.reported, verified: Some(added.verified) }.evident(),
        None => Voices { planned: None, reported: row.reported(sheet.snapshot, sheet.day), verified: None },
    };
    let known = |points: Option<u16>| points.map_or(Cell::Nothing, |points| Cell::Share(Some(points)));
    vec![
        Cell::CodeLink { code: plan.code.clone(), href: href.clone() },
        Cell::Link { text: plan.title.get(sheet.lang()).to_owned(), href },
        Cell::Link { text: sheet.commission(&plan.commission), href: sheet.at(&address::commission(&plan.commission.0)) },
        Cell::Text(sheet.horizon(promise.horizon)),
        Cell::Number(promise.weight.into()),
        Cell::Date(promise.due),
        Cell::Text(sheet.milestone_phase(row.life.phase)),
        Cell::Text(notices(sheet, row).join(" · ")),
        Cell::Voices(voices),
        known(voices.planned),
        Cell::Share(voices.reported),
        known(voices.verified),
    ]
}

/// What a reader must know besides its phase.
pub(super) fn notices(sheet: &Sheet<'_>, row: &MilestoneRow) -> Vec<String> {
    let notices = [
        (row.is_overdue(sheet.snapshot, sheet.day), "page-thing-overdue"),
        (row.life.blocked.is_some(), "page-thing-blocked"),
        (row.life.counts_since.is_none(), "page-thing-not-counting"),
        (row.life.rebaseline_pending.is_some(), "page-thing-rebaseline-pending"),
        (row.life.cancellation_pending.is_some(), "page-thing-cancellation-pending"),
    ];
    notices.into_iter().filter(|(so, _)| *so).map(|(_, key)| sheet.word(key)).collect()
}

/// What it is held against: the plan as it stands, or its first promise.
pub(super) fn promise<'a>(sheet: &Sheet<'_>, plan: &'a MilestonePlan) -> &'a Baseline {
    match sheet.moment.baseline {
        BaselineKind::Current => &plan.current,
        BaselineKind::Original => plan.original.as_ref().unwrap_or(&plan.current),
    }
}

/// What the address asks for.
struct Wanted {
    horizon: Option<Horizon>,
    commission: Option<String>,
    phase: Option<Phase>,
    /// Those that the leadership's page counts so, and whether they are asked for or the others.
    counted_so: Vec<(bool, BTreeSet<MilestoneId>)>,
    blocked: Option<bool>,
    counted: Option<bool>,
    words: Option<String>,
}

impl Wanted {
    fn of(sheet: &Sheet<'_>) -> Wanted {
        Wanted {
            horizon: sheet.chosen("horizon", &HORIZONS),
            commission: sheet.asked("commission").map(str::to_owned),
            phase: sheet.chosen("phase", &PHASES),
            counted_so: counted_so(sheet),
            blocked: sheet.chosen("blocked", &YES_OR_NO),
            counted: sheet.chosen("counted", &YES_OR_NO),
            words: sheet.asked("q").map(fold),
        }
    }

    fn takes(&self, sheet: &Sheet<'_>, row: &MilestoneRow) -> bool {
        let plan = &row.plan;
        self.horizon.is_none_or(|horizon| promise(sheet, plan).horizon == horizon)
            && self.commission.as_ref().is_none_or(|slug| plan.commission.0 == *slug)
            && self.phase.is_none_or(|phase| row.life.phase == phase)
            && self.blocked.is_none_or(|blocked| row.life.blocked.is_some() == blocked)
            && self.counted.is_none_or(|counted| row.life.counts_since.is_some() == counted)
            && self.words.as_ref().is_none_or(|words| finds(words, &plan.code, &plan.title))
            && self.counted_so.iter().all(|(wanted, counted)| counted.contains(&plan.id) == *wanted)
    }
}

/// Overdue, without fresh evidence, behind the plan: each as it is counted, and only where it is asked for.
fn counted_so(sheet: &Sheet<'_>) -> Vec<(bool, BTreeSet<MilestoneId>)> {
    let asked = ["overdue", "stale", "behind"].map(|name| sheet.chosen(name, &YES_OR_NO));
    if asked.iter().all(Option::is_none) {
        return Vec::new();
    }
    let whole = Query { status_date: sheet.day, baseline: sheet.moment.baseline, horizon: None, commission: None, initiative: None };
    let Attention { overdue, stale, gaps } = attention(sheet.snapshot, &whole);
    let counted: [BTreeSet<MilestoneId>; 3] = [
        overdue.iter().map(|row| row.milestone).collect(),
        stale.iter().map(|row| row.milestone).collect(),
        gaps.iter().map(|row| row.milestone).collect(),
    ];
    asked.into_iter().zip(counted).filter_map(|(wanted, counted)| Some((wanted?, counted))).collect()
}

fn filters(sheet: &Sheet<'_>) -> Vec<Filter> {
    let filter = |name: &'static str, word: &str, answers| Filter { name, label: sheet.word(word), answers };
    vec![
        sheet.words_filter(),
        filter("commission", "page-commission", sheet.commission_answers()),
        filter("horizon", "page-horizon", Sheet::answers(&HORIZONS, |horizon| sheet.horizon(horizon))),
        filter("phase", "page-phase", Sheet::answers(&PHASES, |phase| sheet.milestone_phase(phase))),
        filter("overdue", "page-thing-overdue", sheet.yes_or_no()),
        filter("stale", "page-thing-stale", sheet.yes_or_no()),
        filter("behind", "page-thing-behind", sheet.yes_or_no()),
        filter("blocked", "page-thing-blocked", sheet.yes_or_no()),
        filter("counted", "page-thing-counts", sheet.yes_or_no()),
    ]
}

/// The page.
#[must_use]
pub fn list(sheet: &Sheet<'_>, table: &Table) -> Markup {
    let content = sheet.listing(table, &filters(sheet));
    sheet.page(Some(Section::Milestones), &sheet.word("page-section-milestones"), &content)
}
