//! Decisions with what they were taken on: what each answered, what the decider saw and held, and what came out later.

use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use tahavol_app::{self as app_of, DecisionFilter, RecordedFact, decided_in};
use tahavol_projections::progress as figures;
use tokio::sync::OnceCell;

use crate::enums::BaselineKind;
use crate::errors::{CURSOR_INVALID, UserError, read, refuse};
use crate::flat::Flat;
use crate::indicator::Indicator;
use crate::initiative::Initiative;
use crate::known;
use crate::ledger::{Event, event_at};
use crate::limits::PAST;
use crate::meta::Meta;
use crate::milestone::Milestone;
use crate::page::{Page, cursor_of, key_of, number_key, page, price, size};
use crate::picture::Picture;
use crate::progress::Progress;
use crate::request::{AsOfInput, View, What, app, lang, may_read, view};
use crate::scalars::{Date, Position};

/// What a decision is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecisionSubjectKind {
    /// Somebody's office.
    Official,
    /// When a horizon begins and ends.
    Horizon,
    /// A version of the transformation document.
    Document,
    TargetStations,
    Initiative,
    Milestone,
    Indicator,
}

/// How a later event speaks of what a decision looked at.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "app_of::SinceKind")]
pub(crate) enum SinceKind {
    /// A report or a measurement that the decision could see was corrected.
    Corrected,
    /// A delivery was revoked, or a measurement withdrawn or contested.
    Withdrawn,
    /// A claim that stood then was refused.
    Refused,
    /// The promise was replaced.
    Rebaselined,
    /// It left the plan.
    Cancelled,
    /// The same was decided anew, or what was proposed was revised.
    Superseded,
    /// A fact of the time before the decision, recorded after its basis; of the day of the decision, recorded on a later day.
    Late,
}

/// What a decision is about, in one picture.
pub(crate) struct DecisionSubject {
    view: View,
    subject: app_of::DecisionSubject,
}

/// What a decision is about.
#[Object]
impl DecisionSubject {
    async fn kind(&self) -> DecisionSubjectKind {
        match &self.subject {
            app_of::DecisionSubject::Official(..) => DecisionSubjectKind::Official,
            app_of::DecisionSubject::Horizon(_) => DecisionSubjectKind::Horizon,
            app_of::DecisionSubject::Document(_) => DecisionSubjectKind::Document,
            app_of::DecisionSubject::TargetStations => DecisionSubjectKind::TargetStations,
            app_of::DecisionSubject::Initiative(_) => DecisionSubjectKind::Initiative,
            app_of::DecisionSubject::Milestone(_) => DecisionSubjectKind::Milestone,
            app_of::DecisionSubject::Indicator(_) => DecisionSubjectKind::Indicator,
        }
    }

    /// In the caller's language.
    async fn title(&self, ctx: &Context<'_>) -> String {
        self.subject.told(&self.view.snapshot, lang(ctx))
    }

    /// Slug of the commission whose matter it is.
    async fn commission(&self) -> Option<String> {
        self.subject.commission(&self.view.snapshot).map(|slug| slug.0)
    }

    /// The initiative that it is or belongs to.
    async fn initiative(&self) -> Option<Initiative> {
        Initiative::find(&self.view, self.subject.initiative(&self.view.snapshot)?)
    }

    async fn milestone(&self) -> Option<Milestone> {
        match &self.subject {
            app_of::DecisionSubject::Milestone(id) => Milestone::find(&self.view, *id),
            app_of::DecisionSubject::Official(..)
            | app_of::DecisionSubject::Horizon(_)
            | app_of::DecisionSubject::Document(_)
            | app_of::DecisionSubject::TargetStations
            | app_of::DecisionSubject::Initiative(_)
            | app_of::DecisionSubject::Indicator(_) => None,
        }
    }

    async fn indicator(&self) -> Option<Indicator> {
        match &self.subject {
            app_of::DecisionSubject::Indicator(code) => Indicator::find(&self.view, code),
            app_of::DecisionSubject::Official(..)
            | app_of::DecisionSubject::Horizon(_)
            | app_of::DecisionSubject::Document(_)
            | app_of::DecisionSubject::TargetStations
            | app_of::DecisionSubject::Initiative(_)
            | app_of::DecisionSubject::Milestone(_) => None,
        }
    }
}

