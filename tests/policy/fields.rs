//! Every field of queries and every subscription: how it is asked, and who reads it.

use crate::world::World;
use crate::{ADMINISTRATOR, AUDITOR};

/// Who reads a field at all. What of it they are shown is told by the suite `reading`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Everybody, where the public view is open.
    Public,
    /// Everybody who is recognised.
    Recognised,
    Only(&'static [&'static str]),
}

use Readers::{Only, Public, Recognised};

/// `$…`: the node id of such a thing, or a decision's position.
pub(crate) const FIELDS: [(&str, Readers, &str); 61] = [
    ("accounts", Only(ADMINISTRATOR), "accounts { created }"),
    ("allocations", Recognised, "allocations(first: 1) { totalCount }"),
    ("attention", Public, "attention { statusDate }"),
    ("commission", Public, "commission(slug: \"technology\") { slug }"),
    ("commissions", Public, "commissions(first: 1) { totalCount }"),
    ("council", Public, "council { title { fa } }"),
    ("coverage", Public, "coverage { covered }"),
    ("decision", Recognised, "decision(position: $decision) { position }"),
    ("decisions", Recognised, "decisions(first: 1) { totalCount }"),
    ("delegations", Recognised, "delegations(first: 1) { totalCount }"),
    ("diff", Recognised, "diff(from: { position: 5000 }) { text }"),
    ("directive", Public, "directive(code: \"D-1\") { code }"),
    ("directives", Public, "directives(first: 1) { totalCount }"),
    ("document", Public, "document { version }"),
    ("documents", Public, "documents(first: 1) { totalCount }"),
    ("effect", Recognised, "effect(document: true) { cells }"),
    ("entitlement", Recognised, "entitlement(actor: \"council\", office: \"council\") { held }"),
    ("evidence", Recognised, "evidence(first: 1) { totalCount }"),
    ("health", Recognised, "health { position }"),
    ("horizons", Public, "horizons { horizon }"),
    ("indicator", Public, "indicator(code: \"policy-1\") { code }"),
    ("indicators", Public, "indicators(first: 1) { totalCount }"),
    ("initiative", Public, "initiative(code: \"TEC-1\") { code }"),
    ("initiatives", Public, "initiatives(first: 1) { totalCount }"),
    ("ledger", Recognised, "ledger { head }"),
    ("meta", Public, "meta { position }"),
    ("milestone", Public, "milestone(id: \"$milestone\") { code }"),
    ("milestonePhases", Public, "milestonePhases { count }"),
    ("milestones", Public, "milestones(first: 1) { totalCount }"),
    ("node", Public, "node(id: \"$milestone\") { id }"),
    ("nodes", Public, "nodes(ids: [\"$milestone\"]) { id }"),
    ("official", Recognised, "official(actor: \"council\") { offices }"),
    ("officials", Recognised, "officials(first: 1) { totalCount }"),
    ("programme", Public, "programme { title { fa } }"),
    ("progress", Public, "progress { planned }"),
    ("progressMatrix", Public, "progressMatrix { planned }"),
    ("progressSeries", Public, "progressSeries { planned }"),
    ("province", Public, "province(code: \"IR-13\") { code }"),
    ("provinces", Public, "provinces { code }"),
    ("review", Recognised, "review(id: \"$review\") { id }"),
    ("reviews", Recognised, "reviews(first: 1) { totalCount }"),
    ("risks", Recognised, "risks(first: 1) { totalCount }"),
    ("securityJournal", Only(AUDITOR), "securityJournal(first: 1) { pageInfo { hasNextPage } }"),
    ("securityJournalHealth", Only(AUDITOR), "securityJournalHealth { lost }"),
    ("serviceTokens", Recognised, "serviceTokens { id }"),
    ("serviceTokens", Only(ADMINISTRATOR), "serviceTokens(all: true) { id }"),
    ("station", Public, "station(code: \"00001\") { code }"),
    ("stations", Public, "stations(first: 1) { totalCount }"),
    ("step", Recognised, "step { next }"),
    ("targetStations", Public, "targetStations { count }"),
    ("timeline", Recognised, "timeline(person: \"council\", first: 1) { totalCount }"),
    ("viewer", Recognised, "viewer { now }"),
    // The same by the id of a thing of which the public is told nothing.
    ("node", Recognised, "node(id: \"$review\") { ... on Review { title { fa } } }"),
    ("node", Recognised, "node(id: \"$official\") { ... on Official { offices } }"),
    ("node", Recognised, "node(id: \"$evidence\") { ... on Evidence { title } }"),
    ("node", Recognised, "node(id: \"$delegation\") { ... on Delegation { office } }"),
    ("nodes", Recognised, "nodes(ids: [\"$review\"]) { id }"),
    // What hangs from what the public is told.
    ("initiative", Recognised, "initiative(code: \"TEC-1\") { history(first: 1) { totalCount } }"),
    ("initiative", Recognised, "initiative(code: \"TEC-1\") { risks { uuid } }"),
    ("indicator", Recognised, "indicator(code: \"policy-1\") { history(first: 1) { totalCount } }"),
    ("station", Recognised, "station(code: \"00001\") { history(first: 1) { totalCount } }"),
];

pub(crate) const SUBSCRIPTIONS: [(&str, &str); 2] =
    [("ledgerEvents", "ledgerEvents(after: 1) { position }"), ("progressChanged", "progressChanged { planned }")];

pub(crate) fn query(world: &World, field: &str) -> String {
    let named = world.things.nodes.iter().fold(field.to_owned(), |query, (on, id)| query.replace(&format!("${on}"), id));
    format!("{{ {named} }}")
}
