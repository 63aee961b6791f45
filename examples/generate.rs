//! Writes the jobs of a simulated organisation as NDJSON: a record a line, as AWS's Describe
//! operations show it, which `lookback import` reads.
//!
//! ```text
//! cargo run --release --example generate -- --resources 8200 --jobs 1000000 > jobs.ndjson
//! ```

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lookback::emulator::{Config, World};
use lookback::error::{Error, Result};
use lookback::model::{Instant, JobKind};
use lookback::tables::{Shape, row_to_aws};

/// Writes the jobs of a simulated organisation as NDJSON.
#[derive(Debug, Parser)]
struct Flags {
    /// Same seed and settings, same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many accounts.
    #[arg(long, default_value_t = 3)]
    accounts: u32,
    /// The Regions, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "us-east-1,eu-central-1")]
    regions: Vec<String>,
    /// How many resources, over all accounts and Regions.
    #[arg(long, default_value_t = 300)]
    resources: u32,
    /// How many days, the day of --until included.
    #[arg(long, default_value_t = 90)]
    days: i64,
    /// The instant at which the jobs are seen.
    #[arg(long, default_value = "2026-10-31T23:59:59Z")]
    until: String,
    /// Stop after so many jobs.
    #[arg(long)]
    jobs: Option<u64>,
    /// Only this kind: backup, copy, restore or scan.
    #[arg(long)]
    kind: Option<String>,
    /// The file to write; standard output if not given.
    #[arg(long)]
    output: Option<PathBuf>,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) if err.is_broken_pipe() => ExitCode::SUCCESS, // The reader closed `| head`.
        Err(err) => {
            let _ = writeln!(io::stderr(), "error: {}", err.chain());
            ExitCode::from(2)
        }
    }
}

fn run(flags: &Flags) -> Result<()> {
    let until = Instant::from_text(&flags.until)
        .ok_or_else(|| Error::input(format!("--until {:?} is no time", flags.until)))?;
    let kinds = match flags.kind.as_deref() {
        None => JobKind::ALL.to_vec(),
        Some(name) => vec![
            JobKind::from_name(name)
                .ok_or_else(|| Error::input(format!("--kind {name:?} is no kind of job")))?,
        ],
    };
    let world = World::new(Config {
        seed: flags.seed,
        accounts: flags.accounts,
        regions: flags.regions.clone(),
        resources: flags.resources,
        ..Config::default()
    })?;
    let mut out: Box<dyn Write> = match &flags.output {
        None => Box::new(BufWriter::new(io::stdout().lock())),
        Some(path) => {
            let action = || format!("create file \"{}\"", path.display());
            Box::new(BufWriter::new(File::create(path).map_err(|err| Error::io(action(), err))?))
        }
    };
    write_jobs(&mut out, &world, &kinds, flags, until)
        .and_then(|()| out.flush())
        .map_err(|err| Error::io("write the jobs", err))
}

fn write_jobs(
    out: &mut impl Write,
    world: &World,
    kinds: &[JobKind],
    flags: &Flags,
    until: Instant,
) -> io::Result<()> {
    let mut left = flags.jobs.unwrap_or(u64::MAX);
    for day in until.day() - flags.days + 1..=until.day() {
        for region in world.regions() {
            for &kind in kinds {
                for row in world.jobs(kind, region, day).filter_map(|job| job.at(until)) {
                    if left == 0 {
                        return Ok(());
                    }
                    left -= 1;
                    serde_json::to_writer(&mut *out, &row_to_aws(&row, Shape::Describe))?;
                    out.write_all(b"\n")?;
                }
            }
        }
    }
    Ok(())
}
