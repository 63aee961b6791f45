//! The audit trail: what a run found new or changed. Pure.

use std::iter::repeat_n;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::datatypes::DataType;

use crate::error::{Error, Result};
use crate::tables::{JOB_TRANSITIONS, Table};

/// The transitions to the rows `after`, from the rows `before` (none for new jobs).
pub(super) fn transitions(
    table: &'static Table,
    before: Option<&RecordBatch>,
    after: &RecordBatch,
    run_id: &str,
) -> Result<RecordBatch> {
    let kind = table.kind.ok_or_else(|| Error::internal("transitions of what is no job"))?;
    let state = table.state();
    let count = after.num_rows();
    let column = |batch: &RecordBatch, name: &str| {
        let found = batch.column_by_name(name).map(Arc::clone);
        found.ok_or_else(|| Error::internal(format!("no column {name}")))
    };
    let constant =
        |text: &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(repeat_n(text, count))) };
    let columns = vec![
        constant(kind.name()),
        column(after, "region")?,
        column(after, "account_id")?,
        column(after, table.job_id())?,
        column(after, table.time)?,
        match before {
            Some(before) => column(before, state)?,
            None => new_null_array(&DataType::Utf8, count),
        },
        column(after, state)?,
        column(after, "observed_at")?,
        constant(run_id),
    ];
    RecordBatch::try_new(JOB_TRANSITIONS.schema(), columns)
        .map_err(|err| Error::internal("build transitions").with_source(err))
}
