//! The audit bundle: everything that a signed head covers, in one directory that can be checked without this program.
//!
//! ```text
//! bundle.json   checkpoint   keys/log.vkey   keys/witness.vkey   events.jsonl   tile/…   tile/entries/…
//! schema/<type>.v<N>.json   progress.json   README.txt
//! ```

mod read;
mod write;

pub use read::BundleDirectory;
pub use write::{BundleError, BundleOptions, Written, write_bundle};

const FORMAT: &str = "tahavol-bundle-1";
const MANIFEST: &str = "bundle.json";
const CHECKPOINT: &str = "checkpoint";
const EVENTS: &str = "events.jsonl";
const PROGRESS: &str = "progress.json";
const LOG_KEYS: &str = "keys/log.vkey";
const WITNESS_KEYS: &str = "keys/witness.vkey";
const README: &str = "README.txt";
const SCHEMAS: &str = "schema";

/// The published schemas of events, as (path in the bundle, text).
fn schemas() -> Vec<(String, String)> {
    let files = tahavol_domain::schema::files().into_iter();
    let own = files.filter_map(|(path, text)| Some((path.strip_prefix("schema/events/")?.to_owned(), text)));
    own.filter(|(path, _)| !path.contains('/')).map(|(path, text)| (format!("{SCHEMAS}/{path}"), text)).collect()
}
