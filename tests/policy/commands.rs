//! Every mutation asked by everybody: whom the table names gets past it, nobody else does.

use std::collections::BTreeSet;

use crate::rows::{self, Row};
use crate::world::World;
use crate::{OFFICIALS, UNKNOWN, WITHOUT_OFFICE, codes};

/// What may be told before anybody looks at who asks. Whoever may is told none of it, or nothing would have been tried.
const BEFORE_PERMISSION: [&str; 11] = [
    "CONFLICT",
    "NOT_CHARTERED",
    "OUTSIDE_THE_TOKEN",
    "UNKNOWN_COMMISSION",
    "UNKNOWN_INDICATOR",
    "UNKNOWN_INITIATIVE",
    "UNKNOWN_MILESTONE",
    "UNKNOWN_PROVINCE",
    "UNKNOWN_STATION",
    "NOT_PERMITTED",
    "NOT_THE_NAMED_ADMINISTRATOR",
];

/// What is wrong with how somebody was answered.
fn wrong(row: &Row, actor: &str, refusal: Option<&str>) -> Option<String> {
    let was_refused = refusal.is_some_and(|code| row.refusals.contains(&code));
    let was_tried = !was_refused && refusal.is_none_or(|code| !BEFORE_PERMISSION.contains(&code));
    let is_right = if row.may.contains(&actor) { was_tried } else { was_refused };
    (!is_right).then(|| format!("{} by {actor}: {refusal:?} {}", row.name, row.input))
}

#[tokio::test]
async fn a_mutation_is_tried_for_those_whom_the_table_names_and_refused_to_everybody_else() {
    let world = World::new(&[], &[]).await;
    let rows = rows::all(&world.things);
    let named: BTreeSet<&str> = rows.iter().map(|row| row.name).collect();
    let there: BTreeSet<&str> = world.mutations.keys().map(String::as_str).collect();
    assert_eq!(named, there, "every mutation has a row, and every row a mutation");
    // Those who may come last: what they change, others were kept from.
    let mut found = Vec::new();
    for row in &rows {
        let (may, others): (Vec<&str>, Vec<&str>) = OFFICIALS.iter().chain(&WITHOUT_OFFICE).partition(|actor| row.may.contains(*actor));
        for actor in others.into_iter().chain(may) {
            let refusal = world.refusal(actor, row.name, &row.input).await;
            found.extend(wrong(row, actor, refusal.as_deref()));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Mutations that somebody takes who is in no office: what asks in one's own name is one's own.
const OF_ONES_OWN: [&str; 1] = ["serviceTokenMake"];

#[tokio::test]
async fn no_mutation_is_without_a_refused_stranger() {
    let world = World::new(&[], &[]).await;
    let rows = rows::all(&world.things);
    let head = "{ meta { position } }";
    let before = world.read("council", head).await;
    let mut open: BTreeSet<&str> = world.mutations.keys().map(String::as_str).collect();
    for row in &rows {
        for (actor, code) in UNKNOWN.into_iter().zip(["UNAUTHENTICATED", "TOKEN_UNKNOWN", "TOKEN_UNKNOWN"]) {
            let (status, answer) = world.order(actor, row.name, &row.input).await;
            assert_eq!((status, codes(&answer)), (401, vec![code]), "{} by {actor}", row.name);
            assert!(answer["data"][row.name].is_null(), "{} by {actor}: {answer}", row.name);
        }
        for actor in WITHOUT_OFFICE {
            let refusal = world.refusal(actor, row.name, &row.input).await;
            let was_refused = refusal.as_deref().is_some_and(|code| row.refusals.contains(&code));
            assert_ne!(was_refused, OF_ONES_OWN.contains(&row.name), "{} by {actor}: {refusal:?}", row.name);
        }
        open.remove(row.name);
    }
    assert_eq!(open, BTreeSet::new(), "the golden list of mutations that no stranger was refused");
    assert_eq!(world.read("council", head).await, before, "nothing was recorded");
}
