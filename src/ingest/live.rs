//! The files of a table as they will be: those of the snapshot, less those that end, plus those
//! that this run has written.

use crate::catalog::Change;
use crate::model::Instant;
use crate::store::Written;
use crate::tables::{DataFile, NewFile, Table, instant_from_text};

/// An id that no file of a catalog has: the file is not committed yet.
const UNCOMMITTED: i64 = -1;

/// The files of one table.
#[derive(Debug)]
pub(super) struct LiveFiles {
    table: &'static Table,
    files: Vec<DataFile>,
    written: Vec<Written>,
    ended: Vec<i64>,
}

impl LiveFiles {
    pub(super) fn new(table: &'static Table, files: Vec<DataFile>) -> Self {
        Self { table, files, written: Vec::new(), ended: Vec::new() }
    }

    /// The files that may hold rows of `region` created from `from` to `until`, both included.
    pub(super) fn candidates(&self, region: &str, from: Instant, until: Instant) -> Vec<DataFile> {
        let place = self.table.index("region");
        let time = self.table.index(self.table.time);
        let may_hold = |file: &&DataFile| {
            let has_region = file.columns[place].as_ref().is_none_or(|bounds| {
                bounds.min.as_deref().is_none_or(|min| min <= region)
                    && bounds.max.as_deref().is_none_or(|max| max >= region)
            });
            let has_time = file.columns[time].as_ref().is_none_or(|bounds| {
                let at = |text: &Option<String>| text.as_deref().and_then(instant_from_text);
                at(&bounds.min).is_none_or(|min| min <= until)
                    && at(&bounds.max).is_none_or(|max| max >= from)
            });
            has_region && has_time
        };
        self.files.iter().filter(may_hold).cloned().collect()
    }

    pub(super) fn table(&self) -> &'static Table {
        self.table
    }

    /// Adds files that this run has written.
    pub(super) fn add(&mut self, written: Vec<Written>) {
        for written in written {
            self.files.push(DataFile {
                id: UNCOMMITTED,
                path: written.path.clone(),
                record_count: written.file.record_count,
                size_bytes: written.file.size_bytes,
                footer_size_bytes: Some(written.file.footer_size_bytes),
                columns: written.file.columns.clone(),
            });
            self.written.push(written);
        }
    }

    /// Takes a file out; gives the path of one that was written in vain.
    pub(super) fn end(&mut self, file: &DataFile) -> Option<String> {
        self.files.retain(|live| live.path != file.path);
        if file.id != UNCOMMITTED {
            self.ended.push(file.id);
            return None;
        }
        self.written.retain(|written| written.path != file.path);
        Some(file.path.clone())
    }

    /// What a commit must change, if anything.
    pub(super) fn into_change(self) -> Option<Change> {
        let added: Vec<NewFile> = self.written.into_iter().map(|written| written.file).collect();
        let change = Change { table: self.table, added, ended: self.ended };
        (!change.added.is_empty() || !change.ended.is_empty()).then_some(change)
    }
}
