//! `lookback demo`: ninety nights without an AWS account.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant as Moment;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use clap::Args;
use tempfile::TempDir;

use crate::catalog::AsOf;
use crate::engine::{Asker, Engine, Limits};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::model::Instant;
use crate::nights::{Demo, DemoReport, DemoWatch, Night};
use crate::output::{self, Format, sparkline};

use super::reconcile::words;
use super::target::Target;
use super::{Status, printer};

/// How many differences are told one by one.
const TOLD_MAX: usize = 10;
/// The outcomes of the chart, in its order.
const OUTCOMES: [&str; 7] =
    ["ok", "ok_with_issues", "partial", "failed", "expired", "aborted", "open"];
/// How wide the names of the outcomes are, with a space behind.
const NAME_WIDTH: usize = 15;
/// How wide their numbers are.
const SUM_WIDTH: usize = 7;
/// How wide the chart is where there is no terminal.
const CHART_WIDTH: usize = 100;

/// Show what Lookback does, with a simulated organisation and no AWS account.
///
/// An emulator of AWS Backup is started on a loopback address, and read for ninety nights of
/// virtual time through the AWS SDK, with throttling, errors and dropped connections. Then the
/// warehouse is compared with the simulated world, job by job, and asked three questions.
#[derive(Args, Debug)]
pub(super) struct DemoOptions {
    /// How many nights.
    #[arg(long, value_name = "N", default_value_t = 90)]
    pub(super) nights: u32,

    /// How many accounts the organisation has.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(super) accounts: u32,

    /// Keep the warehouse in this folder, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<PathBuf>,
}

pub(super) async fn run(options: &DemoOptions) -> Result<Status> {
    let place = Place::open(options.keep.as_deref())?;
    let demo = Demo { nights: options.nights, accounts: options.accounts };
    let watch = Progress { nights: options.nights };
    let began = Moment::now();
    let report = demo.run(place.path(), &watch).await;
    printer::end_progress();
    let report = report?;
    let lake = Lake::open(place.path())?;
    let engine =
        Engine::open(&lake, AsOf::Latest, Limits::default(), Asker::at(report.now)).await?;
    let story = Story { demo: &demo, report: &report, engine: &engine };
    let mut out = Target::Stdout.out()?;
    let mut print = |text: &str| {
        writeln!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(|err| Error::io("write to standard output", err))
    };
    print(&story.nights(began.elapsed().as_secs()))?;
    print(&story.memories().await?)?;
    print(&story.verdict())?;
    print(&story.counts())?;
    print(&story.chart().await?)?;
    for (title, sql) in ANSWERS {
        print(&format!("\n{title}"))?;
        table(&engine, sql).await?;
    }
    print(&place.next(report.now))?;
    let agrees =
        report.verdict.differences.is_empty() && report.reconciliation.unexplained().groups == 0;
    Ok(if agrees { Status::Done } else { Status::Attention })
}

/// Questions that the demo asks at its end.
const ANSWERS: [(&str, &str); 2] = [
    (
        "Success rate of finished jobs, by account",
        "SELECT account_id, count(*) AS finished,
             count(*) FILTER (WHERE outcome IN ('ok', 'ok_with_issues')) AS succeeded,
             round(100.0 * count(*) FILTER (WHERE outcome IN ('ok', 'ok_with_issues'))
                 / count(*), 1) AS percent
         FROM jobs WHERE outcome NOT IN ('open', 'unknown')
         GROUP BY account_id ORDER BY percent, account_id",
    ),
    (
        "Why backups failed",
        "SELECT coalesce(reason, message_category, 'no reason given') AS reason,
             count(*) AS jobs, max(creation_date) AS last_seen
         FROM jobs WHERE kind = 'backup' AND outcome IN ('failed', 'expired', 'aborted')
         GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
    ),
];

/// Where the demo's warehouse is.
enum Place {
    /// Kept.
    Folder(PathBuf),
    /// Gone at the end.
    Temporary(TempDir),
}

