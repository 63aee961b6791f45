//! Which files are merged with which. Pure.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::model::{DAY, HORIZON_DAYS, Instant};
use crate::tables::{DataFile, Table, instant_from_text};

/// A month is compacted once it ended this many days ago. AWS shows a job for 30 days, so by then
/// no listing changes a row of it, and a job that was open when AWS forgot it is known to be
/// forgotten after the first night past the horizon; the rest is for nights that failed.
pub const COMPACT_AFTER_DAYS: i64 = HORIZON_DAYS + 5;
/// Rows of a compacted file, at most: about 20 MB of jobs. An old job that an import changes costs
/// the rewriting of one such file and not of its month, which takes about a second; and a reader
/// of three years opens a few dozen files.
pub const FILE_ROWS: u64 = 256 * 1024;
/// Rows that one transaction merges, unless a single file has more: what a killed run repeats.
pub(super) const BATCH_ROWS: u64 = 16 * FILE_ROWS;
/// Rows that are sorted in memory at once.
pub(super) const SORTED_ROWS: u64 = 64 * 1024;

/// Files that become fewer, in one transaction.
#[derive(Debug)]
pub(super) struct Batch {
    /// The table.
    pub(super) table: &'static Table,
    /// The files, in the order of their times.
    pub(super) files: Vec<DataFile>,
    /// How many files they become, if none of them spans months.
    pub(super) becomes: u64,
}

impl Batch {
    /// The id of its first file, by which it is known while its files are.
    pub(super) fn first(&self) -> Option<i64> {
        self.files.first().map(|file| file.id)
    }

    pub(super) fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.record_count).sum()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}

/// The batches of a table, the oldest month first.
///
/// A file that holds half of `file_rows` or more stays as it is, so that what comes late to an old
/// month never costs the rewriting of all of it: the rest of a month is less than one file.
pub(super) fn batches(
    table: &'static Table,
    files: &[DataFile],
    now: Instant,
    file_rows: u64,
) -> Vec<Batch> {
    let mut months: BTreeMap<(i32, u32), Vec<(Instant, &DataFile)>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.record_count < file_rows.div_ceil(2)) {
        let Some((from, until)) = times(table, file) else { continue };
        if until < old_before(now) {
            months.entry(from.year_month()).or_default().push((from, file));
        }
    }
    months.into_values().flat_map(|month| of_month(table, month, file_rows)).collect()
}

/// The batches of the small files of one month.
fn of_month(
    table: &'static Table,
    mut month: Vec<(Instant, &DataFile)>,
    file_rows: u64,
) -> Vec<Batch> {
    month.sort_by_key(|(from, file)| (*from, file.id));
    let mut batches = Vec::new();
    let mut files: Vec<DataFile> = Vec::new();
    let mut rows = 0;
    for (_, file) in month {
        if rows + file.record_count > BATCH_ROWS.max(file_rows) {
            batches.push(std::mem::take(&mut files));
            rows = 0;
        }
        rows += file.record_count;
        files.push(file.clone());
    }
    batches.push(files);
    let batch = |files: Vec<DataFile>| {
        let rows: u64 = files.iter().map(|file| file.record_count).sum();
        Batch { table, files, becomes: rows.div_ceil(file_rows).max(1) }
    };
    batches.into_iter().filter(|files| files.len() > 1).map(batch).collect()
}

/// The first instant of the first month that is not old yet.
fn old_before(now: Instant) -> Instant {
    let (year, month) = (now - COMPACT_AFTER_DAYS * DAY).year_month();
    Instant::month_start(year, month).unwrap_or(Instant::from_micros(0))
}

/// The first and the last time of a file's rows, as far as its statistics tell.
pub(super) fn times(table: &Table, file: &DataFile) -> Option<(Instant, Instant)> {
    let bounds = file.columns[table.index(table.time)].as_ref()?;
    let at = |text: &Option<String>| text.as_deref().and_then(instant_from_text);
    at(&bounds.min).zip(at(&bounds.max))
}

/// Days that are sorted together: as many as `rows_max` rows allow, at least one, and never of two
/// months.
pub(super) fn slices(batch: &Batch, rows_max: u64) -> Vec<RangeInclusive<i64>> {
    let spans: Vec<_> = batch.files.iter().filter_map(|file| times(batch.table, file)).collect();
    let (Some(first), Some(last)) =
        (spans.iter().map(|it| it.0.day()).min(), spans.iter().map(|it| it.1.day()).max())
    else {
        return Vec::new();
    };
    let month = |day: i64| Instant::from_micros(day * DAY).year_month();
    let mut slices: Vec<RangeInclusive<i64>> = Vec::new();
    for day in first..=last {
        let wider = slices.last().map(|slice| *slice.start()..=day);
        let fits = wider.clone().is_some_and(|slice| {
            month(*slice.start()) == month(day) && rows_in(batch, &slice) <= rows_max
        });
        match (slices.last_mut(), wider) {
            (Some(slice), Some(wider)) if fits => *slice = wider,
            _ => slices.push(day..=day),
        }
    }
    slices
}

/// The files that may hold rows of these days.
pub(super) fn within<'a>(
    batch: &'a Batch,
    days: &RangeInclusive<i64>,
) -> impl Iterator<Item = &'a DataFile> {
    let days = days.clone();
    batch.files.iter().filter(move |file| {
        times(batch.table, file)
            .is_some_and(|(from, until)| from.day() <= *days.end() && *days.start() <= until.day())
    })
}

