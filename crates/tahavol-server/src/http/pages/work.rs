//! `/work`: what waits for the reader, by the offices that she holds today, lent ones included.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use tahavol_app::Subject;
use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::programme::event::ReviewAction;
use tahavol_domain::values::{CommissionSlug, MilestoneId, Office, ProvinceCode};
use tahavol_domain::{Kind, initiative, milestone};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, Query, attention, milestone_progress};
use tahavol_projections::rows::{InitiativeRow, MeasurementStanding, MilestoneRow, Verdict};
use tahavol_web::address;
use tahavol_web::forms::{FROM, Item, PILE, Pile, work};
use tahavol_web::mark::Voices;
use tahavol_web::sheet::Sheet;

use super::super::Site;
use super::forms::coded;
use super::reading::Reading;

/// What is due within so many days is due soon.
const SOON: i32 = 30;
/// Rows of a pile that the page shows.
const SHOWN: usize = 100;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route(address::WORK, get(page))
}

async fn page(reading: Reading) -> Response {
    let sheet = reading.sheet();
    let offices: Vec<String> = reading.offices.iter().map(|office| sheet.office(office)).collect();
    let desk = Desk { reading: &reading, sheet: &sheet, snapshot: &reading.snapshot, day: reading.day };
    let mut piles: Vec<Heap> = Vec::new();
    let commissions: Vec<&CommissionSlug> = desk.commissions();
    if !commissions.is_empty() {
        piles.extend(desk.of_commissions(&commissions));
    }
    if reading.offices.contains(&Office::Inspector) {
        piles.extend([desk.claims(), desk.measurements()]);
    }
    for office in &reading.offices {
        if let Office::Reporter(province) = office {
            piles.push(desk.rollouts(province));
        }
    }
    piles.push(desk.follow_up());
    let mut shown = Vec::new();
    for pile in piles {
        shown.push(offered(&reading, pile).await);
    }
    reading.page(work(&sheet, &offices, &shown))
}

/// Things that wait for the same thing, before it is known what of it the reader can do now.
struct Heap {
    id: &'static str,
    rows: Vec<Row>,
}

/// One of them; nothing is done on what has no subject.
struct Row {
    item: Item,
    subject: Option<Subject>,
}

/// With the ways that lead somewhere now.
async fn offered(reading: &Reading, heap: Heap) -> Pile {
    let (mut items, all) = (Vec::new(), heap.rows.len());
    let from = reading.asked(FROM).filter(|_| reading.asked(PILE) == Some(heap.id)).and_then(|text| text.parse().ok());
    let before = from.unwrap_or(0).min(all);
    for Row { mut item, subject } in heap.rows.into_iter().skip(before).take(SHOWN) {
        let mut acts = Vec::new();
        for (kind, path) in std::mem::take(&mut item.acts) {
            if reading.can(kind, subject.as_ref()).await {
                acts.push((kind, path));
            }
        }
        items.push(Item { acts, ..item });
    }
    let more = all - before - items.len();
    let place = (before + items.len()).to_string();
    let next = (more > 0).then(|| format!("{}#{}", reading.sheet().with(&[(PILE, heap.id), (FROM, &place)]), heap.id));
    Pile { id: heap.id, items, before, more, next }
}

struct Desk<'a> {
    reading: &'a Reading,
    sheet: &'a Sheet<'a>,
    snapshot: &'a Snapshot,
    day: Date,
}

