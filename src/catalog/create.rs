//! Makes a new catalog: migrations, DuckLake objects, and the checks of an existing one.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use uuid::Uuid;

use crate::error::{Error, Kind, Result};
use crate::model::{Instant, Steps};
use crate::tables::{self, Column, Table, VIEWS, timestamp_text};

use super::{
    CATALOG_FILE, Catalog, DATA_FOLDER, WAY_BACK, failed, has_copies, is_refused, is_there, views,
};

/// The numbered files of `sql/catalog/`; the last number is the version of a catalog.
const MIGRATIONS: [(i64, &str); 5] = [
    (1, include_str!("../../sql/catalog/001_ducklake.sql")),
    (2, include_str!("../../sql/catalog/002_lookback.sql")),
    (3, include_str!("../../sql/catalog/003_reconciliation.sql")),
    (4, include_str!("../../sql/catalog/004_upkeep.sql")),
    (5, include_str!("../../sql/catalog/005_views.sql")),
];

/// The version of the DuckLake format that this version reads and writes.
const DUCKLAKE_VERSION: &str = "1.0";

impl Catalog {
    /// Opens the catalog in `folder`, or makes a new one there if the folder is absent, empty, or
    /// holds what an interrupted creation left. One that an older version wrote is brought up to
    /// date.
    ///
    /// The caller holds the [`WriterLock`](super::WriterLock).
    pub fn open_or_create(folder: &Path, now: Instant, steps: &Steps) -> Result<Self> {
        if is_there(&folder.join(CATALOG_FILE))? && !Self::is_blank_in(folder)? {
            let catalog = Self::open(folder)?;
            catalog.migrate(now, steps)?;
            return Ok(catalog);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let catalog = Self::connect(folder, flags)?;
        steps.take("create catalog")?;
        catalog.fill(now).map_err(|err| failed("create the catalog", err))?;
        Ok(catalog)
    }

    /// True if and only if the catalog in `folder` is there and a database without any table: what
    /// an interrupted creation leaves, and whoever looks for a lost one with SQLite's shell.
    pub fn is_blank_in(folder: &Path) -> Result<bool> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        Ok(is_there(&folder.join(CATALOG_FILE))? && Self::connect(folder, flags)?.is_blank()?)
    }

    /// True if and only if the file is a database without any table.
    fn is_blank(&self) -> Result<bool> {
        let sql = "SELECT count(*) FROM sqlite_master";
        let count: i64 =
            self.read("read the catalog", |c| c.query_row(sql, [], |row| row.get(0)))?;
        Ok(count == 0)
    }

    fn fill(&self, now: Instant) -> rusqlite::Result<()> {
        let data_path = data_path(&self.folder);
        let connection = self.connection();
        let transaction = connection.unchecked_transaction()?;
        for (_, sql) in MIGRATIONS {
            transaction.execute_batch(sql)?;
        }
        let mut insert = transaction
            .prepare("INSERT INTO ducklake_metadata(\"key\", \"value\") VALUES (?1, ?2)")?;
        insert.execute(["version", DUCKLAKE_VERSION])?;
        insert.execute(["created_by", concat!("lookback ", env!("CARGO_PKG_VERSION"))])?;
        insert.execute(["data_path", &data_path])?;
        insert.execute(["encrypted", "false"])?;
        insert.execute(["lookback_version", &newest_version().to_string()])?;
        drop(insert);
        add_schema(&transaction, now)?;
        add_objects(&transaction, now)?;
        transaction.commit()
    }

