//! `tahavol log`: the key of the transparency log, its head, proofs from it, and checking them offline.

mod adopt;
mod check;
mod keys;
mod show;
mod state;

use clap::{Args, Subcommand};

use crate::config::Settings;
use crate::failure::Failure;

pub(crate) use keys::demo_key;
pub(crate) use state::{LogState, state};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make the key that signs the log, in a file that only its owner may read; prints the public half
    Keygen(keys::Keygen),
    /// Print the public halves of the log's keys
    Keys(keys::Keys),
    /// Take a key out of the key file, after another one has signed
    Retire(keys::Retire),
    /// Go on from the ledger's own head where the copy of the newest one is missing: for a ledger that was moved
    AdoptHead(adopt::AdoptHead),
    /// Print the newest signed head
    Checkpoint(show::Checkpoint),
    /// Print what shows that a log of FROM events is how a log of TO events began
    Consistency(show::Consistency),
    /// Print all that shows offline that an event is in the log
    Receipt(show::Receipt),
    /// Check a receipt against an event's line, offline
    Check(check::Check),
}

pub(super) fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::Keygen(arguments) => keys::keygen(settings, arguments),
        What::Keys(arguments) => keys::keys(settings, &arguments),
        What::Retire(arguments) => keys::retire(settings, &arguments),
        What::AdoptHead(arguments) => adopt::adopt(settings, &arguments),
        What::Checkpoint(arguments) => show::checkpoint(settings, &arguments),
        What::Consistency(arguments) => show::consistency(settings, &arguments),
        What::Receipt(arguments) => show::receipt(settings, &arguments),
        What::Check(arguments) => check::check(&settings, &arguments),
    }
}
