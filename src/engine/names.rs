//! Names that a query uses and that do not exist, with the nearest one that does.

use std::ops::ControlFlow;

use datafusion::common::{Column, DFSchema, TableReference};
use datafusion::logical_expr::{Expr, SortExpr};
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::planner::object_name_to_table_reference;
use datafusion::sql::sqlparser::ast::{
    ObjectName, Statement as SqlStatement, TableFactor, Visit, Visitor,
};

use crate::error::{Error, Place, Result};
use crate::model::{JobKind, most_alike};
use crate::tables::OPS_SCHEMA;

use super::failure::{explain, located};
use super::{CATALOG, MAIN_SCHEMA, summary};

/// How alike two names must be to be taken for one another, from 0 to 1.
const LIKENESS_MIN: f64 = 0.72;

/// The most alike of `names`, if one is alike enough: the one that was meant, most likely.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    most_alike(name, names, LIKENESS_MIN)
}

/// Refuses a statement that names a table, or a function in the place of one, that does not exist.
pub(super) fn check_tables(context: &SessionContext, statement: &Statement) -> Result<()> {
    let functions = functions_called(statement);
    let names = function_names(context);
    let placed = |error: Error, reference: &TableReference| match place(statement, reference) {
        Some(place) => error.with_place(place),
        None => error,
    };
    if let Some(unknown) = functions.iter().find(|it| !names.iter().any(|name| name == it.table()))
    {
        return Err(placed(missing_function(unknown.table(), &names), unknown));
    }
    let references = context.state().resolve_table_references(statement).map_err(explain)?;
    for reference in references {
        let is_function = functions.contains(&reference);
        if is_function || context.table_exist(reference.clone()).map_err(explain)? {
            continue;
        }
        let error = match reference.schema() {
            None | Some(MAIN_SCHEMA) => missing(context, reference.table()),
            Some(OPS_SCHEMA) => missing_in_ops(context, reference.table()),
            // DataFusion refuses what is neither ours nor its own information schema.
            Some(_) => continue,
        };
        return Err(placed(error, &reference));
    }
    Ok(())
}

/// The table or view that a name means which stands outside of SQL.
pub(super) fn reference(context: &SessionContext, name: &str) -> Result<TableReference> {
    let (reference, in_ops) = match name.split_once('.') {
        Some((OPS_SCHEMA, table)) => (TableReference::partial(OPS_SCHEMA, table), Some(table)),
        _ => (TableReference::bare(name), None),
    };
    if context.table_exist(reference.clone()).map_err(explain)? {
        return Ok(reference);
    }
    Err(match in_ops {
        Some(table) => missing_in_ops(context, table),
        None => missing(context, name),
    })
}

/// The order by the first column of that name.
pub(super) fn sort_by(schema: &DFSchema, name: &str) -> Result<SortExpr> {
    if let Some((table, field)) = schema.iter().find(|(_, field)| field.name() == name) {
        return Ok(Expr::Column(Column::from((table, field))).sort(true, false));
    }
    let error = Error::input(format!("the query has no column \"{name}\""));
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    Err(match nearest(name, names.iter().copied()) {
        Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
        None => error.with_hint(format!("its columns are {}", names.join(", "))),
    })
}

/// Where a statement names a relation for the first time.
fn place(statement: &Statement, reference: &TableReference) -> Option<Place> {
    struct Find<'a>(&'a TableReference);

    impl Visitor for Find<'_> {
        type Break = Option<Place>;

        fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<Self::Break> {
            let is_it = object_name_to_table_reference(name.clone(), true)
                .is_ok_and(|found| found == *self.0);
            let first = name.0.first().and_then(|part| part.as_ident());
            match first {
                Some(ident) if is_it => {
                    let start = ident.span.start;
                    ControlFlow::Break(located(start.line, start.column))
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }

    match sql_of(statement)?.visit(&mut Find(reference)) {
        ControlFlow::Break(place) => place,
        ControlFlow::Continue(()) => None,
    }
}

/// The SQL statement, or the one that is to be explained.
fn sql_of(statement: &Statement) -> Option<&SqlStatement> {
    match statement {
        Statement::Explain(explain) => sql_of(&explain.statement),
        Statement::Statement(sql) => Some(sql),
        _ => None,
    }
}

/// The functions that a statement calls where a table could stand.
fn functions_called(statement: &Statement) -> Vec<TableReference> {
    struct Calls(Vec<TableReference>);

    impl Visitor for Calls {
        type Break = ();

        fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
            if let TableFactor::Table { name, args: Some(_), .. } = factor
                && let Ok(name) = object_name_to_table_reference(name.clone(), true)
            {
                self.0.push(name);
            }
            ControlFlow::Continue(())
        }
    }

    let mut calls = Calls(Vec::new());
    if let Some(sql) = sql_of(statement) {
        // It never breaks off.
        let _ = sql.visit(&mut calls);
    }
    calls.0
}

/// The functions that can stand for a table, ours first.
fn function_names(context: &SessionContext) -> Vec<String> {
    let ours = JobKind::ALL.map(|kind| summary::function_name(kind).to_owned());
    let mut others: Vec<_> = context.state().table_functions().keys().cloned().collect();
    others.sort();
    ours.into_iter().chain(others).collect()
}

fn missing_function(name: &str, names: &[String]) -> Error {
    let error = Error::input(format!("there is no table function \"{name}\""));
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
        None => error.with_hint(format!("the table functions are {}", names.join(", "))),
    }
}

fn missing(context: &SessionContext, name: &str) -> Error {
    let error = Error::input(format!("there is no table \"{name}\""));
    if function_names(context).iter().any(|function| function == name) {
        return error.with_hint(format!("it is a function: write {name}()"));
    }
    let (names, of_ops) = (table_names(context, MAIN_SCHEMA), table_names(context, OPS_SCHEMA));
    if let Some(near) = nearest(name, names.iter().map(String::as_str)) {
        return error.with_hint(format!("did you mean \"{near}\"?"));
    }
    match nearest(name, of_ops.iter().map(String::as_str)) {
        Some(near) => error.with_hint(format!("did you mean \"{OPS_SCHEMA}.{near}\"?")),
        None => error.with_hint(format!("the tables and views are {}", names.join(", "))),
    }
}

fn missing_in_ops(context: &SessionContext, name: &str) -> Error {
    let error = Error::input(format!("there is no table \"{OPS_SCHEMA}.{name}\""));
    let names = table_names(context, OPS_SCHEMA);
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.with_hint(format!("did you mean \"{OPS_SCHEMA}.{near}\"?")),
        None => error.with_hint(format!("the tables of {OPS_SCHEMA} are {}", names.join(", "))),
    }
}

/// The tables and views of a schema, in order.
pub(super) fn table_names(context: &SessionContext, schema: &str) -> Vec<String> {
    let schema = context.catalog(CATALOG).and_then(|catalog| catalog.schema(schema));
    let mut names = schema.map(|schema| schema.table_names()).unwrap_or_default();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_forgiven_and_another_word_is_not() {
        let names = ["backup_jobs", "copy_jobs", "jobs"];
        assert_eq!(nearest("backup_job", names.into_iter()), Some("backup_jobs"));
        assert_eq!(nearest("BACKUPJOBS", names.into_iter()), Some("backup_jobs"));
        assert_eq!(nearest("invoices", names.into_iter()), None);
        let columns = ["backup_size_in_bytes", "bytes_transferred"];
        assert_eq!(nearest("size", columns.into_iter()), Some("backup_size_in_bytes"));
        assert_eq!(nearest("yr", columns.into_iter()), None);
    }
}
