//! What became of the rows of a run, in numbers.

use std::collections::BTreeMap;
use std::iter::Sum;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};

/// What became of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that came.
    pub read: u64,
    /// Jobs (and summary rows) that were not held before.
    pub new: u64,
    /// Jobs held whose row changed.
    pub changed: u64,
    /// Rows that said nothing new.
    pub unchanged: u64,
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |a, b| Self {
            read: a.read + b.read,
            new: a.new + b.new,
            changed: a.changed + b.changed,
            unchanged: a.unchanged + b.unchanged,
        })
    }
}

/// What became of the rows of each source and Region, by the `source` and `region` of the rows
/// that came.
///
/// Where several sources showed one job in one run, it is new or changed for the one whose
/// observation won; for the others their rows said nothing new.
pub type ByPlace = BTreeMap<(String, String), Counts>;

/// The counts of the rows of one Region, by source.
#[derive(Debug)]
pub(super) struct Tally<'a> {
    region: &'a str,
    of_sources: BTreeMap<String, Counts>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(region: &'a str, of_sources: BTreeMap<String, Counts>) -> Self {
        Self { region, of_sources }
    }

    /// Begins with the rows that came.
    pub(super) fn of(region: &'a str, read: &RecordBatch) -> Self {
        let mut tally = Self::new(region, BTreeMap::new());
        tally.count(read, 0..read.num_rows(), |counts| &mut counts.read);
        tally
    }

    /// Counts `rows` of `batch` for their sources, in the field that is given.
    pub(super) fn count(
        &mut self,
        batch: &RecordBatch,
        rows: impl Iterator<Item = usize>,
        field: fn(&mut Counts) -> &mut u64,
    ) {
        let sources = batch.column_by_name("source").and_then(|column| column.as_string_opt());
        let sources: Option<&StringArray> = sources;
        for row in rows {
            let source = sources.filter(|sources| sources.is_valid(row));
            let source = source.map_or("", |sources| sources.value(row));
            if let Some(counts) = self.of_sources.get_mut(source) {
                *field(counts) += 1;
            } else {
                *field(self.of_sources.entry(source.to_owned()).or_default()) += 1;
            }
        }
    }

    /// What is neither new nor changed is unchanged.
    pub(super) fn add_to(self, by_place: &mut ByPlace) {
        for (source, mut counts) in self.of_sources {
            counts.unchanged = counts.read.saturating_sub(counts.new + counts.changed);
            let place = by_place.entry((source, self.region.to_owned())).or_default();
            *place = [*place, counts].into_iter().sum();
        }
    }
}
