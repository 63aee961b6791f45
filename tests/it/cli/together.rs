//! Two processes at one warehouse.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;
use lookback::catalog::{AsOf, WriterLock};
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;

use super::{Desk, JOBS, alter_catalog, jobs};
use crate::warehouse::{block_on, instant};

const QUERY: &str = "SELECT count(*) AS jobs, min(state) AS state FROM backup_jobs";

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let desk = Desk::with_jobs();
    let lock = WriterLock::take(&desk.path("warehouse")).unwrap();
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: warehouse "warehouse" is being written by another process
    hint: wait until it is done; readers need not wait
    "#);
    assert_snapshot!(desk.run(&["sql", QUERY]), @"
    exit 0
    -- stdout
    ┌──────┬───────────┐
    │ jobs │ state     │
    ├──────┼───────────┤
    │    3 │ COMPLETED │
    └──────┴───────────┘
    ");
    drop(lock);
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @"
    exit 0
    -- stderr
    imported 1 file: 0 new, 0 changed, 3 unchanged, 0 refused; nothing to commit
    ");
}

#[test]
fn a_reader_keeps_its_snapshot_while_a_writer_commits() {
    let desk = Desk::with_jobs();
    let lake = Lake::open(&desk.path("warehouse")).unwrap();
    let asker = || Asker::at(instant("2026-01-05"));
    let open = || block_on(Engine::open(&lake, AsOf::Latest, Limits::default(), asker())).unwrap();
    let states = |engine: &Engine| {
        let batches = block_on(engine.query("SELECT state FROM backup_jobs ORDER BY 1")).unwrap();
        format!("{}", arrow::util::pretty::pretty_format_batches(&batches).unwrap())
    };
    let engine = open();
    let before = states(&engine);
    let moved = JOBS.map(|(id, _, created)| (id, "EXPIRED", created));
    desk.write("jobs.json", jobs(&moved));
    let import = ["import", "jobs.json", "--observed-at", "2026-01-04T12:00:00Z"];
    assert_snapshot!(desk.run(&import), @"
    exit 0
    -- stderr
    imported 1 file: 0 new, 3 changed, 0 unchanged, 0 refused; snapshot 3
    ");
    assert_eq!(states(&engine), before);
    assert_ne!(states(&open()), before);
}

#[test]
fn a_catalog_that_another_program_holds_is_told() {
    let desk = Desk::with_jobs();
    let catalog = rusqlite::Connection::open(desk.path("warehouse/catalog.sqlite")).unwrap();
    catalog.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_snapshot!(desk.run(&["sql", QUERY]), @"
    exit 0
    -- stdout
    ┌──────┬───────────┐
    │ jobs │ state     │
    ├──────┼───────────┤
    │    3 │ COMPLETED │
    └──────┴───────────┘
    ");
}

#[test]
fn a_warehouse_that_may_not_be_written_is_read() {
    let desk = Desk::with_jobs();
    // Moved, so that its catalog would like to be told its new place.
    fs::rename(desk.path("warehouse"), desk.path("moved")).unwrap();
    for (name, mode) in [("moved/catalog.sqlite", 0o444), ("moved", 0o555), ("", 0o755)] {
        fs::set_permissions(desk.path(name), Permissions::from_mode(mode)).unwrap();
    }
    let nobody = |arguments: &[&str]| {
        let arguments = [arguments, &["--warehouse", "moved"]].concat();
        desk.told(desk.nobody(), &arguments, "")
    };
    assert_snapshot!(nobody(&["sql", QUERY]), @"
    exit 0
    -- stdout
    ┌──────┬───────────┐
    │ jobs │ state     │
    ├──────┼───────────┤
    │    3 │ COMPLETED │
    └──────┴───────────┘
    ");
    assert_snapshot!(nobody(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: failed to open lock file "moved/writer.lock": Permission denied (os error 13)
    hint: writing needs a warehouse folder that may be written
    "#);
    fs::set_permissions(desk.path("moved"), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn rows_that_another_tool_deleted_are_not_answered() {
    let desk = Desk::with_jobs();
    let delete = "INSERT INTO ducklake_delete_file
        SELECT 99, table_id, 2, NULL, data_file_id, 'x', 1, 'parquet', 1, 1, 1, NULL, NULL
        FROM ducklake_data_file WHERE data_file_id = 0";
    alter_catalog(&desk.path("warehouse"), delete);
    assert_snapshot!(desk.run(&["sql", QUERY]), @r#"
    exit 2
    -- stderr
    error: table "backup_jobs" has rows that another tool deleted without rewriting its files
    hint: in DuckDB, run: CALL ducklake_flush_inlined_data('lake'); CALL ducklake_rewrite_data_files('lake', delete_threshold => 0)
    "#);
}
