//! A table of the lake as DataFusion sees it.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use crate::catalog::Snapshot;
use crate::error::Error;
use crate::lake::Lake;
use crate::store::Store;
use crate::tables::{Bounds, DataFile, Table};

use super::listing::Span;
use super::prune::{FileStatistics, statistics};
use super::reader::LakeReader;
use super::store_url;

/// One table at one snapshot.
#[derive(Debug)]
pub(super) struct LakeTable {
    table: &'static Table,
    schema: SchemaRef,
    store: Store,
    /// The files, or why the table cannot be read: told when it is asked for, so that one table
    /// that another tool has changed does not stand in the way of the others.
    files: crate::error::Result<Vec<Arc<DataFile>>>,
    /// The same for listings; made when the first one asks.
    spans: OnceLock<Vec<Span>>,
}

impl LakeTable {
    pub(super) fn open(lake: &Lake, table: &'static Table, snapshot: Snapshot) -> Self {
        let files = lake.catalog.files(table, snapshot);
        let files = files.map(|files| files.into_iter().map(Arc::new).collect());
        Self::of(table, table.scan_schema(), lake.store.clone(), files)
    }

    fn of(
        table: &'static Table,
        schema: SchemaRef,
        store: Store,
        files: crate::error::Result<Vec<Arc<DataFile>>>,
    ) -> Self {
        Self { table, schema, store, files, spans: OnceLock::new() }
    }

    /// The same table with those of its files only that `other` does not have.
    pub(super) fn without(&self, other: &Self) -> Self {
        let files = match (&self.files, &other.files) {
            (Err(err), _) | (_, Err(err)) => Err(err.restate()),
            (Ok(files), Ok(others)) => {
                let ids: HashSet<_> = others.iter().map(|file| file.id).collect();
                Ok(files.iter().filter(|file| !ids.contains(&file.id)).cloned().collect())
            }
        };
        Self::of(self.table, Arc::clone(&self.schema), self.store.clone(), files)
    }

    pub(super) fn table(&self) -> &'static Table {
        self.table
    }

    /// Its files.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn files(&self) -> crate::error::Result<&[Arc<DataFile>]> {
        self.files.as_deref().map_err(Error::restate)
    }

    /// What the catalog tells of the times in its files, the newest first.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn spans(&self) -> crate::error::Result<&[Span]> {
        let files = self.files()?;
        Ok(self.spans.get_or_init(|| Span::newest_first(self.table, files)))
    }

    /// The same table with these files only, of its own: no others are even looked at.
    pub(super) fn narrowed(&self, files: Vec<Arc<DataFile>>) -> Self {
        Self::of(self.table, Arc::clone(&self.schema), self.store.clone(), Ok(files))
    }

    /// False if and only if the bounds of every file tell that it holds no row of `region`.
    pub(super) fn may_hold_region(&self, region: &str) -> bool {
        let (Some(place), Ok(files)) = (self.table.find("region"), &self.files) else {
            return true;
        };
        files.iter().any(|file| may_hold(file.columns[place].as_ref(), region))
    }

    /// The files that may hold rows that `predicate` lets through.
    fn needed(&self, predicate: Option<&Arc<dyn PhysicalExpr>>) -> Result<Vec<&DataFile>> {
        let files = self.files().map_err(external)?;
        let every = files.iter().map(Arc::as_ref);
        let Some(predicate) = predicate else { return Ok(every.collect()) };
        let schema = Arc::clone(&self.schema);
        let pruning = PruningPredicateBuilder::new()
            .with_file_schema(Arc::clone(&schema))
            .try_build(Arc::clone(predicate))?;
        let keep = pruning.prune(&FileStatistics { table: self.table, schema, files })?;
        Ok(every.zip(keep).filter_map(|(file, keep)| keep.then_some(file)).collect())
    }

    fn partitioned(&self, file: &DataFile) -> PartitionedFile {
        let object = self.store.object(&file.path);
        PartitionedFile::new(object.to_string(), file.size_bytes)
            .with_statistics(Arc::new(statistics(self.table, file)))
            .with_extension(self.store.data_object(file))
    }
}

/// False if and only if `bounds` tell that a column of texts does not have this one.
pub(super) fn may_hold(bounds: Option<&Bounds>, text: &str) -> bool {
    bounds.is_none_or(|it| {
        it.min.as_deref().is_none_or(|min| min <= text)
            && it.max.as_deref().is_none_or(|max| text <= max)
    })
}

fn external(err: Error) -> DataFusionError {
    DataFusionError::External(Box::new(err))
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        // Files are pruned and row groups too, but what is left is filtered again above.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let predicate = match conjunction(filters.to_vec()) {
            None => None,
            Some(filter) => {
                let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
                Some(state.create_physical_expr(filter, &schema)?)
            }
        };
        let needed = self.needed(predicate.as_ref())?;
        if needed.is_empty() {
            let schema = match projection {
                Some(projection) => Arc::new(self.schema.project(projection)?),
                None => Arc::clone(&self.schema),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let files: Vec<_> = needed.into_iter().map(|file| self.partitioned(file)).collect();
        let known = files.iter().filter_map(|file| file.statistics.as_deref());
        let statistics = Statistics::try_merge_iter(known, &self.schema)?;
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
        let mut source = ParquetSource::new(Arc::clone(&self.schema))
            .with_table_parquet_options(state.table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(LakeReader));
        if let Some(predicate) = predicate {
            source = source.with_predicate(predicate);
        }
        let config = FileScanConfigBuilder::new(store_url().map_err(external)?, Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
