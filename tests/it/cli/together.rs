//! Two processes at one warehouse.

use std::fs;

use insta::assert_snapshot;
use lookback::catalog::{AsOf, WriterLock};
use lookback::engine::{Engine, Limits};
use lookback::lake::Lake;

use super::{Desk, JOBS, alter_catalog, jobs};
use crate::warehouse::block_on;

const QUERY: &str = "SELECT count(*) AS jobs, min(state) AS state FROM backup_jobs";

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let desk = Desk::with_jobs();
    let lock = WriterLock::take(&desk.path("warehouse")).unwrap();
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @"");
    assert_snapshot!(desk.run(&["sql", QUERY]), @"");
    drop(lock);
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @"");
}

#[test]
fn a_reader_keeps_its_snapshot_while_a_writer_commits() {
    let desk = Desk::with_jobs();
    let lake = Lake::open(&desk.path("warehouse")).unwrap();
    let open = || block_on(Engine::open(&lake, AsOf::Latest, Limits::default())).unwrap();
    let states = |engine: &Engine| {
        let batches = block_on(engine.query("SELECT state FROM backup_jobs ORDER BY 1")).unwrap();
        format!("{}", arrow::util::pretty::pretty_format_batches(&batches).unwrap())
    };
    let engine = open();
    let before = states(&engine);
    let moved = JOBS.map(|(id, _, created)| (id, "EXPIRED", created));
    desk.write("jobs.json", jobs(&moved));
    let import = ["import", "jobs.json", "--observed-at", "2026-01-04T12:00:00Z"];
    assert_snapshot!(desk.run(&import), @"");
    assert_eq!(states(&engine), before);
    assert_ne!(states(&open()), before);
}

#[test]
fn a_catalog_that_another_program_holds_is_told() {
    let desk = Desk::with_jobs();
    let catalog = rusqlite::Connection::open(desk.path("warehouse/catalog.sqlite")).unwrap();
    catalog.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_snapshot!(desk.run(&["sql", QUERY]), @"");
}

/// Root may write where the mode forbids it: a folder in the place of the lock file forbids it to
/// root too, and a folder in the place of the rollback journal keeps SQLite from writing.
#[test]
fn a_warehouse_that_may_not_be_written_is_read() {
    let desk = Desk::with_jobs();
    let warehouse = desk.path("warehouse");
    fs::rename(&warehouse, desk.path("moved")).unwrap();
    fs::remove_file(desk.path("moved/writer.lock")).unwrap();
    fs::create_dir(desk.path("moved/writer.lock")).unwrap();
    fs::create_dir(desk.path("moved/catalog.sqlite-journal")).unwrap();
    assert_snapshot!(desk.run(&["sql", QUERY, "--warehouse", "moved"]), @"");
    assert_snapshot!(desk.run(&["import", "jobs.json", "--warehouse", "moved"]), @"");
}

#[test]
fn rows_that_another_tool_deleted_are_not_answered() {
    let desk = Desk::with_jobs();
    let delete = "INSERT INTO ducklake_delete_file
        SELECT 99, table_id, 2, NULL, data_file_id, 'x', 1, 'parquet', 1, 1, 1, NULL, NULL
        FROM ducklake_data_file WHERE data_file_id = 0";
    alter_catalog(&desk.path("warehouse"), delete);
    assert_snapshot!(desk.run(&["sql", QUERY]), @"");
}
