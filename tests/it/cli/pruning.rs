//! Which files a query reads: a counter in `EXPLAIN ANALYZE`.

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;

use super::Desk;

/// A warehouse of a year with a job a day, alternating between two Regions, accounts and types:
/// a file a day.
fn year() -> Desk {
    let desk = Desk::new();
    let mut lines = String::new();
    for day in 0..365 {
        let at = 1_735_689_600 + day * 86_400 + 3_600;
        let odd = day % 2;
        let (region, account) = [("eu-west-1", 1), ("us-east-1", 2)][odd];
        let (state, kind) = [("COMPLETED", "EBS"), ("FAILED", "EC2")][odd];
        writeln!(
            lines,
            r#"{{"BackupJobId": "b-{day}", "CreationDate": {at}, "State": "{state}",
                "ResourceType": "{kind}", "BackupVaultArn":
                "arn:aws:backup:{region}:{account}11111111111:backup-vault:v"}}"#
        )
        .unwrap();
    }
    desk.write("year.json", lines);
    let told = desk.run(&["import", "year.json"]);
    assert!(told.contains("365 new"), "{told}");
    desk
}

/// The number of files that a query opens.
fn files_read(desk: &Desk, query: &str) -> u64 {
    // A file is one partition's alone: of two, each may read a part of it.
    let sql = format!("SET datafusion.execution.target_partitions = 1; EXPLAIN ANALYZE {query}");
    let told = desk.run(&["sql", &sql, "--format", "ndjson"]);
    assert!(told.starts_with("exit 0"), "{query}: {told}");
    let counts = told.split("files_opened=").skip(1).map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().unwrap()
    });
    counts.sum()
}

#[test]
fn only_the_files_that_a_query_needs_are_read() {
    let desk = year();
    let check = |query: &str, expected: u64| {
        assert_eq!(files_read(&desk, query), expected, "{query}");
    };
    check("SELECT state FROM backup_jobs", 365);
    let from = "SELECT state FROM backup_jobs WHERE";
    let day = "creation_date >= '2025-07-01' AND creation_date < '2025-07-02'";
    check(&format!("{from} {day}"), 1);
    check("SELECT count(*) FROM backup_jobs", 0);
    check("SELECT min(creation_date), max(creation_date) FROM backup_jobs", 0);
    check(&format!("{from} region = 'eu-west-1'"), 183);
    check(&format!("{from} account_id = '211111111111'"), 182);
    check(&format!("{from} state = 'FAILED'"), 182);
    check(&format!("{from} resource_type IN ('EBS', 'S3')"), 183);
    check(&format!("{from} backup_job_id = 'b-7'"), 1);
    check(&format!("{from} region = 'eu-west-1' AND {day}"), 0);
    check(&format!("SELECT outcome FROM jobs WHERE {day}"), 1);
    check("SELECT job_id FROM jobs WHERE kind = 'copy'", 0);
    check("SELECT job_id FROM jobs WHERE kind = 'backup' AND state = 'FAILED'", 182);
    let week = "since => '2025-07-01', until => '2025-07-08'";
    check(&format!("SELECT * FROM list_backup_job_summaries({week})"), 7);
    let counted = "SELECT * FROM list_backup_job_summaries(account_id => 'ANY', state => 'FAILED'";
    check(&format!("{counted}, {week}, bucket => 'year')"), 7);
    check(&format!("{counted}, {week}, region => 'eu-west-1')"), 3);
    // Of the 14 days before 2026-01-05, 10 have a job.
    check("SELECT * FROM list_backup_job_summaries()", 10);
    let counts = "SELECT state, job_count FROM job_day_counts WHERE";
    check(&format!("{counts} day = DATE '2025-07-01'"), 1);
    check(&format!("{counts} day BETWEEN DATE '2025-07-01' AND DATE '2025-07-07'"), 7);
    check(&format!("{counts} day >= DATE '2025-12-25'"), 7);
}

#[test]
fn a_report_needs_only_the_files_of_its_days() {
    let desk = year();
    for month in 1..=11 {
        let folder = format!("warehouse/data/main/backup_jobs/year=2025/month={month}");
        fs::remove_dir_all(desk.path(&folder)).unwrap();
    }
    let run = |days| desk.run(&["report", "success-rate", "--days", days, "--format", "csv"]);
    assert_snapshot!(run("30"), @"
    exit 0
    -- stdout
    group_name,plan_name,jobs,good,judged,rate_percent,ok,ok_with_issues,failed,expired,partial,aborted,open,unknown
    111111111111,,13,13,13,100.0,13,0,0,0,0,0,0,0
    211111111111,,13,0,13,0.0,0,0,13,0,0,0,0,0
    ");
    assert!(run("60").starts_with("exit 2\n"), "{}", run("60"));
}
