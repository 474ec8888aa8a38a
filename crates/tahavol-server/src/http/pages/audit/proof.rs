//! How one knows: the log's state, its witnesses, replay equality and the follower.

use axum::http::StatusCode;
use axum::response::Response;
use tahavol_app::proof::cosigners;
use tahavol_domain::policy::Right;
use tahavol_ledger::SignedHead;
use tahavol_ledger::merkle::hash_text;
use tahavol_web::audit::{self, Head, ProofPage};

use super::super::reading::Reading;
use crate::cli::verify;
use crate::failure::Failure;

pub(super) async fn page(reading: Reading) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    shown(&reading, StatusCode::OK, None).await
}

/// The page, with why the bundle could not be taken away where that was tried.
pub(super) async fn shown(reading: &Reading, status: StatusCode, refused: Option<&str>) -> Response {
    let site = reading.site();
    let app = &site.app;
    let settings = site.settings.clone();
    // Keys are files.
    let keys = tokio::task::spawn_blocking(move || Ok::<_, Failure>(verify::configured(&settings, &settings.ledger_path()?)?.0)).await;
    let keys: Vec<String> = match keys {
        Ok(Ok(keys)) => keys.iter().map(ToString::to_string).collect(),
        Ok(Err(failure)) => {
            tracing::warn!(%failure, "the log's keys cannot be told");
            Vec::new()
        }
        Err(error) => return reading.visit.trouble(error),
    };
    let (signed, cosigned) = (app.signed_head().map(|head| head_of(&head)), app.cosigned_head().map(|head| head_of(&head)));
    let (unproven, witnesses, equality) = (app.unproven(), app.witnesses(), app.equality());
    let (health, condition) = (app.health(), app.condition());
    let shown = ProofPage {
        state: app.proof_state(),
        unproven: unproven.as_deref(),
        signs_from: app.signs_from(),
        signed: signed.as_ref(),
        cosigned: cosigned.as_ref(),
        keys: &keys,
        witnesses: &witnesses,
        equality: equality.as_ref(),
        follower: &health.follower,
        condition: &condition,
        lag: app.lag(),
        may_take: reading.has(Right::ReadWholeLedger) && reading.visit.member().is_some(),
        refused,
    };
    reading.answer(status, audit::proof(&reading.sheet(), &shown))
}

fn head_of(head: &SignedHead) -> Head {
    Head {
        origin: head.checkpoint.origin.clone(),
        size: head.checkpoint.size,
        root: hash_text(&head.checkpoint.root),
        cosigners: cosigners(head),
    }
}
