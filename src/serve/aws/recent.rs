//! Rows of summaries whose further pages are likely to be asked for.
//!
//! Counting is dear and a page is small. Only later pages are taken from here, and the rows of a
//! request at an instant are always the same: a server that has forgotten them counts again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{SummaryRequest, SummaryRow};

use super::backend::Caller;

/// How many summaries are kept.
const KEPT: usize = 4;
/// Longer summaries are not kept; each row takes about 200 bytes.
const ROWS_AT_MOST: usize = 100_000;

/// Whose summary, and of when.
pub(super) type Key = (Caller, SummaryRequest);

/// The newest summaries that had more than a page.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<VecDeque<(Key, Arc<[SummaryRow]>)>>);

impl Recent {
    /// The rows, if they are still here.
    pub(super) fn get(&self, key: &Key) -> Option<Arc<[SummaryRow]>> {
        self.kept().iter().find(|(kept, _)| kept == key).map(|(_, rows)| Arc::clone(rows))
    }

    /// Keeps the rows instead of the oldest, and of older ones of the same request.
    pub(super) fn put(&self, key: Key, rows: &Arc<[SummaryRow]>) {
        if rows.len() > ROWS_AT_MOST {
            return;
        }
        let mut kept = self.kept();
        kept.retain(|(other, _)| *other != key);
        kept.push_front((key, Arc::clone(rows)));
        kept.truncate(KEPT);
    }

    /// A panic while the lock was held leaves whole entries.
    fn kept(&self) -> MutexGuard<'_, VecDeque<(Key, Arc<[SummaryRow]>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
