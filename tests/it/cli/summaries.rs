//! `lookback summaries`, and the table functions of `lookback sql`.

use std::fs;

use insta::assert_snapshot;
use serde_json::json;

use super::Desk;

/// Id, account, state, type, category, vault, creation and completion of backup jobs.
const JOBS: [[&str; 8]; 5] = [
    ["b-1", "1", "COMPLETED", "EBS", "SUCCESS", "gold", "2026-01-03T01:00:00Z", "03T02"],
    ["b-2", "1", "COMPLETED", "EBS", "VSS_ERROR", "gold", "2026-01-03T23:59:59.999Z", "04T01"],
    ["b-3", "2", "FAILED", "EC2", "ACCESS_DENIED", "tin", "2026-01-04T00:00:00Z", "04T01"],
    ["b-4", "2", "COMPLETED", "EC2", "SUCCESS", "tin", "2026-01-05T00:00:00Z", "05T01"],
    ["b-5", "1", "COMPLETED", "EBS", "SUCCESS", "gold", "2026-01-04T05:00:00Z", "04T06"],
];

fn desk() -> Desk {
    let desk = Desk::new();
    let job = |[id, account, state, ty, category, vault, created, ended]: [&str; 8]| {
        let account = account.repeat(12);
        json!({
            "BackupJobId": id, "AccountId": account, "State": state, "ResourceType": ty,
            "MessageCategory": category, "CreationDate": created, "BackupVaultName": vault,
            "CompletionDate": format!("2026-01-{ended}:00:00Z"),
            "BackupVaultArn": format!("arn:aws:backup:eu-west-1:{account}:backup-vault:{vault}"),
        })
    };
    let scan = json!({
        "ScanJobId": "s-1", "AccountId": "111111111111", "State": "COMPLETED",
        "ResourceType": "EBS",
        "CreationDate": "2026-01-02T03:00:00Z", "MalwareScanner": "GUARDDUTY",
        "ScanResult": {"ScanResultStatus": "THREATS_FOUND"},
        "BackupVaultArn": "arn:aws:backup:eu-west-1:111111111111:backup-vault:gold",
    });
    desk.write("jobs.json", json!({"BackupJobs": JOBS.map(job)}).to_string());
    desk.write("scans.json", json!({"ScanJobs": [scan]}).to_string());
    let told = desk.run(&["import", "jobs.json", "scans.json"]);
    assert!(told.contains("6 new"), "{told}");
    desk
}

