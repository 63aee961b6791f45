//! Answers that the emulator does not give: each costs what it is about, and nothing else.

use insta::assert_snapshot;
use lookback::ingest::{Report, Unwatched};
use lookback::model::{CoverageStatus, DAY, Instant, JobKind, Reach};
use lookback::source::aws::Source;
use lookback::tables::{AWS_JOB_SUMMARIES, BACKUP_JOBS};
use tokio::sync::watch;

use super::organisation::{Night, coverage};
use crate::source::aws::canned::{answer, serve_by};
use crate::warehouse::{Warehouse, block_on, instant};

const ACCOUNT: &str = "111122223333";
const NIGHT: &str = "2026-03-01T03:00:00Z";

/// An ingest of backup jobs from a server that answers each request so.
fn ingest(
    warehouse: &Warehouse,
    night: &Night,
    reach: Reach,
    answers: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Report {
    block_on(async {
        let source = Source {
            kinds: vec![JobKind::Backup],
            reach,
            rate: 1000.0,
            account_id: Some(ACCOUNT.to_owned()),
            ..Source::new("s", ["eu-west-1".to_owned()])
        };
        let sources = [source.at_emulator(serve_by(answers).await)];
        let stop = watch::channel(false).1;
        night.pull(warehouse, &sources, &Unwatched, stop).await.unwrap()
    })
}

fn night(days: i64) -> Night {
    Night::quiet(instant(NIGHT) + days * DAY)
}

fn ok(body: &str) -> String {
    answer(200, "", body)
}

fn denied() -> String {
    let message = r#"{"Message": "Insufficient privileges to perform this action."}"#;
    answer(403, "AccessDeniedException", message)
}

/// A job created so many hours before the first night; its state may be left out.
fn job(id: &str, hours: i64, state: &str) -> String {
    let created: Instant = instant(NIGHT) - hours * DAY / 24;
    let created = created.micros() / 1_000_000;
    let state = if state.is_empty() { "null".to_owned() } else { format!("{state:?}") };
    format!(
        r#"{{"BackupJobId": "{id}", "AccountId": "{ACCOUNT}", "CreationDate": {created},
        "State": {state}}}"#
    )
}

fn listing(jobs: &[String]) -> String {
    ok(&format!(r#"{{"BackupJobs": [{}]}}"#, jobs.join(", ")))
}

/// The id in a request to describe a job.
fn described(target: &str) -> Option<&str> {
    target.strip_prefix("/backup-jobs/").filter(|id| !id.is_empty() && !id.starts_with('?'))
}

fn is_summaries(target: &str) -> bool {
    target.starts_with("/audit/")
}

/// The held jobs: `id state tracking` each.
fn jobs(warehouse: &Warehouse) -> Vec<String> {
    let [rows] = warehouse.rows([&BACKUP_JOBS]);
    let words = ["backup_job_id", "state", "tracking"];
    rows.iter().map(|row| words.map(|column| row.text(column).unwrap()).join(" ")).collect()
}

fn statuses(warehouse: &Warehouse) -> Vec<(CoverageStatus, bool)> {
    let known = coverage(warehouse).into_values().flatten();
    known.map(|known| (known.status, known.is_settled)).collect()
}

/// The problems, a line each.
fn problems(report: &Report) -> String {
    let chains = report.problems.iter().map(|problem| problem.error.chain());
    chains.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_listing_with_a_record_that_cannot_be_taken_is_listed_again_until_it_can() {
    let warehouse = Warehouse::new();
    let with = |state: &str| {
        let page = listing(&[job("a", 120, "COMPLETED"), job("b", 120, state)]);
        move |target: &str| if is_summaries(target) { ok("{}") } else { page.clone() }
    };
    for days in 0..2 {
        let report = ingest(&warehouse, &night(days), Reach::Account, with(""));
        assert!(!report.is_whole(), "night {days}");
        assert_eq!(report.refusals, ["backup job \"b\" has no State"]);
        assert_eq!(jobs(&warehouse), ["a COMPLETED settled"]);
        let known = statuses(&warehouse);
        assert!(known.iter().all(|known| *known == (CoverageStatus::Partial, false)), "{known:?}");
    }
    let report = ingest(&warehouse, &night(2), Reach::Account, with("FAILED"));
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(jobs(&warehouse), ["a COMPLETED settled", "b FAILED settled"]);
    // What fell behind the horizon in two nights stays in part; the rest is whole.
    let (complete, partial) = (CoverageStatus::Complete, CoverageStatus::Partial);
    let expected = [(partial, false), (partial, false), (complete, true), (complete, false)];
    assert_eq!(statuses(&warehouse), expected);
}

#[test]
fn an_open_job_whose_record_cannot_be_taken_is_not_forgotten() {
    let warehouse = Warehouse::new();
    let with = |state: &str| {
        let page = listing(&[job("a", 29 * 24, state)]);
        move |target: &str| if is_summaries(target) { ok("{}") } else { page.clone() }
    };
    assert!(ingest(&warehouse, &night(0), Reach::Organization, with("RUNNING")).is_whole());
    let report = ingest(&warehouse, &night(2), Reach::Organization, with(""));
    assert!(!report.is_whole());
    assert_eq!(jobs(&warehouse), ["a RUNNING open"]);
}

#[test]
fn an_open_job_that_cannot_be_asked_for_keeps_no_other_from_its_end() {
    let warehouse = Warehouse::new();
    let open = listing(&[job("a", 240, "RUNNING"), job("b", 216, "RUNNING")]);
    let first = move |target: &str| if is_summaries(target) { ok("{}") } else { open.clone() };
    assert!(ingest(&warehouse, &night(0), Reach::Account, first).is_whole());
    let second = |target: &str| match described(target) {
        Some("a") => denied(),
        Some(id) => ok(&job(id, 216, "COMPLETED")),
        None => ok("{}"),
    };
    let report = ingest(&warehouse, &night(1), Reach::Account, second);
    assert_eq!(jobs(&warehouse), ["a RUNNING open", "b COMPLETED settled"]);
    assert_eq!(
        problems(&report),
        "access denied to DescribeBackupJob in Region \"eu-west-1\": AccessDeniedException: \
         Insufficient privileges to perform this action."
    );
}

#[test]
fn open_jobs_that_get_no_answer_are_left_after_a_few() {
    let warehouse = Warehouse::new();
    let open: Vec<_> = (0..9).map(|id| job(&id.to_string(), 240 + 2 * id, "RUNNING")).collect();
    let open = listing(&open);
    let first = move |target: &str| if is_summaries(target) { ok("{}") } else { open.clone() };
    assert!(ingest(&warehouse, &night(0), Reach::Account, first).is_whole());
    let mut second = night(1);
    second.options.retry.attempts = 2;
    let report = ingest(&warehouse, &second, Reach::Account, |target| {
        if described(target).is_some() { answer(503, "", "{}") } else { ok("{}") }
    });
    // A listing, the summaries, and three of nine jobs twice.
    assert_eq!(report.totals.calls, 8);
    assert_eq!(report.problems.len(), 1);
}

/// A page of two of a reading of AWS's counts.
fn counts(target: &str, count: i64) -> String {
    let is_last = target.contains("NextToken");
    let state = if is_last { "FAILED" } else { "COMPLETED" };
    let next = if is_last { "" } else { r#", "NextToken": "2""# };
    let start = instant("2026-02-27T00:00:00Z").micros() / 1_000_000;
    ok(&format!(
        r#"{{"BackupJobSummaries": [{{"Region": "eu-west-1", "AccountId": "{ACCOUNT}",
        "State": "{state}", "Count": {count}, "StartTime": {start}}}]{next}}}"#
    ))
}

