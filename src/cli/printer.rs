//! The only file that prints: errors, notes, progress, log lines and usage. Data is written through
//! [`super::target`].

use std::io::{self, IsTerminal, Write, stderr, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::output::visible;

use super::Status;

/// Whether a line of progress stands on the terminal, to be wiped off before anything else.
static HAS_PROGRESS: Mutex<bool> = Mutex::new(false);

/// Whether all that is told becomes records of the log.
static TELLS_RECORDS: AtomicBool = AtomicBool::new(false);

/// The target of the records of what is told, whatever the level of the log is.
pub(super) const TOLD: &str = "lookback::told";

/// To the first column, and everything behind it erased.
const WIPE: &str = "\r\x1b[K";

/// Tells an error, its causes and the way out.
pub(super) fn error(err: &Error) {
    error_at(err, None);
}

/// Tells an error, its causes, the lines of text that it is about, and the way out.
pub(super) fn error_at(err: &Error, lines: Option<&str>) {
    // A caret shows nothing in a record.
    let lines = lines.filter(|_| !TELLS_RECORDS.load(Ordering::Relaxed));
    let lines = lines.map(|lines| format!("\n{lines}")).unwrap_or_default();
    let hint = err.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    line(&format!("error: {}{lines}{hint}", err.chain()));
}

/// Tells something that is not as it should be, and did not stop anything.
pub(super) fn warning(text: &str) {
    line(&format!("warning: {text}"));
}

/// Tells what was done.
pub(super) fn note(text: &str) {
    line(text);
}

/// Shows how far something is, on one line that takes the place of the one before.
pub(super) fn progress(text: &str) {
    replace(Some(text));
}

/// Takes the line of progress away.
pub(super) fn end_progress() {
    replace(None);
}

/// Prints help, the version, or what is wrong with the arguments.
pub(super) fn usage(usage: &clap::Error) -> Result<Status> {
    let printed = usage.print();
    if usage.use_stderr() {
        return Ok(Status::NotDone);
    }
    printed.map(|()| Status::Done).map_err(|err| Error::io("print help", err))
}

/// True if and only if a person reads standard output.
pub(super) fn is_terminal() -> bool {
    stdout().is_terminal()
}

/// True if and only if a person reads standard error.
pub(super) fn is_watched() -> bool {
    stderr().is_terminal() && !TELLS_RECORDS.load(Ordering::Relaxed)
}

/// From here on, all that is told becomes records of the log.
pub(super) fn tell_records() {
    TELLS_RECORDS.store(true, Ordering::Relaxed);
}

/// Where a line of the log goes: to standard error, in the place of a line of progress.
pub(super) fn log_line() -> impl Write {
    LogLine
}

#[derive(Debug)]
struct LogLine;

impl Write for LogLine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut has_progress = HAS_PROGRESS.lock().unwrap_or_else(PoisonError::into_inner);
        let wipe = if std::mem::take(&mut *has_progress) { WIPE } else { "" };
        put(wipe, bytes);
        // Of a failure the subscriber would tell on standard error, and panic.
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes to standard error. Where that cannot be written (a full disk, a closed pipe), nothing can
/// be told, and the work goes on: what became of it stands in the exit status and in the ledger.
fn put(before: &str, bytes: &[u8]) {
    let mut out = stderr().lock();
    // Without the flush, what lacks an end of line is not sure to be shown.
    let written = out.write_all(before.as_bytes()).and_then(|()| out.write_all(bytes));
    drop(written.and_then(|()| out.flush()));
}

/// A line with its weight, as a record: the word that begins it is its level.
fn record(text: &str) {
    let (text, hint) = text.split_once("\nhint: ").unwrap_or((text, ""));
    let hint = (!hint.is_empty()).then_some(hint);
    if let Some(text) = text.strip_prefix("error: ") {
        tracing::error!(target: TOLD, hint, "{text}");
    } else if let Some(text) = text.strip_prefix("warning: ") {
        tracing::warn!(target: TOLD, hint, "{text}");
    } else {
        tracing::info!(target: TOLD, hint, "{}", text.strip_prefix("note: ").unwrap_or(text));
    }
}

fn line(text: &str) {
    if TELLS_RECORDS.load(Ordering::Relaxed) {
        record(text);
        return;
    }
    let mut has_progress = HAS_PROGRESS.lock().unwrap_or_else(PoisonError::into_inner);
    let wipe = if std::mem::take(&mut *has_progress) { WIPE } else { "" };
    // Names and values of others are in it, which the terminal shall show and not obey.
    let lines: Vec<_> = text.split('\n').map(visible).collect();
    put(wipe, format!("{}\n", lines.join("\n")).as_bytes());
}

fn replace(text: Option<&str>) {
    let mut has_progress = HAS_PROGRESS.lock().unwrap_or_else(PoisonError::into_inner);
    let wipe = if *has_progress { WIPE } else { "" };
    put(wipe, text.unwrap_or_default().as_bytes());
    *has_progress = text.is_some();
}
