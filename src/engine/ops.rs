//! The schema `ops` as DataFusion sees it: each table is read when a query asks for it.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, Session, TableProvider};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;

use crate::catalog::Catalog;
use crate::tables::{OPS, Table};

/// The schema, with all its tables.
pub(super) fn schema(catalog: &Catalog) -> Result<Arc<dyn SchemaProvider>> {
    let schema = MemorySchemaProvider::new();
    for table in OPS {
        let provider = OpsTable::new(table, catalog.clone());
        schema.register_table(table.name.to_owned(), Arc::new(provider))?;
    }
    Ok(Arc::new(schema))
}

/// One table, as it is when it is asked for.
#[derive(Debug)]
struct OpsTable {
    table: &'static Table,
    schema: SchemaRef,
    catalog: Catalog,
}

impl OpsTable {
    fn new(table: &'static Table, catalog: Catalog) -> Self {
        Self { table, schema: table.scan_schema(), catalog }
    }

    fn batches(&self) -> Result<Vec<RecordBatch>> {
        let found = self.catalog.ops(self.table);
        let found = found.map_err(|err| DataFusionError::External(Box::new(err)))?;
        let batch = |batch: RecordBatch| {
            RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec())
        };
        Ok(found.into_iter().map(batch).collect::<std::result::Result<_, _>>()?)
    }
}

#[async_trait]
impl TableProvider for OpsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (partitions, schema) = ([self.batches()?], Arc::clone(&self.schema));
        let plan = MemorySourceConfig::try_new_exec(&partitions, schema, projection.cloned())?;
        Ok(plan)
    }
}
