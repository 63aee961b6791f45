//! Three years of nights of a small organisation, each with its upkeep: what a night costs, and how
//! the warehouse grows.
//!
//! ```text
//! cargo run --release --example three_years
//! cargo run --release --example three_years -- --nights 200 --resources 40 --keep years
//! ```
//!
//! A line each fifty nights; at the end night 1,000 beside night 100, each as the mean of the
//! thirty nights that end with it, and whether all that AWS ever showed is held.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant as Moment};

use clap::Parser;
use lookback::emulator::Config;
use lookback::error::{Error, Result};
use lookback::model::Instant;
use lookback::nights::{Measured, Years};
use lookback::upkeep::Options;

/// Lives through years of nights.
#[derive(Debug, Parser)]
struct Flags {
    /// How many nights.
    #[arg(long, default_value_t = 1100)]
    nights: u32,
    /// How many accounts.
    #[arg(long, default_value_t = 2)]
    accounts: u32,
    /// How many resources.
    #[arg(long, default_value_t = 16)]
    resources: u32,
    /// Keep the warehouse in this folder, which must be new.
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// The nights that are compared.
const COMPARED: [u32; 2] = [100, 1000];
/// How many nights make a mean: about a month. Files gather until their month is merged, so nights
/// of fewer would tell where in the month they lie.
const WINDOW: u32 = 30;

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let temporary = tempfile::tempdir().map_err(|err| Error::io("make a folder", err))?;
    let folder = flags.keep.clone().unwrap_or_else(|| temporary.path().join("warehouse"));
    let organization = Config {
        accounts: flags.accounts,
        resources: flags.resources,
        first_day: "2025-10-01".to_owned(),
        ..Config::default()
    };
    let first = Instant::from_text("2026-01-01T03:10:00Z")
        .ok_or_else(|| Error::internal("the first night is no time"))?;
    let years = Years { organization, first, nights: flags.nights, upkeep: Options::default() };
    let mut nights: Vec<(Measured, Duration)> = Vec::new();
    let mut began = Moment::now();
    tell("night  ms/night  live files  files  MiB  catalog KiB  rows")?;
    let verdict = years
        .run(&folder, &mut |measured| {
            nights.push((*measured, began.elapsed()));
            began = Moment::now();
            if measured.night.is_multiple_of(50) {
                // A terminal that has gone sees nothing.
                let _ = tell(&line(&nights));
            }
        })
        .await?;
    for (name, of) in MEASURES {
        let [early, late] = COMPARED.map(|night| mean(&nights, night, of));
        if early > 0 && late > 0 {
            tell(&format!("{name}: {early} at night 100, {late} at night 1000"))?;
        }
    }
    let wrong = verdict.differences.len();
    tell(&format!("{} jobs that AWS showed, {wrong} of them not as they should be", verdict.jobs))
}

type Measure = fn(&(Measured, Duration)) -> u128;

const MEASURES: [(&str, Measure); 5] = [
    ("milliseconds", |night| night.1.as_millis()),
    ("live files", |night| night.0.live_files.into()),
    ("files", |night| night.0.files.into()),
    ("catalog bytes", |night| night.0.catalog_bytes.into()),
    ("live bytes", |night| night.0.live_bytes.into()),
];

/// The mean of the nights that end with `night`; 0 if there were not so many.
fn mean(nights: &[(Measured, Duration)], night: u32, of: Measure) -> u128 {
    let window = nights.iter().filter(|(it, _)| it.night <= night && it.night + WINDOW > night);
    let of_window: Vec<_> = window.map(of).collect();
    let has_all = nights.iter().any(|(it, _)| it.night == night);
    if has_all { of_window.iter().sum::<u128>() / of_window.len() as u128 } else { 0 }
}

fn line(nights: &[(Measured, Duration)]) -> String {
    let Some((last, _)) = nights.last() else { return String::new() };
    let ms = mean(nights, last.night, |night| night.1.as_millis());
    format!(
        "{:>5}  {ms:>8}  {:>10}  {:>5}  {:>3}  {:>11}  {:>4}",
        last.night,
        last.live_files,
        last.files,
        last.bytes >> 20,
        last.catalog_bytes >> 10,
        last.rows
    )
}

fn tell(text: &str) -> Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|err| Error::io("write", err))
}
