//! What is exported: a table, or an answer.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, Schema};
use futures::StreamExt;
use tokio::runtime::Handle;

use crate::engine::{Answer, CHANGES_SCHEMA, Engine, MAIN_SCHEMA, nearest};
use crate::error::{Error, Result};
use crate::model::Instant;
use crate::output::with_unique_names;
use crate::tables::{OPS_SCHEMA, Table};

/// The parts of a table's time, in UTC, by which files can be partitioned though no column has
/// them.
const TIME_PARTS: [&str; 3] = ["year", "month", "day"];

/// Which rows of a table are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Those whose time is at or after this instant.
    pub since: Option<Instant>,
    /// Those whose time is before this instant.
    pub until: Option<Instant>,
    /// Those that [`Engine::show_changes`] shows.
    pub changed_only: bool,
}

/// One result that is exported.
#[derive(Debug)]
pub struct Dataset {
    /// The name of its folder.
    pub(super) name: String,
    /// The table, where it is one.
    pub(super) table: Option<&'static Table>,
    /// A query that counts its rows, where that is cheap.
    count: Option<String>,
    result: Outcome,
}

/// Where the rows are.
#[derive(Debug)]
enum Outcome {
    /// A query that is still to be run.
    Sql(String),
    /// They are on their way.
    Answer(Answer),
}

impl Dataset {
    /// A table or a view, of the schema `ops` too, ordered by the partition, its time and its key,
    /// so that the same snapshot gives the same files.
    ///
    /// # Errors
    /// `Input` for a name or a column that does not exist, or a time where there is none.
    pub async fn table(
        engine: &Engine,
        name: &str,
        rows: Rows,
        partition_by: &[String],
    ) -> Result<Self> {
        let table = Table::named(name);
        let schema = engine.columns(name).await?;
        engine.sort_in_one();
        if table.is_none() && rows != Rows::default() {
            return Err(without_time(name, rows));
        }
        for column in partition_by {
            check_column(name, table, &schema, column)?;
        }
        let sql = match table {
            Some(table) => of_table(table, &schema, rows, partition_by),
            None => of_view(name, partition_by),
        };
        let count = table.filter(|_| !rows.changed_only).map(|table| count(table, rows));
        Ok(Self { name: name.to_owned(), table, count, result: Outcome::Sql(sql) })
    }

    /// The answer that `ask` gives, asked on these threads, in its own order; where it is
    /// partitioned, the rows of a partition in any order.
    ///
    /// # Errors
    /// Those of `ask`; `Input` for a column that it does not have.
    pub async fn answer(
        engine: &Arc<Engine>,
        threads: &Handle,
        name: &str,
        ask: impl Future<Output = Result<Answer>> + Send + 'static,
        partition_by: &[String],
    ) -> Result<Self> {
        engine.sort_in_one();
        let (engine, partition_by) = (Arc::clone(engine), partition_by.to_vec());
        let asked = async move { engine.sorted(unique(ask.await?), &partition_by).await };
        let result = Outcome::Answer(Answer::made_on(threads, asked).await?);
        Ok(Self { name: name.to_owned(), table: None, count: None, result })
    }

    /// True if and only if it is a table of the lake, of which changes can be exported.
    pub fn is_table(&self) -> bool {
        self.table.is_some()
    }

    /// How many rows it has, where that is known before they are read.
    pub(super) async fn count(&self, engine: &Engine) -> Result<Option<u64>> {
        let Some(sql) = &self.count else { return Ok(None) };
        let batches = engine.query(sql).await?;
        let column = batches.first().and_then(|batch| batch.columns().first().cloned());
        let count = column.map(|column| column.as_primitive::<Int64Type>().value(0));
        Ok(count.and_then(|count| u64::try_from(count).ok()))
    }

    /// Its rows, those of a partition together.
    pub(super) async fn rows(self, engine: &Arc<Engine>, threads: &Handle) -> Result<Answer> {
        match self.result {
            Outcome::Answer(answer) => Ok(answer),
            Outcome::Sql(sql) => {
                let statement = engine.parse(&sql)?.pop();
                let statement = statement.ok_or_else(|| Error::internal(format!("parse {sql}")))?;
                let engine = Arc::clone(engine);
                Answer::made_on(threads, async move { engine.run(statement).await }).await
            }
        }
    }
}

/// An answer of which every column can be named.
fn unique(answer: Answer) -> Answer {
    let schema = with_unique_names(&answer.schema);
    let named = Arc::clone(&schema);
    let batches = answer.batches.map(move |batch| {
        RecordBatch::try_new(Arc::clone(&named), batch?.columns().to_vec())
            .map_err(|err| Error::internal("name the columns").with_source(err))
    });
    Answer { schema, batches: batches.boxed() }
}