impl<'a> Desk<'a> {
    fn commissions(&self) -> Vec<&'a CommissionSlug> {
        let mut slugs: Vec<_> = self.reading.offices.iter().filter_map(Office::commission).collect();
        slugs.sort();
        slugs.dedup();
        slugs
    }

    fn of_commissions(&self, commissions: &[&CommissionSlug]) -> Vec<Heap> {
        let own = |row: &&Arc<MilestoneRow>| commissions.contains(&&row.plan.commission);
        let (mut overdue, mut stale) = (Vec::new(), Vec::new());
        for slug in commissions {
            let (status_date, commission) = (self.day, Some((*slug).clone()));
            let query = Query { status_date, baseline: BaselineKind::Current, horizon: None, commission, initiative: None };
            let found = attention(self.snapshot, &query);
            overdue.extend(found.overdue.into_iter().map(|row| (row.milestone, Some(row.due))));
            stale.extend(found.stale.into_iter().map(|row| (row.milestone, row.last_fact)));
        }
        overdue.sort_by_key(|(_, due)| *due);
        let soon = self.snapshot.milestones.values().filter(own).filter(|row| self.is_due_soon(row));
        let mut soon: Vec<_> = soon.map(|row| (row.plan.id, Some(row.plan.current.due))).collect();
        soon.sort_by_key(|(_, due)| *due);
        let blocked = self.snapshot.milestones.values().filter(own).filter(|row| is_open(row));
        let blocked = blocked.filter_map(|row| Some((row.plan.id, row.life.blocked.as_ref()?))).collect::<Vec<_>>();
        let obstacle = |(id, stamp): &(MilestoneId, &tahavol_projections::rows::Stamp)| {
            let mut row = self.milestone(*id, Some(stamp.at.date_in(&self.snapshot.time_zone())), &[Kind::MilestoneUnblock])?;
            row.item.note = stamp.reason.clone();
            Some(row)
        };
        let running = self.snapshot.milestones.values().filter(own).filter(|row| self.is_running(row));
        let mut running: Vec<_> = running.map(|row| (row.plan.id, Some(row.plan.current.due))).collect();
        running.retain(|one| !soon.contains(one));
        running.sort_by_key(|(_, due)| *due);
        let listed = |rows: &[(MilestoneId, Option<Date>)]| rows.iter().filter_map(|(id, day)| self.reported(*id, *day)).collect();
        let refused = self.snapshot.milestones.values().filter(own).filter_map(|row| self.refused(row));
        let returned = self.proposals(commissions, initiative::Phase::Returned).into_iter().chain(refused).collect();
        vec![
            pile("overdue", listed(&overdue)),
            pile("returned", returned),
            pile("due-soon", listed(&soon)),
            pile("stale", listed(&stale)),
            pile("running", listed(&running)),
            pile("blocked", blocked.iter().filter_map(obstacle).collect()),
            pile("drafts", self.proposals(commissions, initiative::Phase::Proposed)),
            pile("submitted", self.proposals(commissions, initiative::Phase::Submitted)),
        ]
    }

    fn is_due_soon(&self, row: &MilestoneRow) -> bool {
        self.is_running(row) && self.day.days_until(row.plan.current.due) <= SOON
    }

    /// Begun, and not yet due.
    fn is_running(&self, row: &MilestoneRow) -> bool {
        let baseline = &row.plan.current;
        let days = baseline.starts..=baseline.due;
        row.life.counts_since.is_some() && row.life.phase == milestone::Phase::Planned && days.contains(&self.day)
    }

    /// With the ways to say how far it is: what an indicator measures is measured there.
    fn reported(&self, id: MilestoneId, day: Option<Date>) -> Option<Row> {
        let measure = &self.snapshot.milestones.get(&id)?.plan.current.measure;
        let Measure::Indicator(measured) = measure else {
            return self.milestone(id, day, &[Kind::MilestoneReportProgress, Kind::MilestoneClaimCompletion, Kind::MilestoneBlock]);
        };
        let Row { item, .. } = self.milestone(id, day, &[])?;
        let acts = vec![way(Kind::IndicatorRecordMeasurement, &measured.indicator.0)];
        Some(Row { item: Item { acts, ..item }, subject: Some(Subject::Indicator(measured.indicator.clone())) })
    }

    /// Whose claim of completion was refused, and nobody has claimed it again; with the reason.
    fn refused(&self, row: &MilestoneRow) -> Option<Row> {
        let (verdict, stamp) = row.life.claims.last()?.verdict.as_ref()?;
        if *verdict != Verdict::Refused || row.life.phase != milestone::Phase::Planned {
            return None;
        }
        let mut shown = self.reported(row.plan.id, Some(stamp.at.date_in(&self.snapshot.time_zone())))?;
        shown.item.note.clone_from(&stamp.reason);
        Some(shown)
    }

    fn milestone(&self, id: MilestoneId, day: Option<Date>, acts: &[Kind]) -> Option<Row> {
        let row = self.snapshot.milestones.get(&id)?;
        let plan = &row.plan;
        let progress = milestone_progress(self.snapshot, id, self.day, BaselineKind::Current);
        let item = Item {
            code: plan.code.clone(),
            title: plan.title.get(self.sheet.lang()).to_owned(),
            href: address::milestone(&plan.code),
            group: None,
            note: None,
            day,
            voices: progress.has_figures().then(|| Voices::from(&progress)),
            acts: acts.iter().map(|kind| way(*kind, &plan.code)).collect(),
        };
        Some(Row { item, subject: Some(Subject::Milestone(id)) })
    }

    /// Of these commissions in that phase; a chair submits what has milestones.
    fn proposals(&self, commissions: &[&CommissionSlug], phase: initiative::Phase) -> Vec<Row> {
        let rows = self.snapshot.initiatives.values();
        let rows = rows.filter(|row| row.phase == phase && commissions.contains(&&row.proposal.commission));
        rows.map(|row| self.proposal(row)).collect()
    }

    fn proposal(&self, row: &InitiativeRow) -> Row {
        let proposal = &row.proposal;
        let item = Item {
            code: proposal.code.clone(),
            title: proposal.title.get(self.sheet.lang()).to_owned(),
            href: address::initiative(&proposal.code),
            group: None,
            note: row.phase_since.reason.clone(),
            day: Some(row.phase_since.at.date_in(&self.snapshot.time_zone())),
            voices: None,
            acts: [Kind::InitiativeRevise, Kind::MilestonePlan, Kind::InitiativeSubmit].map(|kind| way(kind, &proposal.code)).to_vec(),
        };
        Row { item, subject: Some(Subject::Initiative(row.id)) }
    }

    /// Claims that nobody has answered, the oldest first; not those of one's own commission.
    fn claims(&self) -> Heap {
        let own = self.commissions();
        let claimed = self.snapshot.milestones.values().filter(|row| row.life.phase == milestone::Phase::Claimed);
        let claimed = claimed.filter(|row| !own.contains(&&row.plan.commission));
        let mut rows: Vec<_> = claimed.filter_map(|row| Some((row.plan.id, row.life.claims.last()?.effective_on))).collect();
        rows.sort_by_key(|(_, day)| *day);
        let acts = [Kind::MilestoneVerifyCompletion, Kind::MilestoneRefuseCompletion];
        let item = |(id, day): &(MilestoneId, Date)| {
            let mut row = self.milestone(*id, Some(*day), &acts)?;
            row.item.note = self.snapshot.milestones.get(id).map(|row| self.sheet.commission(&row.plan.commission));
            Some(row)
        };
        pile("claims", rows.iter().filter_map(item).collect())
    }

    /// Indicators with measurements that nobody has spoken on.
    fn measurements(&self) -> Heap {
        let rows = self.snapshot.indicators.iter().filter_map(|(code, row)| {
            let open = row.measurements.values().filter(|one| one.standing == MeasurementStanding::Recorded).count();
            let kinds = [Kind::IndicatorVerifyMeasurement, Kind::IndicatorContestMeasurement];
            let item = || Item {
                code: code.0.clone(),
                title: row.definition.meaning.title.get(self.sheet.lang()).to_owned(),
                href: address::indicator(&code.0),
                group: None,
                note: Some(self.sheet.telling("page-work-unchecked", self.number(open))),
                day: None,
                voices: None,
                acts: kinds.map(|kind| way(kind, &code.0)).to_vec(),
            };
            (open > 0).then(|| Row { item: item(), subject: Some(Subject::Indicator(code.clone())) })
        });
        pile("measurements", rows.collect())
    }

    /// Stations of the province that an open roll-out has not reached, by the due date of the roll-out.
    fn rollouts(&self, province: &ProvinceCode) -> Heap {
        let open = self
            .snapshot
            .milestones
            .values()
            .filter(|row| row.life.counts_since.is_some() && is_open(row) && matches!(row.plan.current.measure, Measure::Rollout(_)));
        let mut open: Vec<_> = open.collect();
        open.sort_by_key(|row| row.plan.current.due);
        let stations = self.snapshot.stations.values().filter(|station| station.province == *province && station.closed.is_none());
        let stations: Vec<_> = stations.collect();
        let mut rows = Vec::new();
        for row in open {
            let plan = &row.plan;
            for station in &stations {
                if !plan.scope.contains_key(&station.number) || row.deliveries.contains_key(&station.number) {
                    continue;
                }
                let deliver = way(Kind::StationRecordDelivery, &station.code.0);
                let item = Item {
                    code: station.code.0.clone(),
                    title: station.name.get(self.sheet.lang()).to_owned(),
                    href: address::station(&station.code.0),
                    group: Some((coded(&plan.code, plan.title.get(self.sheet.lang())), address::milestone(&plan.code))),
                    note: None,
                    day: Some(plan.current.due),
                    voices: None,
                    acts: vec![(deliver.0, format!("{}&milestone={}", deliver.1, plan.id.0))],
                };
                rows.push(Row { item, subject: Some(Subject::Station(station.code.clone())) });
            }
        }
        pile("rollouts", rows)
    }

    /// Actions of reviews that the reader owns and nobody has closed.
    fn follow_up(&self) -> Heap {
        let Some((person, _)) = self.reading.person() else { return pile("follow-up", Vec::new()) };
        let mut items = Vec::new();
        for row in self.snapshot.reviews.values() {
            let own = row.review.actions.iter().filter(|action| action.owner == person.id && !row.closures.contains_key(&action.action));
            let id = row.review.review;
            let item = |action: &ReviewAction| Item {
                code: self.sheet.word("page-review-action"),
                title: action.title.get(self.sheet.lang()).to_owned(),
                href: address::review(&id.to_string()),
                group: None,
                note: Some(row.review.title.get(self.sheet.lang()).to_owned()),
                day: Some(action.due),
                voices: None,
                acts: vec![way(Kind::ReviewActionClose, &id.to_string())],
            };
            items.extend(own.map(|action| Row { item: item(action), subject: Some(Subject::Review(id)) }));
        }
        pile("follow-up", items)
    }

    fn number(&self, count: usize) -> String {
        self.sheet.hand.number(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

/// A command, and where its form on a thing is.
fn way(kind: Kind, on: &str) -> (Kind, String) {
    (kind, address::act(kind.name(), on))
}

fn is_open(row: &MilestoneRow) -> bool {
    matches!(row.life.phase, milestone::Phase::Planned | milestone::Phase::Claimed)
}

fn pile(id: &'static str, rows: Vec<Row>) -> Heap {
    Heap { id, rows }
}