impl Place {
    fn open(keep: Option<&Path>) -> Result<Self> {
        let Some(folder) = keep else {
            let folder = TempDir::with_prefix("lookback-demo-")
                .map_err(|err| Error::io("make a temporary folder", err))?;
            return Ok(Self::Temporary(folder));
        };
        if folder.is_file() {
            let message = format!("\"{}\" is a file", folder.display());
            return Err(Error::input(message).with_hint("name a new folder with --keep"));
        }
        let holds_something =
            std::fs::read_dir(folder).is_ok_and(|mut found| found.next().is_some());
        if holds_something {
            let message = format!("folder \"{}\" is not empty", folder.display());
            return Err(Error::input(message).with_hint(
                "name a new folder with --keep: the demo makes a warehouse of its own",
            ));
        }
        Ok(Self::Folder(folder.to_owned()))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }

    /// The commands to type next.
    fn next(&self, now: Instant) -> String {
        let (keep, folder) = match self {
            Self::Folder(folder) => (String::new(), folder.display().to_string()),
            Self::Temporary(_) => ("\n  lookback demo --keep demo".to_owned(), "demo".to_owned()),
        };
        format!(
            "\nWhat now?{keep}
  lookback --warehouse {folder} sql \"SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY \
             kind, state ORDER BY kind, jobs DESC\"
  lookback --warehouse {folder} sql \"SELECT * FROM ops.runs ORDER BY started_at DESC LIMIT 5\"
  lookback --warehouse {folder} --now {now} status
  lookback ingest --help          to read an AWS account of your own"
        )
    }
}

/// The progress bar of a demo.
struct Progress {
    nights: u32,
}

impl DemoWatch for Progress {
    fn night_ended(&self, night: &Night) {
        const BAR: u32 = 20;
        let done = (night.number * BAR / self.nights.max(1)) as usize;
        let bar = format!("{}{}", "█".repeat(done), "░".repeat(BAR as usize - done));
        let text = format!(
            "{bar} night {}/{}  {} records  {} calls  {} throttled  {} repeated",
            night.number,
            self.nights,
            night.totals.jobs,
            night.totals.calls,
            night.totals.throttles,
            night.totals.retries,
        );
        if printer::is_watched() {
            let width = Target::Stdout.options().width.unwrap_or(CHART_WIDTH);
            printer::progress(&text.chars().take(width - 1).collect::<String>());
        } else if night.number.is_multiple_of(10) || night.number == self.nights {
            printer::note(&text);
        }
    }
}

/// What a demo has to tell.
struct Story<'a> {
    demo: &'a Demo,
    report: &'a DemoReport,
    engine: &'a Engine,
}