fn without_time(name: &str, rows: Rows) -> Error {
    let flag = match rows {
        Rows { since: Some(_), .. } => "--since",
        Rows { until: Some(_), .. } => "--until",
        _ => "--changed-since",
    };
    Error::input(format!("{} \"{name}\" cannot be exported with {flag}", what(name)))
        .with_hint("export the tables of jobs, or a query with --sql")
}

/// What to call it that is no table of the lake.
fn what(name: &str) -> &'static str {
    if name.starts_with(OPS_SCHEMA) { "table" } else { "view" }
}

fn check_column(name: &str, table: Option<&Table>, schema: &Schema, column: &str) -> Result<()> {
    let is_part = table.is_some() && TIME_PARTS.contains(&column);
    if is_part || schema.field_with_name(column).is_ok() {
        return Ok(());
    }
    let what = if table.is_some() { "table" } else { what(name) };
    let error = Error::input(format!("{what} \"{name}\" has no column \"{column}\""));
    let parts = TIME_PARTS.into_iter().filter(|_| table.is_some());
    let names = schema.fields().iter().map(|field| field.name().as_str()).chain(parts);
    Err(match nearest(column, names) {
        Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
        None => error.with_hint(format!("list its columns with: DESCRIBE {name}")),
    })
}

fn of_table(table: &Table, schema: &Schema, rows: Rows, partition_by: &[String]) -> String {
    let time = quoted(table.time);
    let parts = partition_by.iter().filter(|column| schema.field_with_name(column).is_err());
    let parts =
        parts.map(|part| format!(", CAST(date_part('{part}', {time}) AS int) AS {}", quoted(part)));
    let from = from(table, rows);
    let order = partition_by.iter().map(String::as_str).chain([table.time]);
    let order: Vec<_> = order.chain(table.row_key()).map(quoted).collect();
    let (parts, order) = (parts.collect::<String>(), order.join(", "));
    format!("SELECT *{parts} FROM {from} ORDER BY {order}")
}

fn count(table: &Table, rows: Rows) -> String {
    format!("SELECT count(*) FROM {}", from(table, rows))
}

/// The table and which of its rows.
fn from(table: &Table, rows: Rows) -> String {
    let schema = if rows.changed_only { CHANGES_SCHEMA } else { MAIN_SCHEMA };
    let from = format!("{schema}.{}", table.name);
    let time = quoted(table.time);
    let bound = |sign, bound: Option<Instant>| bound.map(|at| format!("{time} {sign} '{at}'"));
    let bounds = [bound(">=", rows.since), bound("<", rows.until)];
    let bounds: Vec<_> = bounds.into_iter().flatten().collect();
    if bounds.is_empty() {
        return from;
    }
    format!("{from} WHERE {}", bounds.join(" AND "))
}

fn of_view(name: &str, partition_by: &[String]) -> String {
    let order: Vec<_> = partition_by.iter().map(|column| quoted(column)).collect();
    let order =
        if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    let name: Vec<_> = name.split('.').map(quoted).collect();
    format!("SELECT * FROM {}{order}", name.join("."))
}

/// A name as SQL takes it whatever it is.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{AWS_JOB_SUMMARIES, BACKUP_JOBS};

    #[track_caller]
    fn check(table: &Table, rows: Rows, partition_by: &[&str], expected: &str) {
        let partition_by: Vec<_> = partition_by.iter().map(ToString::to_string).collect();
        assert_eq!(of_table(table, &table.schema(), rows, &partition_by), expected);
    }

    #[test]
    fn a_table_is_ordered_by_partition_time_and_key() {
        let key = "\"creation_date\", \"region\", \"account_id\", \"backup_job_id\"";
        let expected = format!("SELECT * FROM main.backup_jobs ORDER BY {key}");
        check(&BACKUP_JOBS, Rows::default(), &[], &expected);
        let rows = Rows {
            since: Instant::from_text("2026-01-01"),
            until: Instant::from_text("2026-02-01T00:00:00.5Z"),
            changed_only: true,
        };
        let expected = format!(
            "SELECT *, CAST(date_part('year', \"creation_date\") AS int) AS \"year\" \
             FROM changes.backup_jobs WHERE \"creation_date\" >= '2026-01-01T00:00:00Z' AND \
             \"creation_date\" < '2026-02-01T00:00:00.500Z' \
             ORDER BY \"region\", \"year\", {key}"
        );
        check(&BACKUP_JOBS, rows, &["region", "year"], &expected);
    }

    #[test]
    fn readings_have_nearly_all_columns_for_their_key() {
        let sql = of_table(&AWS_JOB_SUMMARIES, &AWS_JOB_SUMMARIES.schema(), Rows::default(), &[]);
        assert!(sql.contains("\"count\"") && !sql.contains("\"replaced_at\""), "{sql}");
    }
}
