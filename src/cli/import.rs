//! `lookback import`: files in, one commit out.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{Error, Result};
use crate::ingest::{Ingested, Writer};
use crate::model::Instant;
use crate::source::files::{self, BadRecord, Defaults, Findings, Found};

use super::args::instant;
use super::settings::Settings;
use super::units::{account_id, region};
use super::{Status, clock, printer};

/// How many bad records of a file are told one by one.
const TOLD_MAX: u64 = 20;

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
    #[arg(long, value_parser = region)]
    pub(super) region: Option<String>,

    /// The account id of records that do not tell it.
    #[arg(long, value_name = "ACCOUNT_ID", value_parser = account_id)]
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

pub(super) async fn run(settings: &Settings, options: &ImportOptions) -> Result<Status> {
    // A file that is not there is told before anything is made.
    let inputs = options.files.iter().map(|path| Input::open(path, settings, options));
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    let lake = settings.writable_lake()?;
    let mut writer = Writer::new(&lake, settings.clock.as_ref(), settings.steps.clone());
    let mut refused = 0;
    let mut names = Vec::new();
    for input in inputs {
        names.push(input.name.clone());
        refused += input.read(options, &mut writer)?.bad;
    }
    let ingested = writer.commit("import", names.join(" "), refused).await?;
    printer::note(&summary(&ingested, names.len(), refused));
    Ok(if refused == 0 { Status::Done } else { Status::Attention })
}

/// A file to be read.
struct Input {
    name: String,
    reader: Box<dyn Read>,
    observed_at: Instant,
}

impl Input {
    fn open(path: &Path, settings: &Settings, options: &ImportOptions) -> Result<Self> {
        let name = path.display().to_string();
        if name == "-" {
            let observed_at = options.observed_at.unwrap_or_else(|| settings.clock.now());
            return Ok(Self { name, reader: Box::new(stdin()), observed_at });
        }
        let failed = |err| Error::io(format!("read file \"{name}\""), err);
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            let message = format!("\"{name}\" is a folder");
            return Err(Error::input(message).with_hint("name the files in it"));
        }
        let changed = metadata.modified().map(clock::instant);
        let observed_at =
            options.observed_at.or(changed.ok()).unwrap_or_else(|| settings.clock.now());
        Ok(Self { name, reader: Box::new(file), observed_at })
    }

    fn read(self, options: &ImportOptions, writer: &mut Writer<'_>) -> Result<Findings> {
        let defaults = Defaults {
            region: options.region.clone(),
            account_id: options.account.clone(),
            source: options.source.clone(),
            observed_at: self.observed_at,
        };
        let name = &self.name;
        let mut told = 0;
        let findings = files::read(self.reader, name, &defaults, &mut |found| match found {
            Found::Row(row) => writer.push(&row),
            Found::Bad(bad) if options.strict => Err(strict(name, &bad)),
            Found::Bad(bad) => {
                told += 1;
                if told <= TOLD_MAX {
                    printer::warning(&bad_record(name, &bad));
                }
                Ok(())
            }
        })?;
        if findings.bad > TOLD_MAX {
            let more = findings.bad - TOLD_MAX;
            printer::warning(&format!("file \"{name}\": {more} more records are bad"));
        }
        for note in findings.notes() {
            printer::warning(&format!("file \"{name}\": {note}"));
        }
        Ok(findings)
    }
}

fn bad_record(name: &str, bad: &BadRecord) -> String {
    format!("file \"{name}\", record {}: {}", bad.number, bad.reason)
}

fn strict(name: &str, bad: &BadRecord) -> Error {
    Error::input(bad_record(name, bad))
        .with_hint("nothing was taken in; leave out --strict to take in the other records")
}

fn summary(ingested: &Ingested, files: usize, refused: u64) -> String {
    let counts = ingested.counts;
    let text = format!(
        "imported {files} file{}: {} new, {} changed, {} unchanged, {refused} refused",
        if files == 1 { "" } else { "s" },
        counts.new,
        counts.changed,
        counts.unchanged,
    );
    match ingested.snapshot {
        Some(snapshot) => format!("{text}; snapshot {snapshot}"),
        None => format!("{text}; nothing to commit"),
    }
}
