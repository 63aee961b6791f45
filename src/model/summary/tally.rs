//! Counts to AWS's rows: filtered, summed, shown and ordered as a request asks. Pure.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::model::Instant;

use super::{
    AGGREGATE_ALL, Choice, Composites, Dimension, END_TIME_BEFORE_MIDNIGHT, PerDimension, Shown,
    SummaryRequest,
};

/// Jobs that are alike, counted; a single job has count 1.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// The time by which they are counted (see [`CountedBy`](super::CountedBy)), or any instant of
    /// their bucket.
    pub time: Instant,
    /// Their Region.
    pub region: &'a str,
    /// Their account.
    pub account_id: &'a str,
    /// Their values, by [`Dimension::place`]; `None` where the job has none.
    pub values: PerDimension<Option<&'a str>>,
    /// Their values in the request's further columns, in its order.
    pub further: &'a [Option<&'a str>],
    /// True for composite jobs.
    pub is_parent: bool,
    /// True for jobs with a parent.
    pub is_child: bool,
    /// How many.
    pub count: i64,
}

impl Composites {
    fn admits(self, job: &Counted<'_>) -> bool {
        match self {
            Self::ParentsAndChildren => true,
            Self::ParentsOnly => !job.is_child,
            Self::ChildrenOnly => !job.is_parent,
        }
    }
}

/// One row of an answer, as AWS shapes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryRow {
    /// Where the counted time begins.
    pub start_time: Instant,
    /// Where it ends.
    pub end_time: Instant,
    /// The Region of the jobs.
    pub region: String,
    /// The account, `AGGREGATE_ALL`, or nothing.
    pub account_id: Option<String>,
    /// By [`Dimension::place`]: the jobs' own spelling, `AGGREGATE_ALL`, or nothing.
    pub values: PerDimension<Option<String>>,
    /// The values of the request's further columns, in its order, as text.
    pub further: Vec<Option<String>>,
    /// How many jobs.
    pub count: i64,
}

impl SummaryRow {
    /// What the row shows of `dimension`.
    pub fn value(&self, dimension: Dimension) -> Option<&str> {
        self.values[dimension.place()].as_deref()
    }

    /// Start time, Region, account, the dimensions in their order, then the further columns; an
    /// absent value is first.
    pub fn order(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (row.start_time, row.end_time);
        key(self)
            .cmp(&key(other))
            .then_with(|| self.region.cmp(&other.region))
            .then_with(|| self.account_id.cmp(&other.account_id))
            .then_with(|| self.values.cmp(&other.values))
            .then_with(|| self.further.cmp(&other.further))
    }
}

/// Adds up counts into the rows that a request asks for.
#[derive(Debug)]
pub struct Tally<'a> {
    request: &'a SummaryRequest,
    rows: HashMap<Vec<u8>, SummaryRow>,
    key: Vec<u8>,
}

impl<'a> Tally<'a> {
    /// An empty tally.
    pub fn new(request: &'a SummaryRequest) -> Self {
        Self { request, rows: HashMap::new(), key: Vec::new() }
    }

    /// Counts `jobs`, if the request asks for them.
    pub fn add(&mut self, jobs: &Counted<'_>) {
        let request = self.request;
        let Some(bucket) = request.bucket(jobs.time) else { return };
        let admitted = request.region.as_deref().is_none_or(|region| region == jobs.region)
            && request.account.accounts.contain(jobs.account_id)
            && request.composites.admits(jobs)
            && Dimension::of(request.kind)
                .iter()
                .all(|d| request.choice(*d).admits(jobs.values[d.place()]));
        if !admitted {
            return;
        }
        self.set_key(bucket, jobs);
        match self.rows.get_mut(self.key.as_slice()) {
            Some(row) => {
                row.count += jobs.count;
                prefer_least_spelling(request, row, jobs);
            }
            None => drop(self.rows.insert(self.key.clone(), row(request, bucket, jobs))),
        }
    }

