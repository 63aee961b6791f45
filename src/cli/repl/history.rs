//! What was typed before, in the user's folder of state.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use reedline::FileBackedHistory;

use super::super::printer;

/// How many entries are kept.
const ENTRIES_MAX: usize = 10_000;
/// The file, in the user's folder of state.
const FILE: &str = "lookback/history";

/// The history of all sessions, or one of this session alone where there is no place for it: it is
/// no reason not to start.
pub(super) fn open(state_home: Option<&Path>) -> FileBackedHistory {
    let Some(folder) = state_home else { return FileBackedHistory::default() };
    let path = folder.join(FILE);
    let opened = prepare(&path).map_err(|err| err.to_string()).and_then(|()| {
        FileBackedHistory::with_file(ENTRIES_MAX, path.clone()).map_err(|err| err.to_string())
    });
    opened.unwrap_or_else(|err| {
        printer::warning(&format!("history file \"{}\" is not used: {err}", path.display()));
        FileBackedHistory::default()
    })
}

/// Makes the file so that only its user reads it: what was asked can tell of what is held.
fn prepare(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}
