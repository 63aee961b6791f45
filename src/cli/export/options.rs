//! The flags of `lookback export`, and where they lead.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command};

use crate::catalog::AsOf;
use crate::error::{Error, Result};
use crate::export::{Place, Rows, Shape};
use crate::model::Instant;
use crate::output::Format;
use crate::tables;

use super::super::args::{ReadOptions, instant};
use super::super::units::bytes;

/// Write tables or answers to files for other tools.
///
/// Parquet, CSV, NDJSON or an Arrow IPC stream: one file, a folder with a folder for each table, or
/// standard output. An export is there whole or not at all, and a folder says in `_lookback.json`
/// which snapshot it is of; `--changed-since` with that number exports what changed since.
#[derive(Args, Debug)]
pub(in crate::cli) struct ExportOptions {
    #[command(flatten)]
    pub(super) what: What,

    /// Where to: a new folder; a file, if the name ends in .parquet, .csv, .ndjson or .arrow; `-`
    /// is standard output.
    #[arg(short, long, value_name = "PATH")]
    pub(super) output: PathBuf,

    /// How to write them; the default follows the name of --output, else `parquet`.
    #[arg(long, value_parser = formats())]
    format: Option<Format>,

    /// Make folders by the values of these columns, as Hive does; `year`, `month` and `day` are
    /// those of the table's time in UTC.
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    partition_by: Vec<String>,

    /// Begin a further file as soon as one has about this size.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_file_size: Option<usize>,

    /// Only rows whose time is at or after this instant: of jobs, the creation date.
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant, conflicts_with_all = QUERIES)]
    since: Option<Instant>,

    /// Only rows whose time is before this instant.
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant, conflicts_with_all = QUERIES)]
    until: Option<Instant>,

    /// Only rows that are new or changed since this snapshot.
    #[arg(
        long,
        value_name = "TIMESTAMP|SNAPSHOT",
        value_parser = AsOf::parse,
        conflicts_with_all = QUERIES
    )]
    pub(super) changed_since: Option<AsOf>,

    /// A parameter of the report; once for each.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter, requires = "report")]
    pub(super) param: Vec<(String, String)>,

    /// Replace an earlier export that is there.
    #[arg(long)]
    pub(super) overwrite: bool,

    #[command(flatten)]
    pub(super) read: ReadOptions,
}

/// The flags that ask for an answer, and not for tables.
const QUERIES: [&str; 3] = ["sql", "file", "report"];

/// What is exported.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct What {
    /// The tables and views.
    #[arg(value_name = "TABLE", value_parser = TableName)]
    pub(super) tables: Vec<String>,

    /// All tables.
    #[arg(long)]
    pub(super) all: bool,

    /// The answer to this query.
    #[arg(long, value_name = "QUERY")]
    pub(super) sql: Option<String>,

    /// The answer to the query in this file.
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,

    /// The answer of this report.
    #[arg(long, value_name = "NAME")]
    pub(super) report: Option<String>,
}

/// The formats in which programs take whole tables.
const FORMATS: [Format; 4] = [Format::Parquet, Format::Csv, Format::Ndjson, Format::Arrow];

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(FORMATS.map(Format::name)).try_map(|name| {
        Format::from_name(&name).ok_or_else(|| format!("there is no format \"{name}\""))
    })
}

/// Any name: the engine knows which there are, and what was meant. Shells complete these.
#[derive(Clone, Debug)]
struct TableName;

impl TypedValueParser for TableName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let tables = tables::ALL.into_iter().map(|table| table.name);
        let names = tables.chain(tables::VIEWS.iter().map(|view| view.name));
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.replace('-', "_"), value.to_owned()))
}

/// Where an export goes, as its name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Stdout,
    Files(Place),
}

impl ExportOptions {
    /// The names of the tables that are asked for, each once.
    pub(super) fn tables(&self) -> Vec<String> {
        if self.what.all {
            return tables::ALL.iter().map(|table| table.name.to_owned()).collect();
        }
        let mut names: Vec<String> = Vec::new();
        for name in &self.what.tables {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// Which rows of them.
    ///
    /// # Errors
    /// None can be meant.
    pub(super) fn rows(&self) -> Result<Rows> {
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            let message = format!("--since {since} is not before --until {until}");
            return Err(Error::input(message).with_hint("give the earlier instant to --since"));
        }
        let changed_only = self.changed_since.is_some();
        Ok(Rows { since: self.since, until: self.until, changed_only })
    }

    /// True if and only if its name, or what is there, says that it goes to a folder.
    fn is_folder(&self) -> bool {
        self.output.is_dir() || self.output.as_os_str().as_encoded_bytes().ends_with(b"/")
    }

    /// True if and only if nothing is there, and the name does not say that it is of a folder.
    fn is_new_file(&self) -> bool {
        !self.output.exists() && !self.is_folder()
    }

    /// Where `count` results go, and how they are written.
    ///
    /// # Errors
    /// They do not fit there.
    pub(super) fn target(&self, count: usize) -> Result<(Target, Shape)> {
        let told = Format::from_extension(&self.output).filter(|_| !self.is_folder());
        let target = match told {
            _ if self.output == Path::new("-") => Target::Stdout,
            Some(_) => Target::Files(Place::File(self.output.clone())),
            None if self.output.extension().is_some() && self.is_new_file() => {
                let message = format!("the name \"{}\" ends in no format's", self.output.display());
                let names = FORMATS.map(Format::name).join(", ");
                let hint = format!("end it so for a file: {names}; or in `/` for a folder");
                return Err(Error::input(message).with_hint(hint));
            }
            None => Target::Files(Place::Folder(self.output.clone())),
        };
        let format = self.format.or(told).unwrap_or(Format::Parquet);
        if !FORMATS.contains(&format) {
            let names = FORMATS.map(Format::name).join(", ");
            let message = format!("format {format} is none of exports, which are {names}");
            return Err(Error::input(message)
                .with_hint("choose one with --format, or use `lookback sql --output`"));
        }
        let by = &self.partition_by;
        if let Some((_, twice)) = by.iter().enumerate().find(|(at, name)| by[..*at].contains(name))
        {
            let message = format!("--partition-by names \"{twice}\" twice");
            return Err(Error::input(message).with_hint("name each column once"));
        }
        let shape = Shape {
            format,
            partition_by: self.partition_by.clone(),
            file_bytes_max: self.max_file_size.map(|size| size as u64),
        };
        let what = match &target {
            Target::Files(Place::Folder(_)) => return Ok((target, shape)),
            Target::Files(Place::File(path)) => format!("file \"{}\"", path.display()),
            Target::Stdout => "standard output".to_owned(),
        };
        let hint = "name a folder with --output";
        if count != 1 {
            let message = format!("{what} holds one table, and these are {count}");
            return Err(Error::input(message).with_hint(hint));
        }
        if !shape.partition_by.is_empty() || shape.file_bytes_max.is_some() {
            let message =
                format!("{what} is one file, and --partition-by and --max-file-size make many");
            return Err(Error::input(message).with_hint(hint));
        }
        Ok((target, shape))
    }
}