    /// The rows, in order; groups without jobs have none.
    pub fn rows(self) -> Vec<SummaryRow> {
        let mut rows: Vec<_> = self.rows.into_values().filter(|row| row.count != 0).collect();
        rows.sort_by(SummaryRow::order);
        rows
    }

    /// The parts that tell rows apart, each with its length, so that no two lists look the same.
    fn set_key(&mut self, bucket: usize, jobs: &Counted<'_>) {
        self.key.clear();
        self.key.extend_from_slice(&bucket.to_le_bytes());
        push_part(&mut self.key, Some(jobs.region));
        if self.request.account.shown == Shown::Value {
            push_part(&mut self.key, Some(jobs.account_id));
        }
        for dimension in Dimension::of(self.request.kind) {
            // A named value is one row, however the jobs spell it.
            if *self.request.choice(*dimension) == Choice::Any {
                push_part(&mut self.key, jobs.values[dimension.place()]);
            }
        }
        for value in jobs.further {
            push_part(&mut self.key, *value);
        }
    }
}

fn push_part(key: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(usize::MAX, str::len);
    key.extend_from_slice(&length.to_le_bytes());
    key.extend_from_slice(text.unwrap_or_default().as_bytes());
}

fn row(request: &SummaryRequest, bucket: usize, jobs: &Counted<'_>) -> SummaryRow {
    let show = |shown: Shown, value: Option<&str>| match shown {
        Shown::Value => value.map(str::to_owned),
        Shown::AggregateAll => Some(AGGREGATE_ALL.to_owned()),
        Shown::Nothing => None,
    };
    let mut values = PerDimension::default();
    for dimension in Dimension::of(request.kind) {
        let place = dimension.place();
        values[place] = show(request.choices[place].shows(), jobs.values[place]);
    }
    let window = request.buckets[bucket];
    SummaryRow {
        start_time: window.start,
        end_time: window.end - END_TIME_BEFORE_MIDNIGHT,
        region: jobs.region.to_owned(),
        account_id: show(request.account.shown, Some(jobs.account_id)),
        values,
        further: jobs.further.iter().map(|value| value.map(str::to_owned)).collect(),
        count: jobs.count,
    }
}

