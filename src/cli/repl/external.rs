//! The user's editor.

use std::io::Write;
use std::process::Command;

use crate::error::{Error, Result};

/// `text` as the user leaves it; `editor` is a command that may have arguments of its own.
///
/// # Errors
/// The editor does not run, or says that it failed.
pub(super) fn edit(editor: &str, text: &str) -> Result<String> {
    let failed = |err| Error::io("write the file to edit", err);
    let mut file =
        tempfile::Builder::new().prefix("lookback-").suffix(".sql").tempfile().map_err(failed)?;
    writeln!(file, "{text}").map_err(failed)?;
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(file.path())
        .status()
        .map_err(|err| Error::io(format!("run editor \"{editor}\""), err))?;
    if !status.success() {
        return Err(Error::input(format!("editor \"{editor}\" failed with {status}"))
            .with_hint("name another with the variable VISUAL or EDITOR"));
    }
    // Read by its name: an editor may have put another file in its place.
    let text = std::fs::read_to_string(file.path());
    let text = text.map_err(|err| Error::io("read the edited file", err))?;
    Ok(text.trim().to_owned())
}
