//! Which span of creation time a listing looks at next. Pure.
//!
//! A page of a listing is a few jobs out of millions. The catalog tells for each file how many jobs
//! it holds and between which times they were created: from that the span is guessed that holds
//! about as many jobs as the page needs. Where the guess was too small, since other jobs are there
//! than the listing asks for, the span before it follows, four times as large. So a page costs
//! what it shows and passes over, and not what is held; and a wrong guess costs time, never a job.

use std::sync::Arc;

use crate::model::{Instant, MINUTE, Window};
use crate::tables::{Bounds, DataFile, ListRequest, Table, instant_from_text};

use super::super::table::may_hold;

/// How many jobs the first span is to hold for each that the page needs, in quarters.
const FIRST_QUARTERS: u64 = 6;
/// How much larger each further span is than the one before.
const GROWTH: u64 = 4;
/// The first span holds no fewer jobs: to read one costs as much as to read these.
const ROWS_MIN: u64 = 64;
/// The smallest step of time.
const MICROSECOND: i64 = 1;
/// All times, for a file of which no bounds are known.
const EVER: (Instant, Instant) = (Instant::from_micros(-(1 << 60)), Instant::from_micros(1 << 60));

/// What the catalog tells of the jobs in one file.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Span {
    /// No job was created earlier.
    first: Instant,
    /// No job was created later.
    last: Instant,
    rows: u64,
    file: Arc<DataFile>,
}

impl Span {
    /// Those of the files of `table`, the newest first.
    pub(in crate::engine) fn newest_first(table: &Table, files: &[Arc<DataFile>]) -> Vec<Self> {
        let mut spans: Vec<_> = files.iter().map(|file| Self::of(table, file)).collect();
        spans.sort_by_key(|span| std::cmp::Reverse(span.last));
        spans
    }

    fn of(table: &Table, file: &Arc<DataFile>) -> Self {
        let bounds = file.columns[table.index(table.time)].as_ref();
        let time = |of: fn(&Bounds) -> Option<&String>| instant_from_text(of(bounds?)?);
        Self {
            first: time(|it| it.min.as_ref()).unwrap_or(EVER.0),
            last: time(|it| it.max.as_ref()).unwrap_or(EVER.1),
            rows: file.record_count,
            file: Arc::clone(file),
        }
    }

    /// How many jobs it has.
    pub(in crate::engine) fn rows(&self) -> u64 {
        self.rows
    }

    /// The first and the last time of creation, if they are known.
    pub(in crate::engine) fn times(&self) -> Option<(Instant, Instant)> {
        (self.first > EVER.0 && self.last < EVER.1).then_some((self.first, self.last))
    }

    /// How many of its jobs lie in `window`, if they are spread evenly.
    fn rows_in(&self, window: Window) -> u64 {
        let inside = (self.last + MICROSECOND).min(window.end) - self.first.max(window.start);
        let length = self.last + MICROSECOND - self.first;
        let share = u128::from(self.rows) * u128::try_from(inside).unwrap_or(0);
        u64::try_from(share / u128::try_from(length.max(1)).unwrap_or(1)).unwrap_or(u64::MAX)
    }
}

/// The windows of a listing, from the newest job that it can show to the oldest, with the files
/// that may have jobs in them.
#[derive(Debug)]
pub(super) struct Windows<'a> {
    /// The newest first.
    spans: Vec<&'a Span>,
    /// No window begins earlier.
    oldest: Instant,
    /// Where the next window ends.
    end: Instant,
    /// How many rows the next window is to hold.
    rows: u64,
}

