//! A query with placeholders (`$name`), and the values that they are bound to.
//!
//! A value never becomes a part of the text: a placeholder stays one until the query is planned,
//! and is then a literal of the value's own type.

use std::fmt;
use std::ops::ControlFlow;

use datafusion::common::ScalarValue;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, Expr, Ident, OrderByKind, Query, SelectItem, SetExpr, Spanned,
    Statement as SqlStatement, TimezoneInfo, Value as SqlValue, visit_expressions,
    visit_expressions_mut,
};

use crate::error::{Error, Result};
use crate::model::Instant;

use super::guard;

/// The type of a value that a placeholder is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Text.
    Text,
    /// A whole number.
    Long,
    /// A number.
    Double,
    /// True or false.
    Bool,
    /// An instant.
    Time,
    /// A number of days, in SQL an interval.
    Days,
}

/// A value that a placeholder is bound to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value, of that type.
    Null(ValueType),
    /// Text.
    Text(String),
    /// A whole number.
    Long(i64),
    /// A number.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// An instant.
    Time(Instant),
    /// So many days.
    Days(i32),
}

/// A name in a query, and the line of the text on which it stands first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The line, from 1 on.
    pub line: u64,
}

/// One query, read and not planned, with its placeholders.
#[derive(Clone, Debug)]
pub struct Template {
    query: Box<Query>,
    placeholders: Vec<Named>,
    columns: Vec<Named>,
}

impl Template {
    /// Reads a text that holds one query.
    ///
    /// # Errors
    /// `Input` if it does not parse, is not one query, or has a column without a name.
    pub fn parse(sql: &str) -> Result<Self> {
        let mut statements = guard::parse(sql)?;
        let query = match (statements.pop(), statements.is_empty()) {
            (Some(Statement::Statement(statement)), true) => match *statement {
                SqlStatement::Query(query) => query,
                _ => return Err(not_one_query()),
            },
            _ => return Err(not_one_query()),
        };
        let (placeholders, columns) = (placeholders(&query), columns(&query.body)?);
        Ok(Self { query, placeholders, columns })
    }

    /// The names of the placeholders, without `$`, as they come.
    pub fn placeholders(&self) -> &[Named] {
        &self.placeholders
    }

    /// The names of the columns of its answer.
    pub fn columns(&self) -> &[Named] {
        &self.columns
    }

    /// The columns by which its answer is ordered; what is ordered by anything else is left out.
    pub fn order(&self) -> Vec<String> {
        let kind = self.query.order_by.as_ref().map(|order| &order.kind);
        let Some(OrderByKind::Expressions(keys)) = kind else { return Vec::new() };
        keys.iter().filter_map(|key| name(&key.expr).map(folded)).collect()
    }

    /// The query with its placeholders typed, and the values under their names.
    ///
    /// # Errors
    /// `Input` for a placeholder without a value, and for a value without a placeholder.
    pub(super) fn bind(
        &self,
        values: &[(String, Value)],
    ) -> Result<(Statement, Vec<(String, ScalarValue)>)> {
        let value = |name: &str| values.iter().find(|(other, _)| other == name);
        if let Some(lacking) = self.placeholders.iter().find(|it| value(&it.name).is_none()) {
            return Err(Error::input(format!("parameter \"{}\" has no value", lacking.name)));
        }
        let is_used = |name: &str| self.placeholders.iter().any(|it| it.name == name);
        if let Some((unused, _)) = values.iter().find(|(name, _)| !is_used(name)) {
            return Err(Error::input(format!("the query has no parameter \"{unused}\"")));
        }
        let mut query = self.query.clone();
        let _: ControlFlow<()> = visit_expressions_mut(&mut query, |expr| {
            if let Some((_, value)) = placeholder(expr).and_then(|found| value(&found.name)) {
                *expr = typed(expr.clone(), value.value_type());
            }
            ControlFlow::Continue(())
        });
        let statement = Statement::Statement(Box::new(SqlStatement::Query(query)));
        let values = values.iter().map(|(name, value)| (name.clone(), value.scalar()));
        Ok((statement, values.collect()))
    }
}

