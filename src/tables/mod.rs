//! The tables: one file each, one declaration a column.
//!
//! Promises: a column's name, type, AWS name and documentation are said once, here; Arrow schemas,
//! DuckLake types, field ids, `DESCRIBE`, the README's reference and the reading and writing of
//! AWS's JSON derive from it; so is what a listing of jobs can ask for, and its order. Refuses:
//! files, SQL and the network.

mod aws_job_summaries;
mod backup_jobs;
mod batch;
mod bounds;
mod column;
mod copy_jobs;
mod files;
mod job;
mod job_transitions;
mod json;
mod listing;
mod ops;
mod restore_jobs;
mod row;
mod scan_jobs;
mod views;

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};

use crate::model::JobKind;

pub use aws_job_summaries::TABLE as AWS_JOB_SUMMARIES;
pub use backup_jobs::TABLE as BACKUP_JOBS;
pub use batch::{BatchBuilder, rows};
pub use bounds::{Bounds, instant_from_text, timestamp_text};
pub use column::{Column, ColumnType, Given};
pub use copy_jobs::TABLE as COPY_JOBS;
pub use files::{DataFile, FILE_PREFIX, NewFile, is_own_file};
pub use job::{Origin, TEST_PLAN, absence, restore_tracking, settle};
pub use job_transitions::TABLE as JOB_TRANSITIONS;
pub use json::{
    Absent, Shape, cell_from_json, row_from_aws, row_to_aws, write_aws, write_epoch_seconds,
    write_key, write_number, write_text,
};
pub use listing::{Condition, ListFilter, ListRequest, Position, Test};
pub use ops::{OPS, OPS_SCHEMA};
pub use restore_jobs::TABLE as RESTORE_JOBS;
pub use row::{Cell, Row};
pub use scan_jobs::TABLE as SCAN_JOBS;
pub use views::{VIEWS, View};

/// The column that marks the rows of readings which a later one replaced.
const REPLACED_AT: &str = "replaced_at";

/// One table of the warehouse.
#[derive(Debug)]
pub struct Table {
    /// Its SQL name.
    pub name: &'static str,
    /// One sentence: what a row is.
    pub doc: &'static str,
    /// The kind of job, for the four job tables.
    pub kind: Option<JobKind>,
    /// The columns that tell rows apart (with the kind); none of them is ever NULL.
    pub key: &'static [&'static str],
    /// The time column by whose year and month the table is partitioned; never NULL.
    pub time: &'static str,
    /// The columns, in order.
    pub columns: &'static [Column],
}

/// Every table, in the order of their ids in a new warehouse.
pub static ALL: [&Table; 6] =
    [&BACKUP_JOBS, &COPY_JOBS, &RESTORE_JOBS, &SCAN_JOBS, &AWS_JOB_SUMMARIES, &JOB_TRANSITIONS];

impl Table {
    /// The table that holds the jobs of `kind`.
    pub fn of_jobs(kind: JobKind) -> &'static Self {
        match kind {
            JobKind::Backup => &BACKUP_JOBS,
            JobKind::Copy => &COPY_JOBS,
            JobKind::Restore => &RESTORE_JOBS,
            JobKind::Scan => &SCAN_JOBS,
        }
    }

    /// The table with that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|table| table.name == name)
    }

    /// The place of a column, if the table has it.
    pub fn find(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    /// The place of a column that the code knows to exist.
    ///
    /// # Panics
    /// If it does not: a bug.
    pub fn index(&self, column: &str) -> usize {
        match self.find(column) {
            Some(index) => index,
            None => panic!("table {} has no column {column}", self.name),
        }
    }

    /// The column that identifies a job, of the four job tables: the last of the key.
    pub fn job_id(&self) -> &'static str {
        self.key.last().copied().unwrap_or_default()
    }

    /// The columns that tell any two rows apart: the key, or, where a reading has many rows, all
    /// but the one by which a later reading marks them.
    pub fn row_key(&self) -> Vec<&'static str> {
        if self.find(REPLACED_AT).is_none() {
            return self.key.to_vec();
        }
        let names = self.columns.iter().map(|column| column.name);
        names.filter(|name| *name != REPLACED_AT).collect()
    }

    /// The column of a job's state, of the four job tables: AWS calls a restore job's `Status`.
    pub fn state(&self) -> &'static str {
        if self.find("status").is_some() { "status" } else { "state" }
    }

    /// The field id (DuckLake's `column_id`) of each column; a map takes three in a row: its own,
    /// its key's and its value's.
    pub fn field_ids(&self) -> Vec<i64> {
        let mut next = 1;
        let mut ids = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            ids.push(next);
            next += column.ty.field_id_count();
        }
        ids
    }

    /// The Arrow schema of the table's files, with Parquet field ids.
    pub fn schema(&self) -> SchemaRef {
        let ids = self.field_ids();
        let fields = self.columns.iter().zip(ids).map(|(column, id)| column.field(Some(id)));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    /// The schema in which the table is scanned. Texts are no views: batches of many small files
    /// that are put together would keep a buffer of up to 1 MiB for each of them, and a sort of a
    /// thousand rows would count hundreds of MiB (arrow's `InProgressByteViewArray`).
    pub fn scan_schema(&self) -> SchemaRef {
        let fields = self.columns.iter().map(|column| column.field(None));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_column_has_a_sentence_and_a_name_of_its_own() {
        for table in ALL.into_iter().chain(OPS) {
            let mut names = HashSet::new();
            for column in table.columns {
                assert!(names.insert(column.name), "{}.{} twice", table.name, column.name);
                assert!(column.doc.ends_with('.'), "{}.{}", table.name, column.name);
            }
            for key in table.key {
                assert!(table.find(key).is_some(), "{} lacks its key {key}", table.name);
            }
            table.index(table.time);
        }
    }

    #[test]
    fn rows_are_told_apart_by_their_key_or_by_all_that_never_changes() {
        assert_eq!(COPY_JOBS.row_key(), COPY_JOBS.key);
        let of_readings = AWS_JOB_SUMMARIES.row_key();
        assert_eq!(of_readings.len(), AWS_JOB_SUMMARIES.columns.len() - 1);
        assert!(!of_readings.contains(&REPLACED_AT));
    }

    #[test]
    fn field_ids_leave_room_for_the_children_of_maps() {
        let ids = BACKUP_JOBS.field_ids();
        let map = BACKUP_JOBS.index("backup_options");
        assert_eq!(ids[map + 1] - ids[map], 3);
        assert_eq!(ids[0], 1);
    }
}
