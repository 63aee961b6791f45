//! Where answers are shown: straight on the terminal as long as they fit it, else through a pager.

use std::io::{self, Write, stdout};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::target::screen_size;

/// Where nothing pages, so many bytes are held back before they are written.
const HELD_BYTES_MAX: usize = 64 * 1024;
/// Lines of the screen that an answer leaves free: what was asked, how long it took, the prompt.
const LINES_FREE: usize = 3;

/// One answer's way to the screen; clones are the same way.
#[derive(Clone, Debug)]
pub(super) struct Screen(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    pager: Option<String>,
    lines_max: usize,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// It may still fit.
    Held(Vec<u8>),
    /// It did not.
    Paged(Child),
    /// It did not, and nothing pages.
    Straight,
    /// Nothing is shown any more.
    Ended,
}

impl Screen {
    /// The way of an answer, through that pager if it needs one.
    pub(super) fn open(pager: Option<String>) -> Self {
        let lines_max = screen_size().1.saturating_sub(LINES_FREE);
        Self(Arc::new(Mutex::new(State { pager, lines_max, way: Way::Held(Vec::new()) })))
    }

    /// Shows what is held back, and waits until the reader has left the pager.
    pub(super) fn show(&self) -> io::Result<()> {
        match self.end() {
            Way::Held(bytes) => stdout().write_all(&bytes).and_then(|()| stdout().flush()),
            Way::Straight => stdout().flush(),
            Way::Paged(child) => leave(child),
            Way::Ended => Ok(()),
        }
    }

    /// Forgets what is held back; what is in a pager stays there until its reader leaves it.
    pub(super) fn cancel(&self) -> io::Result<()> {
        match self.end() {
            Way::Paged(child) => leave(child),
            Way::Held(_) | Way::Straight | Way::Ended => Ok(()),
        }
    }

    fn end(&self) -> Way {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut state.way, Way::Ended)
    }
}

/// Tells the pager that this is all.
fn leave(mut child: Child) -> io::Result<()> {
    drop(child.stdin.take());
    child.wait().map(drop)
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.write(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl State {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.way {
            Way::Held(held) => held.extend_from_slice(bytes),
            Way::Straight => return stdout().write_all(bytes),
            Way::Paged(child) => return pass(child, bytes),
            Way::Ended => return Err(io::ErrorKind::BrokenPipe.into()),
        }
        self.overflow()
    }

    /// Chooses another way once the bytes held are too many.
    fn overflow(&mut self) -> io::Result<()> {
        let Way::Held(held) = &mut self.way else { return Ok(()) };
        let lines = held.split(|byte| *byte == b'\n').count() - 1;
        match &self.pager {
            Some(pager) if lines > self.lines_max => {
                let held = std::mem::take(held);
                let mut child = start(pager)?;
                let passed = pass(&mut child, &held);
                self.way = Way::Paged(child);
                passed
            }
            None if held.len() > HELD_BYTES_MAX => {
                let held = std::mem::take(held);
                self.way = Way::Straight;
                stdout().write_all(&held)
            }
            _ => Ok(()),
        }
    }
}

fn start(pager: &str) -> io::Result<Child> {
    Command::new("sh").arg("-c").arg(pager).stdin(Stdio::piped()).spawn()
}

fn pass(child: &mut Child, bytes: &[u8]) -> io::Result<()> {
    match &mut child.stdin {
        Some(stdin) => stdin.write_all(bytes),
        None => Err(io::ErrorKind::BrokenPipe.into()),
    }
}
