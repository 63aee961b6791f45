//! The only file that prints: errors, notes and usage. Data is written through [`super::target`].

#![expect(clippy::print_stderr, reason = "this is the printer")]

use std::io::{IsTerminal, stderr, stdout};

use crate::error::{Error, Result};

use super::Status;

/// Tells an error, its causes and the way out.
pub(super) fn error(err: &Error) {
    eprintln!("error: {}", err.chain());
    if let Some(hint) = err.hint() {
        eprintln!("hint: {hint}");
    }
}

/// Tells something that is not as it should be, and did not stop anything.
pub(super) fn warning(text: &str) {
    eprintln!("warning: {text}");
}

/// Tells what was done.
pub(super) fn note(text: &str) {
    eprintln!("{text}");
}

/// Prints help, the version, or what is wrong with the arguments.
pub(super) fn usage(usage: &clap::Error) -> Result<Status> {
    usage.print().map_err(|err| Error::io("print help", err))?;
    Ok(if usage.exit_code() == 0 { Status::Done } else { Status::NotDone })
}

/// True if and only if a person reads standard output.
pub(super) fn is_terminal() -> bool {
    stdout().is_terminal()
}

/// True if and only if a person reads standard error.
pub(super) fn is_watched() -> bool {
    stderr().is_terminal()
}
