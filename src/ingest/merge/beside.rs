//! What an observation of a restore says beside another one: whether the job can still change
//! hangs on whether it is a test, which reports and events do not tell. Pure.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};

use crate::error::Result;
use crate::model::Tracking;
use crate::tables::{TEST_PLAN, Table, restore_tracking, rows};

use super::{Provenance, take};

/// The column `tracking` of the rows of one side, given what those of the other side tell.
pub(super) fn tracking(
    table: &'static Table,
    (side, provenance): (&RecordBatch, &Provenance<'_>),
    other: &RecordBatch,
) -> Result<ArrayRef> {
    let told = side.column(table.index("tracking"));
    let Some(plan) = table.find(TEST_PLAN) else { return Ok(Arc::clone(told)) };
    let is_doubtful = |row: &usize| {
        let carries =
            provenance.origin(*row).is_none_or(|origin| origin.carries(&table.columns[plan]));
        provenance.is(*row, Tracking::Settled)
            && !carries
            && side.column(plan).is_null(*row)
            && other.column(plan).is_valid(*row)
    };
    let doubtful: Vec<_> = (0..side.num_rows()).filter(is_doubtful).collect();
    if doubtful.is_empty() {
        return Ok(Arc::clone(told));
    }
    let of_side = rows(table, &take(side, &doubtful)?)?;
    let of_other = rows(table, &take(other, &doubtful)?)?;
    let mut words: Vec<_> = told.as_string::<i32>().iter().collect();
    for (place, (row, other)) in doubtful.into_iter().zip(of_side.iter().zip(&of_other)) {
        words[place] = Some(restore_tracking(row, other).name());
    }
    Ok(Arc::new(StringArray::from(words)))
}

#[cfg(test)]
mod tests {
    use super::super::{KeyIndex, apply, fold};
    use super::*;
    use crate::model::{DAY, Instant};
    use crate::tables::{BatchBuilder, Cell, Origin, RESTORE_JOBS, Row, settle};

    /// An observation in words: the day after the creation, origin, status, and perhaps the status
    /// of validation and of deletion. Only lists tell that it is a test.
    fn batch(words: &str) -> RecordBatch {
        let words: Vec<_> = words.split_whitespace().collect();
        let origin = Origin::from_name(words[1]).unwrap();
        let mut row = Row::new(&RESTORE_JOBS);
        for column in ["region", "account_id", "restore_job_id"] {
            row.set(column, Cell::text("x"));
        }
        row.set("creation_date", Cell::Time(Instant::from_micros(0)));
        let columns = ["status", "validation_status", "deletion_status"];
        for (column, word) in columns.into_iter().zip(&words[2..]) {
            row.set(column, Cell::text(*word));
        }
        if origin == Origin::List {
            row.set(TEST_PLAN, Cell::text("plan"));
        }
        let day: i64 = words[0].parse().unwrap();
        settle(&mut row, "s", origin, Instant::from_micros(day * DAY));
        let mut rows = BatchBuilder::new(&RESTORE_JOBS);
        rows.push(&row).unwrap();
        rows.finish().unwrap()
    }

    /// Takes observations one after the other; the row that is held at the end, in words.
    #[track_caller]
    fn check(observations: &[&str], expected: &str) {
        let mut held = batch(observations[0]);
        for words in &observations[1..] {
            let incoming = fold(&RESTORE_JOBS, &batch(words)).unwrap();
            let index = KeyIndex::new(&RESTORE_JOBS, &incoming.rows).unwrap();
            held = apply(&RESTORE_JOBS, &held, &incoming, &index).unwrap().rows;
            let again = apply(&RESTORE_JOBS, &held, &incoming, &index).unwrap();
            assert_eq!(again.after.num_rows(), 0, "{words} again");
        }
        let row = &rows(&RESTORE_JOBS, &held).unwrap()[0];
        let columns = ["origin", "status", "validation_status", "deletion_status", "tracking"];
        let words = columns.into_iter().filter_map(|column| row.text(column));
        assert_eq!(words.collect::<Vec<_>>().join(" "), expected);
    }

    const VALIDATING: &str = "1 list COMPLETED VALIDATING";
    const REPORT: &str = "2 audit-report COMPLETED";
    const EVENT: &str = "2 event COMPLETED";

    #[test]
    fn a_report_does_not_settle_a_test_that_goes_on() {
        check(&[VALIDATING, REPORT], "list COMPLETED VALIDATING open");
        check(&["1 list RUNNING", REPORT], "audit-report COMPLETED open");
        check(&[EVENT, VALIDATING], "event COMPLETED VALIDATING open");
        check(&["3 list COMPLETED VALIDATING", EVENT], "list COMPLETED VALIDATING open");
        check(&[EVENT, "3 list COMPLETED VALIDATING"], "list COMPLETED VALIDATING open");
    }

    #[test]
    fn a_test_ends_as_the_list_says_though_a_report_came_between() {
        let ended = "3 list COMPLETED FAILED SUCCESSFUL";
        let expected = "list COMPLETED FAILED SUCCESSFUL settled";
        check(&[VALIDATING, REPORT, ended], expected);
        check(&[REPORT, VALIDATING, EVENT, ended], expected);
        check(&[ended, "4 event COMPLETED"], expected);
        let deleting = "3 list COMPLETED FAILED DELETING";
        check(&[VALIDATING, REPORT, deleting], "list COMPLETED FAILED DELETING open");
    }

    #[test]
    fn a_report_settles_what_is_no_test_or_has_ended_for_certain() {
        check(&["1 event RUNNING", REPORT], "audit-report COMPLETED settled");
        check(&[VALIDATING, "2 event FAILED"], "event FAILED VALIDATING settled");
        check(&[VALIDATING, "16 event COMPLETED"], "event COMPLETED VALIDATING settled");
    }
}
