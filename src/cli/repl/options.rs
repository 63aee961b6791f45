//! The flags of `lookback repl`.

use std::path::PathBuf;

use clap::Args;

use super::super::args::ReadOptions;

/// Ask in a session, with completion, history, paging and charts.
///
/// A statement ends with `;` and may take several lines. Tab completes, Ctrl-R searches the
/// history, Ctrl-C cancels a running query, Ctrl-D ends. `\?` lists the commands that are not SQL.
/// Each statement sees the newest snapshot, unless `\as-of` or --as-of names another. It is also
/// what `lookback` without a command does on a terminal.
#[derive(Args, Debug)]
pub(in crate::cli) struct ReplOptions {
    /// Run this file first [default: lookback/rc in the user's folder of settings, else
    /// `.lookbackrc` in the home folder]
    #[arg(long, value_name = "FILE")]
    pub(super) init: Option<PathBuf>,

    #[command(flatten)]
    pub(super) read: ReadOptions,
}
