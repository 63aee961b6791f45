//! A part of a listing as a plan over the table of its jobs.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::datasource::{TableProvider, provider_as_source};
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident};

use crate::model::{Accounts, Window};
use crate::tables::{Condition, ListRequest, Position, Table, Test};

use super::super::summary::same_value;
use super::super::values::{text, time};

const REGION: &str = "region";
const ACCOUNT_ID: &str = "account_id";

/// At most `limit` of the jobs that `request` asks for and that were created in `window`, in the
/// order of [`Position`], from the table that holds the jobs of its kind.
pub(super) fn plan(
    region: &str,
    request: &ListRequest,
    window: Window,
    limit: usize,
    jobs: Arc<dyn TableProvider>,
) -> Result<LogicalPlan> {
    let table = Table::of_jobs(request.kind);
    LogicalPlanBuilder::scan(table.name, provider_as_source(jobs), None)?
        .filter(wanted(table, region, request, window))?
        .sort_with_limit(order(table), Some(limit))?
        .build()
}

fn wanted(table: &Table, region: &str, request: &ListRequest, window: Window) -> Expr {
    // These two alone tell which files are read.
    let mut wanted = ident(table.time)
        .gt_eq(time(window.start))
        .and(ident(table.time).lt(time(window.end)))
        .and(ident(REGION).eq(text(region)));
    if let Accounts::One(id) = &request.filter.accounts {
        wanted = wanted.and(ident(ACCOUNT_ID).eq(text(id)));
    }
    let further = request.after.as_ref().map(|position| follows(table, position));
    request.filter.conditions.iter().map(condition).chain(further).fold(wanted, Expr::and)
}

fn condition(condition: &Condition) -> Expr {
    let column = ident(condition.column());
    match condition.test() {
        Test::Is(value) => column.eq(text(value)),
        Test::SameAs(value) => same_value(column, value),
        Test::After(instant) => column.gt(time(*instant)),
        Test::Before(instant) => column.lt(time(*instant)),
    }
}

/// Which jobs come after a place in the order.
fn follows(table: &Table, position: &Position) -> Expr {
    let Position { creation_date, account_id, job_id } = position;
    let created = || ident(table.time);
    let account = || ident(ACCOUNT_ID);
    let same_account = account().eq(text(account_id)).and(ident(table.job_id()).gt(text(job_id)));
    let same_time = account().gt(text(account_id)).or(same_account);
    created().lt(time(*creation_date)).or(created().eq(time(*creation_date)).and(same_time))
}

fn order(table: &Table) -> [Sort; 3] {
    let key = |name: &str| ident(name).sort(true, false);
    [ident(table.time).sort(false, false), key(ACCOUNT_ID), key(table.job_id())]
}
