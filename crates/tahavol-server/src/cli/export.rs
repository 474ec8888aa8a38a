//! `tahavol export events`: the lines of the ledger, byte for byte as they were appended.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use tahavol_ledger::SqliteLedger;

use super::{DataArguments, say};
use crate::config::Settings;
use crate::failure::Failure;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// One line of JSON for each event, in the order of positions
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
}

pub(super) fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let What::Events { after, out, data } = arguments.what;
    let settings = data.apply(settings)?;
    let ledger = SqliteLedger::open_read_only_blocking(&settings.ledger_path()?)?;
    match out {
        None => say::written(write(&ledger, after, std::io::stdout().lock())?.map(|_| ())),
        Some(path) => {
            let cannot = |error: std::io::Error| Failure::io(&format!("write {}", path.display()), &error);
            let file = File::create(&path).map_err(cannot)?;
            let events = write(&ledger, after, &file)?.map_err(cannot)?;
            file.sync_all().map_err(cannot)?;
            say::aside(&format!("{events} events in {}", path.display()));
            Ok(())
        }
    }
}

/// The outer error is the ledger's, the inner one the writer's.
fn write(ledger: &SqliteLedger, after: Option<u64>, out: impl Write) -> Result<std::io::Result<u64>, Failure> {
    let mut out = BufWriter::with_capacity(1 << 18, out);
    let mut failed = None;
    let events = ledger.scan(after, &mut |_, line, _| match out.write_all(line).and_then(|()| out.write_all(b"\n")) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    Ok(match failed {
        Some(error) => Err(error),
        None => out.flush().map(|()| events),
    })
}
