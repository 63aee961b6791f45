//! The flags of `lookback check`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, FromArgMatches};

use crate::error::{Error, Result};

use super::super::args::ReadOptions;
use super::super::provenance::without_empty;

/// Tell what is not as it should be.
///
/// A check asks for what is not as it should be, and holds if there is nothing: stale data, days
/// that are lost soon, resources without a backup that is young enough, and more. The exit status
/// is 1 if one does not hold, and 2 if one could not run. `--list` tells what each asks, and its
/// thresholds; `lookback.toml` keeps others (`[check.NAME]`).
#[derive(Args, Debug)]
pub(in crate::cli) struct CheckOptions {
    /// Run only these [default: all that are not skipped in lookback.toml]
    #[arg(value_name = "CHECK")]
    pub(super) names: Vec<String>,

    /// Tell of each check what it asks and its thresholds, and run none.
    #[arg(long, conflicts_with_all = ["format", "as_of"])]
    pub(super) list: bool,

    /// Give a parameter of a check another value, such as rpo-violated.max_hours=24.
    #[arg(long, value_name = "CHECK.PARAMETER=VALUE", value_parser = setting)]
    pub(super) set: Vec<Setting>,

    /// A folder of your own checks, which add to these or take their place.
    #[arg(long, value_name = "DIR", env = "LOOKBACK_CHECKS")]
    pub(super) checks: Option<PathBuf>,

    /// How to tell it.
    #[arg(long, default_value = "table", value_parser = formats())]
    pub(super) format: CheckFormat,

    /// Write it to this file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) read: ReadOptions,
}

/// A value for a parameter of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) check: String,
    pub(super) parameter: String,
    pub(super) text: String,
}

/// How `lookback check` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CheckFormat {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// `JUnit`'s XML, as CI servers read it.
    Junit,
    /// Metrics in Prometheus's text format.
    Prometheus,
}

const FORMATS: [(&str, CheckFormat); 4] = [
    ("table", CheckFormat::Table),
    ("json", CheckFormat::Json),
    ("junit", CheckFormat::Junit),
    ("prometheus", CheckFormat::Prometheus),
];

fn formats() -> impl TypedValueParser<Value = CheckFormat> {
    PossibleValuesParser::new(FORMATS.map(|(name, _)| name)).try_map(|name| {
        let format = FORMATS.iter().find(|(other, _)| *other == name).map(|(_, format)| *format);
        format.ok_or_else(|| format!("there is no format \"{name}\""))
    })
}

fn setting(text: &str) -> Result<Setting, String> {
    let parts = text.split_once('=').and_then(|(name, value)| {
        let (check, parameter) = name.split_once('.')?;
        let is_whole = !check.is_empty() && !parameter.is_empty();
        is_whole.then(|| (check.to_owned(), parameter.to_owned(), value.to_owned()))
    });
    let (check, parameter, text) =
        parts.ok_or_else(|| "write one such as rpo-violated.max_hours=24".to_owned())?;
    Ok(Setting { check, parameter, text })
}

/// The options of a read that the environment gives, for a command without flags for them.
///
/// # Errors
/// `Input` for a variable that has no such value.
pub(super) fn of_environment() -> Result<ReadOptions> {
    let command = without_empty(ReadOptions::augment_args(clap::Command::new("lookback")));
    let matches = command.try_get_matches_from(["lookback"]);
    matches.and_then(|matches| ReadOptions::from_arg_matches(&matches)).map_err(|err| {
        let text = err.to_string();
        let line = text.lines().next().unwrap_or_default();
        Error::input(line.strip_prefix("error: ").unwrap_or(line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_check_and_parameter() {
        let setting = |text| setting(text).map(|it| (it.check, it.parameter, it.text));
        let expected = ("a-b".to_owned(), "c_d".to_owned(), "e=f.g".to_owned());
        assert_eq!(setting("a-b.c_d=e=f.g"), Ok(expected));
        for text in ["", "a", "a=b", "a.=b", ".a=b", "a.b"] {
            assert!(setting(text).is_err(), "{text}");
        }
    }
}
