//! From the SDK's typed records to cells.
//!
//! Names of columns and of fields are checked when this is compiled, and places of columns are
//! found then.

use std::collections::HashMap;

use aws_sdk_backup::primitives::DateTime;
use aws_sdk_backup::types;

use crate::model::Instant;
use crate::tables::{Cell, Table};

/// What the SDK makes of a required word that AWS left out.
const NOT_SET: &str = "no value was set";

/// Moves fields of a record into the columns of a row; `column: field` where the names differ.
macro_rules! move_fields {
    (@value $record:ident, $column:ident) => {
        $crate::source::aws::fill::IntoCell::into_cell($record.$column)
    };
    (@value $record:ident, $column:ident, $field:ident) => {
        $crate::source::aws::fill::IntoCell::into_cell($record.$field)
    };
    ($record:ident => $row:ident of $table:path: $($column:ident $(: $field:ident)?),+ $(,)?) => {$(
        *$row.cell_mut(const { $crate::source::aws::fill::place(&$table, stringify!($column)) }) =
            move_fields!(@value $record, $column $(, $field)?);
    )+};
}

/// Moves `CreatedBy` of a backup or copy job.
macro_rules! move_plan {
    ($job:ident => $row:ident of $table:path) => {
        if let Some(plan) = $job.created_by {
            move_fields! { plan => $row of $table:
                backup_plan_id, backup_plan_arn, backup_plan_name, backup_plan_version,
                backup_rule_id, backup_rule_name, backup_rule_cron, backup_rule_timezone,
            }
        }
    };
}

/// Moves what the summaries of all kinds have.
macro_rules! move_summary {
    ($summary:ident => $row:ident) => {
        move_fields! { $summary => $row of $crate::tables::AWS_JOB_SUMMARIES:
            region, account_id, state, resource_type, count, start_time, end_time,
        }
    };
}

pub(super) use {move_fields, move_plan, move_summary};

/// The place of a column, found while compiling; a column that does not exist does not compile.
pub(super) const fn place(table: &Table, column: &str) -> usize {
    let mut place = 0;
    while place < table.columns.len() {
        if is_same(table.columns[place].name.as_bytes(), column.as_bytes()) {
            return place;
        }
        place += 1;
    }
    panic!("the table has no such column")
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// A value of the SDK that a cell can hold.
pub(super) trait IntoCell {
    fn into_cell(self) -> Cell;
}

impl<T: IntoCell> IntoCell for Option<T> {
    fn into_cell(self) -> Cell {
        self.map_or(Cell::Null, T::into_cell)
    }
}

impl IntoCell for String {
    fn into_cell(self) -> Cell {
        Cell::text(self)
    }
}

impl IntoCell for i64 {
    fn into_cell(self) -> Cell {
        Cell::Long(self)
    }
}

impl IntoCell for i32 {
    fn into_cell(self) -> Cell {
        Cell::Long(self.into())
    }
}

impl IntoCell for bool {
    fn into_cell(self) -> Cell {
        Cell::Bool(self)
    }
}

impl IntoCell for DateTime {
    fn into_cell(self) -> Cell {
        let instant = Instant::from_seconds_and_nanos(self.secs(), self.subsec_nanos());
        instant.map_or(Cell::Null, Cell::Time)
    }
}

/// The SDK forgets AWS's order; sorted, equal maps are equal cells.
impl IntoCell for HashMap<String, String> {
    fn into_cell(self) -> Cell {
        let mut pairs: Vec<_> = self.into_iter().collect();
        pairs.sort_unstable();
        Cell::TextMap(pairs)
    }
}

/// Counts by state, sorted as texts are.
impl<T: Word> IntoCell for HashMap<T, i64> {
    fn into_cell(self) -> Cell {
        let pair = |(word, count): (T, i64)| (word.word().to_owned(), count);
        let mut pairs: Vec<_> = self.into_iter().map(pair).collect();
        pairs.sort_unstable();
        Cell::LongMap(pairs)
    }
}

/// A value of one of AWS's enumerations, known to this SDK or not.
pub(super) trait Word {
    fn word(&self) -> &str;
}

macro_rules! words {
    ($($ty:ident),+ $(,)?) => {$(
        impl Word for types::$ty {
            fn word(&self) -> &str {
                self.as_str()
            }
        }

        impl IntoCell for types::$ty {
            fn into_cell(self) -> Cell {
                if self.word() == NOT_SET { Cell::Null } else { Cell::text(self.word()) }
            }
        }
    )+};
}

words! {
    BackupJobState, BackupJobStatus, CopyJobState, CopyJobStatus, LifecycleDeleteAfterEvent,
    MalwareScanner, RestoreDeletionStatus, RestoreJobState, RestoreJobStatus,
    RestoreValidationStatus, ScanJobStatus, ScanMode, ScanResourceType, ScanResultStatus,
    ScanState,
}
