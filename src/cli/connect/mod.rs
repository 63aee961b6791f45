//! `lookback connect`: how other tools open this very warehouse, as text to be pasted.

mod athena;
mod duckdb;
mod polars;
mod python;
mod quote;
mod spark;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::catalog::{AsOf, CATALOG_FILE};
use crate::error::{Error, Result};
use crate::tables;

use super::Status;
use super::settings::Settings;
use super::target::Target;

pub(super) use quote::shell;
use quote::{comment, python};

/// Print how another tool opens this warehouse, ready to be pasted.
///
/// DuckDB and Python open the warehouse itself. Polars, Spark and Athena read an export; the text
/// begins with the command that makes it.
#[derive(Args, Debug)]
pub(super) struct ConnectOptions {
    /// The tool.
    #[arg(value_parser = tools())]
    tool: Tool,

    /// The exported files: a folder, or for Athena and Spark where a copy of it lies, such as
    /// `s3://BUCKET/PREFIX` [default: export in this folder]
    #[arg(long, value_name = "DIR|URL")]
    files: Option<String>,

    /// Open an earlier state: the number of a snapshot, or an instant.
    #[arg(long, value_name = "TIMESTAMP|SNAPSHOT", value_parser = AsOf::parse)]
    as_of: Option<AsOf>,
}

/// What can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    DuckDb,
    Python,
    Polars,
    Spark,
    Athena,
}

impl Tool {
    const ALL: [Self; 5] = [Self::DuckDb, Self::Python, Self::Polars, Self::Spark, Self::Athena];

    const fn name(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::Python => "python",
            Self::Polars => "polars",
            Self::Spark => "spark",
            Self::Athena => "athena",
        }
    }
}

fn tools() -> impl TypedValueParser<Value = Tool> {
    PossibleValuesParser::new(Tool::ALL.map(Tool::name)).try_map(|name| {
        let tool = Tool::ALL.into_iter().find(|tool| tool.name() == name);
        tool.ok_or_else(|| format!("there is no tool \"{name}\""))
    })
}

/// What the texts are about.
#[derive(Debug)]
struct Here {
    /// The folder of the warehouse, absolute.
    warehouse: String,
    /// Its catalog.
    catalog: String,
    /// The snapshot that is asked for, if one is.
    snapshot: Option<i64>,
    /// Where the exported files are.
    files: String,
}

/// A question that every tool answers: what is there?
const QUESTION: &str =
    "SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state";
/// The columns by which the exported files are partitioned.
const PARTITION_BY: [&str; 2] = ["year", "month"];

pub(super) fn run(settings: &Settings, options: &ConnectOptions) -> Result<Status> {
    if options.files.is_some() && options.tool == Tool::DuckDb {
        let message = "--files says nothing to duckdb, which opens the warehouse itself";
        return Err(Error::input(message).with_hint("leave out --files"));
    }
    let lake = settings.lake()?;
    let snapshot = options.as_of.map(|as_of| lake.catalog.snapshot(as_of)).transpose()?;
    let warehouse = absolute(&settings.warehouse)?;
    let here = Here {
        catalog: absolute(&settings.warehouse.join(CATALOG_FILE))?,
        warehouse,
        snapshot: snapshot.map(|snapshot| snapshot.id),
        files: files(options)?,
    };
    let text = match options.tool {
        Tool::DuckDb => duckdb::text(&here),
        Tool::Python => python::text(&here),
        Tool::Polars => polars::text(&here),
        Tool::Spark => spark::text(&here),
        Tool::Athena => athena::text(&here)?,
    };
    Target::say(&text)?;
    Ok(Status::Done)
}

/// The folder or URL of the files, without a slash at its end.
fn files(options: &ConnectOptions) -> Result<String> {
    let given = options.files.as_deref();
    match given.filter(|files| files.contains("://")) {
        Some(url) => Ok(url.trim_end_matches('/').to_owned()),
        None => absolute(&PathBuf::from(given.unwrap_or("export"))),
    }
}

fn absolute(path: &Path) -> Result<String> {
    let name = path.display().to_string();
    let path = std::path::absolute(path)
        .map_err(|err| Error::io(format!("resolve folder \"{name}\""), err))?;
    // Where it is there, it is told without `..` and links.
    let path = path.canonicalize().unwrap_or(path);
    path.into_os_string().into_string().map_err(|_| {
        Error::input(format!("\"{name}\" is not a name in UTF-8"))
            .with_hint("give the folder a name in UTF-8")
    })
}

impl Here {
    /// The command that makes the exported files.
    fn export(&self) -> String {
        let as_of =
            self.snapshot.map_or_else(String::new, |snapshot| format!(" --as-of {snapshot}"));
        format!(
            "lookback --warehouse {} export --all --partition-by {} --output {}{as_of}",
            shell(&self.warehouse),
            PARTITION_BY.join(","),
            shell(self.local_files().unwrap_or("export")),
        )
    }

    /// The folder of the exported files, if it is one of this machine.
    fn local_files(&self) -> Option<&str> {
        (!self.files.contains("://")).then_some(self.files.as_str())
    }

    /// The lines that lead to the exported files, as comments that begin with `mark`.
    fn steps(&self, mark: &str) -> String {
        let export = format!("{mark}{}\n", comment(&self.export()));
        if self.local_files().is_some() {
            return export;
        }
        let files = comment(&shell(&self.files));
        format!("{export}{mark}aws s3 sync export {files}\n")
    }
}

/// The lines of a Python list with the names of all tables.
fn names() -> String {
    let names: Vec<_> = tables::ALL.iter().map(|table| python(table.name)).collect();
    format!("    {},\n", names.join(",\n    "))
}
