//! The names that a query may use, for completion and for lists of tables.

use arrow::datatypes::{DataType, FieldRef, Schema};
use datafusion::prelude::SessionContext;

use crate::error::Result;
use crate::model::JobKind;
use crate::tables::{self, OPS, OPS_SCHEMA, Table, VIEWS};

use super::failure::explain;
use super::names::table_names;
use super::summary::{Argument, Question, Summaries, Wording, function_name};
use super::{CATALOG, MAIN_SCHEMA};

/// The names that a query may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Tables first, then views, then what the schema `ops` holds, then the session's own views.
    pub relations: Vec<Relation>,
    /// The functions that stand for a table.
    pub table_functions: Vec<TableFunction>,
    /// The functions of a value, of groups and of windows, in order.
    pub functions: Vec<String>,
}

/// A table or a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name, with its schema where it is needed: `ops.runs`.
    pub name: String,
    /// What it is.
    pub kind: RelationKind,
    /// One sentence: what a row is; empty for the session's own views.
    pub doc: String,
    /// Its columns.
    pub columns: Vec<Member>,
}

/// What a relation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// A table of the lake.
    Table,
    /// A view of the warehouse.
    View,
    /// A table of the schema `ops`.
    Ops,
    /// A view that this session made.
    Own,
}

impl RelationKind {
    /// The word in lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table | Self::Ops => "table",
            Self::View => "view",
            Self::Own => "view of this session",
        }
    }
}

/// A column or an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence where one is known, else its type.
    pub doc: String,
}

/// A function that stands for a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFunction {
    /// Its name.
    pub name: String,
    /// Its arguments by name; none for those of DataFusion, which have no names.
    pub arguments: Vec<Member>,
    /// The columns of its answer, as far as they do not hang on its arguments.
    pub columns: Vec<Member>,
}

/// Everything that a query of this session may name.
pub(super) async fn gather(context: &SessionContext, summaries: &Summaries) -> Result<Vocabulary> {
    let tables = tables::ALL.iter().map(|table| declared(table, RelationKind::Table));
    let mut relations: Vec<_> = tables.collect();
    for view in VIEWS {
        let columns = columns(context, view.name).await?;
        let (name, doc) = (view.name.to_owned(), view.doc().to_owned());
        relations.push(Relation { name, kind: RelationKind::View, doc, columns });
    }
    relations.extend(OPS.iter().map(|table| declared(table, RelationKind::Ops)));
    for name in table_names(context, MAIN_SCHEMA) {
        if relations.iter().any(|it| it.name == name) {
            continue;
        }
        let columns = columns(context, &name).await?;
        relations.push(Relation { name, kind: RelationKind::Own, doc: String::new(), columns });
    }
    let (table_functions, functions) = (table_functions(context, summaries)?, functions(context));
    Ok(Vocabulary { relations, table_functions, functions })
}

fn declared(table: &Table, kind: RelationKind) -> Relation {
    let name = match kind {
        RelationKind::Ops => format!("{OPS_SCHEMA}.{}", table.name),
        _ => table.name.to_owned(),
    };
    let column = |column: &tables::Column| Member {
        name: column.name.to_owned(),
        doc: column.doc.replace('`', ""),
    };
    let columns = table.columns.iter().map(column).collect();
    Relation { name, kind, doc: table.doc.replace('`', ""), columns }
}

async fn columns(context: &SessionContext, name: &str) -> Result<Vec<Member>> {
    let schema = context.catalog(CATALOG).and_then(|catalog| catalog.schema(MAIN_SCHEMA));
    let table = match schema {
        Some(schema) => schema.table(name).await.map_err(explain)?,
        None => None,
    };
    Ok(table.map(|table| fields(&table.schema())).unwrap_or_default())
}

fn fields(schema: &Schema) -> Vec<Member> {
    let member = |field: &FieldRef| Member {
        name: field.name().clone(),
        doc: documented(field.name()).unwrap_or_else(|| type_name(field.data_type())),
    };
    schema.fields().iter().map(member).collect()
}

/// What the tables of jobs that have a column of that name say of it, if they all say the same.
fn documented(column: &str) -> Option<String> {
    let of_jobs = tables::ALL.iter().filter(|table| table.kind.is_some());
    let all = of_jobs.flat_map(|table| table.columns);
    let mut docs = all.filter(|it| it.name == column).map(|it| it.doc);
    let first = docs.next()?;
    docs.all(|doc| doc == first).then(|| first.replace('`', ""))
}

/// The name of a type in SQL, where Arrow's name is another.
fn type_name(ty: &DataType) -> String {
    match ty {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "varchar".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp with time zone".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}

fn table_functions(context: &SessionContext, summaries: &Summaries) -> Result<Vec<TableFunction>> {
    let mut functions = Vec::new();
    for kind in JobKind::ALL {
        let argument = |argument: Argument| Member {
            name: argument.name().to_owned(),
            doc: argument.doc().replace('`', ""),
        };
        let plan = summaries.plan(&Question::new(kind, Wording::Sql))?;
        functions.push(TableFunction {
            name: function_name(kind).to_owned(),
            arguments: Argument::of(kind).map(argument).collect(),
            columns: fields(plan.schema().as_arrow()),
        });
    }
    let mut others: Vec<_> = context.state().table_functions().keys().cloned().collect();
    others.sort();
    let other = |name| TableFunction { name, arguments: Vec::new(), columns: Vec::new() };
    functions.extend(others.into_iter().map(other));
    Ok(functions)
}

fn functions(context: &SessionContext) -> Vec<String> {
    let state = context.state();
    let scalars = state.scalar_functions().keys();
    let names = scalars.chain(state.aggregate_functions().keys());
    let mut names: Vec<_> = names.chain(state.window_functions().keys()).cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_a_doc_where_all_tables_agree() {
        let expected = "The Region of the endpoint that answered.";
        assert_eq!(documented("region").as_deref(), Some(expected));
        assert_eq!(documented("no_such_column"), None);
    }
}
