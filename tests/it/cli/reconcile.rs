//! `lookback reconcile`: every difference between AWS's counts and what is held, line by line.

use std::process::{Command, Stdio};
use std::sync::Arc;

use insta::assert_snapshot;
use lookback::catalog::AsOf;
use lookback::emulator::Config;
use lookback::ingest::Pull;
use lookback::lake::Lake;
use lookback::model::{Composites, DAY, FixedClock, HOUR, Instant, JobKind, Reach, Steps};
use lookback::tables::{BACKUP_JOBS, Cell, Origin, Row, Table, instant_from_text, settle};

use super::emulated::Emulator;
use super::{Desk, alter_catalog};
use crate::ingest::organisation::{held, source};
use crate::reconcile::rules::{OtherRule, composite};
use crate::warehouse::{Warehouse, block_on, instant};

const NIGHT: &str = "2026-03-01T05:00:00Z";

fn config() -> Config {
    composite(1, 8, "us-east-1")
}

/// A warehouse of one night, in which AWS counts the backup jobs of one Region without children.
fn filled() -> Warehouse {
    let warehouse = Warehouse::new();
    let at = instant(NIGHT);
    let rule = OtherRule {
        only: Some((JobKind::Backup, "us-east-1")),
        composites: Composites::ParentsOnly,
        ..OtherRule::new(&config())
    };
    let served = rule.serve(at);
    let sources = [source(&config(), "org", Reach::Organization).at_emulator(served.url())];
    let lake = warehouse.open(at, &Steps::none()).unwrap();
    let pull = Pull::new(&lake, &sources, Arc::new(FixedClock(at)));
    assert!(block_on(pull.run()).unwrap().is_whole());
    warehouse
}

/// Takes the jobs of a kind, Region and day out, and gives their number.
fn lose(warehouse: &Warehouse, kind: JobKind, region: &str, day: Instant) -> u64 {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let table = Table::of_jobs(kind);
    let snapshot = lake.catalog.snapshot(AsOf::Latest).unwrap();
    let mut lost = 0;
    for file in lake.catalog.files(table, snapshot).unwrap() {
        let bounds = |column: &str| file.columns[table.index(column)].clone().unwrap();
        let first = instant_from_text(&bounds(table.time).min.unwrap()).unwrap();
        if bounds("region").min.as_deref() == Some(region) && first.day_start() == day {
            lost += file.record_count;
            let sql = format!(
                "UPDATE ducklake_data_file SET end_snapshot = {} WHERE data_file_id = {}",
                snapshot.id, file.id
            );
            alter_catalog(&warehouse.path(), &sql);
        }
    }
    lost
}

/// Says of the days from `from` to `until` of a place that they ended so.
fn say(warehouse: &Warehouse, kind: JobKind, region: &str, days: [&str; 2], status: &str) {
    let place = format!("'org', 'organization', '{region}', '{kind}'");
    let of_place = format!("(source, scope, region, kind) = ({place})");
    let [from, until] = days.map(|day| instant(day).to_string());
    let at = instant(NIGHT);
    let rows = [
        ("2026-01-30T05:00:00Z", from.as_str(), "complete"),
        (&from, until.as_str(), status),
        (&until, "2026-03-01T04:59:00Z", "complete"),
    ];
    let rows = rows.iter().filter(|(from, until, _)| from < until);
    let rows: Vec<_> = rows
        .map(|(from, until, status)| {
            format!("({place}, '{from}', '{until}', '{status}', 1, '{at}')")
        })
        .collect();
    let sql = format!(
        "DELETE FROM lookback_coverage WHERE {of_place};
         INSERT INTO lookback_coverage VALUES {}",
        rows.join(", ")
    );
    alter_catalog(&warehouse.path(), &sql);
}

/// The backup jobs held of a Region and day.
fn backups(warehouse: &Warehouse, region: &str, day: Instant) -> Vec<Row> {
    let held = held(warehouse).into_values();
    let is_there = |row: &Row| {
        row.table().kind == Some(JobKind::Backup)
            && row.text("region") == Some(region)
            && row.time("creation_date").unwrap().day_start() == day
    };
    held.filter(is_there).collect()
}

