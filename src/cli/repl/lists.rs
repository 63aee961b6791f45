//! What `\\d` lists: tables and arguments, as answers.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use futures::StreamExt;
use futures::stream;

use crate::engine::{Answer, Member, Vocabulary};
use crate::error::{Error, Result};

/// Tables, views and the functions that have arguments to be described.
pub(super) fn relations(names: &Vocabulary) -> Result<Answer> {
    let relations = names.relations.iter();
    let mut rows: Vec<_> =
        relations.map(|it| [it.name.as_str(), it.kind.name(), it.doc.as_str()]).collect();
    let functions = names.table_functions.iter().filter(|it| !it.arguments.is_empty());
    let doc = "Job summaries; \\d and its name lists its arguments.";
    rows.extend(functions.map(|it| [it.name.as_str(), "table function", doc]));
    table(["name", "kind", "a row is"], &rows)
}

/// Columns or arguments, and what they mean.
pub(super) fn members(what: &str, members: &[Member]) -> Result<Answer> {
    let rows: Vec<_> = members.iter().map(|it| [it.name.as_str(), it.doc.as_str()]).collect();
    table([what, "meaning"], &rows)
}

fn table<const N: usize>(names: [&str; N], rows: &[[&str; N]]) -> Result<Answer> {
    let column = |place: usize| {
        let cells = StringArray::from_iter_values(rows.iter().map(|row| row[place]));
        (names[place], Arc::new(cells) as ArrayRef)
    };
    let batch = RecordBatch::try_from_iter((0..N).map(column))
        .map_err(|err| Error::internal("list names").with_source(err))?;
    Ok(Answer { schema: batch.schema(), batches: stream::iter([Ok(batch)]).boxed() })
}
