//! Plans for people: one row a line, for a cell with line breaks is hard to read in a table.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::error::{Error, Result};

/// The columns of an `EXPLAIN`.
pub(super) fn schema() -> SchemaRef {
    let field = |name| Field::new(name, DataType::Utf8, false);
    Arc::new(Schema::new(vec![field("plan_type"), field("plan")]))
}

/// The lines of the plans in `batch`, whose two columns are the type and the text of a plan.
pub(super) fn lines(batch: &RecordBatch) -> Result<RecordBatch> {
    let failed = |err| Error::internal("show a plan").with_source(err);
    let text = |column: usize| cast(batch.column(column), &DataType::Utf8).map_err(failed);
    let (types, plans) = (text(0)?, text(1)?);
    let (types, plans) = (types.as_string::<i32>(), plans.as_string::<i32>());
    let rows = (0..plans.len()).flat_map(|row| {
        let lines = plans.value(row).trim_end().lines();
        lines.map(move |line| (types.value(row), line))
    });
    let (types, lines): (Vec<_>, Vec<_>) = rows.unzip();
    let columns: Vec<Arc<dyn Array>> =
        vec![Arc::new(StringArray::from(types)), Arc::new(StringArray::from(lines))];
    RecordBatch::try_new(schema(), columns).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_becomes_a_row_a_line() {
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(StringArray::from(vec!["logical", "physical"])),
            Arc::new(StringArray::from(vec!["Sort\n  Scan\n", "Scan"])),
        ];
        let batch = RecordBatch::try_new(schema(), columns).unwrap();
        let lines = lines(&batch).unwrap();
        let text: Vec<_> = lines.column(1).as_string::<i32>().iter().flatten().collect();
        assert_eq!(text, ["Sort", "  Scan", "Scan"]);
    }
}
