//! What the viewer is told can be done, against the same table.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::rows;
use crate::world::World;
use crate::{OFFICIALS, WITHOUT_OFFICE};

#[tokio::test]
async fn what_can_be_done_is_told_to_those_whom_the_table_names() {
    let world = World::new(&[], &[]).await;
    let rows = rows::all(&world.things);
    let mut untold: BTreeSet<&str> = rows.iter().filter(|row| !row.on.is_empty()).map(|row| row.name).collect();
    let all_on: BTreeSet<&str> = rows.iter().map(|row| row.on).filter(|on| !on.is_empty()).collect();
    let mut wrong = Vec::new();
    for on in all_on {
        let argument = world.things.nodes.get(on).map(|id| format!("(on: \"{id}\")")).unwrap_or_default();
        let query = format!("{{ viewer {{ canAll{argument} {{ command allowed code }} }} }}");
        for actor in OFFICIALS.iter().chain(&WITHOUT_OFFICE) {
            let told = world.read(actor, &query).await["viewer"]["canAll"].clone();
            for can in told.as_array().expect("a list") {
                let name = can["command"].as_str().expect("a name");
                let mut ways = rows.iter().filter(|row| row.name == name && row.on == on).peekable();
                let Some(&first) = ways.peek() else { continue };
                untold.remove(first.name);
                let is_refused = can["code"].as_str().is_some_and(|code| first.refusals.contains(&code));
                let may = ways.any(|row| row.may.contains(actor));
                if may == is_refused || (can["allowed"] == Value::Bool(true) && !may) {
                    wrong.push(format!("{name} on {on} by {actor}: {can}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(untold, BTreeSet::new(), "commands of which the viewer was not told");
}