impl Story<'_> {
    fn nights(&self, seconds: u64) -> String {
        let totals = self.report.totals;
        format!(
            "{} nights of an organization of {} accounts, read in {seconds} s through the AWS SDK:\n\
             {} calls, of which AWS throttled {}; {} were made again.",
            self.demo.nights, self.demo.accounts, totals.calls, totals.throttles, totals.retries,
        )
    }

    /// What AWS remembers against what the warehouse holds.
    async fn memories(&self) -> Result<String> {
        let held = self.number("SELECT count(*) FROM jobs").await?;
        let oldest = self.number("SELECT CAST(min(creation_date) AS bigint) FROM jobs").await?;
        let days = "SELECT count(DISTINCT start_time) FROM aws_job_summaries";
        let (days, aws) = (self.number(days).await?, &self.report.aws_jobs);
        let since = |count: u64, oldest: Option<Instant>| match oldest {
            Some(oldest) => format!("{count} since {}", oldest.day_text()),
            None => count.to_string(),
        };
        let held = since(held.unsigned_abs(), Some(Instant::from_micros(oldest)));
        let aws_jobs = since(aws.count, aws.oldest);
        Ok(format!(
            "\n{:18}  {:24}  Lookback holds\n{:18}  {aws_jobs:24}  {held}\n{:18}  {:<24}  {days}",
            "", "AWS remembers", "jobs", "days of summaries", self.report.aws_summary_days,
        ))
    }

    fn verdict(&self) -> String {
        let verdict = &self.report.verdict;
        if verdict.differences.is_empty() {
            return format!(
                "\nAll {} jobs that AWS ever showed are held, once each, and every field is right.",
                verdict.jobs
            );
        }
        let mut text = format!("\n{} jobs are NOT right:", verdict.differences.len());
        for difference in verdict.differences.iter().take(TOLD_MAX) {
            text = format!("{text}\n  {}: {}", difference.job, difference.what);
        }
        text
    }

    /// AWS's own counts against what is held.
    fn counts(&self) -> String {
        let found = &self.report.reconciliation;
        let warning = words::warning(found).map(|warning| format!("\n{warning}"));
        words::sums(found) + &warning.unwrap_or_default()
    }

    /// Outcomes by day: a row of blocks for each.
    async fn chart(&self) -> Result<String> {
        let sql = "SELECT outcome, CAST(date_trunc('day', creation_date) AS bigint) / 86400000000,
                       count(*)
                   FROM jobs GROUP BY 1, 2 ORDER BY 1, 2";
        let counts = days(&self.engine.query(sql).await?);
        let (Some(first), Some(last)) =
            (counts.iter().map(|c| c.1).min(), counts.iter().map(|c| c.1).max())
        else {
            return Ok(String::new());
        };
        let width = Target::Stdout.options().width.unwrap_or(CHART_WIDTH);
        let room = width.saturating_sub(NAME_WIDTH + SUM_WIDTH + 1);
        let room = i64::try_from(room).unwrap_or(60).max(1);
        let step = (last - first + room) / room;
        let day = |day: i64| Instant::from_micros(day * crate::model::DAY).day_text();
        let unit = if step == 1 { "day".to_owned() } else { format!("{step} days") };
        let (from, until) = (day(first), day(last));
        let mut text = format!("\nOutcomes, one block for each {unit} from {from} to {until}");
        for outcome in OUTCOMES {
            let mut values = vec![0_u64; usize::try_from((last - first) / step + 1).unwrap_or(1)];
            for (_, at, count) in counts.iter().filter(|count| count.0 == outcome) {
                values[usize::try_from((at - first) / step).unwrap_or(0)] += count;
            }
            let (max, sum) =
                (values.iter().max().copied().unwrap_or(0), values.iter().sum::<u64>());
            let line = sparkline(&values, max);
            text = format!("{text}\n{outcome:NAME_WIDTH$}{line} {sum:>SUM_WIDTH$}");
        }
        Ok(text)
    }

    async fn number(&self, sql: &str) -> Result<i64> {
        let batches = self.engine.query(sql).await?;
        let first = batches.first().filter(|batch| batch.num_rows() > 0);
        Ok(first.map_or(0, |batch| batch.column(0).as_primitive::<Int64Type>().value(0)))
    }
}

/// Outcome, day and count of each row.
fn days(batches: &[RecordBatch]) -> Vec<(String, i64, u64)> {
    let mut days = Vec::new();
    for batch in batches {
        let numbers = |place: usize| batch.column(place).as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let outcome = batch.column(0).as_string::<i32>().value(row).to_owned();
            days.push((outcome, numbers(1).value(row), numbers(2).value(row).unsigned_abs()));
        }
    }
    days
}

async fn table(engine: &Engine, sql: &str) -> Result<()> {
    let batches = engine.query(sql).await?;
    let Some(first) = batches.first() else { return Ok(()) };
    let target = Target::Stdout;
    let mut sink = output::writer(Format::Table, &first.schema(), target.out()?, target.options())?;
    batches.iter().try_for_each(|batch| sink.write(batch))?;
    sink.finish().map(drop)
}
