//! How a process is asked to end.

use futures::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Error, Result};

/// `SIGXFSZ`, on Linux and macOS: a file has grown beyond the limit of the process (`ulimit -f`).
const FILE_TOO_LARGE: SignalKind = SignalKind::from_raw(25);

/// From here on, a write beyond that limit fails as one to a full disk does: without this it would
/// kill the process.
pub(super) fn survive_file_limit() -> Result<()> {
    signal(FILE_TOO_LARGE).map(drop).map_err(|err| Error::io("wait for signals", err))
}

/// Ctrl-C, while something runs that it stops.
#[derive(Debug)]
pub(super) struct Interrupts(Signal);

impl Interrupts {
    /// Listens from now on: Ctrl-C does not end the process any more, even when this is dropped.
    pub(super) fn listen() -> Result<Self> {
        let failed = |err| Error::io("wait for signals", err);
        signal(SignalKind::interrupt()).map(Self).map_err(failed)
    }

    /// Done at the next Ctrl-C.
    pub(super) async fn next(&mut self) {
        self.0.recv().await;
    }

    /// What came so far was meant for something else.
    pub(super) fn forget(&mut self) {
        while self.0.recv().now_or_never().flatten().is_some() {}
    }
}

/// Ctrl-C and, as services are ended, SIGTERM: from here on they end nothing by themselves.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    is_asked: bool,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> Result<Self> {
        let failed = |err| Error::io("wait for signals", err);
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        Ok(Self { interrupt, terminate, is_asked: false })
    }

    /// Done when the process is asked to end once more.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        self.is_asked = true;
    }

    /// Whether the process was asked to end, as far as [`Self::next`] was waited for.
    pub(super) fn is_asked(&self) -> bool {
        self.is_asked
    }
}