    /// Runs the migrations that came after the version that wrote the catalog; renews its views.
    pub(super) fn migrate(&self, now: Instant, steps: &Steps) -> Result<()> {
        let held = self.read("read the catalog's version", |connection| {
            metadata(connection, "lookback_version")
        })?;
        let held: i64 = held.and_then(|version| version.parse().ok()).unwrap_or(0);
        let missing: Vec<_> = MIGRATIONS.iter().filter(|(version, _)| *version > held).collect();
        if missing.is_empty() {
            return Ok(());
        }
        steps.take("bring the catalog up to date")?;
        let migrate = || {
            let connection = self.connection();
            let transaction = connection.unchecked_transaction()?;
            for (_, sql) in missing {
                transaction.execute_batch(sql)?;
            }
            views::renew(&transaction, now)?;
            let update = "UPDATE ducklake_metadata SET \"value\" = ?1
                 WHERE \"key\" = 'lookback_version' AND \"scope\" IS NULL";
            transaction.execute(update, [newest_version().to_string()])?;
            transaction.commit()
        };
        migrate().map_err(|err| failed("bring the catalog up to date", err))
    }

    /// Refuses what is no catalog of ours, or one of a newer version.
    pub(super) fn check_version(&self) -> Result<()> {
        let file = self.file();
        let read = |key: &'static str| {
            self.read("read the catalog's version", |connection| metadata(connection, key))
        };
        let has_metadata = self.read("read the catalog", |connection| {
            let sql = "SELECT 1 FROM sqlite_master WHERE name = 'ducklake_metadata'";
            connection.query_row(sql, [], |_| Ok(())).optional()
        })?;
        let ours = if has_metadata.is_some() { read("lookback_version")? } else { None };
        let Some(ours) = ours else {
            let message = format!("file \"{}\" is not a Lookback catalog", file.display());
            let is_lost = self.file() == self.folder.join(CATALOG_FILE) && has_copies(&self.folder);
            let hint =
                if is_lost { WAY_BACK } else { "name the folder of a warehouse with --warehouse" };
            return Err(Error::input(message).with_hint(hint));
        };
        let ducklake = read("version")?.unwrap_or_default();
        let newest = newest_version();
        if ours.parse::<i64>().is_ok_and(|version| version <= newest)
            && ducklake == DUCKLAKE_VERSION
        {
            return Ok(());
        }
        let message = format!(
            "catalog \"{}\" has version {ours} (DuckLake {ducklake}); this Lookback reads up to \
            {newest} (DuckLake {DUCKLAKE_VERSION})",
            file.display(),
        );
        Err(Error::new(Kind::Unsupported, message)
            .with_hint("use the newer Lookback that wrote it"))
    }

    /// Lets the catalog name the folder where it lies now, if it lay elsewhere before.
    ///
    /// Lookback itself does not need this: it reads `data` beside the catalog. DuckDB does.
    pub(super) fn point_at_folder(&self) -> Result<()> {
        let here = data_path(&self.folder);
        let held =
            self.read("read the data path", |connection| metadata(connection, "data_path"))?;
        if held.as_deref() == Some(here.as_str()) {
            return Ok(());
        }
        let sql = "UPDATE ducklake_metadata SET \"value\" = ?1 WHERE \"key\" = 'data_path'";
        match self.connection().execute(sql, [&here]) {
            Ok(_) => Ok(()),
            // A read-only copy stays as it is; Lookback reads it all the same.
            Err(err) if is_refused(&err) => Ok(()),
            Err(err) => Err(failed("record the new data path", err)),
        }
    }
}

fn newest_version() -> i64 {
    MIGRATIONS[MIGRATIONS.len() - 1].0
}

/// The data path as DuckLake stores it: absolute, with a slash at its end.
pub(super) fn data_path(folder: &Path) -> String {
    format!("{}/", folder.join(DATA_FOLDER).display())
}

fn metadata(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT \"value\" FROM ducklake_metadata WHERE \"key\" = ?1 AND \"scope\" IS NULL";
    connection.query_row(sql, [key], |row| row.get(0)).optional()
}

