//! What was typed, and nothing more.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::catalog::AsOf;
use crate::model::{Instant, JobKind, Reach};
use crate::output::Format;
use crate::reports::Report;

use super::chart::ChartOptions;
use super::check::CheckOptions;
use super::completions::{CompletionsOptions, ManOptions};
use super::config::CONCURRENCY_MAX;
use super::connect::ConnectOptions;
use super::demo::DemoOptions;
use super::export::ExportOptions;
use super::import::ImportOptions;
use super::log::LogOptions;
use super::maintain::MaintainOptions;
use super::night::NightOptions;
use super::provenance::{from_environment, naming_variable, without_empty};
use super::reconcile::ReconcileOptions;
use super::repl::ReplOptions;
use super::report::{ReportOptions, with_reports};
use super::restore_catalog::RestoreCatalogOptions;
use super::schedule::ScheduleOptions;
use super::serve::ServeCommand;
use super::show_config::ConfigOptions;
use super::summaries::SummariesOptions;
use super::target::answer_file;
use super::units::{account_id, address, age, bytes, rate, region, seconds};
use super::verify::VerifyOptions;

/// A SQL-queryable warehouse of AWS Backup jobs.
///
/// AWS forgets backup jobs after 30 days and its job summaries after 14. Lookback keeps them for
/// good, as Parquet in a DuckLake, and answers for them in SQL.
#[derive(Debug, Parser)]
#[command(name = "lookback", version, max_term_width = 100)]
pub(super) struct Arguments {
    /// The folder of the warehouse [default: warehouse]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LOOKBACK_WAREHOUSE",
        display_order = 901
    )]
    pub(super) warehouse: Option<PathBuf>,

    /// The settings file [default: lookback.toml here, else in the user's folder of settings]
    #[arg(long, global = true, value_name = "FILE", env = "LOOKBACK_CONFIG", display_order = 902)]
    pub(super) config: Option<PathBuf>,

    /// Pretend that it is this instant, for replays and tests.
    #[arg(
        long,
        global = true,
        value_name = "TIMESTAMP",
        value_parser = instant,
        display_order = 903
    )]
    pub(super) now: Option<Instant>,

    #[command(flatten)]
    pub(super) log: LogOptions,

    /// The arguments whose values the environment gave.
    #[arg(skip)]
    pub(super) variables: BTreeSet<String>,

    #[command(subcommand)]
    pub(super) command: Command,
}

impl Arguments {
    /// Reads what was typed, where these reports have flags of their own.
    pub(super) fn read(
        typed: &[OsString],
        reports: &'static [Report],
    ) -> Result<Self, clap::Error> {
        let mut command = without_empty(with_reports(Self::command(), reports));
        let matches = command
            .try_get_matches_from_mut(typed)
            .map_err(|err| naming_variable(err, &mut command, typed))?;
        let mut read = Self::from_arg_matches(&matches)?;
        read.variables = from_environment(&matches);
        Ok(read)
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(CheckOptions),
    Completions(CompletionsOptions),
    Config(ConfigOptions),
    Connect(ConnectOptions),
    Demo(DemoOptions),
    Emulate(EmulateOptions),
    Export(Box<ExportOptions>),
    Import(ImportOptions),
    Ingest(IngestOptions),
    Maintain(MaintainOptions),
    Man(ManOptions),
    Night(Box<NightOptions>),
    Reconcile(ReconcileOptions),
    Repl(ReplOptions),
    Report(ReportOptions),
    RestoreCatalog(RestoreCatalogOptions),
    Schedule(ScheduleOptions),
    #[command(subcommand)]
    Serve(ServeCommand),
    Sql(SqlOptions),
    Status(StatusOptions),
    Summaries(Box<SummariesOptions>),
    Verify(VerifyOptions),
}

/// Pretend to be AWS Backup, with the jobs of a simulated organisation.
///
/// The AWS CLI, boto3 and every other client of AWS's can list, describe and count its jobs. Its
/// URL is printed on standard output; it answers until it is interrupted. The organisation is the
/// same whenever its settings and seed are. Callers are its management account, whatever their key.
#[derive(Args, Debug)]
pub(super) struct EmulateOptions {
    /// Where to listen: a loopback address; port 0 is any free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:4560", value_parser = address)]
    pub(super) listen: SocketAddr,

    /// The organisation's settings, as TOML; the other flags go before them.
    #[arg(long, value_name = "FILE")]
    pub(super) organization_file: Option<PathBuf>,

    /// How many accounts it has.
    #[arg(long, value_name = "N")]
    pub(super) accounts: Option<u32>,

    /// Its Regions, with commas between them.
    #[arg(long, value_name = "REGION,…", value_delimiter = ',', value_parser = region)]
    pub(super) regions: Option<Vec<String>>,

    /// How many resources it has, over all accounts and Regions.
    #[arg(long, value_name = "N")]
    pub(super) resources: Option<u32>,

    /// What all its chances hang on.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,

