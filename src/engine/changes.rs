//! What changed between two snapshots: the rows of the files that came, without those that the
//! files that went held just so.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use arrow::row::{RowConverter, SortField};
use async_trait::async_trait;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, Session, TableProvider};
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::SessionContext;
use futures::future::ready;
use futures::{Stream, TryStreamExt, stream};
use sha2::{Digest, Sha256};

use crate::catalog::Snapshot;
use crate::lake::Lake;
use crate::tables;

use super::CATALOG;
use super::table::LakeTable;

/// The schema in SQL whose tables hold what changed, once it is asked for.
pub const CHANGES_SCHEMA: &str = "changes";

/// Memory that one row's digest takes in a map, with the room that a growing map leaves.
const DIGEST_BYTES: usize = 64;

/// Makes the schema: what is at `now` and was not so at `before`.
pub(super) fn register(
    context: &SessionContext,
    lake: &Lake,
    before: Snapshot,
    now: Snapshot,
) -> Result<()> {
    let schema = MemorySchemaProvider::new();
    for table in tables::ALL {
        let [old, new] = [before, now].map(|snapshot| LakeTable::open(lake, table, snapshot));
        schema.register_table(table.name.to_owned(), Arc::new(ChangedTable { old, new }))?;
    }
    if let Some(catalog) = context.catalog(CATALOG) {
        catalog.register_schema(CHANGES_SCHEMA, Arc::new(schema))?;
    }
    Ok(())
}

/// A table at two snapshots, read as the rows of the newer one that the older one lacks.
#[derive(Debug)]
struct ChangedTable {
    old: LakeTable,
    new: LakeTable,
}

#[async_trait]
impl TableProvider for ChangedTable {
    fn schema(&self) -> SchemaRef {
        self.new.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let came = self.new.without(&self.old).scan(state, None, &[], None).await?;
        let went = self.old.without(&self.new).scan(state, None, &[], None).await?;
        let rows = ChangedRows { schema: self.schema(), came, went };
        let table = StreamingTable::try_new(self.schema(), vec![Arc::new(rows)])?;
        table.scan(state, projection, filters, limit).await
    }
}

/// The changed rows of one table.
#[derive(Debug)]
struct ChangedRows {
    schema: SchemaRef,
    came: Arc<dyn ExecutionPlan>,
    went: Arc<dyn ExecutionPlan>,
}

impl PartitionStream for ChangedRows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (came, went) = (Arc::clone(&self.came), Arc::clone(&self.went));
        let schema = Arc::clone(&self.schema);
        let rows = stream::once(changed_rows(schema, came, went, context)).try_flatten();
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows))
    }
}

async fn changed_rows(
    schema: SchemaRef,
    came: Arc<dyn ExecutionPlan>,
    went: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
) -> Result<impl Stream<Item = Result<RecordBatch>>> {
    let mut known = KnownRows::new(&schema, &context)?;
    let mut old = execute_stream(went, Arc::clone(&context))?;
    while let Some(batch) = old.try_next().await? {
        known.add(&batch)?;
    }
    let new = execute_stream(came, context)?;
    Ok(new.and_then(move |batch| ready(known.without(&batch))))
}

/// How often each row is there that the files that went held, by its digest.
struct KnownRows {
    converter: RowConverter,
    counts: HashMap<[u8; 16], u32>,
    memory: MemoryReservation,
}

impl KnownRows {
    fn new(schema: &SchemaRef, context: &TaskContext) -> Result<Self> {
        let fields = schema.fields().iter().map(|it| SortField::new(it.data_type().clone()));
        let converter = RowConverter::new(fields.collect())?;
        let memory = MemoryConsumer::new("changes").register(context.memory_pool());
        Ok(Self { converter, counts: HashMap::new(), memory })
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        self.memory.try_grow(batch.num_rows() * DIGEST_BYTES)?;
        for digest in self.digests(batch)? {
            *self.counts.entry(digest).or_default() += 1;
        }
        Ok(())
    }

    /// The rows that are not known; each known one is left out as often as it is known.
    fn without(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        if self.counts.is_empty() {
            return Ok(batch.clone());
        }
        let digests = self.digests(batch)?;
        let is_changed = digests.iter().map(|digest| match self.counts.get_mut(digest) {
            Some(count @ 1..) => {
                *count -= 1;
                false
            }
            _ => true,
        });
        let is_changed: BooleanArray = is_changed.map(Some).collect();
        Ok(filter_record_batch(batch, &is_changed)?)
    }

    /// Of each row, so much of its SHA-256 that no two rows have the same.
    fn digests(&self, batch: &RecordBatch) -> Result<Vec<[u8; 16]>> {
        let rows = self.converter.convert_columns(batch.columns())?;
        let digest = |row: arrow::row::Row<'_>| {
            let mut short = [0; 16];
            short.copy_from_slice(&Sha256::digest(row.as_ref())[..16]);
            short
        };
        Ok(rows.iter().map(digest).collect())
    }
}
