//! `tahavol schema`: what programs need to know to talk with this one, and to read its events.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::say;
use crate::failure::Failure;

#[derive(Args)]
pub(crate) struct Arguments {
    what: What,
    /// Write files into this directory instead of printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// The GraphQL schema
    Graphql,
    /// JSON Schemas of all events
    Events,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    match (arguments.what, arguments.out) {
        (What::Graphql, None) => say::bytes(tahavol_graphql::sdl().as_bytes()),
        (What::Graphql, Some(directory)) => write(&directory, "tahavol.graphql", tahavol_graphql::sdl().as_bytes()),
        (What::Events, None) => {
            let all: Map<String, Value> = events().into_iter().collect();
            say::bytes(pretty(&Value::Object(all)).as_bytes())
        }
        (What::Events, Some(directory)) => {
            events().iter().try_for_each(|(name, schema)| write(&directory, &format!("{name}.json"), pretty(schema).as_bytes()))
        }
    }
}

/// Named as the published files are.
fn events() -> Vec<(String, Value)> {
    let schemas = tahavol_domain::schema::schemas().into_iter();
    schemas.map(|event| (format!("{}.v{}", event.event_type, event.version), event.schema)).collect()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn write(directory: &Path, name: &str, content: &[u8]) -> Result<(), Failure> {
    let path = directory.join(name);
    let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, content));
    written.map_err(|error| Failure::io(&format!("write {}", path.display()), &error))
}
