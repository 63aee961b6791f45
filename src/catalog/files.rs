//! The data files of a table at a snapshot, with the statistics by which they are pruned.

use std::cmp::Ordering;
use std::collections::HashMap;

use rusqlite::Connection;

use crate::error::Result;
use crate::tables::{ColumnType, Table};

use super::{Catalog, FILE_PREFIX, LIVE, Snapshot, foreign, text};

/// What is known of one column of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The number of NULLs.
    pub null_count: i64,
    /// No value is lower; in DuckLake's text form. Absent where it is not known.
    pub min: Option<String>,
    /// No value is higher.
    pub max: Option<String>,
}

/// Texts of this many bytes or more are kept as shorter or higher bounds, not as values.
const TEXT_BYTES_MAX: usize = 256;

impl Bounds {
    /// Bounds of texts, cut to a length that a catalog can bear; a cut bound is still a bound.
    pub fn of_texts(null_count: i64, min: Option<&str>, max: Option<&str>) -> Self {
        Self {
            null_count,
            min: min.map(|min| prefix(min).to_owned()),
            max: max.and_then(cut_above),
        }
    }

    /// True if and only if `bound` is a value that occurs, given a file of ours.
    pub fn is_value(bound: &str) -> bool {
        bound.len() < TEXT_BYTES_MAX - 4
    }

    /// Bounds of the values of both, for a column of type `ty`.
    #[must_use]
    pub(super) fn union(&self, ty: ColumnType, other: &Self) -> Self {
        let pick = |a: &Option<String>, b: &Option<String>, wanted: Ordering| match (a, b) {
            (Some(a), Some(b)) if compare(ty, b, a) == wanted => Some(b.clone()),
            (Some(a), _) => Some(a.clone()),
            (None, b) => b.clone(),
        };
        Self {
            null_count: self.null_count + other.null_count,
            min: pick(&self.min, &other.min, Ordering::Less),
            max: pick(&self.max, &other.max, Ordering::Greater),
        }
    }
}

fn compare(ty: ColumnType, a: &str, b: &str) -> Ordering {
    match ty {
        ColumnType::Long => a.parse::<i64>().ok().cmp(&b.parse().ok()),
        ColumnType::Time => text::parse_timestamp(a).cmp(&text::parse_timestamp(b)),
        ColumnType::Text | ColumnType::Bool | ColumnType::TextMap | ColumnType::LongMap => a.cmp(b),
    }
}

fn prefix(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX)]
}

