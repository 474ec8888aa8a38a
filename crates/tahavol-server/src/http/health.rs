//! Liveness, readiness, metrics.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tahavol_app::proof::{ProofState, WitnessReport};
use tahavol_app::{Alarm, Compared, Equality, Follower, Link};
use tahavol_domain::calendar::Instant;
use tahavol_identity::JournalHealth;
use tahavol_ledger::Ledger;

use super::Site;

/// The process answers.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Readiness {
    ready: bool,
    /// `replaying` · `following` · `reconnecting` · `stopped` · `closed`
    follower: &'static str,
    /// Of the live snapshot.
    position: Option<u64>,
    /// The event that the follower cannot get past.
    stopped_at: Option<u64>,
    /// Why the follower does not follow, or that nobody has founded the programme.
    what: Option<String>,
    /// `sound` · `catching_up` · `lost` · `stopped`: whether this node hears what others record
    link: &'static str,
    link_lost_since: Option<String>,
    /// Streams that the cluster may cut. They make nobody unready.
    alarms: Vec<ToldAlarm>,
    /// Null while the link is not sound.
    lag_events: Option<u64>,
    /// How the live picture last compared with a fold of the whole ledger; null: it was not compared yet.
    equality: Option<ToldEquality>,
    /// How far the log can be proved.
    proof: ToldProof,
    security_journal: ToldJournal,
}

/// A journal that cannot be written makes nobody unready: whoever waited for it could be kept out by filling a disk.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldJournal {
    /// `written` · `failing`
    state: &'static str,
    /// Notes that could not be kept since the server was started.
    lost: u64,
}

impl From<JournalHealth> for ToldJournal {
    fn from(health: JournalHealth) -> Self {
        ToldJournal { state: if health.failing { "failing" } else { "written" }, lost: health.lost }
    }
}

#[derive(Serialize)]
struct ToldAlarm {
    stream: String,
    what: String,
    /// Where in the cluster it was said.
    commit: u64,
    prepare: u64,
}

impl From<Alarm> for ToldAlarm {
    fn from(alarm: Alarm) -> Self {
        let Alarm { stream, what, commit, prepare } = alarm;
        ToldAlarm { stream, what, commit, prepare }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldEquality {
    equal: bool,
    position: u64,
    ran_at: String,
    took_millis: u128,
    /// Merkle root over the lines that were folded.
    root: Option<String>,
    /// What differs.
    what: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldProof {
    /// `unsigned` · `signed` · `cosigned`; `waiting`: this node's copy was made anew and is not as large as what was signed
    /// before; `unproven`: it is not what was last signed, and nothing is written to it
    state: &'static str,
    /// In which way it is not what was last signed.
    what: Option<String>,
    origin: Option<String>,
    /// How many events the newest signed head covers.
    signed_size: Option<u64>,
    /// While it waits: from how many events on it is signed again.
    signs_from: Option<u64>,
    /// How many the newest one covers that a witness has cosigned.
    cosigned_size: Option<u64>,
    /// Why the copy of the newest head cannot be written, if so.
    head_copy_problem: Option<String>,
    witnesses: Vec<ToldWitness>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldWitness {
    name: String,
    cosigned_size: Option<u64>,
    cosigned_at: Option<String>,
    problem: Option<String>,
    /// It has seen another history than the log's.
    alarm: bool,
}

impl ToldProof {
    fn of(site: &Site) -> ToldProof {
        let (signed, cosigned) = (site.app.signed_head(), site.app.cosigned_head());
        let state = match site.app.proof_state() {
            ProofState::Unsigned => "unsigned",
            ProofState::Waiting => "waiting",
            ProofState::Unproven => "unproven",
            ProofState::Signed => "signed",
            ProofState::Cosigned => "cosigned",
        };
        ToldProof {
            state,
            what: site.app.unproven(),
            origin: signed.as_ref().map(|head| head.checkpoint.origin.clone()),
            signed_size: signed.map(|head| head.checkpoint.size),
            signs_from: site.app.signs_from(),
            cosigned_size: cosigned.map(|head| head.checkpoint.size),
            head_copy_problem: site.sqlite.head_copy_problem(),
            witnesses: site.app.witnesses().into_iter().map(Into::into).collect(),
        }
    }
}

impl From<WitnessReport> for ToldWitness {
    fn from(report: WitnessReport) -> Self {
        let WitnessReport { name, cosigned, problem, alarm } = report;
        let at = |unix_seconds: u64| Instant::from_micros(i64::try_from(unix_seconds).unwrap_or(0).saturating_mul(1_000_000));
        let cosigned_at = cosigned.map(|(_, unix_seconds)| at(unix_seconds).to_string());
        ToldWitness { name, cosigned_size: cosigned.map(|(size, _)| size), cosigned_at, problem, alarm }
    }
}

impl From<Equality> for ToldEquality {
    fn from(found: Equality) -> Self {
        let (root, what) = match &found.outcome {
            Compared::Equal { root } => (Some(root.to_string()), None),
            Compared::Different { rebuilt, root } => {
                (Some(root.to_string()), Some(format!("the live digest is {}, the ledger's {rebuilt}", found.live)))
            }
            Compared::Damaged { position, what } => {
                let place = position.map_or_else(String::new, |position| format!("position {position}: "));
                (None, Some(format!("{place}{what}")))
            }
        };
        ToldEquality {
            equal: found.is_equal(),
            position: found.position,
            ran_at: found.ran_at.to_string(),
            took_millis: found.took.as_millis(),
            root,
            what,
        }
    }
}

/// 503 while questions about now cannot be answered, or there is nothing in the cluster that could be asked about.
pub(super) async fn ready(State(site): State<Arc<Site>>) -> Response {
    let health = site.app.health();
    let unfounded = crate::unfounded::told(&site.app).await;
    let ready = health.is_ready() && unfounded.is_none() && !site.closing.is_told();
    let (follower, stopped_at, what) = match health.follower {
        Follower::Replaying => ("replaying", None, None),
        Follower::Following => ("following", None, None),
        Follower::Reconnecting { what } => ("reconnecting", None, Some(what)),
        Follower::Stopped { position, what } => ("stopped", Some(position), Some(what)),
        Follower::Closed => ("closed", None, None),
    };
    let condition = site.app.condition();
    let (link, link_lost_since) = match &condition.link {
        Link::Sound => ("sound", None),
        Link::CatchingUp => ("catching_up", None),
        Link::Lost { since, .. } => {
            let since = since.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            ("lost", Some(Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)).to_string()))
        }
        Link::Stopped { .. } => ("stopped", None),
    };
    // A picture that differs is an alarm and no reason to turn people away: the ledger can still be read and written.
    let equality = site.app.equality().map(Into::into);
    let told = Readiness {
        ready,
        follower,
        position: health.position,
        stopped_at,
        what: what.or(unfounded),
        link,
        link_lost_since,
        alarms: condition.alarms.into_iter().map(Into::into).collect(),
        lag_events: site.app.lag().events,
        equality,
        proof: ToldProof::of(&site),
        security_journal: site.journal.health().into(),
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(told)).into_response()
}

pub(super) async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let there = site.sqlite.head().await.ok().flatten();
    site.metrics.journal_told(&site.journal.health());
    let text = site.metrics.text(&site.app, there, site.sqlite.unproven().is_some());
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
