//! The threads on which queries run, and how a query is stopped.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};

use super::super::signals::Interrupts;

/// Threads for queries. They are not those that wait for Ctrl-C: a query that is busy on all of its
/// own would keep it from being heard.
#[derive(Debug)]
pub(super) struct Workers {
    threads: Option<Runtime>,
}

impl Workers {
    /// Some that have nothing to do.
    pub(super) fn new() -> Result<Self> {
        Ok(Self { threads: Some(threads()?) })
    }

    /// What `work` gives, or nothing if Ctrl-C came first.
    ///
    /// # Errors
    /// Those of `work`.
    pub(super) async fn run<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = Result<T>> + Send + 'static,
        interrupts: &mut Interrupts,
    ) -> Result<Option<T>> {
        let threads = match self.threads.take() {
            Some(threads) => threads,
            None => threads()?,
        };
        let mut work = threads.spawn(work);
        tokio::select! {
            outcome = &mut work => {
                self.threads = Some(threads);
                let outcome = outcome.map_err(|err| {
                    Error::internal("the query ended without an answer").with_source(err)
                });
                outcome?.map(Some)
            }
            () = interrupts.next() => {
                // It stops where it next looks up. Its threads are left to it, so that neither the
                // prompt nor the next query need wait for that.
                threads.shutdown_background();
                Ok(None)
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

fn threads() -> Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|err| Error::io("start the threads of queries", err))
}
