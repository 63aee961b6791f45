//! Answers that are made on other threads than those that read them.

use std::future::{Future, ready};

use futures::StreamExt;
use futures::stream;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::{Error, Result};

use super::Answer;

/// How many batches may wait for their reader.
const WAITING_MAX: usize = 1;

impl Answer {
    /// The answer that `ask` gives, asked and made on these threads: a query that is busy on all of
    /// them keeps its reader from nothing else. Who drops the answer stops it where it next looks
    /// up.
    ///
    /// # Errors
    /// Those of `ask`; those of its rows come with them.
    pub async fn made_on(
        threads: &Handle,
        ask: impl Future<Output = Result<Self>> + Send + 'static,
    ) -> Result<Self> {
        let (told, columns) = oneshot::channel();
        let (sender, mut receiver) = mpsc::channel(WAITING_MAX);
        let making = threads.spawn(async move {
            let mut answer = ask.await?;
            drop(told.send(answer.schema));
            while let Some(batch) = answer.batches.next().await {
                if sender.send(batch?).await.is_err() {
                    break;
                }
            }
            Ok(())
        });
        let Ok(schema) = columns.await else {
            let ended = end(making).await;
            return Err(ended.err().unwrap_or_else(|| Error::internal("an answer has no columns")));
        };
        // An answer is whole only when its maker says so.
        let end = stream::once(end(making)).filter_map(|ended| ready(ended.err().map(Err)));
        let batches = stream::poll_fn(move |context| receiver.poll_recv(context)).map(Ok);
        Ok(Self { schema, batches: batches.chain(end).boxed() })
    }
}

/// How the making of an answer ended.
async fn end(making: JoinHandle<Result<()>>) -> Result<()> {
    making
        .await
        .map_err(|err| Error::internal("the query ended without an answer").with_source(err))?
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch};

    use super::*;

    fn answer(end: Result<RecordBatch>) -> Answer {
        let numbers = Arc::new(Int64Array::from_iter_values(0..3));
        let batch = RecordBatch::try_from_iter([("n", numbers as _)]).unwrap();
        let schema = batch.schema();
        Answer { schema, batches: stream::iter([Ok(batch.clone()), Ok(batch), end]).boxed() }
    }

    /// How many rows come before the end, and the error that is there.
    async fn read(mut answer: Answer) -> (usize, Option<String>) {
        let mut rows = 0;
        while let Some(batch) = answer.batches.next().await {
            match batch {
                Ok(batch) => rows += batch.num_rows(),
                Err(err) => return (rows, Some(err.chain())),
            }
        }
        (rows, None)
    }

    #[tokio::test]
    async fn rows_and_errors_come_as_they_are() {
        let threads = Handle::current();
        let good = Answer::made_on(&threads, async {
            let end = answer(Err(Error::input("x"))).collect().await.unwrap_err();
            assert_eq!(end.chain(), "x");
            let mut good = answer(Err(Error::input("x")));
            good.batches = good.batches.take(2).boxed();
            Ok(good)
        });
        assert_eq!(read(good.await.unwrap()).await, (6, None));
        let bad = Answer::made_on(&threads, async { Ok(answer(Err(Error::input("torn")))) });
        assert_eq!(read(bad.await.unwrap()).await, (6, Some("torn".to_owned())));
        let refused = Answer::made_on(&threads, async { Err(Error::input("no such table")) });
        assert_eq!(refused.await.unwrap_err().chain(), "no such table");
    }

    #[tokio::test]
    async fn a_query_that_breaks_off_is_no_shorter_answer() {
        let broken = async {
            let mut broken = answer(Err(Error::input("never")));
            let torn = stream::once(async { panic!("a bug") });
            broken.batches = broken.batches.take(1).chain(torn).boxed();
            Ok(broken)
        };
        let (rows, err) = read(Answer::made_on(&Handle::current(), broken).await.unwrap()).await;
        assert_eq!(rows, 3);
        assert!(err.unwrap().starts_with("the query ended without an answer"));
    }
}
