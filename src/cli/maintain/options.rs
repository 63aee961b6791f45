//! What `lookback maintain` is asked.

use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::upkeep::Task;

use super::super::units::age;

/// Keep the warehouse small and quick, however many nights it has seen.
///
/// Five tasks, one after the other: `compact` merges the files of months that AWS no longer shows
/// into few; `expire` gives up snapshots that nobody can want any more; `sweep` deletes files that
/// no snapshot names and what killed runs left; `vacuum` gives back what the catalog no longer
/// needs; `copy` copies the catalog into the folder `backups` of the warehouse. Readers are not
/// disturbed, no answer changes, and what was interrupted is finished the next time. A task that
/// fails keeps no later one from being done.
#[derive(Args, Debug)]
pub(in super::super) struct MaintainOptions {
    /// Do only these tasks, with commas between them.
    #[arg(long, value_name = "TASK,…", value_delimiter = ',', value_parser = tasks())]
    pub(in super::super) only: Vec<Task>,

    /// Say what would be done, and do nothing.
    ///
    /// Only where a warehouse lies that was moved is told to its catalog, as by every command.
    #[arg(long)]
    pub(in super::super) dry_run: bool,

    /// Begin nothing more after this time, such as 10m, but the copy.
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub(in super::super) budget: Option<Duration>,

    /// How long `--as-of` reaches back: older snapshots are expired.
    #[arg(long, value_name = "TIME", value_parser = age, default_value = "35d")]
    pub(in super::super) keep: Duration,

    /// How long a file stays that no snapshot names: longer than any query or writer runs.
    #[arg(long, value_name = "TIME", value_parser = age, default_value = "1d")]
    pub(in super::super) grace: Duration,
}

fn tasks() -> impl TypedValueParser<Value = Task> {
    PossibleValuesParser::new(Task::ALL.map(Task::name)).try_map(|name| {
        Task::from_name(&name).ok_or_else(|| format!("there is no task \"{name}\""))
    })
}
