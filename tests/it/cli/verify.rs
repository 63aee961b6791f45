//! `lookback verify`: every planted damage is found and named, and mended only from what is there.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::Value;

use super::emulated::Emulator;
use super::{Desk, alter_catalog, jobs};
use crate::upkeep::age;
use crate::warehouse::copy_folder;

/// A warehouse in which a job has changed: files of two snapshots, and one job that is open.
fn healthy() -> Desk {
    let desk = Desk::with_jobs();
    desk.write("later.json", jobs(&[("b-2", "COMPLETED", "2026-01-01T02:00:00.5Z")]));
    let told = desk.run(&["import", "later.json", "--observed-at", "2026-01-04T12:00:00Z"]);
    assert!(told.starts_with("exit 0\n"), "{told}");
    desk
}

fn copy_of(desk: &Desk) -> Desk {
    let copy = Desk::new();
    copy_folder(&desk.path("warehouse"), &copy.path("warehouse"));
    copy
}

impl Desk {
    fn alter(&self, sql: &str) {
        alter_catalog(&self.path("warehouse"), sql);
    }

    /// The file of `backup_jobs` with that place in the order of their ids, among the live ones or
    /// those of earlier snapshots.
    fn file_of(&self, is: &str, place: usize) -> PathBuf {
        let catalog = rusqlite::Connection::open(self.path("warehouse/catalog.sqlite")).unwrap();
        let sql = format!(
            "SELECT path FROM ducklake_data_file WHERE table_id = 1 AND end_snapshot {is}
             ORDER BY data_file_id LIMIT 1 OFFSET {place}"
        );
        let path: String = catalog.query_row(&sql, [], |row| row.get(0)).unwrap();
        self.path("warehouse/data/main/backup_jobs").join(path)
    }

    /// Leaves a file that nothing names, long since.
    fn leave(&self, name: &str) {
        let file = self.path("warehouse/data/main/backup_jobs/year=2026").join(name);
        fs::write(&file, "left").unwrap();
        age(&file, "2026-01-03T00:00:00Z");
    }

    fn live(&self) -> PathBuf {
        self.file_of("IS NULL", 0)
    }

    /// Puts the answer to a query in the place of a live file, as if the catalog knew of it.
    fn replace_with(&self, select: &str) {
        let file = self.live();
        let sql = format!("{select} WHERE backup_job_id = 'b-3'");
        let told = self.run(&["sql", &sql, "--output", "answer.parquet"]);
        assert_eq!(told, "exit 0\n");
        let bytes = fs::read(self.path("answer.parquet")).unwrap();
        let footer = u32::from_le_bytes(*bytes[bytes.len() - 8..].first_chunk().unwrap());
        overwrite(&file, &bytes);
        self.alter(&format!(
            "DELETE FROM lookback_file_digest;
             UPDATE ducklake_data_file SET file_size_bytes = {}, footer_size = {footer}
             WHERE data_file_id = {LIVE}",
            bytes.len()
        ));
    }
}

/// The first live file of `backup_jobs`.
const LIVE: &str = "(SELECT min(data_file_id) FROM ducklake_data_file
    WHERE table_id = 1 AND end_snapshot IS NULL)";

/// Other bytes under the same name; the file may have other names, which keep theirs.
fn overwrite(file: &Path, bytes: &[u8]) {
    fs::remove_file(file).unwrap();
    fs::write(file, bytes).unwrap();
}

fn change(file: &Path, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    overwrite(file, &bytes);
}

