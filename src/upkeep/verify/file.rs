//! One file against what the catalog says of it.

use futures::StreamExt;

use crate::catalog::{HeldFile, Repair, Restated};
use crate::error::{Kind, Result};
use crate::store::{Footer, Statistics, Store};
use crate::tables::{Bounds, Column, DataFile, Table};

use super::finding::{Check, Finding};
use super::keys::Numbers;
use super::rows::{Counted, Gathered};

/// What is known of a file before it is read.
#[derive(Clone, Debug)]
pub(super) struct Outside {
    /// The file as it lies there; `None` where it must not be read.
    pub(super) file: Option<DataFile>,
    /// Whether its bytes are those that were written.
    is_proven: bool,
}

/// The file's size and the digest of its bytes.
pub(super) async fn outside(
    store: &Store,
    held: &HeldFile,
    found: Option<u64>,
    findings: &mut Vec<Finding>,
) -> Result<Outside> {
    let nothing = Outside { file: None, is_proven: false };
    let object = format!("file {}", held.file.path);
    let Some(size_bytes) = found else {
        findings.push(Finding::new(Check::MissingFile, object, gone(held)));
        return Ok(nothing);
    };
    let is_proven = match &held.sha256 {
        None => false,
        Some(expected) => {
            let found = store.sha256(&held.file.path).await?;
            if found.as_ref() != Some(expected) {
                let (check, what) = if size_bytes == held.file.size_bytes {
                    (Check::WrongDigest, "its bytes are not those that were written".to_owned())
                } else {
                    (Check::WrongSize, sizes(size_bytes, held))
                };
                findings.push(Finding::new(check, object, what));
                return Ok(nothing);
            }
            true
        }
    };
    if size_bytes != held.file.size_bytes && !is_proven {
        findings.push(Finding::new(Check::WrongSize, object, sizes(size_bytes, held)));
        return Ok(nothing);
    }
    let file = DataFile { size_bytes, footer_size_bytes: None, ..held.file.clone() };
    Ok(Outside { file: Some(file), is_proven })
}

fn gone(held: &HeldFile) -> String {
    match held.end {
        None => "it is not there".to_owned(),
        Some(end) => format!("it is not there, and the snapshots before {end} name it"),
    }
}

fn sizes(size_bytes: u64, held: &HeldFile) -> String {
    format!("it has {size_bytes} bytes, not {} as the catalog says", held.file.size_bytes)
}

/// The inside of a file: its footer, its statistics and its rows.
#[derive(Debug)]
pub(super) struct Inside<'a, 'b> {
    pub(super) store: &'a Store,
    pub(super) table: &'static Table,
    pub(super) gathered: &'a mut Gathered<'b>,
    pub(super) numbers: &'a mut Numbers,
}

impl Inside<'_, '_> {
    /// Reads a live file; gives the number of its rows and what is in its columns, if it can be
    /// read.
    pub(super) async fn check(
        &mut self,
        held: &HeldFile,
        outside: &Outside,
        findings: &mut Vec<Finding>,
    ) -> Result<Option<(u64, Vec<Option<Bounds>>)>> {
        let Some(file) = &outside.file else { return Ok(None) };
        let object = format!("file {}", file.path);
        let read: Result<_> = async {
            let footer = self.store.footer(file).await?;
            Ok((footer, self.read(held, file, findings).await?))
        }
        .await;
        let (footer, (rows, columns)) = match read {
            Err(err) if err.kind() == Kind::Corrupt => {
                findings.push(Finding::new(Check::UnreadableFile, object, err.chain()));
                return Ok(None);
            }
            read => read?,
        };
        findings.extend(self.wrong_columns(&object, &footer));
        // Without a digest nobody knows whether the file or the catalog lies.
        let (record_count, said) = if outside.is_proven {
            (rows, &columns)
        } else {
            (held.file.record_count, &held.file.columns)
        };
        let repair = Repair::File(Restated {
            table: self.table,
            id: file.id,
            record_count,
            size_bytes: file.size_bytes,
            footer_size_bytes: footer.size_bytes,
            columns: said.clone(),
        });
        let wrong = self.wrong(held, file, &footer, rows, &columns);
        for (check, what) in wrong {
            let finding = Finding::new(check, object.clone(), what);
            let is_sure = outside.is_proven || check == Check::WrongFooter;
            findings.push(if is_sure { finding.mended_by(repair.clone()) } else { finding });
        }
        Ok(Some((rows, columns)))
    }

