//! The public view: what it opens is what the table says, for those who show nothing; a mutation it never opens.

use serde_json::Value;

use crate::codes;
use crate::fields::{FIELDS, Readers, query};
use crate::rows;
use crate::world::World;

#[tokio::test]
async fn the_public_view_opens_exactly_the_fields_that_the_table_names() {
    let world = World::new(&[("TAHAVOL_PUBLIC_VIEW", "true")], &[]).await;
    let mut wrong = Vec::new();
    for (_, readers, field) in FIELDS {
        let query = query(&world, field);
        let (_, answer) = world.ask("nobody", &query).await;
        let is_open = readers == Readers::Public;
        let shows = codes(&answer).is_empty() && shows_something(&answer["data"]);
        let is_refused = codes(&answer) == ["UNAUTHENTICATED"] && !shows_something(&answer["data"]);
        // What is not there for the public needs no error.
        let is_absent = codes(&answer).is_empty() && !shows_something(&answer["data"]);
        let is_right = if is_open { shows } else { is_refused || is_absent };
        if !is_right {
            wrong.push(format!("{query}: {answer}"));
        }
        // What is shown and is not good is not the same as nothing.
        for actor in ["forger", "barred"] {
            let (status, answer) = world.ask(actor, &query).await;
            assert_eq!((status, codes(&answer)), (401, vec!["TOKEN_UNKNOWN"]), "{query} by {actor}");
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    for row in rows::all(&world.things) {
        let (status, answer) = world.order("nobody", row.name, &row.input).await;
        assert_eq!((status, codes(&answer)), (401, vec!["UNAUTHENTICATED"]), "{}", row.name);
    }
}

/// Whether there is any value in it.
fn shows_something(data: &Value) -> bool {
    match data {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(all) => all.iter().any(shows_something),
        Value::Object(all) => all.values().any(shows_something),
    }
}