/// A damage: what it is, and what does it.
type Damage = (&'static str, fn(&Desk));

const DAMAGES: [Damage; 30] = [
    ("a table is gone", |desk| {
        desk.alter("DELETE FROM ducklake_table WHERE table_name = 'scan_jobs'");
    }),
    ("another tool deleted rows", |desk| {
        desk.alter(&format!(
            "INSERT INTO ducklake_delete_file(delete_file_id, table_id, begin_snapshot,
                 data_file_id, path, path_is_relative)
             VALUES (0, 1, 2, {LIVE}, 'd.parquet', 1)"
        ));
    }),
    ("a file is gone", |desk| fs::remove_file(desk.live()).unwrap()),
    ("a file of an earlier snapshot is gone", |desk| {
        fs::remove_file(desk.file_of("IS NOT NULL", 0)).unwrap();
    }),
    ("a file that nothing names", |desk| {
        desk.leave("lookback-left.parquet");
    }),
    ("a file of another tool that nothing names", |desk| desk.leave("ducklake-left.parquet")),
    ("a file that nothing names, unless a copy does that is damaged", |desk| {
        desk.leave("lookback-left.parquet");
        let backups = desk.path("warehouse/backups");
        fs::create_dir(&backups).unwrap();
        fs::write(backups.join("catalog-2026-01-04.sqlite"), "damaged").unwrap();
    }),
    ("a file was cut off", |desk| change(&desk.live(), |bytes| bytes.truncate(1000))),
    ("the catalog has another size of a file", |desk| {
        desk.alter(&format!(
            "UPDATE ducklake_data_file SET file_size_bytes = 7 WHERE data_file_id = {LIVE}"
        ));
    }),
    ("a bit of a file has turned", |desk| change(&desk.live(), |bytes| bytes[100] ^= 1)),
    ("a file without a digest is no Parquet", |desk| {
        desk.alter("DELETE FROM lookback_file_digest");
        change(&desk.live(), |bytes| bytes.fill(b'x'));
    }),
    ("a value in a file without a digest has changed", |desk| {
        desk.alter("DELETE FROM lookback_file_digest");
        change(&desk.live(), |bytes| {
            let value = bytes.windows(7).position(|bytes| bytes == b"vault:v").unwrap();
            bytes[value + 6] = b'w';
        });
    }),
    ("the catalog has another number of rows of a file", |desk| {
        desk.alter(&format!(
            "UPDATE ducklake_data_file SET record_count = 9 WHERE data_file_id = {LIVE};
             UPDATE ducklake_table_stats SET record_count = 11, next_row_id = 20
             WHERE table_id = 1"
        ));
    }),
    ("the catalog has another length of a footer", |desk| {
        desk.alter(&format!(
            "UPDATE ducklake_data_file SET footer_size = 7 WHERE data_file_id = {LIVE}"
        ));
    }),
    ("a file was replaced by one without field ids", |desk| {
        desk.replace_with("SELECT * FROM backup_jobs");
    }),
    ("a file was replaced by one whose rows lack their Region", |desk| {
        desk.replace_with("SELECT * REPLACE (CAST(NULL AS varchar) AS region) FROM backup_jobs");
    }),
    ("the statistics of a file lie", |desk| {
        desk.alter(&format!(
            "UPDATE ducklake_file_column_stats SET max_value = 'A', null_count = 1
             WHERE data_file_id = {LIVE} AND column_id IN (1, 3)"
        ));
    }),
    ("the statistics of a table lie", |desk| {
        desk.alter(
            "UPDATE ducklake_table_column_stats SET max_value = 'b-1'
             WHERE table_id = 1 AND column_id = 3",
        );
    }),
    ("a file is named under two names", |desk| {
        let (file, twin) = (desk.live(), desk.live().with_file_name("twin.parquet"));
        fs::hard_link(file, twin).unwrap();
        desk.alter(&format!(
            "INSERT INTO ducklake_data_file
             SELECT 90, table_id, begin_snapshot, NULL, NULL, 'year=2026/month=1/twin.parquet', 1,
                 file_format, record_count, file_size_bytes, footer_size, 90, partition_id, NULL,
                 NULL, NULL
             FROM ducklake_data_file WHERE data_file_id = {LIVE};
             UPDATE ducklake_snapshot SET next_file_id = 99;
             UPDATE ducklake_table_stats SET next_row_id = 99, record_count = 99"
        ));
    }),
    ("a file is of another month", |desk| {
        desk.alter(&format!(
            "UPDATE ducklake_file_partition_value SET partition_value = '2'
             WHERE data_file_id = {LIVE} AND partition_key_index = 1"
        ));
    }),
    ("coverage claims the future, and overlaps", |desk| {
        desk.alter(
            "INSERT INTO lookback_coverage VALUES
                 ('s', 'account', 'eu-west-1', 'backup', '2026-01-01T00:00:00Z',
                  '2026-01-09T00:00:00Z', 'complete', 0, '2026-01-04T00:00:00Z'),
                 ('s', 'account', 'eu-west-1', 'backup', '2026-01-08T00:00:00Z',
                  '2026-01-10T00:00:00Z', 'failed', 0, '2026-01-04T00:00:00Z')",
        );
    }),
    ("the ledger of open jobs has lost one, and has one too many", |desk| {
        desk.alter("UPDATE lookback_open_job SET job_id = 'b-1'");
    }),
    ("the ledger of open jobs has another state", |desk| {
        desk.alter("UPDATE lookback_open_job SET state = 'RUNNING'");
    }),
    ("ids of files would come again", |desk| {
        desk.alter("UPDATE ducklake_snapshot SET next_file_id = 1");
    }),
    ("ids of objects would come again", |desk| {
        desk.alter("UPDATE ducklake_snapshot SET next_catalog_id = 2");
    }),
    ("a file ends before it begins", |desk| {
        desk.alter("UPDATE ducklake_data_file SET begin_snapshot = 9 WHERE end_snapshot = 3");
    }),
    ("row ids are given twice", |desk| {
        desk.alter("UPDATE ducklake_data_file SET row_id_start = 0 WHERE table_id = 1");
    }),
    ("row ids would come again, and the totals of a table are too low", |desk| {
        desk.alter("UPDATE ducklake_table_stats SET next_row_id = 1, record_count = 1");
    }),
    ("a file is named twice", |desk| {
        desk.alter(
            "UPDATE ducklake_data_file SET path =
                 (SELECT max(path) FROM ducklake_data_file WHERE end_snapshot = 3)
             WHERE end_snapshot = 3 AND table_id = 1;
             INSERT INTO ducklake_data_file
             SELECT 91, table_id, begin_snapshot, end_snapshot, NULL, path, 1, file_format,
                 record_count, file_size_bytes, footer_size, 91, partition_id, NULL, NULL, NULL
             FROM ducklake_data_file WHERE end_snapshot = 3 AND table_id = 1;
             UPDATE ducklake_snapshot SET next_file_id = 99;
             UPDATE ducklake_table_stats SET next_row_id = 99",
        );
    }),
    ("a live file is listed as to be deleted", |desk| {
        desk.alter(&format!(
            "INSERT INTO ducklake_files_scheduled_for_deletion
             SELECT data_file_id, 'main/backup_jobs/' || path, 1, '2026-01-01 00:00:00+00'
             FROM ducklake_data_file WHERE data_file_id = {LIVE}"
        ));
    }),
];