    /// How fast time passes, from --now on: 1 as it does, 3600 an hour a second, 0 not at all.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub(super) speed: f64,

    /// What goes wrong and how often: throttle=0.05,drop=0.01,deny=ListScanJobs
    #[arg(long, value_name = "NAME=RATE,…", default_value = "")]
    pub(super) faults: String,
}

/// Read from AWS Backup what is not held yet, and what may have changed.
///
/// Reads the sources of `lookback.toml`, or the one that flags describe: then those of the file are
/// not used. Credentials come by AWS's standard chain: environment, profiles, SSO, roles, instance
/// metadata. A night that failed, or was interrupted, is made up for by the next one. At its end,
/// AWS's own counts are compared with what is held, as `lookback reconcile` does.
#[derive(Args, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct IngestOptions {
    /// The profile of AWS's shared configuration whose credentials to use.
    #[arg(long, value_name = "NAME", help_heading = SOURCE)]
    pub(super) profile: Option<String>,

    /// The Regions to read, with commas between them [default: that of `AWS_REGION`]
    #[arg(
        long,
        value_name = "REGION,…",
        value_delimiter = ',',
        conflicts_with = "all_regions",
        help_heading = SOURCE
    )]
    pub(super) region: Option<Vec<String>>,

    /// Read every Region that this version knows.
    #[arg(long, help_heading = SOURCE)]
    pub(super) all_regions: bool,

    /// Read the jobs of all accounts of the organization, as its management account or as a
    /// delegated administrator of AWS Backup.
    #[arg(long, help_heading = SOURCE)]
    pub(super) organization: bool,

    /// Send requests there instead of to AWS.
    #[arg(long, value_name = "URL", help_heading = SOURCE)]
    pub(super) endpoint_url: Option<String>,

    /// The endpoint is `lookback emulate` or another emulator: sign with made-up keys, and look for
    /// no credentials.
    #[arg(
        long,
        requires = "endpoint_url",
        conflicts_with_all = ["profile", "role_arn"],
        help_heading = SOURCE
    )]
    pub(super) emulator: bool,

    /// The role to assume with these credentials.
    #[arg(long, value_name = "ARN", help_heading = SOURCE)]
    pub(super) role_arn: Option<String>,

    /// The external id that the role's trust policy asks for.
    #[arg(long, value_name = "ID", requires = "role_arn", help_heading = SOURCE)]
    pub(super) external_id: Option<String>,

    /// Read only these sources of `lookback.toml`, with commas between them.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', conflicts_with_all = SOURCE_FLAGS)]
    pub(super) source: Vec<String>,

    /// Read only these kinds of job, with commas between them.
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = kinds())]
    pub(super) kind: Vec<JobKind>,

    /// How many units to read at once.
    #[arg(long, value_name = "N", value_parser = concurrency, env = "LOOKBACK_CONCURRENCY")]
    pub(super) concurrency: Option<usize>,

    /// Calls a second of one operation in one Region, at most [default: 50]
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(super) rate: Option<f64>,

    /// Do not compare AWS's own counts with what is held at the end.
    #[arg(long)]
    pub(super) no_reconcile: bool,

    /// Tell the end on standard output as one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

/// The heading of the flags that describe a source.
const SOURCE: &str = "Instead of the sources of lookback.toml";
/// These flags.
const SOURCE_FLAGS: [&str; 8] = [
    "profile",
    "region",
    "all_regions",
    "organization",
    "endpoint_url",
    "emulator",
    "role_arn",
    "external_id",
];

impl IngestOptions {
    /// Whose jobs the flags ask for.
    pub(super) fn reach(&self) -> Reach {
        if self.organization { Reach::Organization } else { Reach::Account }
    }
}

/// Ask the warehouse in SQL.
///
/// Tables: `backup_jobs`, `copy_jobs`, `restore_jobs`, `scan_jobs`, `aws_job_summaries`,
/// `job_transitions`; views: `jobs`, `job_day_counts`, `backup_job_summaries` and its likes for
/// copy, restore and scan; table functions: `list_backup_job_summaries(state => 'FAILED')` and its
/// likes, with the arguments of AWS's operations and more. The schema `ops` tells what Lookback did
/// and knows: `ops.runs`, `ops.units`, `ops.coverage`, `ops.snapshots`, `ops.files`,
/// `ops.open_jobs`, `ops.reconciliation`, always as they are now, whatever --as-of says. `DESCRIBE
/// table` explains each column.
#[derive(Args, Debug)]
pub(super) struct SqlOptions {
    /// The query; `-`, or nothing and no --file, reads it from standard input.
    pub(super) query: Option<String>,

    /// Read the query from this file.
    #[arg(short, long, value_name = "FILE", conflicts_with = "query")]
    pub(super) file: Option<PathBuf>,

    #[command(flatten)]
    pub(super) answer: AnswerOptions,
}