/// Snapshot 0: the empty schema `main`.
fn add_schema(transaction: &Transaction<'_>, now: Instant) -> rusqlite::Result<()> {
    transaction
        .execute("INSERT INTO ducklake_snapshot VALUES (0, ?1, 0, 1, 0)", [timestamp_text(now)])?;
    transaction.execute(
        "INSERT INTO ducklake_snapshot_changes VALUES (0, 'created_schema:\"main\"', NULL, NULL, \
        NULL)",
        [],
    )?;
    transaction.execute(
        "INSERT INTO ducklake_schema VALUES (0, ?1, 0, NULL, 'main', 'main/', 1)",
        [Uuid::new_v4().to_string()],
    )?;
    Ok(())
}

/// Snapshot 1: every table with its partitioning and comments, and every view.
fn add_objects(transaction: &Transaction<'_>, now: Instant) -> rusqlite::Result<()> {
    let mut next_id = 1;
    let mut take_id = || {
        next_id += 1;
        next_id - 1
    };
    let mut changes = Vec::new();
    for table in tables::ALL {
        let table_id = take_id();
        add_table(transaction, table, table_id, take_id())?;
        changes.push(format!("created_table:\"main\".\"{}\"", table.name));
    }
    for view in VIEWS {
        changes.push(views::add(transaction, view, take_id(), 1)?);
    }
    transaction.execute(
        "INSERT INTO ducklake_snapshot VALUES (1, ?1, 1, ?2, 0)",
        params![timestamp_text(now), next_id],
    )?;
    transaction.execute(
        "INSERT INTO ducklake_snapshot_changes VALUES (1, ?1, 'lookback', 'create the warehouse', \
        NULL)",
        [changes.join(",")],
    )?;
    Ok(())
}

fn add_table(
    transaction: &Transaction<'_>,
    table: &Table,
    table_id: i64,
    partition_id: i64,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO ducklake_table VALUES (?1, ?2, 1, NULL, 0, ?3, ?4, 1)",
        params![table_id, Uuid::new_v4().to_string(), table.name, format!("{}/", table.name)],
    )?;
    transaction.execute("INSERT INTO ducklake_table_stats VALUES (?1, 0, 0, 0)", [table_id])?;
    transaction.execute("INSERT INTO ducklake_schema_versions VALUES (1, 1, ?1)", [table_id])?;
    transaction.execute(
        "INSERT INTO ducklake_tag VALUES (?1, 1, NULL, 'comment', ?2)",
        params![table_id, table.doc],
    )?;
    for (column, id) in table.columns.iter().zip(table.field_ids()) {
        add_column(transaction, table_id, column, id)?;
    }
    let time_id = table.field_ids()[table.index(table.time)];
    transaction.execute(
        "INSERT INTO ducklake_partition_info VALUES (?1, ?2, 1, NULL)",
        [partition_id, table_id],
    )?;
    for (index, transform) in ["year", "month"].into_iter().enumerate() {
        transaction.execute(
            "INSERT INTO ducklake_partition_column VALUES (?1, ?2, ?3, ?4, ?5)",
            params![partition_id, table_id, index, time_id, transform],
        )?;
    }
    Ok(())
}

fn add_column(
    transaction: &Transaction<'_>,
    table_id: i64,
    column: &Column,
    id: i64,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO ducklake_column VALUES (?2, 1, NULL, ?1, ?2, ?3, ?4, NULL, 'NULL', 1, ?5, \
        ?6, 'duckdb')",
    )?;
    let none: Option<i64> = None;
    let literal = if column.ty.is_map() { "" } else { "literal" };
    insert.execute(params![table_id, id, column.name, column.ty.ducklake(), none, literal])?;
    if let Some(value) = column.ty.ducklake_map_value() {
        insert.execute(params![table_id, id + 1, "key", "varchar", id, "literal"])?;
        insert.execute(params![table_id, id + 2, "value", value, id, "literal"])?;
    }
    transaction.execute(
        "INSERT INTO ducklake_column_tag VALUES (?1, ?2, 1, NULL, 'comment', ?3)",
        params![table_id, id, column.doc],
    )?;
    Ok(())
}
