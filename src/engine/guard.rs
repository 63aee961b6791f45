//! Which statements may run. Decided on the parsed statement, before anything is planned.

use datafusion::common::TableReference;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::planner::object_name_to_table_reference;
use datafusion::sql::sqlparser::ast::{ObjectName, ObjectType, Set, Statement as SqlStatement};
use datafusion::sql::sqlparser::dialect::GenericDialect;

use crate::error::{Error, Result};
use crate::tables::{OPS_SCHEMA, Table, VIEWS};

use super::failure::explain;

/// The variables that a session may set. Bounds of memory are not among them.
const VARIABLES: [&str; 9] = [
    "datafusion.execution.batch_size",
    "datafusion.execution.target_partitions",
    "datafusion.explain.analyze_level",
    "datafusion.explain.format",
    "datafusion.explain.logical_plan_only",
    "datafusion.explain.physical_plan_only",
    "datafusion.explain.show_schema",
    "datafusion.explain.show_sizes",
    "datafusion.explain.show_statistics",
];

/// A statement that may run.
#[derive(Debug)]
pub(super) enum Allowed {
    /// As it is.
    Plain(Statement),
    /// `DESCRIBE name`.
    Describe(DescribeStatement),
}

/// A `DESCRIBE`, with the name that it asks for.
#[derive(Debug)]
pub(super) struct DescribeStatement {
    pub(super) name: TableReference,
    statement: Statement,
}

impl Allowed {
    /// True if and only if it answers with plans.
    pub(super) fn is_explain(&self) -> bool {
        match self {
            Self::Plain(Statement::Explain(_)) => true,
            Self::Plain(Statement::Statement(inner)) => {
                matches!(**inner, SqlStatement::Explain { .. })
            }
            _ => false,
        }
    }

    pub(super) fn into_statement(self) -> Statement {
        match self {
            Self::Plain(statement) => statement,
            Self::Describe(describe) => describe.statement,
        }
    }
}

/// The statements of a text.
pub(super) fn parse(sql: &str) -> Result<Vec<Statement>> {
    let mut parser =
        DFParserBuilder::new(sql).with_dialect(&GenericDialect {}).build().map_err(explain)?;
    let statements = parser.parse_statements().map_err(explain)?;
    Ok(statements.into_iter().collect())
}

/// Lets a statement through, or says why not.
pub(super) fn check(statement: Statement) -> Result<Allowed> {
    match &statement {
        Statement::Statement(inner) => match check_sql(inner)? {
            Some(name) => Ok(Allowed::Describe(DescribeStatement { name, statement })),
            None => Ok(Allowed::Plain(statement)),
        },
        Statement::Explain(explain) => {
            match explain.statement.as_ref() {
                Statement::Statement(inner) if matches!(**inner, SqlStatement::Query(_)) => {}
                other => return Err(refused(other)),
            }
            Ok(Allowed::Plain(statement))
        }
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => {
            Err(refused(&statement))
        }
    }
}

/// The name that a `DESCRIBE` asks for, if it is one.
fn check_sql(statement: &SqlStatement) -> Result<Option<TableReference>> {
    match statement {
        SqlStatement::ExplainTable { table_name, .. } => reference(table_name).map(Some),
        SqlStatement::Query(_)
        | SqlStatement::ShowTables { .. }
        | SqlStatement::ShowColumns { .. }
        | SqlStatement::ShowFunctions { .. }
        | SqlStatement::ShowVariable { .. } => Ok(None),
        SqlStatement::Explain { statement: inner, .. } => match **inner {
            SqlStatement::Query(_) => Ok(None),
            _ => Err(refused(inner)),
        },
        SqlStatement::Set(Set::SingleAssignment { variable, .. }) => {
            check_variable(variable)?;
            Ok(None)
        }
        SqlStatement::CreateView(view) if !view.materialized => {
            check_name(&view.name)?;
            Ok(None)
        }
        SqlStatement::Drop { object_type: ObjectType::View, names, .. } => {
            names.iter().try_for_each(check_name)?;
            Ok(None)
        }
        other => Err(refused(other)),
    }
}

fn refused(statement: &impl std::fmt::Display) -> Error {
    let text = statement.to_string();
    let verb: Vec<_> = text.split_whitespace().take(2).collect();
    let verb = verb.join(" ").to_uppercase();
    Error::input(format!(
        "the statement \"{verb} …\" is not allowed: a warehouse is read-only in SQL"
    ))
    .with_hint(
        "SELECT, EXPLAIN, SHOW, DESCRIBE, SET and CREATE VIEW (for this session) are allowed",
    )
}

