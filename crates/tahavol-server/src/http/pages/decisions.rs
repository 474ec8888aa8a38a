//! `/decisions`: what waits for the council with its effect, and what was decided; `/reviews`: what the programme looked like when it
//! was reviewed.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use tahavol_app::{AppError, AsOf, Decision, DecisionFilter, DecisionSubject, EffectError, Proposed, RecordedFact, Subject, messages};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Date;
use tahavol_domain::values::{CommissionSlug, Horizon, Office, Person};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, Query, matrix, progress};
use tahavol_projections::rows::{ReviewRow, Stamp};
use tahavol_web::address;
use tahavol_web::forms::{
    AGAIN, Again, BEFORE, COMMISSION, Decisions, FROM, Held, Taken, Waiting, decisions, listed_reviews, review, reviews,
};
use tahavol_web::mark::Voices;
use tahavol_web::overview::{HORIZON, parse_horizon};
use uuid::Uuid;

use super::super::Site;
use super::case::terms;
use super::reading::Reading;

/// Decisions of one page.
const PAGE: usize = 30;
/// What waits, of one page: each has its effect computed.
const WAITING: usize = 25;

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
    let horizon = reading.asked(HORIZON).and_then(parse_horizon);
    let from = reading.asked(FROM).and_then(|text| text.parse().ok()).unwrap_or(0);
    let (waiting, all) = waiting(reading, (chosen.as_ref(), horizon), from).await?;
    let next = Some(from.saturating_add(WAITING)).filter(|next| *next < all);
    Ok(Decisions { waiting, all, from, next, taken, again, before: earlier, commissions, chosen, horizon })
}

/// Releases from an office that were proposed and wait; of a commission those of its own offices, of a horizon none.
pub(super) fn releases<'a>(
    snapshot: &'a Snapshot,
    commission: Option<&'a CommissionSlug>,
    horizon: Option<Horizon>,
) -> impl Iterator<Item = (&'a Person, &'a Office, &'a Stamp)> {
    let officials = snapshot.officials.values().filter(move |_| horizon.is_none());
    let all = officials.flat_map(|row| row.release_proposed.iter().map(|(office, stamp)| (&row.person, office, stamp)));
    all.filter(move |(_, office, _)| commission.is_none_or(|slug| office.commission() == Some(slug)))
}

/// What waits from a place on: proposals of initiatives, milestones and releases, the oldest first, and then the document; how many there are.
async fn waiting(
    reading: &Reading,
    part: (Option<&CommissionSlug>, Option<Horizon>),
    from: usize,
) -> Result<(Vec<Waiting>, usize), AppError> {
    let snapshot = &reading.snapshot;
    let proposed = tahavol_app::waiting(snapshot).into_iter().filter(|one| one.is_of(part.0, part.1));
    let mut found: Vec<(Option<Proposed>, Subject, Waiting)> = proposed
        .filter_map(|one| Some((Some(one.proposed), subject_of(one.proposed), told(reading, one.proposed, one.asked.as_ref())?)))
        .collect();
    for (person, office, stamp) in releases(snapshot, part.0, part.1) {
        let title = format!("{} · {}", person.name, reading.sheet().office(office));
        let actor = &person.id.0;
        let one = asked("release", title, address::person(actor), Some(stamp)).decided(&[Kind::OfficialRelease], actor);
        found.push((None, Subject::Official(person.id.clone()), one));
    }
    // What nobody asked for in particular comes last.
    found.sort_by_key(|(_, _, one)| one.asked.as_ref().map_or((true, None), |(_, at)| (false, Some(*at))));
    let all = found.len();
    let mut shown = Vec::new();
    for (proposed, subject, mut one) in found.into_iter().skip(from).take(WAITING) {
        if let Some(proposed) = proposed {
            one.effect = effect(reading, proposed).await?;
            one.terms = terms(snapshot, proposed, reading.visit.lang);
        }
        // Others than those who decide see what waits.
        let mut acts = Vec::new();
        for (kind, on) in std::mem::take(&mut one.acts) {
            if reading.can(kind, Some(&subject)).await {
                acts.push((kind, on));
            }
        }
        shown.push(Waiting { acts, ..one });
    }
    Ok((shown, all))
}