impl Value {
    /// Its type.
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Null(value_type) => *value_type,
            Self::Text(_) => ValueType::Text,
            Self::Long(_) => ValueType::Long,
            Self::Double(_) => ValueType::Double,
            Self::Bool(_) => ValueType::Bool,
            Self::Time(_) => ValueType::Time,
            Self::Days(_) => ValueType::Days,
        }
    }

    fn scalar(&self) -> ScalarValue {
        let zone = || Some("+00:00".into());
        match self {
            Self::Null(ValueType::Text) => ScalarValue::Utf8(None),
            Self::Null(ValueType::Long) => ScalarValue::Int64(None),
            Self::Null(ValueType::Double) => ScalarValue::Float64(None),
            Self::Null(ValueType::Bool) => ScalarValue::Boolean(None),
            Self::Null(ValueType::Time) => ScalarValue::TimestampMicrosecond(None, zone()),
            Self::Null(ValueType::Days) => ScalarValue::IntervalMonthDayNano(None),
            Self::Text(text) => ScalarValue::Utf8(Some(text.clone())),
            Self::Long(number) => ScalarValue::Int64(Some(*number)),
            Self::Double(number) => ScalarValue::Float64(Some(*number)),
            Self::Bool(value) => ScalarValue::Boolean(Some(*value)),
            Self::Time(instant) => {
                ScalarValue::TimestampMicrosecond(Some(instant.micros()), zone())
            }
            Self::Days(days) => ScalarValue::new_interval_mdn(0, *days, 0),
        }
    }
}

/// The value, as a person writes it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null(_) => f.write_str("NULL"),
            Self::Text(text) => f.write_str(text),
            Self::Long(number) => number.fmt(f),
            Self::Double(number) => number.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::Time(instant) => instant.fmt(f),
            Self::Days(days) => days.fmt(f),
        }
    }
}

/// The planner knows no type of a placeholder before it has a value, and resolves functions and
/// operators before that: so each is cast to its type where it stands.
fn typed(placeholder: Expr, value_type: ValueType) -> Expr {
    let data_type = match value_type {
        ValueType::Text => DataType::Varchar(None),
        ValueType::Long => DataType::BigInt(None),
        ValueType::Double => DataType::DoublePrecision,
        ValueType::Bool => DataType::Boolean,
        // Of the precision of the tables: a comparison then needs no conversion of the column.
        ValueType::Time => DataType::Timestamp(Some(6), TimezoneInfo::WithTimeZone),
        ValueType::Days => DataType::Interval { fields: None, precision: None },
    };
    let expr = Box::new(placeholder);
    Expr::Cast { kind: CastKind::Cast, expr, data_type, array: false, format: None }
}

fn not_one_query() -> Error {
    Error::input("the text is not one query").with_hint("write one SELECT, with or without WITH")
}

/// The placeholders of a query, each once.
fn placeholders(query: &Query) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let _: ControlFlow<()> = visit_expressions(query, |expr| {
        if let Some(named) = placeholder(expr)
            && !found.iter().any(|other| other.name == named.name)
        {
            found.push(named);
        }
        ControlFlow::Continue(())
    });
    found
}

fn placeholder(expr: &Expr) -> Option<Named> {
    let Expr::Value(value) = expr else { return None };
    let SqlValue::Placeholder(text) = &value.value else { return None };
    let name = text.trim_start_matches('$').to_owned();
    Some(Named { name, line: value.span.start.line })
}

/// The names of the columns of the first SELECT: those of a union are its columns.
fn columns(body: &SetExpr) -> Result<Vec<Named>> {
    match body {
        SetExpr::Select(select) => select.projection.iter().map(column).collect(),
        SetExpr::Query(query) => columns(&query.body),
        SetExpr::SetOperation { left, .. } => columns(left),
        _ => Err(not_one_query()),
    }
}