impl<'a> Windows<'a> {
    /// Those of `request` in a Region, over the files of its table, which come newest first.
    pub(super) fn new(
        spans: &'a [Span],
        table: &Table,
        region: &str,
        request: &ListRequest,
    ) -> Self {
        let (after, before) = request.filter.between(table.time);
        let reached = request.after.as_ref().map(|place| place.creation_date + MICROSECOND);
        let end = [before, reached].into_iter().flatten().fold(EVER.1, Instant::min);
        let oldest = after.map_or(EVER.0, |after| after + MICROSECOND);
        let place = table.find("region");
        let is_needed = |span: &&Span| {
            let bounds = place.and_then(|place| span.file.columns[place].as_ref());
            span.first < end && span.last >= oldest && may_hold(bounds, region)
        };
        let spans: Vec<_> = spans.iter().filter(is_needed).collect();
        let first = spans.iter().map(|span| span.first).min();
        let last = spans.first().map(|span| span.last + MICROSECOND);
        Self {
            oldest: first.map_or(end, |first| first.max(oldest)),
            end: last.map_or(end, |last| last.min(end)),
            rows: (request.limit as u64 * FIRST_QUARTERS / 4).max(ROWS_MIN),
            spans,
        }
    }

    /// Where a window begins that holds about as many rows as it is to hold.
    fn start(&self) -> Instant {
        let holds = |length: i64| {
            let window = Window { start: self.end - length, end: self.end };
            let spans = self.spans.iter().take_while(|span| span.last >= window.start);
            spans.map(|span| span.rows_in(window)).sum::<u64>() >= self.rows
        };
        let whole = self.end - self.oldest;
        let (mut too_short, mut length) = (0, MINUTE);
        while length < whole && !holds(length) {
            (too_short, length) = (length, length * 2);
        }
        if length >= whole {
            if !holds(whole) {
                return self.oldest;
            }
            length = whole;
        }
        // To within a thirty-second part: it is a guess.
        while length - too_short > (length / 32).max(MICROSECOND) {
            let middle = too_short + (length - too_short) / 2;
            if holds(middle) { length = middle } else { too_short = middle }
        }
        self.end - length
    }
}

