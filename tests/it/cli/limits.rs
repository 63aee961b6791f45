//! Memory and time that a query may not exceed.

use std::fmt::Write;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Desk;

#[test]
fn a_query_that_needs_more_memory_than_it_may_use_is_told_so() {
    let desk = Desk::with_jobs();
    let query = "SELECT array_agg(a.value || b.value || c.value) AS all_of_them
        FROM (SELECT unnest(range(0, 200))::varchar AS value) AS a,
            (SELECT unnest(range(0, 200))::varchar AS value) AS b,
            (SELECT unnest(range(0, 20))::varchar AS value) AS c";
    let told = desk.run(&["sql", query, "--memory-limit", "1M"]);
    let lines: Vec<_> = told.lines().collect();
    let start = "error: the query needs more memory than it may use: ";
    assert!(lines[2].starts_with(start), "{told}");
    assert_eq!(lines[0], "exit 2");
    assert_eq!(lines.last(), Some(&"hint: ask for less, or raise --memory-limit"));
}

#[test]
fn a_query_that_takes_too_long_is_stopped() {
    let desk = Desk::with_jobs();
    let query = "SELECT sum(a.value * b.value * c.value)
        FROM (SELECT unnest(range(0, 2000)) AS value) AS a,
            (SELECT unnest(range(0, 2000)) AS value) AS b,
            (SELECT unnest(range(0, 2000)) AS value) AS c";
    assert_snapshot!(desk.run(&["sql", query, "--timeout", "0.5"]), @"
    exit 2
    -- stderr
    error: the query did not end within 0.5 s
    hint: ask for less, or raise --timeout
    ");
}

/// Jobs of 150 days, which are 150 files: texts of several lengths, of which some jobs have none.
fn jobs_of_many_days() -> String {
    let mut lines = String::new();
    for (day, resource) in (0..150).flat_map(|day| (0..9).map(move |resource| (day, resource))) {
        if (day * 7 + resource * 3) % 5 == 0 {
            continue;
        }
        let (month, date) = (1 + day / 28, 1 + day % 28);
        let message = match (day + resource) % 3 {
            0 => json!("What AWS says of it. ".repeat((day + resource) % 4 * 2 + 1)),
            _ => Value::Null,
        };
        let job = json!({
            "BackupJobId": format!("{day:08}-0000-4000-8000-{resource:012}"),
            "State": "COMPLETED",
            "StatusMessage": message,
            "CreationDate": format!("2025-{month:02}-{date:02}T0{resource}:00:00Z"),
            "ResourceArn": format!("arn:aws:ec2:eu-west-1:111111111111:volume/vol-{resource:017}"),
            "BackupVaultArn": "arn:aws:backup:eu-west-1:111111111111:backup-vault:v",
        });
        writeln!(lines, "{job}").unwrap();
    }
    lines
}

#[test]
fn a_sort_of_many_small_files_needs_no_more_memory_than_its_rows() {
    let desk = Desk::new();
    desk.write("jobs.ndjson", jobs_of_many_days());
    desk.run(&["import", "jobs.ndjson"]);
    let query = "SELECT count(status_message) AS messages, count(previous) AS previous
        FROM (
            SELECT
                backup_job_id,
                status_message,
                lag(creation_date) OVER (
                    PARTITION BY resource_arn ORDER BY creation_date
                ) AS previous
            FROM backup_jobs
        ) AS job";
    assert_snapshot!(desk.run(&["sql", query, "--memory-limit", "256M", "--format", "csv"]), @"
    exit 0
    -- stdout
    messages,previous
    360,1071
    ");
}
