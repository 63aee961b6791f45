//! Bounds of memory and time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use datafusion::error::Result as DataFusionResult;
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::time::Instant;

use crate::error::{Error, Kind, Result};

/// How many users of memory an error names when it runs out.
const NAMED_CONSUMERS: std::num::NonZeroUsize = std::num::NonZeroUsize::new(3).expect("not zero");

/// A runtime whose operators share `memory_bytes` and spill the rest to temporary files.
pub(super) fn runtime(memory_bytes: usize) -> DataFusionResult<Arc<RuntimeEnv>> {
    let pool = TrackConsumersPool::new(FairSpillPool::new(memory_bytes), NAMED_CONSUMERS);
    RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).build_arc()
}

/// The same rows, or an error when they are not all there in `time`.
pub(super) fn within(
    batches: BoxStream<'static, Result<RecordBatch>>,
    time: Option<Duration>,
) -> BoxStream<'static, Result<RecordBatch>> {
    let Some(time) = time else { return batches };
    let deadline = Instant::now() + time;
    stream::unfold(Some(batches), move |batches| async move {
        let mut batches = batches?;
        match tokio::time::timeout_at(deadline, batches.next()).await {
            Ok(next) => next.map(|batch| (batch, Some(batches))),
            Err(_) => Some((Err(too_slow(time)), None)),
        }
    })
    .boxed()
}

/// What `work` gives, or an error when that is not there in `time`.
pub(super) async fn in_time<T>(
    time: Option<Duration>,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(time) = time else { return work.await };
    tokio::time::timeout(time, work).await.unwrap_or_else(|_| Err(too_slow(time)))
}

fn too_slow(time: Duration) -> Error {
    Error::new(Kind::Limit, format!("the query did not end within {} s", time.as_secs_f64()))
        .with_hint("ask for less, or raise --timeout")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_does_not_end_in_time_is_given_up() {
        let endless = std::future::pending::<Result<()>>();
        let err = in_time(Some(Duration::from_millis(10)), endless).await.unwrap_err();
        assert_eq!(err.kind(), Kind::Limit);
        assert_eq!(err.chain(), "the query did not end within 0.01 s");
        assert_eq!(in_time(None, async { Ok(1) }).await.unwrap(), 1);
    }
}
