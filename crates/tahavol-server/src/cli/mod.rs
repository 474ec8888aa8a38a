//! The command line: what can be asked, and where each command is carried out.

mod account;
mod actor;
mod backup;
pub(crate) mod bundle;
mod cast;
mod columns;
mod dates;
mod decision;
mod demo;
mod diff;
mod doctor;
mod effect;
mod evidence;
mod export;
#[cfg(test)]
mod flags;
mod found;
mod import;
mod journal;
mod log;
mod migrate;
mod office;
mod progress;
pub(crate) mod progress_json;
mod replay;
pub(crate) mod say;
mod schema;
mod search;
mod serve;
mod step;
mod table;
mod token;
pub(crate) mod verify;
mod way_in;
mod witness;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::builder::styling::Styles;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use tahavol_domain::text::{Lang, digits_to_latin};

use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::telemetry;

const ABOUT: &str = "\
Tahavol keeps the ledger of a reform programme, and tells how far it is.

Every action becomes an event that is never changed. What is shown, now or as of any earlier day, is computed from \
these events alone.";

const AFTER: &str = "\
Commands that change something:   demo, serve, import, migrate, office appoint, release, delegate…        one process at a time
Who comes in:                     account, token        beside a running server, which knows within a second
Commands that only look:          office list, held, acts, progress, decision, step, effect, diff, search, timeline, export, replay, verify, journal, doctor        beside a running server

Configuration: tahavol.toml in the working directory (or --config, TAHAVOL_CONFIG), then TAHAVOL_* of the environment, \
then flags.

Exit codes:
  0  done
  1  failed: a disk, a port, a file that cannot be read
  2  the command line or the configuration makes no sense
  3  refused: the input is wrong or a rule says no; nothing was recorded
  4  another process has the ledger
  5  the ledger or the security journal is damaged, or two pictures of the ledger differ
  20 to 34  what `verify` has found; its help lists them

Examples:
  tahavol demo                                       a programme to look at, served on 127.0.0.1:8080
  tahavol import programme.toml stations.csv --resolution 12 --data ./data
  tahavol serve --data ./data --listen 127.0.0.1:8080
  tahavol account add sara --name 'Sara Ahmadi'       prints a link with which she sets her password
  tahavol progress --lang en --as-of 2026-03-21T00:00:00Z
  tahavol diff --from 2026-03-21 --to 2026-06-21 --commission technology --lang en
  tahavol export events --out events.jsonl";

#[derive(Parser)]
#[command(name = "tahavol", version, about = ABOUT.lines().next().unwrap_or_default(), long_about = ABOUT, after_help = AFTER, max_term_width = 120, styles = Styles::plain())]
struct Cli {
    /// Configuration file; without it, tahavol.toml of the working directory where there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// What is logged to standard error, such as `warn` or `tahavol_server=debug`
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a programme to look at: founds it, imports the real files, plays eighteen months of history, and serves
    Demo(demo::Arguments),
    /// Serve GraphQL over HTTP, WebSocket and server-sent events
    Serve(serve::Arguments),
    /// Accounts: who may sign in here. Works beside a running server
    Account(account::Arguments),
    /// Service tokens: programs that ask in somebody's name, within bounds. Works beside a running server
    Token(token::Arguments),
    /// Offices: who holds and held them, what was done in them; give, lend and end them
    Office(office::Arguments),
    /// Record what files say: a programme file, stations, reports, deliveries, measurements
    Import(import::Arguments),
    /// Print how far the programme is
    Progress(progress::Arguments),
    /// Compare two moments: what is new, gone, changed, corrected or moved, and by which events
    Diff(diff::Arguments),
    /// List evidence files, or destroy one by order
    Evidence(evidence::Arguments),
    /// Show a decision again: what it answered, what the decider saw, what came out since; or list decisions
    Decision(decision::Arguments),
    /// Go through events one by one, with the state before and after each
    Step(step::Arguments),
    /// Show what a decision that waits would change in every figure, before it is taken
    Effect(effect::Arguments),
    /// Write out what the ledger holds
    Export(export::Arguments),
    /// Hash and fold every line anew, and compare the result with the kept picture
    Replay(replay::Arguments),
    /// Copy ledger and evidence to a new directory while a server goes on writing, and check the copy
    Backup(backup::Arguments),
    /// Make a data directory from a backup, and check it
    Restore(backup::RestoreArguments),
    /// Move a ledger between the engines, from a file to a cluster or back; goes on where it was interrupted
    Migrate(migrate::Arguments),
    /// Find events by stream, type, person, office, commission, time, command, file or words
    Search(search::Arguments),
    /// Tell the life of a person, a milestone, an initiative, a commission, a station or an indicator, event by event
    Timeline(search::TimelineArguments),
    /// The ledger as a transparency log: make its key, print its head, receipts and proofs, check them offline
    Log(log::Arguments),
    /// The second role of the program: remember the heads of logs, and cosign what continues them
    Witness(witness::Arguments),
    /// Print the GraphQL schema or the schemas of the events
    Schema(schema::Arguments),
    /// Check every link from stored bytes to progress figures: a bundle, a data directory or a ledger file
    Verify(verify::Arguments),
    /// Read the security journal: what was refused, who signed in, what left the ledger; or check that it is whole
    Journal(journal::Arguments),
    /// Look whether everything is in order: configuration, directories, ledger, evidence
    Doctor(doctor::Arguments),
    /// Print a script that completes commands in a shell
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
}

