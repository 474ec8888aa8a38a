//! `/decisions`: what waits for the council with its effect, and what was decided; `/reviews`: what the programme looked like when it
//! was reviewed.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use tahavol_app::{AppError, AsOf, Decision, DecisionFilter, DecisionSubject, EffectError, Proposed, RecordedFact, messages, proposed_for};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::{CommissionSlug, Office};
use tahavol_domain::{Kind, initiative};
use tahavol_projections::progress::{BaselineKind, Query, matrix, progress};
use tahavol_projections::rows::{ReviewRow, Stamp};
use tahavol_web::address;
use tahavol_web::forms::{AGAIN, Again, BEFORE, COMMISSION, Decisions, Held, Taken, Waiting, decisions, listed_reviews, review, reviews};
use tahavol_web::mark::Voices;
use uuid::Uuid;

use super::super::Site;
use super::reading::Reading;

/// Decisions of one page.
const PAGE: usize = 30;
/// Effects that one page computes; of the others the form tells it.
const EFFECTS: usize = 25;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route(address::DECISIONS, get(list)).route(address::REVIEWS, get(all_reviews)).route("/reviews/{id}", get(one_review))
}

async fn list(reading: Reading) -> Response {
    if reading.caller().is_none() {
        return reading.not_yours();
    }
    match gathered(&reading).await {
        Ok(shown) => reading.page(decisions(&reading.sheet(), &shown)),
        Err(error) => reading.visit.trouble(error),
    }
}

async fn gathered(reading: &Reading) -> Result<Decisions, AppError> {
    let chosen = reading.asked(COMMISSION).map(|slug| CommissionSlug(slug.to_owned()));
    let before = reading.asked(BEFORE).and_then(|text| text.parse().ok());
    let filter = DecisionFilter { commission: chosen.clone(), ..DecisionFilter::default() };
    let app = &reading.site().app;
    let found = app.decisions(&reading.snapshot, &filter, before, PAGE + 1, &reading.sight).await?;
    let earlier = (found.len() > PAGE).then(|| found.get(PAGE - 1).map(|(fact, _)| fact.position)).flatten();
    let again = match reading.asked(AGAIN).and_then(|text| text.parse().ok()) {
        Some(position) => app.decision(position, &reading.snapshot, &reading.sight).await?.map(|decision| again(reading, &decision)),
        None => None,
    };
    let taken = found.iter().take(PAGE).map(|(fact, subject)| taken(reading, fact, subject)).collect();
    let commissions = reading.snapshot.commissions.iter();
    let commissions = commissions.map(|(slug, row)| (slug.clone(), row.establishment.title.clone())).collect();
    Ok(Decisions { waiting: waiting(reading, chosen.as_ref()).await?, taken, again, before: earlier, commissions, chosen })
}

/// What waits: proposals of initiatives, milestones and releases, and the document; the oldest first.
async fn waiting(reading: &Reading, chosen: Option<&CommissionSlug>) -> Result<Vec<Waiting>, AppError> {
    let (sheet, snapshot) = (reading.sheet(), &reading.snapshot);
    let mut found = Vec::new();
    for row in snapshot.initiatives.values() {
        let proposal = &row.proposal;
        if row.phase != initiative::Phase::Submitted || chosen.is_some_and(|slug| *slug != proposal.commission) {
            continue;
        }
        let kinds = [Kind::InitiativeApprove, Kind::InitiativeReturn, Kind::InitiativeReject];
        let title = format!("\u{2068}{}\u{2069} {}", proposal.code, proposal.title.get(sheet.lang()));
        let one = asked("approval", &title, address::initiative(&proposal.code), Some(&row.phase_since));
        found.push((Some(Proposed::Approval(row.id)), one.decided(&kinds, &proposal.code)));
    }
    for row in snapshot.milestones.values() {
        let plan = &row.plan;
        if chosen.is_some_and(|slug| *slug != plan.commission) {
            continue;
        }
        for proposed in proposed_for(snapshot, plan.id) {
            let (what, kinds, stamp): (_, &[Kind], _) = match proposed {
                Proposed::Rebaseline(_) => (
                    "rebaseline",
                    &[Kind::MilestoneApproveRebaseline, Kind::MilestoneRefuseRebaseline],
                    row.life.rebaseline_pending.as_ref().map(|(_, _, stamp)| stamp),
                ),
                Proposed::Cancellation(_) => (
                    "cancellation",
                    &[Kind::MilestoneApproveCancellation, Kind::MilestoneRefuseCancellation],
                    row.life.cancellation_pending.as_ref().map(|(_, stamp)| stamp),
                ),
                Proposed::Admission(_) | Proposed::Approval(_) | Proposed::Document => {
                    ("admission", &[Kind::MilestoneAdmit], Some(&plan.planned))
                }
            };
            let title = format!("\u{2068}{}\u{2069} {}", plan.code, plan.title.get(sheet.lang()));
            found.push((Some(proposed), asked(what, &title, address::milestone(&plan.code), stamp).decided(kinds, &plan.code)));
        }
    }
    for official in snapshot.officials.values().filter(|_| chosen.is_none()) {
        for (office, stamp) in &official.release_proposed {
            let title = format!("{} · {}", official.person.name, sheet.office(office));
            let actor = &official.person.id.0;
            found.push((None, asked("release", &title, address::person(actor), Some(stamp)).decided(&[Kind::OfficialRelease], actor)));
        }
    }
    found.sort_by_key(|(_, one)| one.asked.as_ref().map(|(_, at)| *at));
    let mut shown = Vec::new();
    for (number, (proposed, mut one)) in found.into_iter().enumerate() {
        if let Some(proposed) = proposed.filter(|_| number < EFFECTS) {
            one.effect = effect(reading, proposed).await?;
        }
        shown.push(one);
    }
    if chosen.is_none() {
        let document = effect(reading, Proposed::Document).await?;
        if let Some(moved) = document {
            let one = asked("document", &sheet.word("page-waiting-document-what"), address::INITIATIVES.to_owned(), None);
            shown.push(Waiting { effect: Some(moved), ..one.decided(&[Kind::DocumentApprove], "") });
        }
    }
    // Only the council decides; others see what waits.
    if !reading.offices.contains(&Office::Council) {
        shown.iter_mut().for_each(|one| one.acts.clear());
    }
    Ok(shown)
}