#[test]
fn every_damage_is_found_and_mended_only_from_what_is_there() {
    let healthy = healthy();
    let mut told = String::new();
    for (name, plant) in DAMAGES {
        let desk = copy_of(&healthy);
        plant(&desk);
        let found = desk.run(&["verify"]);
        assert!(found.starts_with("exit 1\n"), "{name}: {found}");
        let mended = desk.run(&["verify", "--repair"]);
        writeln!(told, "# {name}\n{found}-- with --repair: {mended}").unwrap();
        // A repair leaves nothing to be repaired.
        let left = desk.run(&["verify"]);
        assert!(!left.contains(" possible "), "{name}: {left}");
    }
    assert_snapshot!("damages", told);
}

#[test]
fn coverage_that_is_lost_is_found_by_the_rows_it_covered() {
    let night = "2026-01-05T02:00:00Z";
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(night, "");
    desk.ingest(&emulator, night, &["--kind", "copy"]);
    let whole = desk.run(&["verify"]);
    desk.alter("DELETE FROM lookback_coverage WHERE region = 'eu-west-1'");
    assert_snapshot!("coverage", whole + &desk.run(&["verify"]));
}

#[test]
fn a_healthy_warehouse_has_no_findings() {
    let desk = healthy();
    assert_snapshot!(desk.run(&["verify"]), @"
    exit 0
    -- stderr
    verified 5 files with 7 rows: nothing is wrong
    ");
    let told = desk.run(&["verify", "--repair", "--format", "json"]);
    assert_snapshot!(told, @r#"
    exit 0
    -- stdout
    {
      "files": 5,
      "rows": 7,
      "findings": []
    }
    -- stderr
    verified 5 files with 7 rows: nothing is wrong
    "#);
}

#[test]
fn programs_are_told_in_json() {
    let desk = healthy();
    desk.alter("DELETE FROM lookback_open_job");
    let told = desk.run(&["verify", "--format", "json"]);
    let document = told.strip_prefix("exit 1\n-- stdout\n").unwrap();
    let (document, _) = document.split_once("-- stderr\n").unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let first = serde_json::to_string_pretty(&document["findings"][0]).unwrap();
    assert_snapshot!(first, @r#"
    {
      "check": "open_job",
      "finding": "it is open, and the ledger does not have it",
      "object": "backup job b-3 of 111111111111 in eu-west-1",
      "repair": "possible"
    }
    "#);
}

#[test]
fn a_missing_file_is_never_papered_over() {
    let desk = healthy();
    fs::remove_file(desk.live()).unwrap();
    let before = desk.run(&["verify"]);
    let repaired = desk.run(&["verify", "--repair"]);
    assert!(repaired.contains("missing_file  impossible"), "{repaired}");
    assert_eq!(desk.run(&["verify"]).lines().next(), before.lines().next());
}
