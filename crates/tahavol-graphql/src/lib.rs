//! The GraphQL schema: the whole programme readable as of any position, and every command a mutation. The only crate that knows async-graphql.

mod act;
mod attention;
mod baseline;
mod can;
mod charter_input;
mod command_name;
mod commission;
mod contribution;
mod council;
mod decisions;
mod diff;
mod documents;
mod effect;
mod entitlement;
mod enums;
mod errors;
mod explain;
mod flat;
mod guard;
mod health;
mod identity;
mod indicator;
mod initiative;
mod input;
mod known;
mod ledger;
mod limits;
mod measure_input;
mod measurement;
mod meta;
mod milestone;
mod milestones;
mod mutations;
mod node;
mod officials;
mod operation;
mod page;
mod parsed;
mod picture;
mod programme;
mod progress;
mod proof;
mod request;
mod review;
mod scalars;
mod search;
mod station;
mod stations;
mod step;
mod subscriptions;
mod text;
mod timeline;
mod written;

use async_graphql::{MergedObject, SDLExportOptions, Schema, SchemaBuilder};
use tahavol_app::{Clock, Tahavol};

pub use documents::Documents;
pub use explain::unparsed;
pub use identity::Identity;
pub use limits::{Budget, DEEPEST_BRACKETS, Limits, too_deep};
pub use operation::{Operation, is_query, operation};
pub use page::LARGEST_PAGE;
pub use parsed::Parsed;
pub use subscriptions::{ResumeAfter, Subscription};
pub use tahavol_identity::Caller;
pub use written::{Written, to_json};

/// The schema with its limits. A request's data: [`Caller`] (without one it may only introspect) and `tahavol_domain::text::Lang`.
pub type TahavolSchema = Schema<Query, Mutation, Subscription>;

/// Who leads and who decides.
#[derive(MergedObject, Default)]
struct Governance(
    programme::ProgrammeQuery,
    council::CouncilQuery,
    officials::OfficialsQuery,
    entitlement::EntitlementQuery,
    commission::CommissionQuery,
    review::ReviewQuery,
);

/// What is done, and where.
#[derive(MergedObject, Default)]
struct Work(initiative::InitiativeQuery, milestones::MilestoneQuery, stations::StationQuery, indicator::IndicatorQuery);

/// How far it is, and how that is known.
#[derive(MergedObject, Default)]
struct Figures(
    progress::ProgressQuery,
    attention::AttentionQuery,
    ledger::LedgerQuery,
    timeline::TimelineQuery,
    node::NodeQuery,
    health::HealthQuery,
);

/// How it came about: what was decided on which basis, event by event, and what a decision would change.
#[derive(MergedObject, Default)]
struct Replay(decisions::DecisionQuery, step::StepQuery, effect::EffectQuery, diff::DiffQuery);

/// Who may sign in, which programs ask, and what was refused. It lies beside the ledger and has no past to look at.
#[derive(MergedObject, Default)]
struct Looking(identity::AccountQuery, identity::TokenQuery, identity::JournalQuery);

/// Reads. Every field takes `asOf` (a past position or instant; everything below sees that one picture) and `minPosition`
/// (waits up to five seconds for the reader's own write). All fields of one request without `asOf` see one and the same picture.
/// What a commission drafts is shown to it, the council, inspectors and auditors; for everybody else it is not there, now or `asOf`.
#[derive(MergedObject, Default)]
pub struct Query(Governance, Work, Figures, Replay, Looking);

#[derive(MergedObject, Default)]
struct Deciding(
    mutations::programme::ProgrammeMutation,
    mutations::commission::CommissionMutation,
    mutations::initiative::InitiativeMutation,
);

#[derive(MergedObject, Default)]
struct Doing(mutations::milestone::MilestoneMutation, mutations::station::StationMutation, mutations::indicator::IndicatorMutation);

/// What is no command of the ledger.
#[derive(MergedObject, Default)]
struct LookingAfter(identity::AccountMutation, identity::TokenMutation);

/// Commands, noun first. A refused one records nothing and says why in `errors`, in the caller's language.
#[derive(MergedObject, Default)]
pub struct Mutation(Deciding, Doing, LookingAfter);

/// The schema over an application, on the machine's clock.
#[must_use]
pub fn schema(app: Tahavol, limits: Limits) -> TahavolSchema {
    schema_with_clock(app, limits, Clock::System)
}

/// The same on the clock that the application was opened with: it says which day is today.
#[must_use]
pub fn schema_with_clock(app: Tahavol, limits: Limits, clock: Clock) -> TahavolSchema {
    build(app, limits, clock).finish()
}

/// The same with a place where it is kept who somebody is, as a server has it.
#[must_use]
pub fn schema_with_identity(app: Tahavol, limits: Limits, clock: Clock, identity: Identity) -> TahavolSchema {
    build(app, limits, clock).data(identity).finish()
}

fn build(app: Tahavol, limits: Limits, clock: Clock) -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .extension(guard::Guard::new(limits))
        .data(app)
        .data(clock)
        .data(limits)
}

/// The schema in its definition language, as it stands in `schema/tahavol.graphql`.
#[must_use]
pub fn sdl() -> String {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription).finish();
    let mut sdl = schema.sdl_with_options(SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items());
    sdl.truncate(sdl.trim_end().len());
    sdl.push('\n');
    sdl
}