/// A decision; what it costs to look up is looked up when it is asked for, once.
pub(crate) struct Decision {
    view: View,
    fact: RecordedFact,
    subject: app_of::DecisionSubject,
    whole: OnceCell<Arc<app_of::Decision>>,
}

impl Decision {
    fn of(view: &View, fact: RecordedFact, subject: app_of::DecisionSubject) -> Self {
        Decision { view: view.clone(), fact, subject, whole: OnceCell::new() }
    }

    async fn whole(&self, ctx: &Context<'_>) -> Result<&Arc<app_of::Decision>, Error> {
        let look = || async {
            let found = app(ctx)?.decision(self.fact.position, &self.view.snapshot, &self.view.sight).await;
            let found = found.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
            found.map(Arc::new).ok_or_else(|| none(ctx, self.fact.position))
        };
        self.whole.get_or_try_init(look).await
    }

    async fn basis_view(&self, ctx: &Context<'_>) -> Result<View, Error> {
        let whole = self.whole(ctx).await?;
        Ok(View { snapshot: Arc::clone(&whole.basis), day: whole.status_date, ..self.view.clone() })
    }
}

/// A decision of the council, an inspector or another office, with what it was taken on.
#[Object]
impl Decision {
    async fn position(&self) -> Position {
        Position::at(self.fact.position)
    }

    /// Who decided, when, as what, with which reason.
    async fn event(&self) -> Event {
        Event(self.fact.clone())
    }

    /// Where the decision names one.
    async fn resolution(&self) -> Option<String> {
        self.fact.fact.event.data()["resolution"].as_str().map(str::to_owned)
    }

    /// As the picture of the question knows it.
    async fn subject(&self) -> DecisionSubject {
        DecisionSubject { view: self.view.clone(), subject: self.subject.clone() }
    }

    /// As the decider could see it.
    #[graphql(complexity = "PAST + child_complexity")]
    async fn subject_at_basis(&self, ctx: &Context<'_>) -> Result<DecisionSubject, Error> {
        Ok(DecisionSubject { view: self.basis_view(ctx).await?, subject: self.subject.clone() })
    }

    /// The proposal, submission, claim or measurement that it answers; null where it answers none.
    #[graphql(complexity = "PAST + child_complexity")]
    async fn answers(&self, ctx: &Context<'_>) -> Result<Option<Event>, Error> {
        Ok(self.whole(ctx).await?.answers.clone().map(Event))
    }

    /// The picture that it was taken on, looked at on the day of the decision. Everything below sees that picture.
    #[graphql(complexity = "PAST + child_complexity")]
    async fn basis(&self, ctx: &Context<'_>) -> Result<Picture, Error> {
        Ok(Picture(self.basis_view(ctx).await?))
    }

    /// Progress at the basis on the day of the decision: of the initiative where it is about one or about a milestone of it, else
    /// of the whole programme. A milestone's own stands in `subjectAtBasis`.
    #[graphql(complexity = "PAST + child_complexity")]
    async fn progress(&self, ctx: &Context<'_>, baseline: Option<BaselineKind>) -> Result<Flat<Progress>, Error> {
        let view = self.basis_view(ctx).await?;
        let query = figures::Query {
            status_date: view.day,
            baseline: baseline.unwrap_or_default().into(),
            horizon: None,
            commission: None,
            initiative: self.subject.initiative(&view.snapshot),
        };
        let found = figures::progress(&view.snapshot, &query);
        Ok(Flat(Progress::of(&view, query, found)))
    }

    /// The civil day of the decision, where the programme is.
    async fn status_date(&self) -> Date {
        self.fact.fact.envelope.time.date_in(&self.view.snapshot.time_zone()).into()
    }

    /// Offices that the decider held then, lent ones included: `council`, `inspector`…
    #[graphql(complexity = "PAST")]
    async fn offices(&self, ctx: &Context<'_>) -> Result<Vec<String>, Error> {
        Ok(self.whole(ctx).await?.offices.iter().map(ToString::to_string).collect())
    }

