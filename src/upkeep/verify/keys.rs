//! Finds rows that are there twice without holding their keys.
//!
//! Each row's key becomes a number of 64 bits, and each number goes by its first bits into one of
//! 64 temporary files. Rows that are alike are in the same file; one file at a time is sorted in
//! memory, which takes an eighth of a byte for each row of the table. Only where a number is there
//! twice are the keys themselves looked at again, so that different keys with the same number are
//! no finding.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{BufReader, BufWriter, Read, Seek, Write};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::row::{RowConverter, Rows, SortField};

use crate::error::{Error, Result};
use crate::tables::{Column, Table};

const SLICES: usize = 64;
/// How many numbers that are there twice are looked at again.
const REPEATED_MAX: usize = 10_000;

/// What tells the rows of a table apart.
#[derive(Debug)]
pub(super) struct Identity {
    converter: RowConverter,
    columns: Vec<&'static Column>,
}

impl Identity {
    /// A job's key; of other tables the whole row.
    pub(super) fn of(table: &'static Table) -> Result<Self> {
        let is_key = |column: &&Column| table.kind.is_none() || table.key.contains(&column.name);
        let columns: Vec<_> =
            table.columns.iter().filter(|it| !it.ty.is_map()).filter(is_key).collect();
        let fields =
            columns.iter().map(|column| SortField::new(column.field(None).data_type().clone()));
        let converter = RowConverter::new(fields.collect()).map_err(broken)?;
        Ok(Self { converter, columns })
    }

    /// The names of the columns.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name).collect()
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Rows> {
        let columns = self.columns.iter().map(|column| {
            let found = batch.column_by_name(column.name).map(ArrayRef::clone);
            found.ok_or_else(|| Error::internal(format!("no column {}", column.name)))
        });
        self.converter.convert_columns(&columns.collect::<Result<Vec<_>>>()?).map_err(broken)
    }
}

fn broken(err: arrow::error::ArrowError) -> Error {
    Error::internal("compare rows").with_source(err)
}

fn number(row: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(row);
    hasher.finish()
}

/// The numbers of the rows of one table.
#[derive(Debug)]
pub(super) struct Numbers {
    identity: Identity,
    slices: Vec<BufWriter<File>>,
}

impl Numbers {
    pub(super) fn new(table: &'static Table) -> Result<Self> {
        let slice = |_| tempfile::tempfile().map(BufWriter::new);
        let slices = (0..SLICES).map(slice).collect::<Result<_, _>>().map_err(failed)?;
        Ok(Self { identity: Identity::of(table)?, slices })
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        for row in &self.identity.rows(batch)? {
            let number = number(row.as_ref());
            let slice = usize::try_from(number >> 58).unwrap_or(0) % SLICES;
            self.slices[slice].write_all(&number.to_le_bytes()).map_err(failed)?;
        }
        Ok(())
    }

    /// The numbers that are there more than once, and what tells rows apart.
    pub(super) fn repeated(self) -> Result<(Identity, BTreeSet<u64>)> {
        let mut repeated = BTreeSet::new();
        for slice in self.slices {
            let mut file = slice.into_inner().map_err(|err| failed(err.into_error()))?;
            file.rewind().map_err(failed)?;
            let mut bytes = Vec::new();
            BufReader::new(file).read_to_end(&mut bytes).map_err(failed)?;
            let mut numbers: Vec<_> =
                bytes.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
            numbers.sort_unstable();
            let twice = numbers.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
            repeated.extend(twice);
            if repeated.len() >= REPEATED_MAX {
                break;
            }
        }
        Ok((self.identity, repeated))
    }
}

fn failed(err: std::io::Error) -> Error {
    Error::io("write a temporary file", err)
}

/// Rows whose numbers are repeated, and where they are.
#[derive(Debug)]
pub(super) struct Suspects {
    identity: Identity,
    numbers: BTreeSet<u64>,
    /// By the bytes of the key: a text for people, and the files that have it.
    found: BTreeMap<Vec<u8>, (String, Vec<String>)>,
}

impl Suspects {
    pub(super) fn new(identity: Identity, numbers: BTreeSet<u64>) -> Self {
        Self { identity, numbers, found: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, batch: &RecordBatch, path: &str) -> Result<()> {
        for (at, row) in self.identity.rows(batch)?.iter().enumerate() {
            if self.numbers.contains(&number(row.as_ref())) {
                let text = || self.identity.text(batch, at);
                let (_, files) =
                    self.found.entry(row.as_ref().to_vec()).or_insert_with(|| (text(), Vec::new()));
                files.push(path.to_owned());
            }
        }
        Ok(())
    }

    /// Those that are there more than once: each with the files.
    pub(super) fn finish(self) -> Vec<(String, Vec<String>)> {
        self.found.into_values().filter(|(_, files)| files.len() > 1).collect()
    }
}

impl Identity {
    fn text(&self, batch: &RecordBatch, row: usize) -> String {
        let options = arrow::util::display::FormatOptions::default();
        let cells = self.columns.iter().filter_map(|column| {
            let array = batch.column_by_name(column.name)?;
            let formatter = arrow::util::display::ArrayFormatter::try_new(array, &options).ok()?;
            Some(formatter.value(row).to_string()).filter(|text| !text.is_empty())
        });
        cells.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{BatchBuilder, Cell, Row, SCAN_JOBS};

    fn batch(ids: impl Iterator<Item = u32>) -> RecordBatch {
        let mut builder = BatchBuilder::new(&SCAN_JOBS);
        for id in ids {
            let mut row = Row::new(&SCAN_JOBS);
            row.set("region", Cell::text("r"));
            row.set("account_id", Cell::text("1"));
            row.set("scan_job_id", Cell::text(id.to_string()));
            builder.push(&row).unwrap();
        }
        builder.finish().unwrap()
    }

    #[track_caller]
    fn check(batches: &[RecordBatch], expected: &[(&str, &[&str])]) {
        let mut numbers = Numbers::new(&SCAN_JOBS).unwrap();
        for batch in batches {
            numbers.add(batch).unwrap();
        }
        let (identity, repeated) = numbers.repeated().unwrap();
        let mut suspects = Suspects::new(identity, repeated);
        for (number, batch) in batches.iter().enumerate() {
            suspects.add(batch, &number.to_string()).unwrap();
        }
        let found = suspects.finish();
        let expected: Vec<_> = expected
            .iter()
            .map(|(key, files)| {
                ((*key).to_owned(), files.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_key_that_is_there_twice_is_found_with_its_files() {
        check(&[batch(0..5000), batch(5000..9000)], &[]);
        check(
            &[batch(0..5000), batch(4998..9000), batch([7, 7].into_iter())],
            &[("r 1 4998", &["0", "1"]), ("r 1 4999", &["0", "1"]), ("r 1 7", &["0", "2", "2"])],
        );
    }

    #[test]
    fn different_keys_with_one_number_are_no_finding() {
        let (a, b) = (batch(0..1), batch(1..2));
        let identity = Identity::of(&SCAN_JOBS).unwrap();
        let numbers = [&a, &b].map(|batch| number(identity.rows(batch).unwrap().row(0).as_ref()));
        let mut suspects = Suspects::new(identity, numbers.into_iter().collect());
        suspects.add(&a, "0").unwrap();
        suspects.add(&b, "1").unwrap();
        assert_eq!(suspects.finish(), []);
    }
}
