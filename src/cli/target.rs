//! Where an answer goes: standard output, or a file that is there whole or not at all.

use std::io::{BufWriter, ErrorKind, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::output::{Canvas, Colours, Format, Options, Out};

use super::printer;
use super::terminal::Terminal;

/// The terminal's size where it cannot be told.
const DEFAULT_SIZE: (usize, usize) = (80, 24);

/// How many columns and lines the terminal has.
pub(super) fn screen_size() -> (usize, usize) {
    terminal_size::terminal_size()
        .map_or(DEFAULT_SIZE, |(width, height)| (width.0.into(), height.0.into()))
}

/// Where an answer goes.
#[derive(Debug)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A file, written beside its place until it is whole.
    File { path: PathBuf, file: SharedFile },
}

/// A temporary file that is written by a sink and then moved into its place.
#[derive(Clone, Debug)]
pub(super) struct SharedFile(Arc<Mutex<Option<NamedTempFile>>>);

impl Target {
    /// The target that `--output` names.
    pub(super) fn open(output: Option<&Path>) -> Result<Self> {
        let Some(path) = output else { return Ok(Self::Stdout) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::with_prefix_in(".lookback-", folder.unwrap_or(Path::new(".")))
            .map_err(|err| Error::io(format!("write file \"{}\"", path.display()), err))?;
        Ok(Self::File { path: path.to_owned(), file: SharedFile(Arc::new(Mutex::new(Some(file)))) })
    }

    /// The bytes' way there.
    pub(super) fn out(&self) -> Out {
        match self {
            Self::Stdout => Box::new(BufWriter::new(stdout())),
            Self::File { file, .. } => Box::new(BufWriter::new(file.clone())),
        }
    }

    /// Writes a text to standard output, all of it at once. A reader who has closed the pipe wants
    /// no more of it, and that changes nothing of how the work ended.
    pub(super) fn say(text: &str) -> Result<()> {
        let mut out = stdout();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(err) if err.kind() != ErrorKind::BrokenPipe => {
                Err(Error::io("write to standard output", err))
            }
            _ => Ok(()),
        }
    }

    /// How a table is to be shown there.
    pub(super) fn options(&self) -> Options {
        let width = match self {
            Self::Stdout if printer::is_terminal() => Some(screen_size().0),
            _ => None,
        };
        Options { width, ..Options::default() }
    }

    /// What a chart is to be drawn on there; colours are for the terminal alone.
    pub(super) fn canvas(&self, terminal: &Terminal) -> Canvas {
        let width = self.options().width;
        let colours = if width.is_some() { terminal.colours() } else { Colours::None };
        let width = width.unwrap_or(DEFAULT_SIZE.0);
        Canvas { width, colours, is_ascii: terminal.is_ascii() }
    }

    /// The format that was asked for, or that the file's name tells, or a table.
    ///
    /// # Errors
    /// A binary format has no place on a terminal.
    pub(super) fn format(&self, asked: Option<Format>) -> Result<Format> {
        let format = asked.or_else(|| self.format_of_name()).unwrap_or(Format::Table);
        if format.is_binary() && matches!(self, Self::Stdout) && printer::is_terminal() {
            let message = format!("format {format} is binary and would upset the terminal");
            return Err(
                Error::input(message).with_hint("add --output FILE, or redirect the output")
            );
        }
        Ok(format)
    }

    fn format_of_name(&self) -> Option<Format> {
        match self {
            Self::Stdout => None,
            Self::File { path, .. } => Format::from_extension(path),
        }
    }

    /// Ends the writing: a file comes into its place.
    pub(super) fn finish(self) -> Result<()> {
        let Self::File { path, file } = self else { return Ok(()) };
        let Some(file) = file.take() else { return Ok(()) };
        let action = || format!("write file \"{}\"", path.display());
        file.as_file().sync_all().map_err(|err| Error::io(action(), err))?;
        file.persist(&path).map_err(|err| Error::io(action(), err.error))?;
        Ok(())
    }
}

impl SharedFile {
    fn take(&self) -> Option<NamedTempFile> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&mut NamedTempFile) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(file) => act(file),
            None => Err(std::io::Error::other("the file is in its place already")),
        }
    }
}

impl Write for SharedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.with(|file| file.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.with(Write::flush)
    }
}