/// All sorts of damage, each in a place of its own.
fn damaged() -> Warehouse {
    let warehouse = filled();
    let (east, west) = ("us-east-1", "eu-west-1");
    // The jobs of a day are gone, and nothing says why.
    assert!(lose(&warehouse, JobKind::Backup, west, instant("2026-02-20")) > 1);
    // A Region was denied: it holds nothing.
    for number in 0..31 {
        lose(&warehouse, JobKind::Restore, east, instant("2026-01-30") + number * DAY);
    }
    say(
        &warehouse,
        JobKind::Restore,
        east,
        ["2026-01-30T05:00:00Z", "2026-03-01T04:59:00Z"],
        "denied",
    );
    // A day was lost, as it is when nothing reads for thirty days.
    assert!(lose(&warehouse, JobKind::Copy, west, instant("2026-02-17")) > 0);
    say(&warehouse, JobKind::Copy, west, ["2026-02-17", "2026-02-18"], "lost");
    // A job is in another state since AWS counted, and another is, though AWS showed it so before.
    let later = instant(NIGHT) + HOUR;
    let mut jobs = backups(&warehouse, west, instant("2026-02-22"));
    let completed = |row: &&mut Row| row.text("state") == Some("COMPLETED");
    let job = jobs.iter_mut().find(completed).unwrap();
    job.set("state", Cell::text("EXPIRED"));
    settle(job, "org", Origin::List, later);
    warehouse.ingest(std::slice::from_ref(job), later, &Steps::none()).unwrap();
    // A job was imported that AWS does not have.
    let mut jobs = backups(&warehouse, west, instant("2026-02-24"));
    let job = &mut jobs[0];
    job.set("backup_job_id", Cell::text("made-up"));
    job.set("state", Cell::text("ABORTED"));
    settle(job, "import", Origin::CliJson, later);
    warehouse.ingest(std::slice::from_ref(job), later, &Steps::none()).unwrap();
    assert_eq!(job.table().name, BACKUP_JOBS.name);
    warehouse
}

