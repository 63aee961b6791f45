//! The flags of `lookback night`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::model::{DAY, HOUR, Instant, MINUTE};

use super::super::args::IngestOptions;
use super::super::units::age;

/// Do what is to be done every night: ingest, reconcile, maintain, check.
///
/// This is what `lookback schedule` has run. A step that fails keeps no later one from running; the
/// exit status is that of the worst. It takes the flags of `lookback ingest`.
#[derive(Args, Debug)]
pub(in crate::cli) struct NightOptions {
    /// Do nothing if such a night was done since this time of day (UTC), or goes on: for a timer
    /// that rings every hour, since it knows no UTC, or since the machine may have slept.
    #[arg(long, value_name = "HH:MM", value_parser = TimeOfDay::parse)]
    pub(super) due: Option<TimeOfDay>,

    /// Write metrics to this file, for the node exporter's textfile collector.
    #[arg(long, value_name = "FILE")]
    pub(super) metrics: Option<PathBuf>,

    /// Begin no task of maintaining but the copy after this time [default: 30m]
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub(super) budget: Option<Duration>,

    #[command(flatten)]
    pub(super) ingest: IngestOptions,
}

/// A time of day, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct TimeOfDay {
    pub(in crate::cli) hour: u8,
    pub(in crate::cli) minute: u8,
}

impl TimeOfDay {
    /// Reads `HH:MM`.
    pub(in crate::cli) fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str, below: u8| {
            let is_two_digits = text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit());
            text.parse().ok().filter(|number| is_two_digits && *number < below)
        };
        let parts = text.split_once(':');
        parts
            .and_then(|(hour, minute)| {
                Some(Self { hour: number(hour, 24)?, minute: number(minute, 60)? })
            })
            .ok_or_else(|| "it is no time of day; write one such as 03:00".to_owned())
    }

    /// When it was this time for the last time.
    pub(in crate::cli) fn last_before(self, now: Instant) -> Instant {
        let today = now.day_start() + i64::from(self.hour) * HOUR + i64::from(self.minute) * MINUTE;
        if today <= now { today } else { today - DAY }
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_has_two_digits_each() {
        assert_eq!(TimeOfDay::parse("03:07"), Ok(TimeOfDay { hour: 3, minute: 7 }));
        for text in ["", "3:07", "24:00", "03:60", "03", "03:7", "+3:07", "03:07:00"] {
            assert!(TimeOfDay::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_time_is_of_today_or_of_yesterday() {
        let last = |text: &str| {
            let now = Instant::from_text(text).unwrap();
            TimeOfDay { hour: 3, minute: 30 }.last_before(now).to_string()
        };
        assert_eq!(last("2026-01-05T03:30:00Z"), "2026-01-05T03:30:00Z");
        assert_eq!(last("2026-01-05T03:29:59Z"), "2026-01-04T03:30:00Z");
        assert_eq!(last("2026-01-05T23:00:00Z"), "2026-01-05T03:30:00Z");
    }
}
