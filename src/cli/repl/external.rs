//! The user's editor.

use std::io::Write;
use std::process::Command;

use crate::error::{Error, Result};

/// The command that opens its last argument in `editor`, which may have arguments of its own.
pub(super) fn command(editor: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$1\"")).arg("sh");
    command
}

/// `text` as the user leaves it.
///
/// # Errors
/// The editor does not run, or says that it failed.
pub(super) fn edit(editor: &str, text: &str) -> Result<String> {
    let failed = |err| Error::io("write the file to edit", err);
    let mut file =
        tempfile::Builder::new().prefix("lookback-").suffix(".sql").tempfile().map_err(failed)?;
    writeln!(file, "{text}").map_err(failed)?;
    let status = command(editor)
        .arg(file.path())
        .status()
        .map_err(|err| Error::io(format!("run editor \"{editor}\""), err))?;
    if !status.success() {
        return Err(Error::input(format!("editor \"{editor}\" failed with {status}"))
            .with_hint("name another with the variable EDITOR"));
    }
    std::fs::read_to_string(file.path()).map_err(|err| Error::io("read the edited file", err))
}