#[test]
fn summaries_are_counted_as_aws_counts_them() {
    let desk = desk();
    let asked = ["summaries", "backup", "--account-id", "ANY", "--state", "ANY"];
    assert_snapshot!(desk.run(&asked), @"
    exit 0
    -- stdout
    ┌───────────┬──────────────┬───────────┬───────────────┬──────────────────┬───────┬──────────────────────┬──────────────────────┐
    │ region    │ account_id   │ state     │ resource_type │ message_category │ count │ start_time           │ end_time             │
    ├───────────┼──────────────┼───────────┼───────────────┼──────────────────┼───────┼──────────────────────┼──────────────────────┤
    │ eu-west-1 │ 111111111111 │ COMPLETED │ NULL          │ NULL             │     2 │ 2026-01-03T00:00:00Z │ 2026-01-04T00:00:00Z │
    │ eu-west-1 │ 111111111111 │ COMPLETED │ NULL          │ NULL             │     1 │ 2026-01-04T00:00:00Z │ 2026-01-05T00:00:00Z │
    │ eu-west-1 │ 222222222222 │ FAILED    │ NULL          │ NULL             │     1 │ 2026-01-04T00:00:00Z │ 2026-01-05T00:00:00Z │
    └───────────┴──────────────┴───────────┴───────────────┴──────────────────┴───────┴──────────────────────┴──────────────────────┘
    ");
    let week = ["summaries", "backup", "--resource-type", "EBS", "--aggregation-period"];
    assert_snapshot!(desk.run(&[&week[..], &["SEVEN_DAYS", "--format", "csv"]].concat()), @"
    exit 0
    -- stdout
    region,account_id,state,resource_type,message_category,count,start_time,end_time
    eu-west-1,,,EBS,,3,2025-12-29T00:00:00Z,2026-01-05T00:00:00Z
    ");
}

#[test]
fn aws_json_is_what_the_aws_cli_prints() {
    let desk = desk();
    let own = ["--account-id", "111111111111", "--format", "aws-json"];
    let run = |arguments: &[&str]| desk.run(&[arguments, &own].concat());
    let asked = ["summaries", "backup", "--state", "ANY", "--message-category", "ANY"];
    assert_snapshot!(run(&asked), @r#"
    exit 0
    -- stdout
    {
        "BackupJobSummaries": [
            {
                "Region": "eu-west-1",
                "AccountId": "111111111111",
                "State": "COMPLETED",
                "MessageCategory": "SUCCESS",
                "Count": 1,
                "StartTime": "2026-01-03T00:00:00+00:00",
                "EndTime": "2026-01-04T00:00:00+00:00"
            },
            {
                "Region": "eu-west-1",
                "AccountId": "111111111111",
                "State": "COMPLETED",
                "MessageCategory": "VSS_ERROR",
                "Count": 1,
                "StartTime": "2026-01-03T00:00:00+00:00",
                "EndTime": "2026-01-04T00:00:00+00:00"
            },
            {
                "Region": "eu-west-1",
                "AccountId": "111111111111",
                "State": "COMPLETED",
                "MessageCategory": "SUCCESS",
                "Count": 1,
                "StartTime": "2026-01-04T00:00:00+00:00",
                "EndTime": "2026-01-05T00:00:00+00:00"
            }
        ],
        "AggregationPeriod": "ONE_DAY"
    }
    "#);
    let asked = ["summaries", "scan", "--state", "ANY", "--malware-scanner", "GUARDDUTY"];
    let more = ["--scan-result-status", "ANY", "--aggregation-period", "FOURTEEN_DAYS"];
    assert_snapshot!(run(&[&asked[..], &more].concat()), @r#"
    exit 0
    -- stdout
    {
        "ScanJobSummaries": [
            {
                "Region": "eu-west-1",
                "AccountId": "111111111111",
                "State": "COMPLETED",
                "Count": 1,
                "StartTime": "2025-12-22T00:00:00+00:00",
                "EndTime": "2026-01-05T00:00:00+00:00",
                "MalwareScanner": "GUARDDUTY",
                "ScanResultStatus": "THREATS_FOUND"
            }
        ],
        "AggregationPeriod": "FOURTEEN_DAYS"
    }
    "#);
    assert_snapshot!(run(&["summaries", "copy", "--bucket", "month"]), @r#"
    exit 0
    -- stdout
    {
        "CopyJobSummaries": []
    }
    "#);
}

#[test]
fn any_time_is_counted_in_buckets_of_the_calendar() {
    let desk = desk();
    let run =
        |more: &[&str]| desk.run(&[&["summaries", "backup", "--format", "csv"], more].concat());
    let span = ["--since", "2026-01-03T12:00:00Z", "--until", "2026-01-06"];
    assert_snapshot!(run(&span), @"
    exit 0
    -- stdout
    region,account_id,state,resource_type,message_category,count,start_time,end_time
    eu-west-1,,,,,1,2026-01-03T12:00:00Z,2026-01-04T00:00:00Z
    eu-west-1,,,,,2,2026-01-04T00:00:00Z,2026-01-05T00:00:00Z
    eu-west-1,,,,,1,2026-01-05T00:00:00Z,2026-01-06T00:00:00Z
    ");
    assert_snapshot!(run(&["--bucket", "month", "--by", "completion"]), @"
    exit 0
    -- stdout
    region,account_id,state,resource_type,message_category,count,start_time,end_time
    eu-west-1,,,,,4,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z
    ");
    let vaults = ["--bucket", "year", "--dimensions", "backup_vault_name, origin"];
    assert_snapshot!(run(&vaults), @"
    exit 0
    -- stdout
    region,account_id,state,resource_type,message_category,backup_vault_name,origin,count,start_time,end_time
    eu-west-1,,,,,gold,cli-json,3,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z
    eu-west-1,,,,,tin,cli-json,1,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z
    ");
}

#[test]
fn the_caller_s_own_account_is_counted_where_none_is_named() {
    let mut desk = desk();
    let run = |desk: &Desk, more: &[&str]| {
        desk.run(&[&["summaries", "backup", "--bucket", "year", "--format", "csv"], more].concat())
    };
    assert_snapshot!(run(&desk, &["--caller", "222222222222"]), @"
    exit 0
    -- stdout
    region,account_id,state,resource_type,message_category,count,start_time,end_time
    eu-west-1,222222222222,,,,1,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z
    ");
    desk.write("lookback.toml", "caller = \"111111111111\"\n");
    assert_snapshot!(run(&desk, &[]), @"
    exit 0
    -- stdout
    region,account_id,state,resource_type,message_category,count,start_time,end_time
    eu-west-1,111111111111,,,,3,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z
    ");
    desk.environment.push(("LOOKBACK_CALLER", "222222222222".to_owned()));
    let sql = "SELECT account_id, count FROM list_backup_job_summaries(bucket => 'year')";
    assert_snapshot!(desk.run(&["sql", sql, "--format", "csv"]), @"
    exit 0
    -- stdout
    account_id,count
    222222222222,1
    ");
    assert_snapshot!(run(&desk, &["--caller", "me"]), @"
    exit 2
    -- stderr
    error: invalid value 'me' for '--caller <ACCOUNT_ID>': it is no account id of 12 digits

    For more information, try '--help'.
    ");
}

#[test]
fn a_file_takes_the_document_whole() {
    let desk = desk();
    let asked = ["summaries", "copy", "--format", "aws-json", "--output", "copies.json"];
    assert_snapshot!(desk.run(&asked), @"exit 0");
    assert_snapshot!(fs::read_to_string(desk.path("copies.json")).unwrap(), @r#"
    {
        "CopyJobSummaries": [],
        "AggregationPeriod": "ONE_DAY"
    }
    "#);
}

#[test]
fn flags_that_ask_nothing_are_refused() {
    let desk = desk();
    let run = |more: &[&str]| desk.run(&[&["summaries"], more].concat());
    assert_snapshot!(run(&["restore", "--message-category", "ANY"]), @"
    exit 2
    -- stderr
    error: summaries of restore jobs have no --message-category
    hint: their dimensions are --state, --resource-type
    ");
    assert_snapshot!(run(&["backup", "--state", "FAILD"]), @r#"
    exit 2
    -- stderr
    error: --state "FAILD" is none of CREATED, PENDING, RUNNING, ABORTING, ABORTED, COMPLETED, FAILED, EXPIRED, PARTIAL, ANY, AGGREGATE_ALL
    hint: --state ANY shows every one there is
    "#);
    assert_snapshot!(run(&["backup", "--region", "eu-west1"]), @r#"
    exit 2
    -- stderr
    error: --region "eu-west1" is not known, and nothing of it is held
    hint: did you mean "eu-west-1"?
    "#);
    assert_snapshot!(run(&["backup", "--region", "frankfurt"]), @r#"
    exit 2
    -- stderr
    error: --region "frankfurt" is not known, and nothing of it is held
    hint: the Regions are af-south-1, ap-east-1, ap-east-2, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-south-2, ap-southeast-1, ap-southeast-2, ap-southeast-3, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-central-1, ca-west-1, eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-2, eu-west-3, il-central-1, me-central-1, me-south-1, mx-central-1, sa-east-1, us-east-1, us-east-2, us-west-1, us-west-2
    "#);
    let asked = ["backup", "--since", "2026-01-01", "--aggregation-period", "FOURTEEN_DAYS"];
    assert_snapshot!(run(&asked), @"
    exit 2
    -- stderr
    error: --aggregation-period FOURTEEN_DAYS and --since exclude each other: a period is the days before today
    hint: leave out --aggregation-period, and cut the time with --bucket day
    ");
    let asked = ["scan", "--dimensions", "scan_mode", "--format", "aws-json"];
    assert_snapshot!(run(&asked), @"
    exit 2
    -- stderr
    error: format aws-json has no place for the columns of --dimensions
    hint: leave out --dimensions, or use --format json
    ");
    assert_snapshot!(run(&["jobs"]), @"
    exit 2
    -- stderr
    error: invalid value 'jobs' for '<KIND>'
      [possible values: backup, copy, restore, scan]

    For more information, try '--help'.
    ");
}

fn ask_in_sql(desk: &Desk, arguments: &str) -> String {
    desk.run(&["sql", &format!("SELECT * FROM list_backup_job_summaries({arguments})")])
}

#[test]
fn arguments_in_sql_that_ask_nothing_are_refused() {
    let desk = desk();
    let run = |arguments: &str| ask_in_sql(&desk, arguments);
    assert_snapshot!(run("acount_id => 'ANY'"), @r#"
    exit 2
    -- stderr
    error: function "list_backup_job_summaries" has no argument "acount_id"
    hint: did you mean "account_id"? the arguments are account_id, state, resource_type, message_category, aggregation_period, region, since, until, bucket, by, count_composites, dimensions, as_of, now
    "#);
    assert_snapshot!(run("max_results => 5"), @r#"
    exit 2
    -- stderr
    error: function "list_backup_job_summaries" has no argument "max_results"
    hint: the arguments are account_id, state, resource_type, message_category, aggregation_period, region, since, until, bucket, by, count_composites, dimensions, as_of, now
    "#);
    assert_snapshot!(run("since => 5"), @"
    exit 2
    -- stderr
    error: since takes a time, and 5 is given
    ");
    assert_snapshot!(run("since => true"), @"
    exit 2
    -- stderr
    error: since takes a time, and true is given
    ");
    assert_snapshot!(run("state => FAILED"), @r#"
    exit 2
    -- stderr
    error: argument "state" is the bare word FAILED
    hint: put it in quotes: state => 'FAILED'
    "#);
    assert_snapshot!(run("state => 'FAILED', state => 'ANY'"), @"
    exit 2
    -- stderr
    error: state is given twice
    ");
    assert_snapshot!(run("state => 'ANY', '111111111111'"), @r#"
    exit 2
    -- stderr
    error: an argument without a name follows "state"
    hint: put arguments without a name first, or name them all
    "#);
    assert_snapshot!(run("NULL, NULL, NULL, NULL, NULL, '2026-01-01'"), @r#"
    exit 2
    -- stderr
    error: function "list_backup_job_summaries" takes 5 arguments without a name, and 6 are given
    hint: name the others, as in since => '2026-01-01'
    "#);
    assert_snapshot!(run("*"), @"
    exit 2
    -- stderr
    error: account_id takes a text, and * is given
    ");
}

#[test]
fn values_in_sql_that_ask_nothing_are_refused() {
    let desk = desk();
    let run = |arguments: &str| ask_in_sql(&desk, arguments);
    assert_snapshot!(run("since => '2026-01-01', aggregation_period => 'FOURTEEN_DAYS'"), @"
    exit 2
    -- stderr
    error: aggregation_period FOURTEEN_DAYS and since exclude each other: a period is the days before today
    hint: leave out aggregation_period, and cut the time with bucket => 'day'
    ");
    assert_snapshot!(run("since => '2026-02-01', until => '2026-01-01'"), @"
    exit 2
    -- stderr
    error: until 2026-01-01T00:00:00Z is not after since 2026-02-01T00:00:00Z
    hint: exchange them, or leave one out
    ");
    assert_snapshot!(run("region => 'mars-north-1'"), @r#"
    exit 2
    -- stderr
    error: region "mars-north-1" is not known, and nothing of it is held
    hint: did you mean "me-south-1"?
    "#);
    assert_snapshot!(run("as_of => 'yesterday'"), @r#"
    exit 2
    -- stderr
    error: as_of "yesterday" is neither a snapshot number nor a time such as 2026-11-01T00:00:00Z
    "#);
}

#[test]
fn functions_that_do_not_exist_are_refused_with_the_nearest() {
    let desk = desk();
    assert_snapshot!(desk.run(&["sql", "SELECT * FROM list_backup_job_summaries"]), @r#"
    exit 2
    -- stderr
    error: there is no table "list_backup_job_summaries"
      SELECT * FROM list_backup_job_summaries
                    ^
    hint: it is a function: write list_backup_job_summaries()
    "#);
    assert_snapshot!(desk.run(&["sql", "SELECT * FROM backup_job_summaries()"]), @r#"
    exit 2
    -- stderr
    error: there is no table function "backup_job_summaries"
      SELECT * FROM backup_job_summaries()
                    ^
    hint: did you mean "list_backup_job_summaries"?
    "#);
    assert_snapshot!(desk.run(&["sql", "SELECT * FROM read_csv('/etc/passwd')"]), @r#"
    exit 2
    -- stderr
    error: there is no table function "read_csv"
      SELECT * FROM read_csv('/etc/passwd')
                    ^
    hint: the table functions are list_backup_job_summaries, list_copy_job_summaries, list_restore_job_summaries, list_scan_job_summaries, generate_series, range
    "#);
}