impl Iterator for Windows<'_> {
    type Item = (Window, Vec<Arc<DataFile>>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.end <= self.oldest {
            return None;
        }
        let window = Window { start: self.start(), end: self.end };
        let spans = self.spans.iter().take_while(|span| span.last >= window.start);
        let files = spans.map(|span| Arc::clone(&span.file)).collect();
        self.end = window.start;
        self.spans.retain(|span| span.first < window.start);
        self.rows = self.rows.saturating_mul(GROWTH);
        Some((window, files))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Accounts, DAY, HOUR, JobKind};
    use crate::tables::{BACKUP_JOBS, Condition, ListFilter, Position, Test, timestamp_text};

    /// A file of `rows` jobs that were created from hour `first` to hour `last`.
    fn file(id: i64, (first, last): (i64, i64), rows: u64) -> Arc<DataFile> {
        let time = |hour: i64| Some(timestamp_text(at(hour)));
        let text = |text: &str| Some(text.to_owned());
        let mut columns = vec![None; BACKUP_JOBS.columns.len()];
        let bounds = |min, max| Some(Bounds { null_count: 0, min, max });
        columns[BACKUP_JOBS.index("creation_date")] = bounds(time(first), time(last));
        let region = if id % 5 == 4 { "us-east-1" } else { "eu-west-1" };
        columns[BACKUP_JOBS.index("region")] = bounds(text(region), text(region));
        let path = format!("{id}");
        let (size_bytes, footer_size_bytes) = (1, None);
        Arc::new(DataFile { id, path, record_count: rows, size_bytes, footer_size_bytes, columns })
    }

    fn at(hour: i64) -> Instant {
        Instant::from_micros(20_000 * DAY + hour * HOUR)
    }

    fn request(limit: usize, conditions: &[Test], after: Option<i64>) -> ListRequest {
        let kind = JobKind::Backup;
        let condition = |test: &Test| Condition::new(kind, "creation_date", test.clone());
        let conditions = conditions.iter().map(condition).collect();
        let position = |hour| Position {
            creation_date: at(hour),
            account_id: "1".to_owned(),
            job_id: "1".to_owned(),
        };
        let filter = ListFilter { accounts: Accounts::Every, conditions };
        ListRequest { kind, filter, after: after.map(position), limit }
    }

    /// Each window as its first and last hour, and the files that it reads.
    fn windows(files: &[Arc<DataFile>], request: &ListRequest) -> Vec<(i64, i64, Vec<i64>)> {
        let spans = Span::newest_first(&BACKUP_JOBS, files);
        let windows = Windows::new(&spans, &BACKUP_JOBS, "eu-west-1", request);
        let hours = |instant: Instant| (instant - at(0)).div_euclid(HOUR);
        let shown = |(window, files): (Window, Vec<Arc<DataFile>>)| {
            let files = files.iter().map(|file| file.id).collect();
            (hours(window.start), hours(window.end), files)
        };
        windows.map(shown).collect()
    }

    #[track_caller]
    fn check(request: &ListRequest, expected: &[(i64, i64, &[i64])]) {
        // Four days of 240 jobs each, and a year of 87,600 before them; and another Region's.
        let day = |id| file(id, (24 * id, 24 * id + 23), 240);
        let year = file(8, (-365 * 24, -1), 87_600);
        let files = [day(0), year, day(3), day(1), day(2), file(4, (0, 90), 1_000_000)];
        let expected: Vec<_> =
            expected.iter().map(|(start, end, files)| (*start, *end, files.to_vec())).collect();
        assert_eq!(windows(&files, request), expected);
    }

    #[test]
    fn a_page_reads_the_files_of_its_jobs() {
        check(
            &request(100, &[], None),
            &[
                (80, 95, &[3]),
                (19, 80, &[3, 2, 1, 0]),
                (-224, 19, &[0, 8]),
                (-1197, -224, &[8]),
                (-5088, -1197, &[8]),
                (-8760, -5088, &[8]),
            ],
        );
        check(
            &request(100, &[], Some(-8000)),
            &[
                (-8016, -8000, &[8]),
                (-8076, -8016, &[8]),
                (-8320, -8076, &[8]),
                (-8760, -8320, &[8]),
            ],
        );
    }

    #[test]
    fn jobs_of_one_instant_are_one_window() {
        let spans = Span::newest_first(&BACKUP_JOBS, &[file(0, (7, 7), 5000)]);
        let request = request(10, &[], None);
        let windows = Windows::new(&spans, &BACKUP_JOBS, "eu-west-1", &request);
        let windows: Vec<_> = windows.map(|(window, _)| window).collect();
        assert_eq!(windows, [Window { start: at(7), end: at(7) + MICROSECOND }]);
    }

    #[test]
    fn bounds_leave_files_out() {
        let day = [Test::After(at(24)), Test::Before(at(30))];
        check(&request(1000, &day, None), &[(24, 30, &[1])]);
        check(&request(1000, &[Test::After(at(5000))], None), &[]);
        check(&request(1000, &[Test::Before(at(-9000))], None), &[]);
    }

    proptest! {
        #[test]
        fn windows_follow_each_other_without_a_gap_and_leave_no_file_out(
            files in prop::collection::vec((-5000..5000i64, 0..3000i64, 0..100_000u64), 0..30),
            limit in 1..1500usize,
            after in prop::option::of(-5000..5000i64),
            bound in prop::option::of(-5000..5000i64),
        ) {
            let files: Vec<_> = files.into_iter().zip(0..)
                .map(|((first, length, rows), id)| file(id * 5, (first, first + length), rows))
                .collect();
            let bounds: Vec<_> = bound.map(|hour| Test::After(at(hour))).into_iter().collect();
            let request = request(limit, &bounds, after);
            let spans = Span::newest_first(&BACKUP_JOBS, &files);
            let windows: Vec<_> =
                Windows::new(&spans, &BACKUP_JOBS, "eu-west-1", &request).collect();
            for pair in windows.windows(2) {
                prop_assert_eq!(pair[0].0.start, pair[1].0.end);
            }
            let (oldest, newest) =
                (bound.map_or(EVER.0, at), after.map_or(EVER.1, at));
            for span in &spans {
                let (first, last) = (span.first.max(oldest + 1), span.last.min(newest));
                for (window, read) in &windows {
                    let is_there = first < window.end && last >= window.start;
                    prop_assert!(!is_there || read.iter().any(|file| file.id == span.file.id));
                }
                let is_covered = windows.last().is_some_and(|it| it.0.start <= first)
                    && windows.first().is_some_and(|it| it.0.end > last);
                prop_assert!(first > last || is_covered);
            }
        }
    }
}