type Moved = Vec<tahavol_projections::effect::Moved>;

async fn effect(reading: &Reading, proposed: Proposed) -> Result<Option<(Moved, Moved)>, AppError> {
    match reading.site().app.effect(&reading.snapshot, proposed, reading.day).await {
        Ok(effect) => Ok(Some((effect.current, effect.original))),
        Err(EffectError::NothingProposed) => Ok(None),
        Err(EffectError::App(error)) => Err(error),
    }
}

fn asked(what: &'static str, title: &str, href: String, stamp: Option<&Stamp>) -> Asked {
    Asked(Waiting {
        id: format!("waiting-{what}-{}", stamp.map_or(0, |stamp| stamp.position)),
        what,
        title: title.to_owned(),
        href,
        asked: stamp.map(|stamp| (stamp.by.name.clone(), stamp.at)),
        reason: stamp.and_then(|stamp| stamp.reason.clone()),
        effect: None,
        acts: Vec::new(),
    })
}

/// Something that waits, before it is known how it can be decided.
struct Asked(Waiting);

impl Asked {
    fn decided(self, kinds: &[Kind], on: &str) -> Waiting {
        Waiting { acts: kinds.iter().map(|kind| (*kind, on.to_owned())).collect(), ..self.0 }
    }
}

fn taken(reading: &Reading, fact: &RecordedFact, subject: &DecisionSubject) -> Taken {
    let (lang, envelope) = (reading.visit.lang, &fact.fact.envelope);
    Taken {
        position: fact.position,
        sentence: messages::sentence(&fact.fact, lang),
        about: subject.told(&reading.snapshot, lang),
        by: envelope.actor_name.clone(),
        office: messages::office_text(&envelope.office, &reading.snapshot, lang),
        at: envelope.time,
        resolution: fact.fact.event.data()["resolution"].as_str().map(str::to_owned),
        reason: envelope.reason.clone(),
        basis: envelope.basis,
    }
}

fn again(reading: &Reading, decision: &Decision) -> Again {
    let sheet = reading.sheet();
    let initiative = decision.subject.initiative(&decision.basis);
    let query = Query { status_date: decision.status_date, baseline: reading.moment.baseline, horizon: None, commission: None, initiative };
    let since = decision.since.iter().map(|since| {
        let same_day = if since.days_before == Some(0) && since.kind.as_str() == "LATE" { "_SAME_DAY" } else { "" };
        let key = format!("decision-since-{}{same_day}", since.kind.as_str());
        let days = since.days_before.unwrap_or_default().to_string();
        let code = since.milestone.and_then(|id| reading.snapshot.milestones.get(&id)).map(|row| row.plan.code.as_str());
        let words = sheet.saying(&key, &[("days", days)]);
        (since.position, code.map_or(words.clone(), |code| format!("{code}: {words}")))
    });
    Again {
        position: decision.fact.position,
        offices: decision.offices.iter().map(|office| messages::office_text(office, &decision.basis, sheet.lang())).collect(),
        voices: Voices::from(&progress(&decision.basis, &query)),
        since: since.collect(),
    }
}

async fn all_reviews(reading: Reading) -> Response {
    if reading.caller().is_none() {
        return reading.not_yours();
    }
    let sheet = reading.sheet();
    let mut rows: Vec<(&ReviewRow, Date)> = reading.snapshot.reviews.values().map(|row| (&**row, day_of(&reading, row))).collect();
    rows.sort_by_key(|(row, day)| std::cmp::Reverse((*day, row.held.position)));
    let table = listed_reviews(&sheet, &rows);
    reading.page(reviews(&sheet, &table, reading.offices.contains(&Office::Council)))
}

async fn one_review(reading: Reading, Path(id): Path<String>) -> Response {
    if reading.caller().is_none() {
        return reading.not_yours();
    }
    let row = Uuid::parse_str(&id).ok().and_then(|id| reading.snapshot.reviews.get(&id).cloned());
    let Some(row) = row else { return reading.not_found() };
    let frozen = match reading.site().app.as_of(AsOf::Position(row.review.frozen_position)).await {
        Ok(frozen) => reading.sight.of(&frozen),
        Err(error) => return reading.visit.trouble(error),
    };
    let day = day_of(&reading, &row);
    let figures = matrix(&frozen, day, BaselineKind::Current);
    let closes = reading.offices.contains(&Office::Council);
    reading.page(review(&reading.sheet(), &Held { row: &row, day, figures: &figures, closes }))
}

/// As it was said, else the day on which it was recorded.
fn day_of(reading: &Reading, row: &ReviewRow) -> Date {
    row.held.effective_on.unwrap_or_else(|| row.held.at.date_in(&reading.snapshot.time_zone()))
}
