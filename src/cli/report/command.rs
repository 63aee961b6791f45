//! The flags of `lookback report`, and those of each report, from its declaration.

use std::fmt::Write;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Subcommand};

use crate::engine::{Value, ValueType};
use crate::error::{Error, Result};
use crate::reports::{Parameter, Report, Takes};

use super::super::args::AnswerOptions;

/// Ask a question that has a name.
///
/// Without a name, the reports are listed by subject. `lookback report NAME --help` tells what a
/// report asks, what can be given, and what its columns mean.
#[derive(Args, Debug)]
#[command(disable_help_subcommand = true)]
pub(in crate::cli) struct ReportOptions {
    /// A folder of your own reports, which add to these or take their place.
    // Read by `known` before the arguments are; here it is told and checked.
    #[arg(long, value_name = "DIR", global = true, env = "LOOKBACK_REPORTS", display_order = 900)]
    reports: Option<PathBuf>,

    #[command(subcommand)]
    pub(super) chosen: Option<Chosen>,
}

/// The report that was named, and what was given.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Chosen {
    pub(super) name: String,
    matches: ArgMatches,
}

/// What can be said of the run of any report.
#[derive(Args, Debug)]
pub(super) struct RunOptions {
    /// Print the report itself, to be read or changed, and do not run it.
    #[arg(long)]
    pub(super) sql: bool,

    #[command(flatten)]
    pub(super) answer: AnswerOptions,
}

impl Chosen {
    /// The value of a parameter, if it has one.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.matches.get_one::<Value>(name).cloned()
    }

    /// What was said of the run.
    pub(super) fn options(&self) -> Result<RunOptions> {
        RunOptions::from_arg_matches(&self.matches)
            .map_err(|err| Error::internal("read the flags of a report").with_source(err))
    }
}

impl FromArgMatches for Chosen {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (name, matches) = matches
            .subcommand()
            .ok_or_else(|| clap::Error::new(clap::error::ErrorKind::MissingSubcommand))?;
        Ok(Self { name: name.to_owned(), matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Which reports there are is known only when the program runs: any name is taken here, and
/// [`with_reports`] adds the flags of those that are there.
impl Subcommand for Chosen {
    fn augment_subcommands(command: Command) -> Command {
        command.allow_external_subcommands(true)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(_name: &str) -> bool {
        true
    }
}

/// The command line with a subcommand of `report` for each of these.
pub(in crate::cli) fn with_reports(command: Command, reports: &'static [Report]) -> Command {
    command.mut_subcommand("report", |command| {
        command.subcommands(reports.iter().map(of_report)).subcommand_value_name("NAME")
    })
}

fn of_report(report: &'static Report) -> Command {
    let command = Command::new(report.name.as_str()).args(report.parameters.iter().map(argument));
    // What flags it would have is not known: whatever is given, it tells what is wrong with it.
    let rest =
        Arg::new("rest").num_args(0..).allow_hyphen_values(true).trailing_var_arg(true).hide(true);
    let command = if report.is_broken() { command.arg(rest) } else { command };
    RunOptions::augment_args(command)
        .mut_arg("chart", |argument| argument.hide(!report.has_chart()))
        .about(report.title.as_str())
        .long_about(report.question.as_str())
        .after_long_help(columns(report))
}

fn argument(parameter: &'static Parameter) -> Arg {
    let argument = Arg::new(parameter.name.as_str())
        .long(&*String::leak(parameter.name.replace('_', "-")))
        .help(parameter.doc.as_str())
        .value_name(value_name(&parameter.takes))
        .allow_negative_numbers(true)
        .value_parser(value_parser(&parameter.takes));
    match &parameter.default {
        None => argument.required_unless_present("sql"),
        Some(Value::Null(_)) => argument,
        Some(value) => argument.default_value(&*String::leak(value.to_string())),
    }
}

fn value_parser(takes: &'static Takes) -> ValueParser {
    match takes {
        Takes::OneOf(words) => PossibleValuesParser::new(words.iter().map(String::as_str))
            .try_map(|word| takes.read(&word))
            .into(),
        Takes::Any(_) => ValueParser::new(|text: &str| takes.read(text)),
    }
}

fn value_name(takes: &Takes) -> &'static str {
    match takes {
        Takes::OneOf(_) => "WORD",
        Takes::Any(ValueType::Text) => "TEXT",
        Takes::Any(ValueType::Long) => "N",
        Takes::Any(ValueType::Double) => "NUMBER",
        Takes::Any(ValueType::Bool) => "BOOL",
        Takes::Any(ValueType::Time) => "TIMESTAMP",
        Takes::Any(ValueType::Days) => "DAYS",
    }
}

/// What the columns mean, as clap tells what flags mean.
fn columns(report: &Report) -> String {
    let mut text = "Columns:\n".to_owned();
    for column in &report.columns {
        write!(text, "  {}\n          {}\n\n", column.name, column.doc)
            .expect("a String takes everything");
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::super::args::Arguments;
    use super::*;
    use crate::reports::{self, RESERVED};

    #[test]
    fn the_flags_of_every_report_are_declared_without_contradiction() {
        with_reports(Arguments::command(), Vec::leak(reports::all())).debug_assert();
    }

    #[test]
    fn no_report_may_declare_a_flag_of_ours() {
        let reports: &[_] = Vec::leak(reports::all());
        let mut command = with_reports(Arguments::command(), reports);
        command.build();
        let report = &reports[0];
        let of_report = command.find_subcommand("report").unwrap().find_subcommand(&report.name);
        let ids = of_report.unwrap().get_arguments().map(|flag| flag.get_id().as_str());
        let ours = ids.filter(|id| report.parameter(id).is_err());
        let missing: Vec<_> = ours.filter(|id| !RESERVED.contains(id)).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