fn column(item: &SelectItem) -> Result<Named> {
    let ident = match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias),
        SelectItem::UnnamedExpr(expr) => name(expr),
        _ => None,
    };
    let ident = ident.ok_or_else(|| {
        let line = item.span().start.line;
        Error::input(format!("line {line}: the column \"{item}\" of the query has no name"))
            .with_hint("list the columns one by one, and name each with AS")
    })?;
    Ok(Named { name: folded(ident), line: ident.span.start.line })
}

/// The name that an expression has by itself.
fn name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Identifier(ident) => Some(ident),
        Expr::CompoundIdentifier(idents) => idents.last(),
        _ => None,
    }
}

/// A name as it is looked up: in lower case where it is not quoted.
fn folded(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, placeholders: &[(&str, u64)], columns: &[(&str, u64)]) {
        let template = Template::parse(sql).unwrap();
        let told = |named: &[Named]| -> Vec<_> {
            named.iter().map(|it| (it.name.clone(), it.line)).collect()
        };
        let expected = |named: &[(&str, u64)]| -> Vec<_> {
            named.iter().map(|(name, line)| ((*name).to_owned(), *line)).collect()
        };
        assert_eq!(told(template.placeholders()), expected(placeholders));
        assert_eq!(told(template.columns()), expected(columns));
    }

    #[test]
    fn placeholders_and_columns_are_found_with_their_lines() {
        check(
            "WITH a AS (SELECT x FROM t WHERE y > $now)\nSELECT a.X, 1 + $n AS \"N\"\nFROM a, (\n\
             SELECT $n) WHERE '$no' <> x -- $no\nLIMIT $rows",
            &[("now", 1), ("n", 2), ("rows", 5)],
            &[("x", 2), ("N", 2)],
        );
        check("(SELECT a FROM t) UNION ALL SELECT b FROM t", &[], &[("a", 1)]);
    }

    #[test]
    fn the_order_is_that_of_the_outermost_query() {
        let order = |sql: &str| Template::parse(sql).unwrap().order();
        assert_eq!(order("SELECT a, b FROM t ORDER BY B DESC, t.a, a + 1"), ["b", "a"]);
        assert_eq!(order("SELECT a FROM (SELECT a FROM t ORDER BY a)"), Vec::<String>::new());
    }

    #[track_caller]
    fn check_wrong(sql: &str, message: &str) {
        assert_eq!(Template::parse(sql).unwrap_err().chain(), message);
    }

    #[test]
    fn what_is_not_one_query_with_named_columns_is_refused() {
        check_wrong("", "the text is not one query");
        check_wrong("SELECT 1 AS a; SELECT 2 AS a", "the text is not one query");
        check_wrong("DELETE FROM jobs", "the text is not one query");
        check_wrong("EXPLAIN SELECT 1 AS a", "the text is not one query");
        check_wrong("VALUES (1)", "the text is not one query");
        check_wrong("SELECT * FROM t", "line 1: the column \"*\" of the query has no name");
        check_wrong("SELECT t.* FROM t", "line 1: the column \"t.*\" of the query has no name");
        check_wrong("SELECT 1 + 1", "line 1: the column \"1 + 1\" of the query has no name");
    }

    #[test]
    fn every_placeholder_has_one_value_and_every_value_a_placeholder() {
        let template = Template::parse("SELECT $a AS a").unwrap();
        let bind = |names: &[&str]| {
            let values: Vec<_> =
                names.iter().map(|name| ((*name).to_owned(), Value::Long(1))).collect();
            template.bind(&values).map(|(statement, _)| statement.to_string())
        };
        assert_eq!(bind(&["a"]).unwrap(), "SELECT CAST($a AS BIGINT) AS a");
        assert_eq!(bind(&[]).unwrap_err().chain(), "parameter \"a\" has no value");
        assert_eq!(bind(&["a", "b"]).unwrap_err().chain(), "the query has no parameter \"b\"");
    }
}
