//! The command line: arguments, settings, terminal, commands.
//!
//! Promises: data goes to standard output and everything else to standard error; the exit status is
//! 0 when all is done, 1 when all is done but something is not as it should be, and 2 when it is
//! not done; only the printer prints. Refuses: to decide anything about jobs: it opens the other
//! rooms and calls them.

mod args;
mod caret;
mod chart;
mod check;
mod clock;
mod completions;
mod config;
mod connect;
mod demo;
mod emulate;
mod endpoint;
mod environment;
mod export;
mod grid;
mod import;
mod ingest;
mod keys;
mod ledger;
mod log;
mod maintain;
mod metrics;
mod night;
mod printer;
mod progress;
mod provenance;
mod reconcile;
mod repl;
mod report;
mod restore_catalog;
mod schedule;
mod section;
mod serve;
mod settings;
mod show_config;
mod signals;
mod sources;
mod sql;
mod status;
mod summaries;
mod target;
mod terminal;
mod units;
mod verify;
mod whole_file;
mod workers;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::error::{Error, Kind, Result};
use crate::reports::Report;

pub use self::clock::SystemClock;
pub use self::metrics::{METRICS, Metric};
pub use self::provenance::{Declared, SETTINGS};
pub use self::repl::repl_commands;

use self::args::{Arguments, Command};
use self::environment::Environment;
use self::settings::Settings;

/// How a run of the program ended, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// All is done.
    Done,
    /// All is done, but something is not as it should be.
    Attention,
    /// It is not done.
    NotDone,
}

impl Status {
    /// The exit status.
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Attention => 1,
            Self::NotDone => 2,
        }
    }

    /// The word in documents.
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Attention => "attention",
            Self::NotDone => "not_done",
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}

/// The command line's table from error kinds to exit statuses.
impl From<Kind> for Status {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Input
            | Kind::Source
            | Kind::Busy
            | Kind::Corrupt
            | Kind::Unsupported
            | Kind::Limit
            | Kind::Io
            | Kind::Internal => Self::NotDone,
        }
    }
}

/// Runs the program with these arguments, the first of which is its name.
///
/// # Errors
/// What the command could not do, to be given to [`report`].
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<Status> {
    let (typed, environment) =
        (arguments.into_iter().collect::<Vec<_>>(), Environment::of_process());
    let reports = report::known(&typed, &environment)?;
    let arguments = match parse(typed, reports) {
        Ok(arguments) => arguments,
        Err(usage) => return printer::usage(&usage),
    };
    log::start(arguments.log);
    let settings = Settings::resolve(&arguments, environment)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|err| Error::io("start the runtime", err))?;
    let outcome = runtime.block_on(async {
        signals::survive_file_limit()?;
        match &arguments.command {
            Command::Check(options) => check::run(&settings, options).await,
            Command::Completions(options) => completions::completions(options),
            Command::Config(options) => show_config::run(&settings, options),
            Command::Connect(options) => connect::run(&settings, options),
            Command::Demo(options) => demo::run(options).await,
            Command::Emulate(options) => emulate::run(&settings, options).await,
            Command::Export(options) => export::run(&settings, options).await,
            Command::Import(options) => import::run(&settings, options).await,
            Command::Ingest(options) => ingest::run(&settings, options).await,
            Command::Maintain(options) => maintain::run(&settings, options).await,
            Command::Man(options) => completions::man(options),
            Command::Night(options) => night::run(&settings, options).await,
            Command::Reconcile(options) => reconcile::run(&settings, options).await,
            Command::Repl(options) => repl::run(&settings, options).await,
            Command::Report(options) => report::run(&settings, options, reports).await,
            Command::RestoreCatalog(options) => restore_catalog::run(&settings, options),
            Command::Schedule(options) => schedule::run(&settings, options),
            Command::Serve(command) => serve::run(&settings, command).await,
            Command::Sql(options) => sql::run(&settings, options).await,
            Command::Status(options) => status::run(&settings, options),
            Command::Summaries(options) => summaries::run(&settings, options).await,
            Command::Verify(options) => verify::run(&settings, options).await,
        }
    });
    // A query that was cancelled may still be at work until it looks up; nobody waits for it.
    runtime.shutdown_background();
    outcome
}

/// What was typed; on a terminal, no command at all is the REPL.
fn parse(mut typed: Vec<OsString>, reports: &'static [Report]) -> Result<Arguments, clap::Error> {
    let parsed = Arguments::read(&typed, reports);
    let is_bare = parsed.as_ref().is_err_and(|err| {
        matches!(
            err.kind(),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand
        )
    });
    if is_bare && repl::has_terminal() {
        typed.push("repl".into());
        return Arguments::read(&typed, reports);
    }
    parsed
}

/// Tells an error on standard error: the message with its causes, and the way out.
pub fn report(err: &Error) {
    printer::error(err);
}