    async fn read(
        &mut self,
        held: &HeldFile,
        file: &DataFile,
        findings: &mut Vec<Finding>,
    ) -> Result<(u64, Vec<Option<Bounds>>)> {
        let (mut statistics, mut rows) = (Statistics::new(self.table), 0);
        let mut counted = Counted::default();
        let mut batches = self.store.read(self.table, file, None).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            statistics.add(&batch);
            self.numbers.add(&batch)?;
            self.gathered.add(held, &batch, &mut counted)?;
        }
        self.gathered.is_complete &= counted.keyless == 0;
        findings.extend(counted.findings(held));
        Ok((rows, statistics.finish()))
    }

    fn wrong_columns(&self, object: &str, footer: &Footer) -> Option<Finding> {
        let ids = self.table.field_ids();
        let is_wrong = |(name, id): &&(String, Option<i64>)| {
            self.table.find(name).is_some_and(|place| *id != Some(ids[place]))
        };
        let (name, id) = footer.columns.iter().find(is_wrong)?;
        let id = id.map_or("no field id".to_owned(), |id| format!("field id {id}"));
        let should_be = ids[self.table.index(name)];
        let what = format!("its column \"{name}\" has {id}, not {should_be}");
        Some(Finding::new(Check::WrongColumns, object, what))
    }

    /// What the catalog says of a file that the file does not bear out.
    fn wrong(
        &self,
        held: &HeldFile,
        file: &DataFile,
        footer: &Footer,
        rows: u64,
        columns: &[Option<Bounds>],
    ) -> Vec<(Check, String)> {
        let mut wrong = Vec::new();
        if file.size_bytes != held.file.size_bytes {
            wrong.push((Check::WrongSize, sizes(file.size_bytes, held)));
        }
        if rows != held.file.record_count {
            let should_be = held.file.record_count;
            let what = format!("it has {rows} rows, not {should_be} as the catalog says");
            wrong.push((Check::WrongRowCount, what));
        }
        if held.file.footer_size_bytes.is_some_and(|size| size != footer.size_bytes) {
            let what =
                format!("its footer has {} bytes, not as the catalog says", footer.size_bytes);
            wrong.push((Check::WrongFooter, what));
        }
        let lies: Vec<_> = (self.table.columns.iter().zip(&held.file.columns).zip(columns))
            .filter(|((column, said), is)| {
                !bears_out(column, file.is_ours(), said.as_ref(), is.as_ref())
            })
            .map(|((column, said), is)| lie(column, said.as_ref(), is.as_ref()))
            .collect();
        if let Some(first) = lies.first() {
            let more = match lies.len() - 1 {
                0 => String::new(),
                more => format!(" (and {more} more columns)"),
            };
            wrong.push((Check::WrongStatistics, format!("{first}{more}")));
        }
        wrong
    }
}

/// Whether the rows bear out what is said of a column: of a file of ours exactly, since queries are
/// answered from it; of another tool's as bounds.
fn bears_out(column: &Column, is_ours: bool, said: Option<&Bounds>, is: Option<&Bounds>) -> bool {
    match (said, is) {
        (Some(said), Some(is)) if is_ours => said == is,
        (Some(said), Some(is)) => said.null_count == is.null_count && said.covers(column.ty, is),
        (None, Some(_)) => !is_ours,
        (_, None) => true,
    }
}

fn lie(column: &Column, said: Option<&Bounds>, is: Option<&Bounds>) -> String {
    let words = |bounds: Option<&Bounds>| match bounds {
        None => "nothing".to_owned(),
        Some(Bounds { null_count, min, max }) => {
            let value = |bound: &Option<String>| bound.clone().unwrap_or("nothing".to_owned());
            format!("{} to {}, {null_count} NULLs", value(min), value(max))
        }
    };
    format!("column \"{}\": the catalog says {}; it is {}", column.name, words(said), words(is))
}
