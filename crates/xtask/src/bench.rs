//! The benchmarks by name. Each stands beside its control or peer in one run and prints the ratio of every round.

use crate::run::run;

const BENCHES: &[(&str, &str, &str)] = &[
    ("append", "append", "durable appends beside PostgreSQL"),
    ("append-1m", "append", "the same with a million events stored"),
    ("append-tree", "append", "the same with the tree signed at every commit beside a ledger without a key"),
    ("verify", "verify", "verifying a million events beside hashing the same bytes"),
    ("receipt", "receipt", "the receipt of a random event out of a million"),
    ("mutation", "mutation", "durable GraphQL mutations beside plain appends"),
    ("replay", "replay", "a million events from the file to the first answer, and the memory it takes"),
    ("memory", "replay", "the same run's memory"),
    ("as-of", "as_of", "progress at random positions of a million"),
    ("pages", "pages", "every page over a million events, now and at random positions, beside the sign-in page"),
    ("progress", "progress", "the horizon × commission matrix over HTTP beside a hello-world handler"),
];

/// Runs the named benchmarks in release mode.
///
/// # Errors
/// When a name is unknown (the text lists them) or a benchmark fails.
pub(crate) fn run_named(names: &[&str]) -> Result<(), String> {
    let list = || BENCHES.iter().map(|(name, _, what)| format!("{name:11} {what}")).collect::<Vec<_>>().join("\n");
    if names.is_empty() {
        return Err(list());
    }
    for name in names {
        let (_, target, _) =
            BENCHES.iter().find(|(known, _, _)| known == name).ok_or_else(|| format!("no benchmark `{name}`:\n{}", list()))?;
        run("cargo", &["bench", "--package", "tahavol-tests", "--bench", target, "--", name], &[])?;
    }
    Ok(())
}
