//! Names that a query uses and that do not exist, with the nearest one that does.

use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;

use crate::error::{Error, Result};

use super::failure::explain;

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
        let exists = context.table_exist(reference.clone()).map_err(explain)?;
        let is_ours = reference.schema().is_none_or(|schema| schema == "main");
        if exists || !is_ours {
            continue;
        }
        let name = reference.table();
        let error = Error::input(format!("there is no table \"{name}\""));
        let names = table_names(context);
        return Err(match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
            None => error.with_hint(format!("the tables and views are {}", names.join(", "))),
        });
    }
    Ok(())
}

/// The tables and views of the session, in order.
pub(super) fn table_names(context: &SessionContext) -> Vec<String> {
    let schema = context.catalog("lookback").and_then(|catalog| catalog.schema("main"));
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
