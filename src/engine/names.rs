//! Names that a query uses and that do not exist, with the nearest one that does.

use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;

use crate::error::{Error, Result};
use crate::tables::OPS_SCHEMA;

use super::failure::explain;
use super::{CATALOG, MAIN_SCHEMA};

/// How alike two names must be to be taken for one another, from 0 to 1.
const LIKENESS_MIN: f64 = 0.7;

/// The most alike of `names`, if one is alike enough.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), other);
    names
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, other)| other)
}

/// Refuses a statement that names a table that does not exist.
pub(super) fn check_tables(context: &SessionContext, statement: &Statement) -> Result<()> {
    let references = context.state().resolve_table_references(statement).map_err(explain)?;
    for reference in references {
        if context.table_exist(reference.clone()).map_err(explain)? {
            continue;
        }
        match reference.schema() {
            None | Some(MAIN_SCHEMA) => return Err(missing(context, reference.table())),
            Some(OPS_SCHEMA) => return Err(missing_in_ops(context, reference.table())),
            // DataFusion refuses what is neither ours nor its own information schema.
            Some(_) => {}
        }
    }
    Ok(())
}

fn missing(context: &SessionContext, name: &str) -> Error {
    let error = Error::input(format!("there is no table \"{name}\""));
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
fn table_names(context: &SessionContext, schema: &str) -> Vec<String> {
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
    }
}
