//! An answer in another order.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::datasource::provider_as_source;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use crate::error::{Error, Result};

use super::failure::explain;
use super::{Answer, names};

/// The plan that sorts the rows of `answer` by these of its columns; it runs once.
pub(super) fn plan(answer: Answer, columns: &[String]) -> Result<LogicalPlan> {
    let schema = SchemaRef::clone(&answer.schema);
    let rows = Rows { schema: answer.schema, batches: Mutex::new(Some(answer.batches)) };
    let table = StreamingTable::try_new(schema, vec![Arc::new(rows)]).map_err(explain)?;
    let plan = LogicalPlanBuilder::scan("answer", provider_as_source(Arc::new(table)), None);
    let plan = plan.map_err(explain)?;
    let order = columns.iter().map(|name| names::sort_by(plan.schema(), name));
    let order = order.collect::<Result<Vec<_>>>()?;
    plan.sort(order).and_then(LogicalPlanBuilder::build).map_err(explain)
}

/// The rows of an answer, to be taken once.
struct Rows {
    schema: SchemaRef,
    batches: Mutex<Option<BoxStream<'static, Result<RecordBatch>>>>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner).take();
        let taken = || stream::iter([Err(Error::internal("sort an answer twice"))]).boxed();
        let batches = batches.unwrap_or_else(taken);
        let batches =
            batches.map(|batch| batch.map_err(|err| DataFusionError::External(Box::new(err))));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches))
    }
}