fn check_variable(variable: &ObjectName) -> Result<()> {
    let name = variable.to_string().to_lowercase();
    if VARIABLES.contains(&name.as_str()) {
        return Ok(());
    }
    Err(Error::input(format!("the variable \"{name}\" may not be set"))
        .with_hint(format!("these may be set: {}", VARIABLES.join(", "))))
}

/// A session's view may not stand in the place of what the warehouse holds.
fn check_name(name: &ObjectName) -> Result<()> {
    let name = reference(name)?;
    if name.schema() == Some(OPS_SCHEMA) {
        let message = format!("the schema \"{OPS_SCHEMA}\" belongs to the warehouse");
        return Err(Error::input(message).with_hint("name the view without a schema"));
    }
    let name = name.table();
    if Table::named(name).is_some() || VIEWS.iter().any(|view| view.name == name) {
        let message = format!("the name \"{name}\" belongs to the warehouse");
        return Err(Error::input(message).with_hint("give the view another name"));
    }
    Ok(())
}

/// A name as it will be looked up: in lower case where it is not quoted.
fn reference(name: &ObjectName) -> Result<TableReference> {
    object_name_to_table_reference(name.clone(), true).map_err(explain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_text(sql: &str, refusal: Option<&str>) {
        let outcome = parse(sql).and_then(|statements| {
            statements.into_iter().try_for_each(|statement| check(statement).map(drop))
        });
        let refusal = refusal.map(ToOwned::to_owned);
        assert_eq!(outcome.err().map(|err| err.to_string()), refusal, "{sql}");
    }

    #[test]
    fn reading_is_allowed() {
        check_text("SELECT 1; WITH a AS (SELECT 1) SELECT * FROM a", None);
        check_text("EXPLAIN ANALYZE SELECT count(*) FROM backup_jobs", None);
        check_text("SHOW TABLES; SHOW COLUMNS FROM jobs; DESCRIBE backup_jobs", None);
        check_text("SET datafusion.explain.format = 'tree'", None);
        check_text("CREATE VIEW mine AS SELECT 1; DROP VIEW mine", None);
    }

    #[test]
    fn writing_and_reading_elsewhere_are_not() {
        for (sql, verb) in [
            ("INSERT INTO backup_jobs VALUES (1)", "INSERT INTO"),
            ("DELETE FROM backup_jobs", "DELETE FROM"),
            ("UPDATE backup_jobs SET state = 'X'", "UPDATE BACKUP_JOBS"),
            ("DELETE FROM ops.runs", "DELETE FROM"),
            ("INSERT INTO ops.units SELECT * FROM ops.units", "INSERT INTO"),
            ("DROP TABLE ops.coverage", "DROP TABLE"),
            ("CREATE TABLE ops.x AS SELECT 1", "CREATE TABLE"),
            ("DROP TABLE backup_jobs", "DROP TABLE"),
            ("CREATE TABLE x AS SELECT 1", "CREATE TABLE"),
            ("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'", "CREATE EXTERNAL"),
            ("COPY backup_jobs TO '/tmp/x.csv'", "COPY BACKUP_JOBS"),
            ("EXPLAIN COPY backup_jobs TO '/tmp/x.csv'", "COPY BACKUP_JOBS"),
            ("CREATE MATERIALIZED VIEW x AS SELECT 1", "CREATE MATERIALIZED"),
        ] {
            let refusal = format!(
                "the statement \"{verb} …\" is not allowed: a warehouse is read-only in SQL"
            );
            check_text(sql, Some(&refusal));
        }
    }

    #[test]
    fn bounds_may_not_be_set() {
        check_text(
            "SET datafusion.runtime.memory_limit = '100G'",
            Some("the variable \"datafusion.runtime.memory_limit\" may not be set"),
        );
    }

    #[test]
    fn names_of_the_warehouse_may_not_be_taken() {
        check_text(
            "CREATE OR REPLACE VIEW main.jobs AS SELECT 1",
            Some("the name \"jobs\" belongs to the warehouse"),
        );
        check_text(
            "CREATE OR REPLACE VIEW Jobs AS SELECT 1",
            Some("the name \"jobs\" belongs to the warehouse"),
        );
        for sql in ["CREATE VIEW OPS.mine AS SELECT 1", "DROP VIEW ops.runs"] {
            check_text(sql, Some("the schema \"ops\" belongs to the warehouse"));
        }
    }
}
