//! Where an answer goes: standard output, or a file that is there whole or not at all.

use std::fs::{Metadata, OpenOptions, metadata};
use std::io::{BufWriter, ErrorKind, Write, stdout};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::error::{Error, Kind, Result};
use crate::output::{Canvas, Colours, Format, Options, Out};

use super::printer;
use super::signals::Signals;
use super::terminal::Terminal;
use super::whole_file::WholeFile;

/// The terminal's size where it cannot be told.
const DEFAULT_SIZE: (usize, usize) = (80, 24);
/// The name that is standard output; of a file to read, standard input.
pub(super) const DASH: &str = "-";
/// How `--output` is used in the AWS CLI.
const FORMATS_OF_AWS: [&str; 3] = ["json", "table", "text"];
/// A new file's mode, of which the process's umask takes what it forbids.
const MODE: u32 = 0o666;

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
    /// A pipe or a device that has a name.
    Stream(PathBuf),
}

/// A file that is written by a sink, and whose end is another's to decide.
#[derive(Clone, Debug)]
pub(super) struct SharedFile(Arc<Mutex<Option<WholeFile>>>);

impl Target {
    /// The target that `--output` names; `-` is standard output.
    ///
    /// # Errors
    /// `Input` for a folder, `Io` where no file can be.
    pub(super) fn open(output: Option<&Path>) -> Result<Self> {
        let Some(path) = output.filter(|path| *path != Path::new(DASH)) else {
            return Ok(Self::Stdout);
        };
        let there = metadata(path).ok();
        if there.as_ref().is_some_and(Metadata::is_dir) {
            return Err(Error::input(format!("\"{}\" is a folder", path.display()))
                .with_hint("name a file in it"));
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            return Ok(Self::Stream(path.to_owned()));
        }
        let mode = there.map_or(MODE, |there| there.permissions().mode());
        // A link to a file stays one.
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let file = WholeFile::begin(&place, mode).map_err(|err| Error::io(writing(path), err))?;
        Ok(Self::File { path: path.to_owned(), file: SharedFile(Arc::new(Mutex::new(Some(file)))) })
    }

    /// The bytes' way there. That to a pipe is free when somebody reads it.
    ///
    /// # Errors
    /// The pipe or device cannot be written.
    pub(super) fn out(&self) -> Result<Out> {
        Ok(match self {
            Self::Stdout => Box::new(BufWriter::new(stdout())),
            Self::File { file, .. } => Box::new(BufWriter::new(file.clone())),
            Self::Stream(path) => {
                let stream = OpenOptions::new().write(true).open(path);
                Box::new(BufWriter::new(stream.map_err(|err| Error::io(writing(path), err))?))
            }
        })
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
    /// The file's name ends as if in a format that there is not; a binary format has no place on a
    /// terminal.
    pub(super) fn format(&self, asked: Option<Format>) -> Result<Format> {
        let told = asked.or_else(|| self.format_of_name());
        if let (Self::File { path, .. }, None) = (self, told)
            && path.extension().is_some_and(|extension| extension != "txt")
        {
            let names = Format::ALL.map(Format::name).join(", ");
            let message = format!("the name \"{}\" ends in no format's", path.display());
            let hint = format!("choose a format with --format, or end the name so: {names}");
            return Err(Error::input(message).with_hint(hint));
        }
        let format = told.unwrap_or(Format::Table);
        if matches!(self, Self::Stdout) {
            refuse_on_terminal(format, "add --output FILE, or redirect the output")?;
        }
        Ok(format)
    }

    /// The format that the file's name tells.
    pub(super) fn format_of_name(&self) -> Option<Format> {
        match self {
            Self::Stdout => None,
            Self::File { path, .. } | Self::Stream(path) => Format::from_extension(path),
        }
    }

    /// What `work` gives, which writes there. Where it writes a file, Ctrl-C and SIGTERM end it in
    /// order, so that nothing of the file stays.
    ///
    /// # Errors
    /// Those of `work`, and that it was interrupted.
    pub(super) async fn filled<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Self::File { path, .. } = self else { return work.await };
        let mut signals = Signals::listen()?;
        tokio::select! {
            done = work => done,
            () = signals.next() => {
                let message = "the query was interrupted";
                let hint = format!("run it again: \"{}\" is as it was", path.display());
                Err(Error::new(Kind::Io, message).with_hint(hint))
            }
        }
    }

    /// Ends the writing: a file comes into its place.
    pub(super) fn finish(self) -> Result<()> {
        let Self::File { path, file } = self else { return Ok(()) };
        let Some(file) = file.take() else { return Ok(()) };
        file.finish().map_err(|err| Error::io(writing(&path), err))
    }

    /// The file, if it is one, for whoever may have to give it up while it is being written.
    pub(super) fn file(&self) -> Option<SharedFile> {
        match self {
            Self::File { file, .. } => Some(file.clone()),
            Self::Stdout | Self::Stream(_) => None,
        }
    }
}

/// The file of `--output`. Whoever comes from the AWS CLI means a format, and would find a file.
pub(super) fn answer_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        let word = path.to_str().filter(|name| FORMATS_OF_AWS.contains(name));
        match word {
            None => Ok(path),
            Some(word) => {
                let format = Format::from_name(word).unwrap_or(Format::Table);
                Err(format!("--output names a file; use --format {format}, or write ./{word}"))
            }
        }
    })
}

fn writing(path: &Path) -> String {
    format!("write file \"{}\"", path.display())
}

/// The error of bytes that a terminal would obey.
pub(super) fn not_for_terminals(format: Format, hint: impl Into<String>) -> Error {
    Error::input(format!("format {format} is binary and would upset the terminal")).with_hint(hint)
}

/// Refuses bytes that a terminal would obey where standard output is one.
pub(super) fn refuse_on_terminal(format: Format, hint: &str) -> Result<()> {
    if format.is_binary() && printer::is_terminal() {
        return Err(not_for_terminals(format, hint));
    }
    Ok(())
}

impl SharedFile {
    /// Takes the file away from whoever writes it; dropped, nothing of it stays.
    pub(super) fn take(&self) -> Option<WholeFile> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&mut WholeFile) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(file) => act(file),
            None => Err(std::io::Error::other("the file is not written any more")),
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
