//! `lookback reconcile`: every difference between AWS's counts and what is held, line by line.

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
        JobKind::Scan,
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
    let run = |more: &[&str]| {
        let told = desk.run(&[&["reconcile", "--warehouse", &folder], more].concat());
        told.replace("-- stdout\n", "-- stdout\n\n")
    };
    assert_snapshot!(run(&[]), @"");
    assert_snapshot!(run(&["--kind", "copy", "--format", "csv"]), @"");
    assert_snapshot!(run(&["--kind", "restore", "--since", "2026-02-28", "--all"]), @"");
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
    assert_snapshot!(told, @"");
    assert_eq!(std::fs::read(desk.path("warehouse/catalog.sqlite")).unwrap(), before);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["reconcile"]), @"");
    assert_snapshot!(desk.run(&["reconcile", "--source", "prod"]), @"");
    assert_snapshot!(
        desk.run(&["reconcile", "--since", "2026-02-01", "--until", "2026-01-01"]),
        @""
    );
    let elsewhere = Desk::new();
    assert_snapshot!(elsewhere.run(&["reconcile"]), @"");
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
    assert_snapshot!(desk.run(&["reconcile", "--kind", "backup"]), @"");
    let emulator = Emulator::at(next, "");
    assert_snapshot!(desk.ingest(&emulator, next, &[]), @"");
    let sql = "SELECT verdict, sum(group_count) AS groups, sum(aws_count) AS aws,
        sum(our_count) AS held FROM ops.reconciliation GROUP BY verdict";
    assert_snapshot!(desk.run(&["sql", "--format", "csv", sql]), @"");
    assert_snapshot!(desk.run(&["reconcile", "--kind", "backup"]), @"");
}

#[test]
fn an_ingest_whose_counts_are_not_explained_says_so() {
    let desk = Desk::with_credentials();
    let night = "2026-01-05T02:00:00Z";
    // A share of the listed jobs has a state, category or type that nothing counts.
    let emulator = Emulator::at(night, "unknown-value=0.005");
    assert_snapshot!(desk.ingest(&emulator, night, &["--kind", "backup"]), @"");
}
