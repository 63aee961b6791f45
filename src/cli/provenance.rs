//! The settings that there are, and where the value of each came from.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::environment::is_empty;

/// A setting: how it is named wherever it can be given.
#[derive(Debug)]
pub struct Declared {
    /// Its name: its key in the settings file, after the table that it is in; where the file does
    /// not have it, that of its flag.
    pub name: &'static str,
    /// Whether the settings file may have it.
    pub is_key: bool,
    /// The flag, without its dashes.
    pub flag: &'static str,
    /// The environment variable.
    pub variable: Option<&'static str>,
    /// What it is where nothing is said, in words.
    pub default: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

/// The folder of the warehouse.
pub(super) static WAREHOUSE: Declared = Declared {
    name: "warehouse",
    is_key: true,
    flag: "warehouse",
    variable: Some("LOOKBACK_WAREHOUSE"),
    default: "warehouse",
    doc: "The folder of the warehouse; in the file, relative to the file's own folder.",
};

/// The settings file itself.
pub(super) static CONFIG: Declared = Declared {
    name: "config",
    is_key: false,
    flag: "config",
    variable: Some("LOOKBACK_CONFIG"),
    default: "lookback.toml here, else in the user's folder of settings",
    doc: "The settings file.",
};

/// The instant that is pretended.
pub(super) static NOW: Declared = Declared {
    name: "now",
    is_key: false,
    flag: "now",
    variable: None,
    default: "the machine's clock",
    doc: "The instant that is pretended, for replays and tests.",
};

/// What is logged.
pub(super) static LOG: Declared = Declared {
    name: "log",
    is_key: false,
    flag: "log",
    variable: Some("LOOKBACK_LOG"),
    default: "warn",
    doc: "What is logged on standard error: off, error, warn, info or debug.",
};

/// How it is logged.
pub(super) static LOG_FORMAT: Declared = Declared {
    name: "log-format",
    is_key: false,
    flag: "log-format",
    variable: Some("LOOKBACK_LOG_FORMAT"),
    default: "text",
    doc: "How it is logged: text, or json for a record a line.",
};

/// The account that a request means which names none.
pub(super) static CALLER: Declared = Declared {
    name: "caller",
    is_key: true,
    flag: "caller",
    variable: Some("LOOKBACK_CALLER"),
    default: "all accounts",
    doc: "The account that a summary means which names none.",
};

/// The memory of a query.
pub(super) static MEMORY_LIMIT: Declared = Declared {
    name: "memory_limit",
    is_key: true,
    flag: "memory-limit",
    variable: Some("LOOKBACK_MEMORY_LIMIT"),
    default: "1G",
    doc: "How much memory a query may use before it spills to disk.",
};

/// The time of a query.
pub(super) static TIMEOUT: Declared = Declared {
    name: "timeout",
    is_key: true,
    flag: "timeout",
    variable: Some("LOOKBACK_TIMEOUT"),
    default: "as long as it takes",
    doc: "How many seconds a query may take.",
};

/// How many units an ingest reads at once.
pub(super) static CONCURRENCY: Declared = Declared {
    name: "ingest.concurrency",
    is_key: true,
    flag: "concurrency",
    variable: Some("LOOKBACK_CONCURRENCY"),
    default: "8",
    doc: "How many units an ingest reads at once.",
};

/// The user's own reports.
pub(super) static REPORTS: Declared = Declared {
    name: "reports",
    is_key: true,
    flag: "reports",
    variable: Some("LOOKBACK_REPORTS"),
    default: "none",
    doc: "The folder of your own reports; in the file, relative to the file's own folder.",
};

/// The user's own checks.
pub(super) static CHECKS: Declared = Declared {
    name: "checks",
    is_key: true,
    flag: "checks",
    variable: Some("LOOKBACK_CHECKS"),
    default: "none",
    doc: "The folder of your own checks; in the file, relative to the file's own folder.",
};

/// The metrics of a night.
pub(super) static METRICS: Declared = Declared {
    name: "night.metrics",
    is_key: true,
    flag: "metrics",
    variable: None,
    default: "none",
    doc: "The file to which a night writes its metrics; in the file, relative to the file's own \
          folder.",
};

/// The time for maintaining.
pub(super) static BUDGET: Declared = Declared {
    name: "night.budget",
    is_key: true,
    flag: "budget",
    variable: None,
    default: "30m",
    doc: "After how long a night begins no task of maintaining but the copy.",
};

/// Every setting that has one value, in the order in which they are told.
pub static SETTINGS: [&Declared; 13] = [
    &WAREHOUSE,
    &CONFIG,
    &NOW,
    &LOG,
    &LOG_FORMAT,
    &CALLER,
    &MEMORY_LIMIT,
    &TIMEOUT,
    &REPORTS,
    &CHECKS,
    &CONCURRENCY,
    &METRICS,
    &BUDGET,
];

impl Declared {
    /// The name under which the arguments have it.
    pub(super) fn id(&self) -> String {
        self.flag.replace('-', "_")
    }
}

/// The command, in which a variable that is empty gives nothing, as if it were not set: a line of
/// an environment file is emptied sooner than deleted.
pub(super) fn without_empty(command: Command) -> Command {
    let command = command.mut_args(|argument| match argument.get_env() {
        Some(name) if is_empty(name) => argument.env(None::<&'static str>),
        _ => argument,
    });
    command.mut_subcommands(without_empty)
}

/// The error, which names the variable where that gave the value that is wrong, and not a flag that
/// nobody typed.
pub(super) fn naming_variable(
    mut err: clap::Error,
    command: &mut Command,
    typed: &[OsString],
) -> clap::Error {
    let Some(ContextValue::String(wrong)) = err.get(ContextKind::InvalidArg) else { return err };
    // Arguments are not shown before; only the command that was chosen is built by then.
    command.build();
    let Some((flag, variable)) = variable_of(command, wrong) else { return err };
    let is_typed = typed.iter().any(|word| {
        let rest = word.to_str().and_then(|word| word.strip_prefix(&flag));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    });
    if !is_typed {
        err.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    }
    err
}

/// The flag and the variable of the argument that usage shows so, if it has both.
fn variable_of(command: &Command, shown: &str) -> Option<(String, String)> {
    let found = command.get_arguments().find(|argument| argument.to_string() == shown);
    let here = found.and_then(|argument| {
        Some((format!("--{}", argument.get_long()?), argument.get_env()?.to_str()?.to_owned()))
    });
    here.or_else(|| command.get_subcommands().find_map(|inner| variable_of(inner, shown)))
}

/// The names of the arguments whose values the environment gave.
pub(super) fn from_environment(matches: &ArgMatches) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut level = Some(matches);
    while let Some(matches) = level {
        // A flag of a command above is among the names of one that clap does not know (a report),
        // and may not be asked for there.
        let known = matches.ids().filter(|id| matches.try_contains_id(id.as_str()).is_ok());
        let given =
            known.filter(|id| matches.value_source(id.as_str()) == Some(ValueSource::EnvVariable));
        names.extend(given.map(|id| id.as_str().to_owned()));
        level = matches.subcommand().map(|(_, matches)| matches);
    }
    names
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Flag,
    Variable,
    File,
    Default,
}

impl Origin {
    /// A word for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Variable => "variable",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// A value, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Setting<T> {
    pub(super) declared: &'static Declared,
    pub(super) value: T,
    pub(super) origin: Origin,
}

impl<T> Setting<Option<T>> {
    /// The same, with a value where nothing gave one.
    pub(super) fn or(self, default: T) -> Setting<T> {
        let Self { declared, value, origin } = self;
        Setting { declared, value: value.unwrap_or(default), origin }
    }

    /// The same as text; the default in words where nothing gave a value.
    pub(super) fn text(&self, text: impl Fn(&T) -> String) -> Setting<Option<String>> {
        let value = self.value.as_ref().map(text);
        Setting { declared: self.declared, value, origin: self.origin }
    }
}

impl<T: fmt::Display> fmt::Display for Setting<Option<T>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => value.fmt(f),
            None => f.write_str(self.declared.default),
        }
    }
}
