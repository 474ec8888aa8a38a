//! What every answer tells of the picture it was made from.

use std::sync::Arc;

use async_graphql::extensions::ExtensionContext;
use async_graphql::{SimpleObject, Value};
use serde::Serialize;
use tahavol_app::{Link, Tahavol};
use tahavol_projections::Snapshot;

use crate::scalars::{Count, Instant, Position};
use crate::written::{Written, to_json, written};

/// Which picture an answer was made from, and how far the live one is behind the ledger.
#[derive(SimpleObject, Clone)]
pub(crate) struct Meta {
    /// The last event that the picture contains; null on an empty ledger.
    position: Option<Position>,
    /// When that event was recorded.
    recorded_at: Option<Instant>,
    lag: Lag,
    /// Whether this node hears what others record. Where not, it is not known by how much it is behind.
    linked: bool,
    /// Number of events in the ledger; null when unknown.
    log_size: Option<Count>,
    /// Present where the ledger was founded as a simulation.
    simulation: Option<Simulation>,
}

/// Events committed but not folded into the live picture; null when unknown.
#[derive(SimpleObject, Clone)]
pub(crate) struct Lag {
    events: Option<Count>,
    /// Age of the oldest of them, in milliseconds.
    millis: Option<Count>,
}

/// The dates of a founding file were moved, and recorded times came from a simulated clock.
#[derive(SimpleObject, Clone)]
pub(crate) struct Simulation {
    /// By so many Solar Hijri months.
    shift_months: i32,
}

impl Meta {
    pub(crate) fn of(app: &Tahavol, snapshot: &Snapshot) -> Self {
        let lag = app.lag();
        Meta {
            position: snapshot.position.map(Position::at),
            recorded_at: snapshot.recorded_at.map(Into::into),
            lag: Lag { events: lag.events.map(Count::of), millis: lag.millis.map(Count::of) },
            linked: is_linked_now(app),
            log_size: lag.head.or(snapshot.position).map(|head| Count::of(head + 1)),
            simulation: shift_months(snapshot).map(|shift_months| Simulation { shift_months }),
        }
    }
}

/// The same, for the response's extensions.
pub(crate) fn extension(ctx: &ExtensionContext<'_>, app: &Tahavol, snapshot: &Arc<Snapshot>) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Told {
        position: Option<u64>,
        recorded_at: Option<String>,
        lag: ToldLag,
        #[serde(skip_serializing_if = "is_linked")]
        linked: bool,
        log_size: Option<u64>,
        simulation: Option<ToldSimulation>,
    }
    /// Told only where it is not so.
    fn is_linked(linked: &bool) -> bool {
        *linked
    }
    #[derive(Serialize)]
    struct ToldLag {
        events: Option<u64>,
        millis: Option<u64>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct ToldSimulation {
        shift_months: i32,
    }
    let lag = app.lag();
    let told = Told {
        position: snapshot.position,
        recorded_at: snapshot.recorded_at.map(|at| at.to_string()),
        lag: ToldLag { events: lag.events, millis: lag.millis },
        linked: is_linked_now(app),
        log_size: lag.head.or(snapshot.position).map(|head| head + 1),
        simulation: shift_months(snapshot).map(|shift_months| ToldSimulation { shift_months }),
    };
    match ctx.data_opt::<Written>() {
        Some(Written) => to_json(&told).map(written).unwrap_or_default(),
        None => async_graphql::to_value(told).unwrap_or_default(),
    }
}

fn is_linked_now(app: &Tahavol) -> bool {
    match app.condition().link {
        Link::Sound => true,
        Link::CatchingUp | Link::Lost { .. } | Link::Stopped { .. } => false,
    }
}

fn shift_months(snapshot: &Snapshot) -> Option<i32> {
    snapshot.programme.as_ref()?.charter.simulation.as_ref().map(|simulation| simulation.shift_months)
}
