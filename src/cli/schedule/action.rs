//! A change of the machine: told before it is made, or made.

use std::fmt;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::{Error, Kind, Result};

use super::super::printer;

/// A change of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Makes a folder that is not there.
    MakeFolder(PathBuf),
    /// Writes a file.
    Write { path: PathBuf, text: String },
    /// Deletes a file.
    Delete(PathBuf),
    /// Deletes a folder, if nothing else has come into it.
    DeleteFolder(PathBuf),
    /// Runs a command of the machine.
    Run(Call),
}

/// A command of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) program: &'static str,
    pub(super) arguments: Vec<String>,
    /// What it reads.
    pub(super) input: Option<String>,
    /// What is done if it fails.
    pub(super) on_failure: OnFailure,
}

/// What is done if a command fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnFailure {
    /// Nothing else is done.
    Stop,
    /// It is told, and what follows is done.
    Tell,
    /// What follows is done: there may have been nothing to do.
    Nothing,
}

impl Call {
    /// One that must succeed.
    pub(super) fn new(program: &'static str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self { program, arguments, input: None, on_failure: OnFailure::Stop }
    }

    /// Runs it; a program that is not there gives nothing.
    ///
    /// # Errors
    /// It cannot be started, or fed.
    pub(super) fn output(&self) -> Result<Option<Output>> {
        let failed = |err| Error::io(format!("run `{self}`"), err);
        let mut command = Command::new(self.program);
        // What it tells is looked into: in the words of no language but the one that is known.
        command.args(&self.arguments).env("LC_ALL", "C").stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(failed(err)),
        };
        if let Some(mut stdin) = child.stdin.take() {
            // Whoever does not read its input says by its status why.
            drop(stdin.write_all(self.input.as_deref().unwrap_or_default().as_bytes()));
        }
        child.wait_with_output().map(Some).map_err(failed)
    }

    /// Runs it, and gives what it printed; nothing if it failed, and that stops nothing.
    ///
    /// # Errors
    /// It is not there, or fails.
    pub(super) fn run(&self) -> Result<Option<String>> {
        let failure = match self.output()? {
            Some(output) if output.status.success() => {
                return Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()));
            }
            Some(output) => {
                let (status, told) = (output.status, String::from_utf8_lossy(&output.stderr));
                let message = format!("failed to run `{self}` ({status}): {}", told.trim());
                Error::new(Kind::Io, message)
            }
            None => {
                let message = format!("failed to run `{self}`: there is no {}", self.program);
                Error::new(Kind::Io, message)
                    .with_hint("print files for another scheduler with `lookback schedule print`")
            }
        };
        match self.on_failure {
            OnFailure::Stop => return Err(failure),
            OnFailure::Tell => printer::warning(&failure.chain()),
            OnFailure::Nothing => {}
        }
        Ok(None)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.program, self.arguments.join(" "))
    }
}

impl Action {
    /// Makes the change; false for one that could not be made, or was made already, and stops
    /// nothing.
    ///
    /// # Errors
    /// The machine does not let it.
    pub(super) fn take(&self) -> Result<bool> {
        let done = match self {
            Self::MakeFolder(path) => std::fs::create_dir(path),
            Self::Write { path, text } => write(path, text),
            Self::Delete(path) => std::fs::remove_file(path),
            Self::DeleteFolder(path) => match std::fs::remove_dir(path) {
                Err(err) if err.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
                done => done,
            },
            Self::Run(call) => return Ok(call.run()?.is_some()),
        };
        let is_deletion = matches!(self, Self::Delete(_) | Self::DeleteFolder(_));
        match done {
            // Systemd deletes its own link, and the folder of it, if it runs.
            Err(err) if is_deletion && err.kind() == ErrorKind::NotFound => Ok(false),
            done => done.map(|()| true).map_err(|err| Error::io(self.to_string(), err)),
        }
    }
}

/// Writes a file, which is there whole or not at all.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::with_prefix_in(".lookback-", folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|err| err.error)
}

/// What it does, as a bare verb phrase.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MakeFolder(path) => write!(f, "make folder \"{}\"", path.display()),
            Self::Write { path, .. } => write!(f, "write file \"{}\"", path.display()),
            Self::Delete(path) => write!(f, "delete file \"{}\"", path.display()),
            Self::DeleteFolder(path) => {
                write!(f, "delete folder \"{}\" if it is empty", path.display())
            }
            Self::Run(call) => {
                write!(f, "run `{call}`")?;
                let input = call.input.iter().flat_map(|input| input.lines());
                input.into_iter().try_for_each(|line| write!(f, "\n  {line}"))
            }
        }
    }
}