/// How an answer is told, and of what state.
#[derive(Args, Debug)]
pub(super) struct AnswerOptions {
    /// How to write the answer; the default follows the name of --output, else `table`.
    #[arg(long, value_parser = formats())]
    pub(super) format: Option<Format>,

    /// Write the answer to this file, whole or not at all; `-` is standard output.
    #[arg(short, long, value_name = "FILE", value_parser = answer_file())]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) chart: ChartOptions,

    #[command(flatten)]
    pub(super) read: ReadOptions,
}

/// Which state is asked, by whom, and with what means.
#[derive(Args, Clone, Debug)]
pub(super) struct ReadOptions {
    /// Ask an earlier state: the number of a snapshot, or an instant.
    #[arg(long, value_name = "TIMESTAMP|SNAPSHOT", value_parser = AsOf::parse)]
    pub(super) as_of: Option<AsOf>,

    /// The account that a request means which names none [default: all accounts]
    #[arg(long, value_name = "ACCOUNT_ID", value_parser = account_id, env = "LOOKBACK_CALLER")]
    pub(super) caller: Option<String>,

    #[command(flatten)]
    pub(super) limits: LimitOptions,
}

/// With what means a question is answered.
#[derive(Args, Clone, Debug)]
pub(super) struct LimitOptions {
    /// How much memory the query may use before it spills to disk [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = bytes, env = "LOOKBACK_MEMORY_LIMIT")]
    pub(super) memory_limit: Option<usize>,

    /// How many seconds the query may take.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, env = "LOOKBACK_TIMEOUT")]
    pub(super) timeout: Option<Duration>,
}

/// Tell what is held: the last success, the last 45 days, open jobs and lost days.
///
/// A row is a source, a Region and a kind of job. Nothing is asked of AWS.
#[derive(Args, Debug)]
pub(super) struct StatusOptions {
    /// Exit with status 1 if any of them has no success younger than this, such as 26h.
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub(super) max_age: Option<Duration>,

    /// Tell only of these sources, with commas between them.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(super) source: Vec<String>,

    /// How to tell it.
    #[arg(long, default_value = "table", value_parser = status_formats())]
    pub(super) format: StatusFormat,
}

/// How `lookback status` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusFormat {
    /// A table for people.
    Table,
    /// One JSON document.
    Json,
    /// Metrics in Prometheus's text format.
    Prometheus,
}

pub(super) fn instant(text: &str) -> Result<Instant, String> {
    Instant::from_text(text)
        .ok_or_else(|| "it is no time; write one such as 2026-11-01T00:00:00Z".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed: &f64| speed.is_finite() && *speed >= 0.0);
    speed.ok_or_else(|| "it is no number from 0 up".to_owned())
}

pub(super) fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| {
        Format::from_name(&name).ok_or_else(|| format!("there is no format \"{name}\""))
    })
}

pub(super) fn kinds() -> impl TypedValueParser<Value = JobKind> {
    PossibleValuesParser::new(JobKind::ALL.map(JobKind::name)).try_map(|name| {
        JobKind::from_name(&name).ok_or_else(|| format!("there is no kind \"{name}\""))
    })
}

fn status_formats() -> impl TypedValueParser<Value = StatusFormat> {
    let format = |name: String| match name.as_str() {
        "table" => Ok(StatusFormat::Table),
        "json" => Ok(StatusFormat::Json),
        "prometheus" => Ok(StatusFormat::Prometheus),
        _ => Err(format!("there is no format \"{name}\"")),
    };
    PossibleValuesParser::new(["table", "json", "prometheus"]).try_map(format)
}

pub(super) fn concurrency(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=CONCURRENCY_MAX).contains(number));
    number
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| format!("it is no number from 1 to {CONCURRENCY_MAX}"))
}

#[cfg(test)]
mod tests {
    use super::super::provenance::SETTINGS;
    use super::*;

    #[test]
    fn the_arguments_are_declared_without_contradiction() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_setting_is_a_flag_with_its_variable() {
        let mut program = Arguments::command();
        program.build();
        let commands = || program.get_subcommands().chain([&program]);
        for setting in SETTINGS {
            let arguments = commands().flat_map(clap::Command::get_arguments);
            let flags = arguments.filter(|it| it.get_long() == Some(setting.flag));
            let variables: Vec<_> = flags
                .inspect(|flag| assert_eq!(flag.get_id().as_str(), setting.id()))
                .map(|flag| flag.get_env().and_then(|name| name.to_str()))
                .collect();
            assert!(!variables.is_empty(), "--{}", setting.flag);
            assert!(variables.iter().all(|it| *it == setting.variable), "{}", setting.name);
            assert!(setting.doc.ends_with('.'), "{}", setting.name);
        }
    }

    #[test]
    fn a_speed_is_never_negative() {
        assert_eq!(speed("3600"), Ok(3600.0));
        assert_eq!(speed("0"), Ok(0.0));
        for text in ["-1", "inf", "NaN", "fast", ""] {
            assert!(speed(text).is_err(), "{text}");
        }
    }
}