#[test]
fn a_damaged_warehouse_is_explained_line_by_line() {
    let (desk, warehouse) = (Desk::new(), damaged());
    let folder = warehouse.path().display().to_string();
    let run = |more: &[&str]| desk.run(&[&["reconcile", "--warehouse", &folder], more].concat());
    assert_snapshot!(run(&[]), @"
    exit 1
    -- stdout
    AWS's own counts: 155 groups compared: 107 match, 2 moved, 13 missing here, 1 extra here, 32 another rule

    source  Region     kind     days  match  moved  missing here  extra here  another rule  AWS  held
    org     eu-west-1  backup     13     23      2             2           1             0   39    37
    org     eu-west-1  copy       12     11      0             1           0             0   12    11
    org     eu-west-1  restore     6      8      0             0           0             0    8     8
    org     us-east-1  backup     14     47      0             0           0            32   58   100
    org     us-east-1  copy       13     18      0             0           0             0   18    18
    org     us-east-1  restore     8      0      0            10           0             0   10     0
    total                         66    107      2            13           1            32  145   174

    day         source  Region     kind     account       group                             AWS  held  verdict       why
    2026-02-20  org     eu-west-1  backup   507244301544  COMPLETED EBS SUCCESS               2     0  missing here  the day was listed whole, and AWS did not show them
    2026-02-20  org     eu-west-1  backup   507244301544  COMPLETED VirtualMachine SUCCESS    1     0  missing here  the day was listed whole, and AWS did not show them
    2026-02-22  org     eu-west-1  backup   507244301544  COMPLETED EBS SUCCESS               2     1  moved         the jobs have changed since AWS counted them, or still can
    2026-02-22  org     eu-west-1  backup   507244301544  EXPIRED EBS SUCCESS                 0     1  moved         the jobs have changed since AWS counted them, or still can
    2026-02-24  org     eu-west-1  backup   507244301544  ABORTED EBS SUCCESS                 0     1  extra here    jobs were imported, and AWS did not list them
    2026-02-17  org     eu-west-1  copy     507244301544  COMPLETED EBS SUCCESS               1     0  missing here  AWS had forgotten the day before it was listed
    2026-02-15  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-15  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-15  org     us-east-1  backup   507244301544  FAILED RDS ACCESS_DENIED            0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-16  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-16  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-17  org     us-east-1  backup   507244301544  FAILED EBS CONCURRENT_JOB           0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-17  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-18  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-18  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-18  org     us-east-1  backup   507244301544  FAILED RDS INVALID_STATE            0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-19  org     us-east-1  backup   507244301544  COMPLETED EBS ACCESS_DENIED         0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-19  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-20  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-20  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-21  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-21  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-21  org     us-east-1  backup   507244301544  FAILED RDS LIMIT_EXCEEDED           0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-22  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-22  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-23  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-23  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-24  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-24  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-25  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-25  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-26  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-26  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-27  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-27  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-28  org     us-east-1  backup   507244301544  COMPLETED EBS SUCCESS               1     2  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-28  org     us-east-1  backup   507244301544  COMPLETED RDS SUCCESS               0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-28  org     us-east-1  backup   507244301544  FAILED RDS MISCELLANEOUS            0     1  another rule  AWS counts as we would with count_composites => 'parents'
    2026-02-15  org     us-east-1  restore  507244301544  FAILED S3                           1     0  missing here  AWS refused to list the day
    2026-02-17  org     us-east-1  restore  507244301544  COMPLETED EC2                       1     0  missing here  AWS refused to list the day
    2026-02-19  org     us-east-1  restore  507244301544  COMPLETED EBS                       1     0  missing here  AWS refused to list the day
    2026-02-19  org     us-east-1  restore  507244301544  COMPLETED EC2                       1     0  missing here  AWS refused to list the day
    2026-02-21  org     us-east-1  restore  507244301544  COMPLETED EC2                       1     0  missing here  AWS refused to list the day
    2026-02-22  org     us-east-1  restore  507244301544  COMPLETED S3                        1     0  missing here  AWS refused to list the day
    2026-02-24  org     us-east-1  restore  507244301544  COMPLETED EBS                       1     0  missing here  AWS refused to list the day
    2026-02-26  org     us-east-1  restore  507244301544  COMPLETED EBS                       1     0  missing here  AWS refused to list the day
    2026-02-26  org     us-east-1  restore  507244301544  COMPLETED EC2                       1     0  missing here  AWS refused to list the day
    2026-02-28  org     us-east-1  restore  507244301544  COMPLETED EBS                       1     0  missing here  AWS refused to list the day
    -- stderr
    warning: nothing explains why AWS counts 3 jobs in 2 groups where 0 are held
    ");
}

#[test]
fn days_and_kinds_are_chosen_and_rows_are_those_of_the_table() {
    let (desk, warehouse) = (Desk::new(), damaged());
    let folder = warehouse.path().display().to_string();
    let run = |more: &[&str]| desk.run(&[&["reconcile", "--warehouse", &folder], more].concat());
    let day = ["--since", "2026-02-17", "--until", "2026-02-18"];
    assert_snapshot!(run(&[&["--kind", "copy", "--format", "csv"], &day[..]].concat()), @"
    exit 0
    -- stdout
    source,region,kind,start_time,verdict,is_explained,account_id,state,resource_type,message_category,malware_scanner,scan_result_status,group_count,aws_count,our_count,reason,counted_at,compared_at,run_id
    org,eu-west-1,copy,2026-02-17T00:00:00Z,missing_here,true,507244301544,COMPLETED,EBS,SUCCESS,,,1,1,0,AWS had forgotten the day before it was listed,2026-03-01T05:00:00Z,2026-01-05T00:00:00Z,
    org,us-east-1,copy,2026-02-17T00:00:00Z,match,true,,,,,,,1,1,1,,2026-03-01T05:00:00Z,2026-01-05T00:00:00Z,
    ");
    assert_snapshot!(run(&["--kind", "restore", "--since", "2026-02-28", "--all"]), @"
    exit 0
    -- stdout
    AWS's own counts: 2 groups compared: 1 match, 1 missing here

    source  Region     kind     days  match  missing here  AWS  held
    org     eu-west-1  restore     1      1             0    1     1
    org     us-east-1  restore     1      0             1    1     0
    total                          2      1             1    2     1

    day         source  Region     kind     account       group                     AWS  held  verdict       why
    2026-02-28  org     eu-west-1  restore  507244301544  COMPLETED VirtualMachine    1     1  match
    2026-02-28  org     us-east-1  restore  507244301544  COMPLETED EBS               1     0  missing here  AWS refused to list the day
    ");
}

#[test]
fn a_warehouse_that_may_not_be_written_is_compared_all_the_same() {
    let (desk, warehouse) = (Desk::new(), filled());
    crate::warehouse::copy_folder(&warehouse.path(), &desk.path("warehouse"));
    let before = std::fs::read(desk.path("warehouse/catalog.sqlite")).unwrap();
    for name in ["warehouse/catalog.sqlite", "warehouse"] {
        let mut mode = std::fs::metadata(desk.path(name)).unwrap().permissions();
        mode.set_readonly(true);
        std::fs::set_permissions(desk.path(name), mode).unwrap();
    }
    let told = desk.told(desk.nobody(), &["reconcile", "--kind", "copy", "--source", "org"], "");
    assert_snapshot!(told, @"
    exit 0
    -- stdout
    AWS's own counts: 30 groups compared: 30 match

    source  Region     kind  days  match  AWS  held
    org     eu-west-1  copy    12     12   12    12
    org     us-east-1  copy    13     18   18    18
    total                      25     30   30    30
    ");
    assert_eq!(std::fs::read(desk.path("warehouse/catalog.sqlite")).unwrap(), before);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let mut desk = Desk::with_jobs();
    // A setting of other commands.
    desk.environment.push(("LOOKBACK_CALLER", "222222222222".to_owned()));
    assert_snapshot!(desk.run(&["reconcile"]), @"
    exit 0
    -- stdout
    AWS's own counts: nothing to compare
    ");
    assert_snapshot!(desk.run(&["reconcile", "--caller", "222222222222"]), @"
    exit 2
    -- stderr
    error: unexpected argument '--caller' found

      tip: a similar argument exists: '--all'

    Usage: lookback reconcile --all

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["reconcile", "--source", "prod"]), @r#"
    exit 2
    -- stderr
    error: there are no counts of AWS's of source "prod" to compare
    hint: see all sources with `lookback status`
    "#);
    assert_snapshot!(
        desk.run(&["reconcile", "--since", "2026-02-01", "--until", "2026-01-01"]),
        @"
    exit 2
    -- stderr
    error: --until 2026-01-01T00:00:00Z is not after --since 2026-02-01T00:00:00Z
    hint: exchange them, or leave one out
    "
    );
    let elsewhere = Desk::new();
    assert_snapshot!(elsewhere.run(&["reconcile"]), @r#"
    exit 2
    -- stderr
    error: folder "warehouse" is not a warehouse: it has no catalog.sqlite
    hint: name the folder of a warehouse with --warehouse, or make one with `lookback ingest`, `lookback import` or `lookback demo --keep DIR`
    "#);
}

#[test]
fn a_reader_that_has_closed_the_pipe_changes_nothing_of_the_outcome() {
    let warehouse = damaged();
    for format in ["table", "csv"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
        command.args(["reconcile", "--format", format, "--warehouse"]).arg(warehouse.path());
        let status = command.env_clear().stdout(writer).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(1), "{format}");
    }
}

#[test]
fn an_ingest_reads_again_what_is_short_and_tells_what_it_found() {
    let desk = Desk::with_credentials();
    let (night, next) = ("2026-01-05T02:00:00Z", "2026-01-06T03:00:00Z");
    let emulator = Emulator::at(night, "");
    let told = desk.ingest(&emulator, night, &["--no-reconcile", "--json"]);
    assert!(told.contains("\"reconciliation\": null"), "{told}");
    // The jobs of a day are gone that no ingest would list again by itself.
    let sql = "UPDATE ducklake_data_file SET end_snapshot = 2 WHERE data_file_id IN (
        SELECT data_file_id FROM ducklake_file_column_stats
        WHERE min_value LIKE '2025-12-28%' AND table_id = 1)";
    alter_catalog(&desk.path("warehouse"), sql);
    assert_snapshot!(desk.run(&["reconcile", "--kind", "backup"]), @"
    exit 1
    -- stdout
    AWS's own counts: 267 groups compared: 249 match, 18 missing here

    source   Region     kind    days  match  missing here  AWS  held
    default  eu-west-1  backup    14     86             6  115   107
    default  us-east-1  backup    14    163            12  200   187
    total                         28    249            18  315   294

    day         source   Region     kind    account       group                             AWS  held  verdict       why
    2025-12-28  default  eu-west-1  backup  545632180331  COMPLETED DynamoDB SUCCESS          1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  eu-west-1  backup  545632180331  COMPLETED EBS SUCCESS               2     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  eu-west-1  backup  545632180331  COMPLETED RDS SUCCESS               2     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  eu-west-1  backup  545632180331  COMPLETED VirtualMachine SUCCESS    1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  eu-west-1  backup  576910547263  COMPLETED DynamoDB SUCCESS          1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  eu-west-1  backup  576910547263  COMPLETED EBS SUCCESS               1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  545632180331  COMPLETED DynamoDB SUCCESS          1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  545632180331  COMPLETED EBS SUCCESS               1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  545632180331  COMPLETED EC2 SUCCESS               2     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  545632180331  COMPLETED FSx SUCCESS               1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  545632180331  COMPLETED S3 SUCCESS                1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  576910547263  COMPLETED DynamoDB SUCCESS          1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  576910547263  COMPLETED EBS ACCESS_DENIED         1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  576910547263  COMPLETED EC2 SUCCESS               1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  576910547263  COMPLETED RDS SUCCESS               1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  576910547263  COMPLETED Redshift SUCCESS          1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  576910547263  COMPLETED S3 SUCCESS                1     0  missing here  the day was listed whole, and AWS did not show them
    2025-12-28  default  us-east-1  backup  576910547263  COMPLETED VirtualMachine SUCCESS    1     0  missing here  the day was listed whole, and AWS did not show them
    -- stderr
    warning: nothing explains why AWS counts 21 jobs in 18 groups where 0 are held
    ");
    let emulator = Emulator::at(next, "");
    assert_snapshot!(desk.ingest(&emulator, next, &[]), @"
    exit 0
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   274   32        3        239        0          0       0
    default  us-east-1   317   49        2        266        0          0       0
    total                591   81        5        505        0          0       0
    19 units, 24 calls; snapshot 4
    AWS's own counts: 402 groups compared: 402 match
    2 days lacked jobs and were read again: 2 of them lack none now
    ");
    let sql = "SELECT verdict, sum(group_count) AS groups, sum(aws_count) AS aws,
        sum(our_count) AS held FROM ops.reconciliation GROUP BY verdict";
    assert_snapshot!(desk.run(&["sql", "--format", "csv", sql]), @"
    exit 0
    -- stdout
    verdict,groups,aws,held
    match,402,452,452
    ");
    assert_snapshot!(desk.run(&["reconcile", "--kind", "backup"]), @"
    exit 0
    -- stdout
    AWS's own counts: 286 groups compared: 286 match

    source   Region     kind    days  match  AWS  held
    default  eu-west-1  backup    15     98  123   123
    default  us-east-1  backup    15    188  215   215
    total                         30    286  338   338
    ");
}

#[test]
fn an_ingest_whose_counts_are_not_explained_says_so() {
    let desk = Desk::with_credentials();
    let night = "2026-01-05T02:00:00Z";
    // A share of the listed jobs has a state, category or type that nothing counts.
    let emulator = Emulator::at(night, "unknown-value=0.005");
    assert_snapshot!(desk.ingest(&emulator, night, &["--kind", "backup"]), @"
    exit 1
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   338  338        0          0        0          0       0
    default  us-east-1   609  609        0          0        0          0       0
    total                947  947        0          0        0          0       0
    4 units, 4 calls; snapshot 2
    AWS's own counts: 268 groups compared: 266 match, 2 unexplained
    warning: nothing explains why AWS counts 2 jobs in 2 groups where 2 are held
    hint: see them with `lookback reconcile --since 2025-12-22`
    ");
}
