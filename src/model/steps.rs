//! Numbered steps of a write, so that a test can fail at each of them in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Kind, Result};

/// What happens when the chosen step is reached.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Error,
    Abort,
}

/// Counts the steps of a write (a file written, a folder synced, a statement run).
///
/// In production it counts nothing. Tests make it fail, or end the process, at step N for
/// N = 1, 2, 3, … until a run survives; after each, the warehouse must hold the old state or the
/// new one.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    plan: Option<Arc<Plan>>,
}

#[derive(Debug)]
struct Plan {
    fault: Fault,
    at: u64,
    taken: AtomicU64,
}

impl Steps {
    /// Never fails.
    pub fn none() -> Self {
        Self::default()
    }

    /// Fails with an error at step `at` (the first is 1) and at every later one.
    pub fn failing_at(at: u64) -> Self {
        Self::planned(Fault::Error, at)
    }

    /// Ends the process at step `at`, as `SIGKILL` would: nothing is cleaned up.
    pub fn aborting_at(at: u64) -> Self {
        Self::planned(Fault::Abort, at)
    }

    fn planned(fault: Fault, at: u64) -> Self {
        Self { plan: Some(Arc::new(Plan { fault, at, taken: AtomicU64::new(0) })) }
    }

    /// Takes one step; `name` says which, for the message.
    pub fn take(&self, name: &str) -> Result<()> {
        let Some(plan) = &self.plan else { return Ok(()) };
        let step = plan.taken.fetch_add(1, Ordering::SeqCst) + 1;
        if step < plan.at {
            return Ok(());
        }
        match plan.fault {
            Fault::Error => {
                Err(Error::new(Kind::Io, format!("injected failure at step {step} ({name})")))
            }
            Fault::Abort => std::process::abort(),
        }
    }
}