fn rows_in(batch: &Batch, days: &RangeInclusive<i64>) -> u64 {
    within(batch, days).map(|file| file.record_count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{Bounds, SCAN_JOBS, timestamp_text};

    /// A file of rows from one time to another.
    fn file(id: i64, from: &str, until: &str, rows: u64) -> DataFile {
        let at = |text: &str| Some(timestamp_text(Instant::from_text(text).unwrap()));
        let mut columns = vec![None; SCAN_JOBS.columns.len()];
        let bounds = Bounds { null_count: 0, min: at(from), max: at(until) };
        columns[SCAN_JOBS.index("creation_date")] = Some(bounds);
        DataFile {
            id,
            path: format!("{id}"),
            record_count: rows,
            size_bytes: rows * 10,
            footer_size_bytes: None,
            columns,
        }
    }

    fn ids(batch: &Batch) -> Vec<i64> {
        batch.files.iter().map(|file| file.id).collect()
    }

    /// Plans with files of at most 100 rows, on 6 May 2026: the months until March are old.
    #[track_caller]
    fn check(files: &[DataFile], expected: &[(&[i64], u64)]) {
        let now = Instant::from_text("2026-05-06").unwrap();
        let found = batches(&SCAN_JOBS, files, now, 100);
        let found: Vec<_> = found.iter().map(|batch| (ids(batch), batch.becomes)).collect();
        let expected: Vec<_> = expected.iter().map(|(ids, n)| (ids.to_vec(), *n)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_files_of_an_old_month_become_one() {
        let files = [
            file(1, "2026-03-31T23:00:00Z", "2026-03-31T23:59:59Z", 9),
            file(2, "2026-03-01", "2026-03-01T10:00:00Z", 9),
            file(3, "2026-02-01", "2026-02-02", 9),
            file(4, "2026-04-01", "2026-04-02", 9),
            file(5, "2026-04-01", "2026-04-02", 9),
        ];
        check(&files, &[(&[2, 1], 1)]);
    }

    #[test]
    fn a_month_is_old_35_days_after_its_end() {
        let files =
            [file(1, "2026-03-01", "2026-03-02", 9), file(2, "2026-03-01", "2026-03-02", 9)];
        for (now, expected) in [("2026-05-06", 1), ("2026-05-05T23:59:59Z", 0)] {
            let found = batches(&SCAN_JOBS, &files, Instant::from_text(now).unwrap(), 100);
            assert_eq!(found.len(), expected, "{now}");
        }
    }

    #[test]
    fn large_files_and_single_ones_stay() {
        let small = |id| file(id, "2026-03-01", "2026-03-02", 49);
        let large = |id| file(id, "2026-03-01", "2026-03-02", 50);
        check(&[large(1), large(2)], &[]);
        check(&[large(1), small(2)], &[]);
        check(&[large(1), small(2), small(3), small(4)], &[(&[2, 3, 4], 2)]);
    }

    #[test]
    fn a_file_that_reaches_into_a_young_month_stays() {
        check(
            &[file(1, "2026-03-31", "2026-04-01", 9), file(2, "2026-03-31", "2026-03-31", 9)],
            &[],
        );
    }

    #[test]
    fn a_large_month_is_merged_in_several_transactions() {
        let files: Vec<_> =
            (0..100).map(|id| file(id, "2026-03-01", "2026-03-02", FILE_ROWS / 2 - 1)).collect();
        let now = Instant::from_text("2026-05-06").unwrap();
        let found = batches(&SCAN_JOBS, &files, now, FILE_ROWS);
        assert_eq!(found.iter().map(|it| it.files.len()).collect::<Vec<_>>(), [32, 32, 32, 4]);
        assert!(found.iter().all(|batch| batch.rows() <= BATCH_ROWS));
    }

    #[track_caller]
    fn check_slices(files: Vec<DataFile>, rows_max: u64, expected: &[(&str, &str)]) {
        let batch = Batch { table: &SCAN_JOBS, files, becomes: 1 };
        let day = |day: i64| Instant::from_micros(day * DAY).day_text();
        let found = slices(&batch, rows_max);
        let found: Vec<_> = found.iter().map(|it| (day(*it.start()), day(*it.end()))).collect();
        let found: Vec<_> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn days_are_sorted_together_while_they_are_small() {
        let days = || {
            let day = |day: u32| format!("2026-03-{day:02}");
            (1..=4).map(|id| file(id.into(), &day(id), &day(id), 40)).collect::<Vec<_>>()
        };
        check_slices(days(), 1000, &[("2026-03-01", "2026-03-04")]);
        check_slices(days(), 80, &[("2026-03-01", "2026-03-02"), ("2026-03-03", "2026-03-04")]);
        let (one, four) = (("2026-03-01", "2026-03-01"), ("2026-03-04", "2026-03-04"));
        let two_three = [("2026-03-02", "2026-03-02"), ("2026-03-03", "2026-03-03")];
        check_slices(days(), 1, &[one, two_three[0], two_three[1], four]);
    }

    #[test]
    fn no_slice_spans_two_months() {
        check_slices(
            vec![file(1, "2026-03-31", "2026-04-01", 5)],
            1000,
            &[("2026-03-31", "2026-03-31"), ("2026-04-01", "2026-04-01")],
        );
    }
}