    /// What was recorded after its basis, up to the picture of the question: corrections of what it looked at, later decisions on the same, and
    /// late facts about the time before it. In the order of positions.
    #[graphql(complexity = "PAST + price(first, child_complexity)")]
    async fn since(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<Since>, Error> {
        let whole = self.whole(ctx).await?;
        let items = whole.since.iter().map(|since| (number_key(since.position), since)).collect();
        page(ctx, &self.view.snapshot, items, (first, after), |(_, since)| Since {
            view: self.view.clone(),
            kind: since.kind.into(),
            position: Position::at(since.position),
            milestone: since.milestone.and_then(|id| Milestone::find(&self.view, id)),
            days_before: since.days_before,
            at: since.position,
        })
    }
}

/// A later event that speaks of what a decision looked at.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Since {
    #[graphql(skip)]
    view: View,
    #[graphql(skip)]
    at: u64,
    kind: SinceKind,
    position: Position,
    /// The milestone that it is about, where it is about one.
    milestone: Option<Milestone>,
    /// Of a late fact: days from the day it was true to the day of the decision.
    days_before: Option<i32>,
}

#[async_graphql::ComplexObject]
impl Since {
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>, Error> {
        event_at(ctx, &self.view, self.at).await
    }
}

fn none(ctx: &Context<'_>, position: u64) -> Error {
    refuse(ctx, "DECISION_NONE", "position", &[("position", position.to_string())])
}

/// What a page of decisions tells besides its edges.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct DecisionPageFields {
    meta: Meta,
    #[graphql(skip)]
    view: View,
    #[graphql(skip)]
    filter: DecisionFilter,
}

#[async_graphql::ComplexObject]
impl DecisionPageFields {
    /// Length of the whole list, exactly. Every decision is read for it, so asking costs.
    #[graphql(complexity = "WALK")]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        let all = app(ctx)?.decisions(&self.view.snapshot, &self.filter, None, usize::MAX, &self.view.sight).await;
        let all = all.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
        Ok(i32::try_from(all.len()).unwrap_or(i32::MAX))
    }
}

/// What counting decisions costs; a page multiplies this price.
const WALK: usize = 5;

#[derive(Default)]
pub(crate) struct DecisionQuery;

#[Object]
impl DecisionQuery {
    /// The decision that lies at a position. An event that decides nothing is an error: it proposes, states or reports.
    async fn decision(
        &self,
        ctx: &Context<'_>,
        position: Position,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Decision, Error> {
        may_read(ctx, What::Ledger)?;
        let view = view(ctx, as_of, min_position).await?;
        let position = read(ctx, "position", position)?.0;
        let found = event_at(ctx, &view, position).await?;
        let decided = found.and_then(|event| decided_in(&event.0.fact).map(|subject| (event.0, subject)));
        decided.map(|(fact, subject)| Decision::of(&view, fact, subject)).ok_or_else(|| none(ctx, position))
    }

    /// Newest first: of all, or of a commission, of an initiative with its milestones, of one milestone.
    #[graphql(complexity = "price(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn decisions(
        &self,
        ctx: &Context<'_>,
        commission: Option<String>,
        initiative: Option<String>,
        milestone: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Connection<String, Decision, DecisionPageFields>, Error> {
        may_read(ctx, What::Ledger)?;
        let view = view(ctx, as_of, min_position).await?;
        let size = size(ctx, first)?;
        let before = match key_of(ctx, after.as_deref())? {
            Some(key) => Some(key.parse::<u64>().map_err(|_| refuse(ctx, CURSOR_INVALID, "after", &[("value", key.clone())]))?),
            None => None,
        };
        let filter = DecisionFilter {
            commission: known::commission(ctx, &view, commission)?,
            initiative: known::initiative(ctx, &view, initiative)?,
            milestone: match milestone {
                Some(text) => Some(known::milestone(ctx, &view, text)?.unwrap_or_default()),
                None => None,
            },
        };
        let app = app(ctx)?;
        let found = app.decisions(&view.snapshot, &filter, before, size + 1, &view.sight).await;
        let mut found = found.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
        let more = found.len() > size;
        found.truncate(size);
        let fields = DecisionPageFields { meta: Meta::of(app, &view.snapshot), view: view.clone(), filter };
        let mut page = Connection::with_additional_fields(before.is_some(), more, fields);
        page.edges.extend(found.into_iter().map(|(fact, subject)| {
            let cursor = cursor_of(ctx, &number_key(fact.position));
            Edge::<String, Decision, EmptyFields>::new(cursor, Decision::of(&view, fact, subject))
        }));
        Ok(page)
    }
}