fn subject_of(proposed: Proposed) -> Subject {
    match proposed {
        Proposed::Approval(id) => Subject::Initiative(id),
        Proposed::Admission(id) | Proposed::Rebaseline(id) | Proposed::Cancellation(id) => Subject::Milestone(id),
        Proposed::Document => Subject::Programme,
    }
}

/// What is proposed, and how it can be decided.
fn told(reading: &Reading, proposed: Proposed, stamp: Option<&Stamp>) -> Option<Waiting> {
    let (snapshot, lang) = (&reading.snapshot, reading.visit.lang);
    let (what, id, kinds): (_, _, &[Kind]) = match proposed {
        Proposed::Approval(id) => {
            let proposal = &snapshot.initiatives.get(&id)?.proposal;
            let kinds = [Kind::InitiativeApprove, Kind::InitiativeReturn, Kind::InitiativeReject];
            let title = format!("\u{2068}{}\u{2069} {}", proposal.code, proposal.title.get(lang));
            return Some(asked("approval", title, address::initiative(&proposal.code), stamp).decided(&kinds, &proposal.code));
        }
        Proposed::Document => {
            let what = reading.sheet().word("page-waiting-document-what");
            return Some(asked("document", what, address::INITIATIVES.to_owned(), None).decided(&[Kind::DocumentApprove], ""));
        }
        Proposed::Rebaseline(id) => ("rebaseline", id, &[Kind::MilestoneApproveRebaseline, Kind::MilestoneRefuseRebaseline]),
        Proposed::Cancellation(id) => ("cancellation", id, &[Kind::MilestoneApproveCancellation, Kind::MilestoneRefuseCancellation]),
        Proposed::Admission(id) => ("admission", id, &[Kind::MilestoneAdmit]),
    };
    let plan = &snapshot.milestones.get(&id)?.plan;
    let title = format!("\u{2068}{}\u{2069} {}", plan.code, plan.title.get(lang));
    Some(asked(what, title, address::milestone(&plan.code), stamp).decided(kinds, &plan.code))
}

type Moved = Vec<tahavol_projections::effect::Moved>;

async fn effect(reading: &Reading, proposed: Proposed) -> Result<Option<(Moved, Moved)>, AppError> {
    match reading.site().app.effect(&reading.snapshot, proposed, reading.day).await {
        Ok(effect) => Ok(Some((effect.current, effect.original))),
        Err(EffectError::NothingProposed) => Ok(None),
        Err(EffectError::App(error)) => Err(error),
    }
}

fn asked(what: &'static str, title: String, href: String, stamp: Option<&Stamp>) -> Asked {
    Asked(Waiting {
        id: format!("waiting-{what}-{}", stamp.map_or(0, |stamp| stamp.position)),
        what,
        title,
        href,
        asked: stamp.map(|stamp| (stamp.by.name.clone(), stamp.at)),
        reason: stamp.and_then(|stamp| stamp.reason.clone()),
        terms: None,
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
        sentence: messages::sentence_in(&fact.fact, &reading.snapshot, lang),
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
    let holds = reading.can(Kind::ReviewHold, Some(&Subject::Programme)).await;
    reading.listing(&table, || reviews(&sheet, &table, holds))
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
    let closes = reading.can(Kind::ReviewActionClose, Some(&Subject::Review(row.review.review))).await;
    reading.page(review(&reading.sheet(), &Held { row: &row, day, figures: &figures, closes }))
}

/// As it was said, else the day on which it was recorded.
fn day_of(reading: &Reading, row: &ReviewRow) -> Date {
    row.held.effective_on.unwrap_or_else(|| row.held.at.date_in(&reading.snapshot.time_zone()))
}
