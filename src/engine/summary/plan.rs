//! A request as a plan over the table of its jobs: the rule of DESIGN 6, for DataFusion.

use std::sync::Arc;

use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::{TableProvider, provider_as_source};
use datafusion::functions_aggregate::count::count_all;
use datafusion::functions_aggregate::min_max::min;
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident, lit};

use crate::model::{
    AGGREGATE_ALL, Accounts, Choice, Composites, Dimension, END_TIME_BEFORE_MIDNIGHT, JobKind,
    Shown, SummaryRequest, Window,
};

use super::super::values::{text, time};
use super::scalars::{Edge, bucket_edge, same_value};

/// The columns of an answer that are there for every kind; the dimensions stand before the count.
pub(super) const REGION: &str = "region";
pub(super) const ACCOUNT_ID: &str = "account_id";
pub(super) const COUNT: &str = "count";
pub(super) const START_TIME: &str = "start_time";
pub(super) const END_TIME: &str = "end_time";

/// The rows that `request` asks for, in order, from the table that holds the jobs of its kind.
///
/// What a request does not show is NULL, so that the columns of a kind are always the same.
pub(super) fn plan(request: &SummaryRequest, jobs: Arc<dyn TableProvider>) -> Result<LogicalPlan> {
    LogicalPlanBuilder::scan(request.kind.table(), provider_as_source(jobs), None)?
        .filter(admitted(request))?
        .aggregate(groups(request), aggregates(request))?
        .project(columns(request))?
        .sort(order(request))?
        .build()
}

/// Which jobs count.
fn admitted(request: &SummaryRequest) -> Expr {
    let jobs_time = || ident(request.counted_by.column());
    let mut conditions = match request.span() {
        None => vec![lit(false)],
        // These two alone tell which files are read.
        Some(Window { start, end }) => {
            vec![jobs_time().gt_eq(time(start)), jobs_time().lt(time(end))]
        }
    };
    if !request.is_without_gaps() {
        conditions.push(bucket_edge(Edge::Start, request, jobs_time()).is_not_null());
    }
    conditions.extend(request.region.as_ref().map(|region| ident(REGION).eq(text(region))));
    if let Accounts::One(id) = &request.account.accounts {
        conditions.push(ident(ACCOUNT_ID).eq(text(id)));
    }
    for (dimension, column) in dimensions(request.kind) {
        if let Choice::Value(wanted) = request.choice(dimension) {
            conditions.push(same_value(ident(column), wanted));
        }
    }
    conditions.extend(composites(request));
    conditions.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true))
}

/// Scan jobs have neither parents nor children.
fn composites(request: &SummaryRequest) -> Option<Expr> {
    match request.composites {
        _ if request.kind == JobKind::Scan => None,
        Composites::ParentsAndChildren => None,
        Composites::ParentsOnly => Some(ident("parent_job_id").is_null()),
        Composites::ChildrenOnly => Some(ident("is_parent").is_not_true()),
    }
}

/// What tells rows apart.
fn groups(request: &SummaryRequest) -> Vec<Expr> {
    let mut groups = vec![ident(REGION)];
    if request.buckets.len() != 1 {
        let jobs_time = ident(request.counted_by.column());
        groups.push(bucket_edge(Edge::Start, request, jobs_time).alias(START_TIME));
    }
    if request.account.shown == Shown::Value {
        groups.push(ident(ACCOUNT_ID));
    }
    let any = dimensions(request.kind).filter(|it| *request.choice(it.0) == Choice::Any);
    groups.extend(any.map(|(_, column)| ident(column)));
    groups.extend(request.further.iter().map(|column| ident(*column)));
    groups
}

/// The count, and of several spellings of a value that was named the least.
fn aggregates(request: &SummaryRequest) -> Vec<Expr> {
    let is_named = |dimension| matches!(request.choice(dimension), Choice::Value(_));
    let named = dimensions(request.kind).filter(|(dimension, _)| is_named(*dimension));
    let least = named.map(|(_, column)| min(ident(column)).alias(column));
    std::iter::once(count_all().alias(COUNT)).chain(least).collect()
}

fn columns(request: &SummaryRequest) -> Vec<Expr> {
    let start_time = || match request.buckets.as_slice() {
        [one] => time(one.start),
        _ => ident(START_TIME),
    };
    let end_time = match request.buckets.as_slice() {
        [one] => time(one.end - END_TIME_BEFORE_MIDNIGHT),
        _ => bucket_edge(Edge::End, request, start_time()),
    };
    let account_id = shown(request.account.shown, ACCOUNT_ID).alias(ACCOUNT_ID);
    let mut columns = vec![ident(REGION).alias(REGION), account_id];
    for (dimension, column) in dimensions(request.kind) {
        let shows = request.choice(dimension).shows();
        columns.push(shown(shows, column).alias(dimension.name()));
    }
    columns.extend(request.further.iter().map(|column| ident(*column).alias(*column)));
    columns.push(ident(COUNT).alias(COUNT));
    columns.extend([start_time().alias(START_TIME), end_time.alias(END_TIME)]);
    columns
}

fn order(request: &SummaryRequest) -> Vec<Sort> {
    let names = dimensions(request.kind).map(|(dimension, _)| dimension.name());
    let fixed = [START_TIME, END_TIME, REGION, ACCOUNT_ID];
    let names = fixed.into_iter().chain(names).chain(request.further.iter().copied());
    names.map(|name| ident(name).sort(true, true)).collect()
}

fn shown(shown: Shown, column: &str) -> Expr {
    match shown {
        Shown::Value => ident(column),
        Shown::AggregateAll => text(AGGREGATE_ALL),
        Shown::Nothing => lit(ScalarValue::Utf8(None)),
    }
}

fn dimensions(kind: JobKind) -> impl Iterator<Item = (Dimension, &'static str)> {
    Dimension::of(kind).iter().map(move |dimension| (*dimension, dimension.column(kind)))
}
