//! One error type for the crate. Edges translate [`Kind`]; nobody matches on text.
//!
//! This room knows no exit status and no HTTP status: each edge (`cli`, `serve`) owns one table
//! from
//! kind to its codes.

use std::{error, fmt, io};

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The request itself is wrong: SQL, a flag, a file, a parameter. Fix the request.
    Input,
    /// AWS refused or did not answer. Retry, or fix the credentials.
    Source,
    /// Another writer was faster or holds the lock. Try again.
    Busy,
    /// The warehouse is not what its catalog says. Restore what is missing.
    Corrupt,
    /// A newer version, or another tool, wrote something that this version does not read.
    Unsupported,
    /// A limit set by the operator was reached. Narrow the request or raise the limit.
    Limit,
    /// The machine said no: a disk that is full, a folder that may not be read, a closed pipe.
    Io,
    /// A bug here.
    Internal,
}

/// An error: what was being done, why it failed, and what to do about it.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    hint: Option<String>,
    place: Option<Place>,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

/// Where in the text of a request something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub column: usize,
}

impl Error {
    /// An error of `kind`; `message` is lower case, without a full stop, and names the object.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { inner: Box::new(Inner { kind, message, hint: None, place: None, source: None }) }
    }

    /// The request is wrong.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// The warehouse is damaged.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(Kind::Corrupt, message)
    }

    /// A bug here: something that the code promised itself does not hold.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    /// The machine refused; `action` is a bare verb phrase: `open file "x"`.
    pub fn io(action: impl Into<String>, cause: io::Error) -> Self {
        Self::new(Kind::Io, format!("failed to {}", action.into())).with_source(cause)
    }

    /// Adds the step that the user can take, shown on its own line: imperative, with the flag.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hint = Some(hint.into());
        self
    }

    /// Adds where in the text of the request it is.
    #[must_use]
    pub fn with_place(mut self, place: Place) -> Self {
        self.inner.place = Some(place);
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn error::Error + Send + Sync + 'static>>,
    ) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        self.inner.kind
    }

    /// A step that the user can take.
    pub fn hint(&self) -> Option<&str> {
        self.inner.hint.as_deref()
    }

    /// Where in the text of the request it is, if that is known.
    pub fn place(&self) -> Option<Place> {
        self.inner.place
    }

    /// The same error once more, for a caller that only lends it; causes become text.
    #[must_use]
    pub fn restate(&self) -> Self {
        let mut error = Self::new(self.kind(), self.chain());
        error.inner.hint.clone_from(&self.inner.hint);
        error.inner.place = self.inner.place;
        error
    }

    /// The same error, told behind these words; causes become text.
    #[must_use]
    pub fn behind(&self, words: &str) -> Self {
        let mut error = Self::new(self.kind(), format!("{words}{}", self.chain()));
        error.inner.hint.clone_from(&self.inner.hint);
        error
    }

    /// True if and only if the reader of our output closed it (`lookback sql … | head`).
    pub fn is_broken_pipe(&self) -> bool {
        let mut next: Option<&(dyn error::Error + 'static)> = Some(self);
        while let Some(err) = next {
            if let Some(io) = err.downcast_ref::<io::Error>()
                && io.kind() == io::ErrorKind::BrokenPipe
            {
                return true;
            }
            next = err.source();
        }
        false
    }

    /// This message and those of its causes, joined by `: `; a cause that repeats its parent's
    /// text is left out.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = error::Error::source(self);
        while let Some(err) = next {
            let layer = err.to_string();
            if !text.ends_with(&layer) {
                text.push_str(": ");
                text.push_str(&layer);
            }
            next = err.source();
        }
        text
    }
}

/// Prints this layer only; [`Error::chain`] prints all.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_joins_the_causes_once() {
        let cause = io::Error::other("disk on fire");
        let err = Error::io("write file \"x\"", cause);
        assert_eq!(err.chain(), "failed to write file \"x\": disk on fire");
        assert_eq!(err.kind(), Kind::Io);
    }

    #[test]
    fn a_closed_pipe_is_found_below_other_layers() {
        let pipe = io::Error::from(io::ErrorKind::BrokenPipe);
        let err = Error::internal("print").with_source(Error::io("write", pipe));
        assert!(err.is_broken_pipe());
        assert!(!Error::input("no").is_broken_pipe());
    }
}
