//! Opens data files for DataFusion's Parquet reader.

use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use parquet::arrow::async_reader::AsyncFileReader;

use crate::store::DataObject;

/// Reads each file through its [`DataObject`], whose errors name the file.
#[derive(Debug)]
pub(super) struct LakeReader;

impl ParquetFileReaderFactory for LakeReader {
    fn create_reader(
        &self,
        _partition_index: usize,
        file: PartitionedFile,
        _metadata_size_hint: Option<usize>,
        _metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let object = file.extension::<DataObject>().cloned().ok_or_else(|| {
            DataFusionError::Internal(format!("file {} is not of the lake", file.path()))
        })?;
        Ok(Box::new(object))
    }
}
