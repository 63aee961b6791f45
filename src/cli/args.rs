//! What was typed, and nothing more.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use crate::catalog::AsOf;
use crate::model::Instant;
use crate::output::Format;

/// A SQL-queryable warehouse of AWS Backup jobs.
///
/// AWS forgets backup jobs after 30 days and its job summaries after 14. Lookback keeps them for
/// good, as Parquet in a DuckLake, and answers for them in SQL.
#[derive(Debug, Parser)]
#[command(name = "lookback", version, max_term_width = 100)]
pub(super) struct Arguments {
    /// The folder of the warehouse.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LOOKBACK_WAREHOUSE",
        default_value = "warehouse"
    )]
    pub(super) warehouse: PathBuf,

    /// Pretend that it is this instant, for replays and tests.
    #[arg(long, global = true, value_name = "TIMESTAMP", value_parser = instant)]
    pub(super) now: Option<Instant>,

    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Emulate(EmulateOptions),
    Import(ImportOptions),
    Sql(SqlOptions),
}

/// Pretend to be AWS Backup, with the jobs of a simulated organisation.
///
/// The AWS CLI, boto3 and every other client of AWS's can list, describe and count its jobs. Its
/// URL is printed on standard output; it answers until it is interrupted. The organisation is the
/// same whenever its settings and seed are. Callers are its management account, whatever their key.
#[derive(Args, Debug)]
pub(super) struct EmulateOptions {
    /// Where to listen: a loopback address; port 0 is any free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:4560")]
    pub(super) listen: SocketAddr,

    /// The organisation's settings, as TOML; the other flags go before them.
    #[arg(long, value_name = "FILE")]
    pub(super) organization_file: Option<PathBuf>,

    /// How many accounts it has.
    #[arg(long, value_name = "N")]
    pub(super) accounts: Option<u32>,

    /// Its Regions, with commas between them.
    #[arg(long, value_name = "REGION,…", value_delimiter = ',')]
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

    /// What to log on standard error; `info` is a line for each request.
    #[arg(long, value_name = "LEVEL", default_value = "warn", value_parser = levels())]
    pub(super) log: LevelFilter,
}

/// Take in what the AWS CLI or boto3 printed, job reports and events.
///
/// A file is a JSON document of one of the List, Describe or summaries operations of AWS Backup, or
/// many of them in an array, one a line or one after the other; or Audit Manager job reports; or
/// `EventBridge` job events; gzipped or not. All files of one import are committed together.
#[derive(Args, Debug)]
pub(super) struct ImportOptions {
    /// The files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,

    /// The Region of records that do not tell it.
    #[arg(long)]
    pub(super) region: Option<String>,

    /// The account id of records that do not tell it.
    #[arg(long, value_name = "ACCOUNT_ID")]
    pub(super) account: Option<String>,

    /// The name of the source that the rows are put down to.
    #[arg(long, default_value = "import")]
    pub(super) source: String,

    /// When AWS was asked; without it, the time at which the file was last changed.
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant)]
    pub(super) observed_at: Option<Instant>,

    /// Take in nothing if any record is bad.
    #[arg(long)]
    pub(super) strict: bool,
}

/// Ask the warehouse in SQL.
///
/// Tables: `backup_jobs`, `copy_jobs`, `restore_jobs`, `scan_jobs`, `aws_job_summaries`,
/// `job_transitions`; views: `jobs`, `job_day_counts`. The schema `ops` tells what Lookback did and
/// knows: `ops.runs`, `ops.units`, `ops.coverage`, `ops.snapshots`, `ops.files`, `ops.open_jobs`,
/// always as they are now, whatever --as-of says. `DESCRIBE table` explains each column.
#[derive(Args, Debug)]
pub(super) struct SqlOptions {
    /// The query; without it and without --file, it is read from standard input.
    pub(super) query: Option<String>,

    /// Read the query from this file.
    #[arg(short, long, value_name = "FILE", conflicts_with = "query")]
    pub(super) file: Option<PathBuf>,

    /// How to write the answer; the default follows the name of --output, else `table`.
    #[arg(long, value_parser = formats())]
    pub(super) format: Option<Format>,

    /// Write the answer to this file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Ask an earlier state: the number of a snapshot, or an instant.
    #[arg(long, value_name = "TIMESTAMP|SNAPSHOT", value_parser = AsOf::parse)]
    pub(super) as_of: Option<AsOf>,

    /// How much memory the query may use before it spills to disk.
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "1G",
        value_parser = bytes,
        env = "LOOKBACK_MEMORY_LIMIT"
    )]
    pub(super) memory_limit: usize,

    /// How many seconds the query may take.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, env = "LOOKBACK_TIMEOUT")]
    pub(super) timeout: Option<Duration>,
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::from_text(text)
        .ok_or_else(|| "it is no time; write one such as 2026-11-01T00:00:00Z".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed: &f64| speed.is_finite() && *speed >= 0.0);
    speed.ok_or_else(|| "it is no number from 0 up".to_owned())
}

fn levels() -> impl TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(["off", "error", "warn", "info", "debug"])
        .try_map(|name| name.parse::<LevelFilter>())
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| {
        Format::from_name(&name).ok_or_else(|| format!("there is no format \"{name}\""))
    })
}

/// A size such as `512M` or `2G`; the units are of 1024.
fn bytes(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let scale = match text[digits.len()..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => Some(0),
        "K" | "KB" | "KIB" => Some(10),
        "M" | "MB" | "MIB" => Some(20),
        "G" | "GB" | "GIB" => Some(30),
        _ => None,
    };
    let number = digits.parse::<usize>().ok().filter(|number| *number > 0);
    scale
        .zip(number)
        .and_then(|(scale, number)| number.checked_mul(1 << scale))
        .ok_or_else(|| "it is no size; write one such as 512M or 2G".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "it is no number of seconds above 0".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_declared_without_contradiction() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_speed_is_never_negative() {
        assert_eq!(speed("3600"), Ok(3600.0));
        assert_eq!(speed("0"), Ok(0.0));
        for text in ["-1", "inf", "NaN", "fast", ""] {
            assert!(speed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_in_units_of_1024() {
        assert_eq!(bytes("512M"), Ok(512 << 20));
        assert_eq!(bytes("2 GiB"), Ok(2 << 30));
        for text in ["", "G", "0", "-1", "1.5G", "99999999999999999999", "3X", "é"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
