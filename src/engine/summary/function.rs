//! The table functions of SQL, named as AWS's operations: `list_backup_job_summaries(…)`.

use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, FunctionArg, FunctionArgExpr, TableFactor};

use crate::engine::MAIN_SCHEMA;
use crate::engine::names::nearest;
use crate::error::{Error, Result};
use crate::model::{Instant, JobKind};

use super::Summaries;
use super::argument::{Argument, Wording};
use super::question::{Given, Question};

/// The name of the table function that counts jobs of `kind`: `list_backup_job_summaries`.
pub fn name(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Backup => "list_backup_job_summaries",
        JobKind::Copy => "list_copy_job_summaries",
        JobKind::Restore => "list_restore_job_summaries",
        JobKind::Scan => "list_scan_job_summaries",
    }
}

/// Plans the functions where they stand in a query.
#[derive(Debug)]
pub(in crate::engine) struct SummaryFunctions(pub(in crate::engine) Summaries);

impl RelationPlanner for SummaryFunctions {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning, DataFusionError> {
        let TableFactor::Table { name: called, args: Some(args), alias, .. } = &relation else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let called = context.object_name_to_table_reference(called.clone())?;
        let is_ours = matches!(called.schema(), None | Some(MAIN_SCHEMA));
        let kind = JobKind::ALL.into_iter().find(|kind| is_ours && name(*kind) == called.table());
        let Some(kind) = kind else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let question = self.question(kind, &args.args, context)?;
        let plan = self.0.plan(&question).map_err(external)?;
        let plan = LogicalPlanBuilder::from(plan).alias(name(kind))?.build()?;
        let planned = PlannedRelation::new(plan, alias.clone());
        Ok(RelationPlanning::Planned(Box::new(planned)))
    }
}

impl SummaryFunctions {
    fn question(
        &self,
        kind: JobKind,
        arguments: &[FunctionArg],
        context: &mut dyn RelationPlannerContext,
    ) -> Result<Question, DataFusionError> {
        let mut question = Question::new(kind, Wording::Sql);
        let mut named = None;
        for (at, argument) in arguments.iter().enumerate() {
            let (argument, value) = match argument {
                FunctionArg::Unnamed(value) => {
                    let argument = by_position(kind, at, arguments.len(), named);
                    (argument.map_err(external)?, value)
                }
                FunctionArg::Named { name, arg, .. } => {
                    let name = context.normalize_ident(name.clone());
                    let argument = by_name(kind, &name).map_err(external)?;
                    named = Some(argument);
                    (argument, arg)
                }
                FunctionArg::ExprNamed { name, .. } => {
                    return Err(external(unknown(kind, &name.to_string())));
                }
            };
            if let Some(given) = self.given(argument, value, context)? {
                question.give(argument, given).map_err(external)?;
            }
        }
        Ok(question)
    }

    /// The value of an argument; nothing for NULL, which is an argument left out.
    fn given(
        &self,
        argument: Argument,
        value: &FunctionArgExpr,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<Option<Given>, DataFusionError> {
        let value = match value {
            FunctionArgExpr::Expr(SqlExpr::Identifier(word)) => {
                return Err(external(bare_word(argument, &word.value)));
            }
            FunctionArgExpr::Expr(value) => value.clone(),
            other => return Ok(Some(Given::Other(other.to_string()))),
        };
        let written = value.to_string();
        let empty = DFSchema::empty();
        let value = context.sql_to_expr(value, &empty)?;
        let now = chrono::DateTime::from_timestamp_micros(self.0.now().micros());
        let session = SimplifyContext::builder().with_query_execution_start_time(now).build();
        let simplifier = ExprSimplifier::new(session);
        let value = simplifier.simplify(simplifier.coerce(value, &empty)?)?;
        match value {
            Expr::Literal(value, _) if value.is_null() => Ok(None),
            Expr::Literal(value, _) => Ok(Some(given(&value, written))),
            _ => Ok(Some(Given::Other(written))),
        }
    }
}

fn given(value: &ScalarValue, written: String) -> Given {
    match value {
        ScalarValue::Utf8(Some(text))
        | ScalarValue::LargeUtf8(Some(text))
        | ScalarValue::Utf8View(Some(text)) => Given::Text(text.clone()),
        ScalarValue::Int64(Some(number)) => Given::Number(*number),
        value => match time(value) {
            Some(instant) => Given::Time(instant),
            None => Given::Other(written),
        },
    }
}

/// A date or a timestamp, with a zone or in UTC.
fn time(value: &ScalarValue) -> Option<Instant> {
    use arrow::datatypes::{DataType, TimeUnit};
    let is_time = matches!(
        value.data_type(),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _)
    );
    let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    match is_time.then(|| value.cast_to(&micros)) {
        Some(Ok(ScalarValue::TimestampMicrosecond(Some(micros), _))) => {
            Some(Instant::from_micros(micros))
        }
        _ => None,
    }
}

fn by_position(
    kind: JobKind,
    at: usize,
    count: usize,
    named: Option<Argument>,
) -> Result<Argument> {
    let (function, of_aws) = (name(kind), Argument::of_aws(kind));
    if let Some(named) = named {
        let message = format!("an argument without a name follows \"{}\"", named.name());
        let hint = "put arguments without a name first, or name them all";
        return Err(Error::input(message).with_hint(hint));
    }
    of_aws.get(at).copied().ok_or_else(|| {
        let message = format!(
            "function \"{function}\" takes {} arguments without a name, and {count} are given",
            of_aws.len()
        );
        Error::input(message).with_hint("name the others, as in since => '2026-01-01'")
    })
}

fn by_name(kind: JobKind, name: &str) -> Result<Argument> {
    Argument::of(kind).find(|argument| argument.name() == name).ok_or_else(|| unknown(kind, name))
}

fn unknown(kind: JobKind, argument: &str) -> Error {
    let names: Vec<_> = Argument::of(kind).map(Argument::name).collect();
    let message = format!("function \"{}\" has no argument \"{argument}\"", name(kind));
    let meant = nearest(argument, names.iter().copied());
    let meant = meant.map_or(String::new(), |near| format!("did you mean \"{near}\"? "));
    Error::input(message).with_hint(format!("{meant}the arguments are {}", names.join(", ")))
}

fn bare_word(argument: Argument, word: &str) -> Error {
    let name = argument.name();
    Error::input(format!("argument \"{name}\" is the bare word {word}"))
        .with_hint(format!("put it in quotes: {}", Wording::Sql.with(argument, word)))
}

fn external(err: Error) -> DataFusionError {
    DataFusionError::External(Box::new(err))
}
