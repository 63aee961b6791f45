//! Snapshots: the committed states of the warehouse.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Error, Result};
use crate::model::Instant;

use super::{Catalog, value};

/// Which state of the warehouse to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AsOf {
    /// The newest.
    #[default]
    Latest,
    /// The snapshot with that number.
    Snapshot(i64),
    /// The newest that was committed at or before that instant.
    Time(Instant),
}

impl AsOf {
    /// Reads `--as-of`: a snapshot number, or a date or time.
    ///
    /// # Errors
    /// A text that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Snapshot(id));
        }
        Instant::from_text(text).map(Self::Time).ok_or_else(|| {
            format!(
                "\"{text}\" is neither a snapshot number nor a time such as 2026-11-01T00:00:00Z"
            )
        })
    }
}

/// One committed state of the warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number; a later commit has a higher one.
    pub id: i64,
    /// When it was committed.
    pub time: Instant,
    pub(super) schema_version: i64,
    pub(super) next_catalog_id: i64,
    pub(super) next_file_id: i64,
}

impl Catalog {
    /// The snapshot that `as_of` means.
    ///
    /// # Errors
    /// `Input` if there is none.
    pub fn snapshot(&self, as_of: AsOf) -> Result<Snapshot> {
        let action = "read the snapshots";
        match self.read(action, |connection| find(connection, as_of))? {
            Some(snapshot) => Ok(snapshot),
            None => Err(missing(as_of, &self.read(action, snapshots)?)),
        }
    }
}

/// Every request of a server asks for the newest: that must not read them all.
fn find(connection: &Connection, as_of: AsOf) -> rusqlite::Result<Option<Snapshot>> {
    Ok(match as_of {
        AsOf::Latest => latest(connection)?.filter(|snapshot| snapshot.schema_version > 0),
        AsOf::Snapshot(id) => snapshots(connection)?.into_iter().find(|it| it.id == id),
        AsOf::Time(instant) => {
            snapshots(connection)?.into_iter().rev().find(|it| it.time <= instant)
        }
    })
}

fn missing(as_of: AsOf, all: &[Snapshot]) -> Error {
    let (Some(first), Some(last)) = (all.first(), all.last()) else {
        return Error::corrupt("the catalog has no snapshot");
    };
    let message = match as_of {
        AsOf::Snapshot(id) => format!("there is no snapshot {id}"),
        AsOf::Time(instant) => format!("there is no snapshot as old as {instant}"),
        AsOf::Latest => "the catalog has no snapshot".to_owned(),
    };
    let hint = format!(
        "the warehouse has snapshots {} ({}) to {} ({})",
        first.id, first.time, last.id, last.time
    );
    Error::input(message).with_hint(hint)
}

const COLUMNS: &str = "snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id";

/// All snapshots, oldest first; the bare one before the tables were made does not count.
fn snapshots(connection: &Connection) -> rusqlite::Result<Vec<Snapshot>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM ducklake_snapshot WHERE schema_version > 0 ORDER BY snapshot_id"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], snapshot)?;
    rows.collect()
}

/// The newest snapshot, inside a transaction.
pub(super) fn latest(connection: &Connection) -> rusqlite::Result<Option<Snapshot>> {
    let sql = format!("SELECT {COLUMNS} FROM ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1");
    connection.query_row(&sql, [], snapshot).optional()
}

fn snapshot(row: &rusqlite::Row<'_>) -> rusqlite::Result<Snapshot> {
    Ok(Snapshot {
        id: row.get(0)?,
        time: value::instant(row, 1)?,
        schema_version: row.get(2)?,
        next_catalog_id: row.get(3)?,
        next_file_id: row.get(4)?,
    })
}
