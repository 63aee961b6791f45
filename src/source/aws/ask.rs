//! Requests of one operation for each kind of job: they differ in their names, and in the types
//! that the SDK makes of these.

/// Asks for a page of jobs by time of creation: the operation, the member of its answer that has
/// the jobs, and what makes a row of one.
macro_rules! jobs_page {
    ($at:ident, $call:ident: $operation:ident, $jobs:ident, $row:expr) => {{
        let request = $at
            .client()
            .$operation()
            .max_results($crate::source::aws::call::PAGE_ROWS)
            .set_by_account_id($call.whose.by_account_id())
            .set_by_created_after($call.created_after())
            .set_by_created_before($call.created_before())
            .set_next_token($call.token.clone());
        let (page, said) = $crate::source::aws::endpoint::send!($at, request)?;
        let mut rows: Vec<_> = page.$jobs.into_iter().flatten().map($row).collect();
        said.correct(&mut rows);
        Ok($crate::source::aws::call::Answer::of_jobs(rows, page.next_token))
    }};
}

/// Asks for a page of summaries, a row for each value of every dimension: the operation with its
/// state that means all, further parameters, the member of its answer that has the rows, and what
/// makes a row of one.
macro_rules! summaries_page {
    (
        $at:ident, $call:ident:
        $operation:ident($any:expr) $(. $parameter:ident($value:expr))*, $rows:ident, $row:expr
    ) => {{
        let request = $at
            .client()
            .$operation()
            .max_results($crate::source::aws::call::SUMMARY_PAGE_ROWS)
            .aggregation_period(aws_sdk_backup::types::AggregationPeriod::OneDay)
            .account_id($at.account_id_of(&$call.whose))
            .state($any)
            .resource_type("ANY")
            $(.$parameter($value))*
            .set_next_token($call.token.clone());
        let (page, _) = $crate::source::aws::endpoint::send!($at, request)?;
        let rows = page.$rows.into_iter().flatten().map($row).collect();
        let (period, next) = (page.aggregation_period, page.next_token);
        Ok($crate::source::aws::call::Answer { rows, period, next })
    }};
}

pub(super) use {jobs_page, summaries_page};
