//! The flags of `lookback schedule`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::night::TimeOfDay;

/// Have `lookback night` run every night.
#[derive(Args, Debug)]
pub(in crate::cli) struct ScheduleOptions {
    #[command(subcommand)]
    pub(super) action: Action,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Print the files for a scheduler, with these very settings; nothing is changed.
    Print(PrintOptions),
    /// Set up a timer of systemd, or a line of cron where there is no systemd.
    Install(InstallOptions),
    /// Tell when it runs next, and how it ended last.
    Status(PlaceOptions),
    /// Undo what `install` did, and nothing else.
    Remove(RemoveOptions),
}

/// What has its own way to say when something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Scheduler {
    /// A service and a timer.
    Systemd,
    /// Lines of a crontab.
    Cron,
    /// A property list of macOS.
    Launchd,
    /// A `CronJob`, and what it needs.
    Kubernetes,
}

/// What `install` can set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Manager {
    /// A service and a timer.
    Systemd,
    /// Lines of the user's crontab.
    Cron,
}

/// Which schedule is meant: a machine may have several.
#[derive(Args, Clone, Debug)]
pub(super) struct PlaceOptions {
    /// What the schedule is called.
    #[arg(long, default_value = "lookback", value_parser = name)]
    pub(super) name: String,

    /// The system's own systemd instead of the user's.
    #[arg(long)]
    pub(super) system: bool,
}

/// When it runs, and as whom.
#[derive(Args, Clone, Debug)]
pub(super) struct PlanOptions {
    #[command(flatten)]
    pub(super) place: PlaceOptions,

    /// When it may begin, UTC; AWS refreshes its summaries at about 02:30.
    #[arg(long, value_name = "HH:MM", default_value = "03:00", value_parser = TimeOfDay::parse)]
    pub(super) at: TimeOfDay,

    /// The user that it runs as [default: the one who asks]
    #[arg(long, value_name = "USER", requires = "system", value_parser = user)]
    pub(super) run_as: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct PrintOptions {
    /// For which scheduler.
    #[arg(value_enum)]
    pub(super) scheduler: Scheduler,

    #[command(flatten)]
    pub(super) plan: PlanOptions,

    #[command(flatten)]
    pub(super) cluster: ClusterOptions,
}

/// What Kubernetes needs besides.
#[derive(Args, Clone, Debug)]
pub(super) struct ClusterOptions {
    /// The image that has `lookback` as its entry point.
    #[arg(
        long,
        value_name = "IMAGE",
        required_if_eq("scheduler", "kubernetes"),
        help_heading = CLUSTER
    )]
    pub(super) image: Option<String>,

    /// The IAM role of the service account (IRSA).
    #[arg(long, value_name = "ARN", help_heading = CLUSTER)]
    pub(super) role_arn: Option<String>,

    /// How large the volume of the warehouse is.
    #[arg(long, value_name = "SIZE", default_value = "20Gi", help_heading = CLUSTER)]
    pub(super) storage: String,
}

const CLUSTER: &str = "For kubernetes";

#[derive(Args, Debug)]
pub(super) struct InstallOptions {
    #[command(flatten)]
    pub(super) plan: PlanOptions,

    /// What to set up [default: systemd where it is there, else cron]
    #[arg(long, value_enum)]
    pub(super) with: Option<Manager>,

    /// Tell what would be done, and do nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Args, Debug)]
pub(super) struct RemoveOptions {
    #[command(flatten)]
    pub(super) place: PlaceOptions,

    /// Tell what would be done, and do nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// A name that can name a unit, a line of a crontab and an object of a cluster.
fn name(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_name = (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(is_part);
    let hint = "use up to 40 letters from a to z, digits and hyphens, with a letter first";
    if is_name { Ok(text.to_owned()) } else { Err(hint.to_owned()) }
}

/// As systemd takes the names of users.
pub(super) fn user(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_user = text.len() <= 31 && text.starts_with(is_first) && text.chars().all(is_part);
    if is_user { Ok(text.to_owned()) } else { Err("it is no name of a user".to_owned()) }
}

impl PlaceOptions {
    /// The folder of systemd's units, where the user's settings are in `config_home`.
    pub(super) fn folder(&self, config_home: Option<&PathBuf>) -> Option<PathBuf> {
        if self.system {
            return Some(PathBuf::from("/etc/systemd/system"));
        }
        config_home.map(|home| home.join("systemd/user"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_name_a_unit_everywhere() {
        assert_eq!(name("lookback-2"), Ok("lookback-2".to_owned()));
        let long = "a".repeat(41);
        for text in ["", "-a", "a-", "A", "a.b", "a b", "../a", "a%i", "1", &long] {
            assert!(name(text).is_err(), "{text}");
        }
        for text in ["_back-up1", "ana.maria"] {
            assert_eq!(user(text), Ok(text.to_owned()));
        }
        for text in ["", "1a", "a b", "a;b", "a%u"] {
            assert!(user(text).is_err(), "{text}");
        }
    }
}
