//! What there is to be asked, listed and described.

use insta::assert_snapshot;

use super::{Terminal, at_desk};
use crate::cli::Desk;

/// A terminal on which everything fits.
fn tall() -> (Desk, Terminal) {
    let (desk, mut terminal) = at_desk(130);
    terminal.resize(70, 130);
    terminal.clear();
    (desk, terminal)
}

#[test]
fn tables_views_and_functions_are_listed() {
    let (_desk, mut terminal) = tall();
    terminal.enter("\\d");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \d
    ┌────────────────────────────┬────────────────┬──────────────────────────────────────────────────────────────────────────────────┐
    │ name                       │ kind           │ a row is                                                                         │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ backup_jobs                │ table          │ One row a backup job: its newest observation.                                    │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ copy_jobs                  │ table          │ One row a copy job: its newest observation.                                      │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ restore_jobs               │ table          │ One row a restore job: its newest observation.                                   │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ scan_jobs                  │ table          │ One row a scan job: its newest observation.                                      │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ aws_job_summaries          │ table          │ One row a summary row that AWS gave in one reading; current while replaced_at    │
    │                            │                │ is NULL.                                                                         │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ job_transitions            │ table          │ One row each time a run found a job new or changed; never rewritten.             │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ jobs                       │ view           │ One row a job of any kind, with the columns that kinds have in common.           │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ job_day_counts             │ view           │ One row a group of jobs of one UTC day of creation: AWS's dimensions, and the    │
    │                            │                │ number of jobs.                                                                  │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ backup_job_summaries       │ view           │ One row a group of backup jobs of one UTC day of creation: what AWS's            │
    │                            │                │ ListBackupJobSummaries counts.                                                   │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ copy_job_summaries         │ view           │ One row a group of copy jobs of one UTC day of creation: what AWS's              │
    │                            │                │ ListCopyJobSummaries counts.                                                     │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ restore_job_summaries      │ view           │ One row a group of restore jobs of one UTC day of creation: what AWS's           │
    │                            │                │ ListRestoreJobSummaries counts.                                                  │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ scan_job_summaries         │ view           │ One row a group of scan jobs of one UTC day of creation: what AWS's              │
    │                            │                │ ListScanJobSummaries counts.                                                     │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.coverage               │ table          │ One row an interval of creation time of which something is known, of one source, │
    │                            │                │ scope, Region and kind; no two of these overlap.                                 │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.files                  │ table          │ One row a data file that the newest snapshot names.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.open_jobs              │ table          │ One row a held job that can still change: what the next ingest follows.          │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.reconciliation         │ table          │ One row a verdict on AWS's count of a day, as the last ingest that compared the  │
    │                            │                │ day found it: groups that agree are one row, groups that differ a row each.      │
    │                            │                │ After 90 days they go; lookback reconcile compares any day anew.                 │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.runs                   │ table          │ One row a run that has committed: an import, an ingest, or an upkeep.            │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.snapshots              │ table          │ One row a committed state of the warehouse, as --as-of names it.                 │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.units                  │ table          │ One row a unit of an ingest; after 90 days only the totals of its run are kept.  │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_backup_job_summaries  │ table function │ Job summaries; \d and its name lists its arguments.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_copy_job_summaries    │ table function │ Job summaries; \d and its name lists its arguments.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_restore_job_summaries │ table function │ Job summaries; \d and its name lists its arguments.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_scan_job_summaries    │ table function │ Job summaries; \d and its name lists its arguments.                              │
    └────────────────────────────┴────────────────┴──────────────────────────────────────────────────────────────────────────────────┘
    (23 rows)
    lookback>
    ");
}

