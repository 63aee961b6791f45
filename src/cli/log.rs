//! What is logged, and how: the one place that decides it, for every command.
//!
//! Only Lookback's own words are logged: what a library would log of a request is not ours to vouch
//! for, and may be a secret.

use std::fmt;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::printer;

/// What is logged on standard error, and how.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct LogOptions {
    /// What to log on standard error; `info` is a line for each request served and each unit read
    /// [default: warn]
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        value_parser = levels(),
        env = "LOOKBACK_LOG"
    )]
    pub(super) log: Option<LevelFilter>,

    /// How to log: `json` makes a record a line of all that goes to standard error [default: text]
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_parser = formats(),
        env = "LOOKBACK_LOG_FORMAT"
    )]
    pub(super) log_format: Option<LogFormat>,
}

/// How lines are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogFormat {
    /// For people.
    Text,
    /// A JSON record a line.
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

fn levels() -> impl TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(["off", "error", "warn", "info", "debug"])
        .try_map(|name| name.parse::<LevelFilter>())
}

fn formats() -> impl TypedValueParser<Value = LogFormat> {
    PossibleValuesParser::new(["text", "json"])
        .map(|name| if name == "json" { LogFormat::Json } else { LogFormat::Text })
}

/// Logs from here on.
pub(super) fn start(options: LogOptions) {
    let level = options.log.unwrap_or(LevelFilter::WARN);
    let ours =
        Targets::new().with_target("lookback", level).with_target(printer::TOLD, LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer().with_writer(printer::log_line);
    let lines = match options.log_format.unwrap_or(LogFormat::Text) {
        LogFormat::Text => lines.with_filter(ours).boxed(),
        LogFormat::Json => {
            printer::tell_records();
            lines.json().flatten_event(true).with_filter(ours).boxed()
        }
    };
    // Whoever calls this twice in a process, as tests may, keeps the first.
    drop(tracing_subscriber::registry().with(lines).try_init());
}