/// The readings of AWS's counts: state and count, and whether they are current.
fn readings(warehouse: &Warehouse) -> Vec<String> {
    let [rows] = warehouse.rows([&AWS_JOB_SUMMARIES]);
    let mut lines: Vec<_> = rows
        .iter()
        .map(|row| {
            let is_current = if row.get("replaced_at").is_null() { "" } else { " replaced" };
            let (state, count) = (row.text("state").unwrap(), row.long("count").unwrap());
            format!("{state}={count}{is_current}")
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_reading_of_counts_is_whole_though_commits_fall_between_its_pages() {
    let warehouse = Warehouse::new();
    for (days, count) in [(0, 1), (1, 1), (2, 5)] {
        let mut night = night(days);
        night.options.batch_rows = 1;
        let report = ingest(&warehouse, &night, Reach::Account, move |target| {
            if is_summaries(target) { counts(target, count) } else { ok("{}") }
        });
        assert!(report.is_whole(), "{report:?}");
    }
    let expected = ["COMPLETED=1 replaced", "COMPLETED=5", "FAILED=1 replaced", "FAILED=5"];
    assert_eq!(readings(&warehouse), expected);
}

#[test]
fn a_reading_of_counts_that_breaks_off_replaces_none() {
    let warehouse = Warehouse::new();
    let whole = |target: &str| if is_summaries(target) { counts(target, 1) } else { ok("{}") };
    assert!(ingest(&warehouse, &night(0), Reach::Account, whole).is_whole());
    let report = ingest(&warehouse, &night(1), Reach::Account, |target| match target {
        _ if !is_summaries(target) => ok("{}"),
        _ if target.contains("NextToken") => denied(),
        _ => counts(target, 5),
    });
    assert_eq!(report.problems.len(), 1);
    assert_eq!(readings(&warehouse), ["COMPLETED=1", "FAILED=1"]);
}

#[test]
fn a_listing_whose_page_token_comes_twice_ends() {
    let warehouse = Warehouse::new();
    let (a, b) = (job("a", 120, "COMPLETED"), job("b", 120, "COMPLETED"));
    let report = ingest(&warehouse, &night(0), Reach::Account, move |target| {
        let member = if is_summaries(target) { "BackupJobSummaries" } else { "BackupJobs" };
        let (job, next) = if target.contains("one") { (&b, "two") } else { (&a, "one") };
        let jobs = if is_summaries(target) { "" } else { job.as_str() };
        ok(&format!(r#"{{"{member}": [{jobs}], "NextToken": "{next}"}}"#))
    });
    assert_eq!(jobs(&warehouse), ["a COMPLETED settled", "b COMPLETED settled"]);
    assert_eq!(statuses(&warehouse), [(CoverageStatus::Partial, false)]);
    assert_snapshot!(problems(&report), @r#"
    failed to list all BackupJobs in Region "eu-west-1": AWS gave the same page token twice
    failed to list all BackupJobSummaries in Region "eu-west-1": AWS gave the same page token twice
    "#);
}