/// Of several spellings of a named value a row shows the least, whichever job came first.
fn prefer_least_spelling(request: &SummaryRequest, row: &mut SummaryRow, jobs: &Counted<'_>) {
    for dimension in Dimension::of(request.kind) {
        let place = dimension.place();
        let (Choice::Value(_), Some(value)) = (&request.choices[place], jobs.values[place]) else {
            continue;
        };
        if row.values[place].as_deref().is_none_or(|shown| value < shown) {
            row.values[place] = Some(value.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        AccountChoice, Accounts, DEFAULT_COMPOSITES, DEFAULT_COUNTED_BY, JobKind, Period,
    };

    fn request(choices: [&str; 3]) -> SummaryRequest {
        let choice = |text: &str| match text {
            "" => Choice::Omitted,
            _ => Choice::from_text(text),
        };
        let mut all = PerDimension::<Choice>::default();
        for (place, text) in choices.into_iter().enumerate() {
            all[place] = choice(text);
        }
        SummaryRequest {
            kind: JobKind::Backup,
            buckets: Period::OneDay.buckets(Instant::from_text("2026-11-22").unwrap()),
            account: AccountChoice { accounts: Accounts::Every, shown: Shown::Value },
            counted_by: DEFAULT_COUNTED_BY,
            region: None,
            choices: all,
            further: vec![],
            composites: DEFAULT_COMPOSITES,
        }
    }

    fn job(time: &str, account_id: &'static str, values: [&'static str; 3]) -> Counted<'static> {
        let mut all = PerDimension::default();
        for (place, value) in values.into_iter().enumerate() {
            all[place] = (!value.is_empty()).then_some(value);
        }
        Counted {
            time: Instant::from_text(time).unwrap(),
            region: "eu-west-1",
            account_id,
            values: all,
            further: &[],
            is_parent: false,
            is_child: false,
            count: 1,
        }
    }

    fn jobs() -> Vec<Counted<'static>> {
        vec![
            job("2026-11-22T00:00:00Z", "2", ["COMPLETED", "EBS", "SUCCESS"]),
            job("2026-11-21T23:59:59.999Z", "2", ["COMPLETED", "EBS", "SUCCESS"]),
            job("2026-11-21T00:00:00Z", "1", ["FAILED", "RDS", "AccessDenied"]),
            job("2026-11-21T01:00:00Z", "1", ["FAILED", "RDS", "ACCESS_DENIED"]),
            job("2026-11-08T00:00:00Z", "1", ["RUNNING", "EBS", ""]),
            job("2026-11-07T23:59:59.999Z", "1", ["RUNNING", "EBS", ""]),
        ]
    }

    /// One line a row: day, account, state, type, category, count.
    fn shown(request: &SummaryRequest, jobs: &[Counted<'_>]) -> String {
        let mut tally = Tally::new(request);
        for job in jobs {
            tally.add(job);
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let line = |row: SummaryRow| {
            let values: Vec<String> = row.values[..3].iter().map(text).collect();
            let (day, account) = (row.start_time.day_text(), text(&row.account_id));
            format!("{day} {account} {} {}\n", values.join(" "), row.count)
        };
        tally.rows().into_iter().map(line).collect()
    }

    #[test]
    fn any_is_a_row_for_each_value_and_for_none() {
        insta::assert_snapshot!(shown(&request(["ANY", "ANY", "ANY"]), &jobs()), @r"
        2026-11-08 1 RUNNING EBS - 1
        2026-11-21 1 FAILED RDS ACCESS_DENIED 1
        2026-11-21 1 FAILED RDS AccessDenied 1
        2026-11-21 2 COMPLETED EBS SUCCESS 1
        ");
    }

    #[test]
    fn omitted_is_summed_in_silence_and_aggregate_all_says_so() {
        insta::assert_snapshot!(shown(&request(["", "AGGREGATE_ALL", ""]), &jobs()), @r"
        2026-11-08 1 - AGGREGATE_ALL - 1
        2026-11-21 1 - AGGREGATE_ALL - 2
        2026-11-21 2 - AGGREGATE_ALL - 1
        ");
    }

    #[test]
    fn a_value_filters_in_any_spelling_and_shows_the_least() {
        let shown = shown(&request(["", "", "access_denied"]), &jobs());
        assert_eq!(shown, "2026-11-21 1 - - ACCESS_DENIED 2\n");
    }

    #[test]
    fn accounts_are_filtered_and_summed() {
        let mut request = request(["ANY", "", ""]);
        request.account.shown = Shown::AggregateAll;
        request.buckets = Period::FourteenDays.buckets(Instant::from_text("2026-11-22").unwrap());
        insta::assert_snapshot!(shown(&request, &jobs()), @r"
        2026-11-08 AGGREGATE_ALL COMPLETED - - 1
        2026-11-08 AGGREGATE_ALL FAILED - - 2
        2026-11-08 AGGREGATE_ALL RUNNING - - 1
        ");
        request.account =
            AccountChoice { accounts: Accounts::One("2".into()), shown: Shown::Value };
        insta::assert_snapshot!(shown(&request, &jobs()), @"2026-11-08 2 COMPLETED - - 1");
    }

    #[test]
    fn composites_can_be_counted_once() {
        let mut jobs = vec![job("2026-11-21", "1", ["COMPLETED", "EKS", ""]); 3];
        (jobs[0].is_parent, jobs[1].is_child) = (true, true);
        let mut request = request(["", "", ""]);
        let mut count = |composites| {
            request.composites = composites;
            shown(&request, &jobs)
        };
        assert_eq!(count(Composites::ParentsAndChildren), "2026-11-21 1 - - - 3\n");
        assert_eq!(count(Composites::ParentsOnly), "2026-11-21 1 - - - 2\n");
        assert_eq!(count(Composites::ChildrenOnly), "2026-11-21 1 - - - 2\n");
    }
}