/// A number in Latin, Persian or Arabic digits.
fn number<T: FromStr>(text: &str) -> Result<T, T::Err> {
    digits_to_latin(text.trim()).parse()
}

/// Where the data lies.
#[derive(Args, Clone, Default)]
pub(crate) struct DataArguments {
    /// Data directory: ledger, snapshots, evidence [default: ./data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// Where it is served.
#[derive(Args, Clone, Default)]
pub(crate) struct ListenArguments {
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArgument {
    Fa,
    En,
}

impl From<LangArgument> for Lang {
    fn from(lang: LangArgument) -> Self {
        match lang {
            LangArgument::Fa => Lang::Fa,
            LangArgument::En => Lang::En,
        }
    }
}

/// Runs what the process was called with.
pub fn main() -> ExitCode {
    // Drafts lie in what is written here: it is its user's alone, unless somebody opens it on purpose.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Where nobody reads what is printed there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { Code::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    match run(cli) {
        Ok(code) => code,
        Err(failure) => {
            say::error(&failure.text);
            failure.code.into()
        }
    }
}

/// Only `verify` has exit codes of its own for what it was asked to find out.
fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let environment = std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?))).collect();
    let mut settings = Settings::load(cli.config.as_deref(), environment)?;
    if let Some(level) = cli.log {
        settings.log.level = level;
    }
    telemetry::begin(&settings.log)?;
    let done = match cli.command {
        Command::Demo(arguments) => in_runtime(demo::run(settings, arguments)),
        Command::Serve(arguments) => in_runtime(serve::run(settings, arguments)),
        Command::Account(arguments) => in_runtime(account::run(settings, arguments)),
        Command::Token(arguments) => in_runtime(token::run(settings, arguments)),
        Command::Office(arguments) => in_runtime(office::run(settings, arguments)),
        Command::Import(arguments) => in_runtime(import::run(settings, arguments)),
        Command::Progress(arguments) => in_runtime(progress::run(settings, arguments)),
        Command::Diff(arguments) => in_runtime(diff::run(settings, arguments)),
        Command::Evidence(arguments) => in_runtime(evidence::run(settings, arguments)),
        Command::Decision(arguments) => in_runtime(decision::run(settings, arguments)),
        Command::Step(arguments) => in_runtime(step::run(settings, arguments)),
        Command::Effect(arguments) => in_runtime(effect::run(settings, arguments)),
        Command::Export(arguments) => export::run(settings, arguments),
        Command::Replay(arguments) => in_runtime(replay::run(settings, arguments)),
        Command::Backup(arguments) => in_runtime(backup::run(settings, arguments)),
        Command::Restore(arguments) => in_runtime(backup::restore(settings, arguments)),
        Command::Migrate(arguments) => in_runtime(migrate::run(settings, arguments)),
        Command::Search(arguments) => in_runtime(search::run(settings, arguments)),
        Command::Timeline(arguments) => in_runtime(search::timeline(settings, arguments)),
        Command::Log(arguments) => log::run(settings, arguments),
        Command::Witness(arguments) => in_runtime(witness::run(settings, arguments)),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Verify(arguments) => return verify::run(settings, arguments),
        Command::Journal(arguments) => journal::run(settings, arguments),
        Command::Doctor(arguments) => in_runtime(doctor::run(settings, arguments)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tahavol", &mut script);
            say::bytes(&script)
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::io("start the runtime", &error))?.block_on(work)
}

impl DataArguments {
    /// Flags win; then what the data directory itself knows of people.
    pub(crate) fn apply(&self, mut settings: Settings) -> Result<Settings, Failure> {
        if let Some(data) = &self.data {
            settings.data.clone_from(data);
        }
        settings.with_people_of_data()
    }
}

impl ListenArguments {
    pub(crate) fn apply(&self, settings: &mut Settings) {
        if let Some(listen) = self.listen {
            settings.listen = listen;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