/// The text, or a short one above all texts with its prefix; `None` if there is none.
fn cut_above(text: &str) -> Option<String> {
    let cut = prefix(text);
    if cut.len() == text.len() {
        return Some(text.to_owned());
    }
    let mut chars: Vec<char> = cut.chars().collect();
    while let Some(last) = chars.pop() {
        if let Some(next) = char::from_u32(u32::from(last) + 1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// One live data file.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// DuckLake's `data_file_id`.
    pub id: i64,
    /// Its place below the data path, with `/` between folders.
    pub path: String,
    /// The number of rows.
    pub record_count: u64,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The length in bytes of its Parquet footer's metadata.
    pub footer_size_bytes: Option<u64>,
    /// What is known of each column, in the order of the table's columns.
    pub columns: Vec<Option<Bounds>>,
}

impl DataFile {
    /// True if and only if Lookback wrote it, so that its bounds are values that occur in it.
    pub fn is_ours(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.starts_with(FILE_PREFIX)
    }
}

impl Catalog {
    /// The live files of `table` at `snapshot`, in the order of their ids.
    ///
    /// # Errors
    /// `Unsupported` if another tool has left something that this version does not read, with what
    /// to do about it.
    pub fn files(&self, table: &'static Table, snapshot: Snapshot) -> Result<Vec<DataFile>> {
        let action = format!("read the files of table \"{}\"", table.name);
        let found = self.read(&action, |connection| {
            let Some(id) = table_id(connection, table, snapshot.id)? else { return Ok(None) };
            if let Some(problem) = foreign::problem(connection, table, id, snapshot.id)? {
                return Ok(Some(Err(problem)));
            }
            let mut files = live_files(connection, table, id, snapshot.id)?;
            add_bounds(connection, table, id, snapshot.id, &mut files)?;
            Ok(Some(Ok(files)))
        })?;
        match found {
            // A snapshot older than the table: it was empty then.
            None => Ok(Vec::new()),
            Some(Ok(files)) => Ok(files),
            Some(Err(problem)) => Err(problem.into_error(table, snapshot)),
        }
    }
}

/// DuckLake's id of a table, if the table exists at the snapshot.
pub(super) fn table_id(
    connection: &Connection,
    table: &Table,
    snapshot: i64,
) -> rusqlite::Result<Option<i64>> {
    use rusqlite::OptionalExtension;
    let sql = format!(
        "SELECT table_id FROM ducklake_table WHERE {LIVE} AND table_name = ?2
         AND schema_id = (SELECT schema_id FROM ducklake_schema WHERE {LIVE} AND schema_name = 'main')"
    );
    connection.query_row(&sql, rusqlite::params![snapshot, table.name], |row| row.get(0)).optional()
}

fn live_files(
    connection: &Connection,
    table: &Table,
    table_id: i64,
    snapshot: i64,
) -> rusqlite::Result<Vec<DataFile>> {
    let sql = format!(
        "SELECT data_file_id, path, record_count, file_size_bytes, footer_size
         FROM ducklake_data_file WHERE {LIVE} AND table_id = ?2 ORDER BY data_file_id"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([snapshot, table_id], |row| {
        let path: String = row.get(1)?;
        Ok(DataFile {
            id: row.get(0)?,
            path: format!("main/{}/{path}", table.name),
            record_count: row.get(2)?,
            size_bytes: row.get(3)?,
            footer_size_bytes: row.get(4)?,
            columns: vec![None; table.columns.len()],
        })
    })?;
    rows.collect()
}

fn add_bounds(
    connection: &Connection,
    table: &Table,
    table_id: i64,
    snapshot: i64,
    files: &mut [DataFile],
) -> rusqlite::Result<()> {
    let places: HashMap<i64, usize> =
        table.field_ids().into_iter().enumerate().map(|(place, id)| (id, place)).collect();
    let at: HashMap<i64, usize> =
        files.iter().enumerate().map(|(at, file)| (file.id, at)).collect();
    let sql = format!(
        "SELECT s.data_file_id, s.column_id, s.null_count, s.min_value, s.max_value
         FROM ducklake_file_column_stats AS s
         WHERE s.table_id = ?2 AND s.data_file_id IN
             (SELECT data_file_id FROM ducklake_data_file WHERE {LIVE} AND table_id = ?2)"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([snapshot, table_id])?;
    while let Some(row) = rows.next()? {
        let (file, column): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (Some(&file), Some(&place)) = (at.get(&file), places.get(&column)) else { continue };
        // A file of another tool may say nothing of NULLs: then nothing is known of the column.
        let null_count: Option<i64> = row.get(2)?;
        let (min, max) = (row.get(3)?, row.get(4)?);
        files[file].columns[place] = null_count.map(|null_count| Bounds { null_count, min, max });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(min: &str, max: &str) -> Bounds {
        Bounds { null_count: 0, min: Some(min.to_owned()), max: Some(max.to_owned()) }
    }

    #[test]
    fn numbers_and_times_widen_by_value_and_not_by_text() {
        let wide = bounds("9", "9").union(ColumnType::Long, &bounds("-10", "80"));
        assert_eq!(wide, bounds("-10", "80"));
        let a = bounds("2026-11-01 00:00:00+00", "2026-11-01 00:00:00+00");
        let b = bounds("2026-11-01 00:00:00.5+00", "2026-11-01 00:00:00.25+00");
        let wide = a.union(ColumnType::Time, &b);
        assert_eq!(wide, bounds("2026-11-01 00:00:00+00", "2026-11-01 00:00:00.25+00"));
    }

    #[test]
    fn a_long_text_becomes_a_bound_that_is_no_value() {
        let long = "é".repeat(200);
        let cut = Bounds::of_texts(0, Some(&long), Some(&long));
        let (min, max) = (cut.min.unwrap(), cut.max.unwrap());
        assert!(min.as_str() < long.as_str() && long.as_str() < max.as_str());
        assert!(!Bounds::is_value(&min) && !Bounds::is_value(&max));
        assert!(Bounds::is_value("arn:aws:backup:us-east-1:123456789012:backup-vault:Default"));
    }
}