#[test]
fn a_table_is_described() {
    let (_desk, mut terminal) = tall();
    terminal.enter("\\d job_transitions");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \d job_transitions
    ┌───────────────┬──────────────────────────┬──────────┬──────────────────────────────────────────────────────────────────────────┐
    │ column_name   │ data_type                │ aws_name │ description                                                              │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ kind          │ varchar                  │ NULL     │ The kind of job: `backup`, `copy`, `restore` or `scan`.                  │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ region        │ varchar                  │ NULL     │ The Region of the job.                                                   │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ account_id    │ varchar                  │ NULL     │ The account that owns the job.                                           │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ job_id        │ varchar                  │ NULL     │ Identifies the job.                                                      │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ creation_date │ timestamp with time zone │ NULL     │ When the job was created.                                                │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ from_state    │ varchar                  │ NULL     │ The state held before; NULL for a new job.                               │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ to_state      │ varchar                  │ NULL     │ The state found; the state held where another field changed, or where    │
    │               │                          │          │ AWS stopped showing the open job.                                        │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ observed_at   │ timestamp with time zone │ NULL     │ When the state found was read.                                           │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ run_id        │ varchar                  │ NULL     │ The run that found it.                                                   │
    └───────────────┴──────────────────────────┴──────────┴──────────────────────────────────────────────────────────────────────────┘
    (9 rows)
    lookback>
    ");
}

#[test]
fn a_table_function_is_described() {
    let (_desk, mut terminal) = tall();
    terminal.enter("\\d list_restore_job_summaries");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \d list_restore_job_summaries
    ┌────────────────────┬───────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ argument           │ meaning                                                                                                   │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ account_id         │ An account id, ANY (a row for each) or AGGREGATE_ALL (the sum); without it the account of the setting     │
    │                    │ caller, else the sum of all.                                                                              │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ state              │ A state, ANY (a row for each) or AGGREGATE_ALL (the sum); without it the sum, and NULL in the row.        │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ resource_type      │ A resource type, ANY (a row for each) or AGGREGATE_ALL (the sum); without it the sum, and NULL in the     │
    │                    │ row.                                                                                                      │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ aggregation_period │ ONE_DAY, SEVEN_DAYS, FOURTEEN_DAYS; without it ONE_DAY: each of the last 14 days.                         │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ region             │ Only jobs of this Region.                                                                                 │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ since              │ Where the counted time begins; without it, and with one of the two that follow, at the first job.         │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ until              │ Where the counted time ends; without it, at the last 00:00 UTC.                                           │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ bucket             │ day, week, month, quarter, year: into what the time is cut, a row each; without it day.                   │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ by                 │ creation, completion: which time of a job counts; without it creation, as AWS's.                          │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ count_composites   │ both, parents, children: which of parents and children count; without it both.                            │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ dimensions         │ Further columns of the jobs to count by, with commas between them.                                        │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ as_of              │ The warehouse as it was: the number of a snapshot, or an instant.                                         │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ now                │ The instant from which periods are counted back.                                                          │
    └────────────────────┴───────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    (13 rows)
    lookback>
    ");
}

#[test]
fn a_view_whose_name_needs_quotes_is_described_with_them_and_without() {
    let (_desk, mut terminal) = at_desk(80);
    terminal.enter("CREATE VIEW \"Mine\" AS SELECT 1 AS n;");
    terminal.enter("\\d \"Mine\"");
    terminal.enter("\\d Mine");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> CREATE VIEW "Mine" AS SELECT 1 AS n;
    (done)
    lookback> \d "Mine"
    ┌─────────────┬───────────┬─────────────┐
    │ column_name │ data_type │ is_nullable │
    ├─────────────┼───────────┼─────────────┤
    │ n           │ Int64     │ NO          │
    └─────────────┴───────────┴─────────────┘
    (1 row)
    lookback> \d Mine
    ┌─────────────┬───────────┬─────────────┐
    │ column_name │ data_type │ is_nullable │
    ├─────────────┼───────────┼─────────────┤
    │ n           │ Int64     │ NO          │
    └─────────────┴───────────┴─────────────┘
    (1 row)
    lookback>
    "#);
}

#[test]
fn what_is_not_there_is_told_with_the_nearest() {
    let (_desk, mut terminal) = tall();
    terminal.enter("\\d invoices");
    terminal.enter("\\describ jobs");
    terminal.enter("\\status now");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \d invoices
    error: there is no table "invoices"
    hint: the tables and views are aws_job_summaries, backup_job_summaries, backup_jobs, copy_job_summaries, copy_jobs, job_day_counts
    , job_transitions, jobs, restore_job_summaries, restore_jobs, scan_job_summaries, scan_jobs
    lookback> \describ jobs
    error: there is no command "\describ"
    hint: did you mean "\describe"? \? lists all
    lookback> \status now
    error: \status takes no argument, and is given "now"
    hint: write it alone on its line
    lookback>
    "#);
}
