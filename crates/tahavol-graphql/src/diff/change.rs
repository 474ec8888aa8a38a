//! One difference between two moments: what it is about, what stood before and after, and the events that did it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object};
use tahavol_app::diff;
use tahavol_projections::diff as differences;

use crate::ledger::{Event, events_at};
use crate::node;
use crate::page::price_list;
use crate::request::{View, lang};
use crate::scalars::Position;
use crate::text::Text;

/// The most events of one change that are told.
const MOST_EVENTS: usize = 100;

/// What became of a thing from one moment to another.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "differences::Kind")]
pub(crate) enum DiffKind {
    /// The earlier picture does not have it.
    New,
    /// Cancelled, rejected, closed, released, revoked, withdrawn or destroyed.
    Gone,
    Changed,
    /// What was recorded wrongly before was put right by a later event; both stay in the ledger.
    Corrected,
    /// To another horizon.
    Moved,
}

/// The kinds of things that a change is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "differences::SubjectKind")]
pub(crate) enum DiffSubjectKind {
    Programme,
    Horizon,
    Directive,
    Document,
    TargetStations,
    Official,
    Delegation,
    Review,
    Evidence,
    Commission,
    Initiative,
    Allocation,
    Risk,
    Milestone,
    Indicator,
    Station,
}

/// One difference between two moments.
pub(crate) struct DiffChange {
    view: View,
    found: Arc<diff::Diff>,
    index: usize,
}

/// One difference between two moments.
#[Object]
impl DiffChange {
    async fn kind(&self) -> DiffKind {
        self.change().kind.into()
    }

    async fn subject(&self) -> DiffSubject {
        DiffSubject(self.change().subject.clone())
    }

    /// What of the subject: `phase`, `due`, `reported`…; null where the whole of it is new or gone.
    async fn field(&self) -> Option<&'static str> {
        self.change().field.map(differences::Field::as_str)
    }

    /// Which one, where the subject has several: a horizon, a station, an office, a period.
    async fn item(&self, ctx: &Context<'_>) -> Option<String> {
        self.change().item.as_ref().map(|value| value.plain(lang(ctx)))
    }

    /// For programs: dates are ISO 8601, progress is in basis points, texts are in the caller's language.
    async fn before(&self, ctx: &Context<'_>) -> Option<String> {
        self.change().before.as_ref().map(|value| value.plain(lang(ctx)))
    }

    /// In the form of `before`. Of what changed and changed back, all that it was in between, the last of it in the end.
    async fn after(&self, ctx: &Context<'_>) -> Option<String> {
        self.change().after.as_ref().map(|value| value.plain(lang(ctx)))
    }

    /// For people, in the caller's language.
    async fn text(&self, ctx: &Context<'_>) -> String {
        diff::change_text(self.change(), lang(ctx))
    }

    /// Positions of the events that did it; of a correction, first that of what it corrects.
    async fn positions(&self) -> Vec<Position> {
        self.change().positions.iter().copied().map(Position::at).collect()
    }

    /// Those events themselves, the first hundred.
    #[graphql(complexity = "price_list(5, child_complexity)")]
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<Event>, Error> {
        let positions = &self.change().positions;
        events_at(ctx, &self.view, &positions[..positions.len().min(MOST_EVENTS)]).await
    }
}

impl DiffChange {
    pub(super) fn of(view: &View, found: &Arc<diff::Diff>, index: usize) -> Self {
        DiffChange { view: view.clone(), found: Arc::clone(found), index }
    }

    fn change(&self) -> &differences::Change {
        &self.found.changes[self.index]
    }
}

/// What a change is about.
pub(crate) struct DiffSubject(differences::Subject);

/// What a change is about.
#[Object]
impl DiffSubject {
    async fn kind(&self) -> DiffSubjectKind {
        self.0.kind.into()
    }

    /// As people know it. Risks and allocations go by their initiative's code.
    async fn code(&self) -> &str {
        &self.0.code
    }

    async fn title(&self) -> Option<Text> {
        self.0.title.as_ref().map(Into::into)
    }

    /// Its node id, where it is a node.
    async fn id(&self) -> Option<ID> {
        // Versions of the document go by their number.
        let key = if self.0.kind == differences::SubjectKind::Document { &self.0.code } else { &self.0.key };
        node_kind(self.0.kind).map(|kind| node::id(kind, key))
    }

    /// For people, in the caller's language.
    async fn text(&self, ctx: &Context<'_>) -> String {
        diff::subject_text(&self.0, lang(ctx))
    }
}

fn node_kind(kind: differences::SubjectKind) -> Option<&'static str> {
    match kind {
        differences::SubjectKind::Programme => Some("programme"),
        differences::SubjectKind::Directive => Some("directive"),
        differences::SubjectKind::Document => Some("document"),
        differences::SubjectKind::Official => Some("official"),
        differences::SubjectKind::Review => Some("review"),
        differences::SubjectKind::Evidence => Some("evidence"),
        differences::SubjectKind::Commission => Some("commission"),
        differences::SubjectKind::Initiative => Some("initiative"),
        differences::SubjectKind::Allocation => Some("allocation"),
        differences::SubjectKind::Risk => Some("risk"),
        differences::SubjectKind::Milestone => Some("milestone"),
        differences::SubjectKind::Indicator => Some("indicator"),
        differences::SubjectKind::Station => Some("station"),
        differences::SubjectKind::Horizon | differences::SubjectKind::TargetStations | differences::SubjectKind::Delegation => None,
    }
}
