//! The threads on which queries run, and how a query is stopped.

use std::future::Future;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, Result};

/// Threads for queries. They are not those that wait for Ctrl-C: a query that is busy on all of its
/// own would keep it from being heard.
#[derive(Debug)]
pub(super) struct Workers {
    /// There until they are dropped.
    threads: Option<Runtime>,
    handle: Handle,
}

impl Workers {
    /// Some that have nothing to do.
    pub(super) fn new() -> Result<Self> {
        let threads = Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|err| Error::io("start the threads of queries", err))?;
        Ok(Self { handle: threads.handle().clone(), threads: Some(threads) })
    }

    /// What runs things on them.
    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What `work` gives.
    ///
    /// # Errors
    /// Those of `work`.
    pub(super) async fn done<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.handle
            .spawn(work)
            .await
            .map_err(|err| Error::internal("the query ended without an answer").with_source(err))?
    }

    /// What `work` gives, or nothing if `stop` came first.
    ///
    /// # Errors
    /// Those of `work`.
    pub(super) async fn run<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = Result<T>> + Send + 'static,
        stop: impl Future<Output = ()>,
    ) -> Result<Option<T>> {
        tokio::select! {
            outcome = self.done(work) => outcome.map(Some),
            () = stop => {
                *self = Self::new()?;
                Ok(None)
            }
        }
    }
}

/// What still runs stops where it next looks up. Its threads are left to it, so that neither the
/// prompt nor the next query nor the end of the process need wait for that.
impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
