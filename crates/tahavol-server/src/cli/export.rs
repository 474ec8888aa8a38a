//! `tahavol export events`: the lines of the ledger, byte for byte as they were appended; `export bundle` stands in a file of its own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use tahavol_domain::fact::decode;
use tahavol_ledger::SqliteLedger;
use tahavol_ledger::merkle::{Hash, leaf_hash};

use super::{DataArguments, bundle, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::identity;
use crate::look::freshen_blocking;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// One line of JSON for each event, in the order of positions; fails after the last one where one cannot be read
    Events {
        /// Only events after this position
        #[arg(long, value_name = "POSITION")]
        after: Option<u64>,
        /// File to write; without it, standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        data: DataArguments,
    },
    /// Everything that the newest signed head covers, in a directory that auditors can check without this program
    Bundle(bundle::Arguments),
}

pub(super) fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let (after, out, data) = match arguments.what {
        What::Events { after, out, data } => (after, out, data),
        What::Bundle(arguments) => return bundle::run(settings, arguments),
    };
    let settings = data.apply(settings)?;
    freshen_blocking(&settings)?;
    let ledger = SqliteLedger::open_read_only_blocking(&settings.ledger_path()?)?;
    identity::note_export(&settings, "events");
    match out {
        None => match write(&ledger, after, std::io::stdout().lock())? {
            Ok(written) => written.wrong.map_or(Ok(()), Err),
            Err(error) => say::written(Err(error)),
        },
        Some(path) => {
            let cannot = |error: std::io::Error| Failure::io(&format!("write {}", path.display()), &error);
            let file = File::create(&path).map_err(cannot)?;
            let written = write(&ledger, after, &file)?.map_err(cannot)?;
            file.sync_all().map_err(cannot)?;
            say::aside(&format!("{} events in {}", written.events, path.display()));
            written.wrong.map_or(Ok(()), Err)
        }
    }
}

struct Written {
    events: u64,
    /// What is wrong with the first line that is not what it should be. It is written like the others: an export is a
    /// backup too, and whoever repairs the ledger needs every byte of it.
    wrong: Option<Failure>,
}

/// The outer error is the ledger's, the inner one the writer's.
fn write(ledger: &SqliteLedger, after: Option<u64>, out: impl Write) -> Result<std::io::Result<Written>, Failure> {
    let mut out = BufWriter::with_capacity(1 << 18, out);
    let mut failed = None;
    let mut wrong = None;
    let events = ledger.scan(after, &mut |position, line, leaf| {
        if wrong.is_none() {
            wrong = fault(position, line, leaf);
        }
        match out.write_all(line).and_then(|()| out.write_all(b"\n")) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    Ok(match failed {
        Some(error) => Err(error),
        None => out.flush().map(|()| Written { events, wrong }),
    })
}

/// A line that was changed, or that says nothing.
fn fault(position: u64, line: &[u8], leaf: &Hash) -> Option<Failure> {
    let told =
        |what: &str| Failure::new(Code::Corrupt, format!("the event at position {position} {what}; the lines were written as they are"));
    if leaf_hash(line) != *leaf {
        return Some(told("is damaged: the leaf hash is not that of the line"));
    }
    decode(line).err().map(|error| told(&format!("cannot be read: {error}")))
}
