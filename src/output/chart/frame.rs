//! An answer as what a chart draws: an axis and the series along it.

use std::collections::{HashMap, HashSet};

use arrow::array::{AsArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Schema, TimeUnit, TimestampMicrosecondType};

use crate::error::{Error, Result};
use crate::output::escape::visible;
use crate::output::plain::{self, Reader};
use crate::output::values::Values;

use super::ink::SERIES_MAX;

/// What a chart draws.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The name of the column along which it is drawn.
    pub(super) axis_name: String,
    pub(super) axis: Axis,
    pub(super) series: Vec<Series>,
    /// What is not drawn, in words.
    pub(super) notes: Vec<String>,
}

/// That along which a chart is drawn.
#[derive(Clone, Debug)]
pub(super) enum Axis {
    /// Instants in microseconds.
    Times(Vec<i64>),
    /// Words, safe to show.
    Labels(Vec<String>),
}

/// Numbers along the axis.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) name: String,
    /// The numbers, each with its place on the axis; `None` is what is no number.
    pub(super) points: Vec<(usize, Option<f64>)>,
}

impl Series {
    /// The highest number.
    fn peak(&self) -> f64 {
        let values = self.points.iter().filter_map(|(_, value)| *value);
        values.fold(f64::NEG_INFINITY, f64::max)
    }
}

/// What a column is to a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Time,
    Label,
    Number,
}

/// The columns by what they are.
struct Roles {
    times: Vec<usize>,
    labels: Vec<usize>,
    numbers: Vec<usize>,
}

const MICROS: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

impl Frame {
    /// Reads an answer.
    ///
    /// # Errors
    /// `Input` for one that has no shape of a chart.
    pub(super) fn read(schema: &Schema, batches: &[RecordBatch]) -> Result<Self> {
        let schema = plain::schema(schema, Reader::Text);
        let roles = Roles::of(&schema)?;
        let batches = batches.iter().map(|batch| plain::batch(batch, &schema));
        let batches = batches.collect::<Result<Vec<_>>>()?;
        let name = |column: usize| visible(schema.field(column).name());
        let (axis_name, axis, labels) = match (&roles.times[..], &roles.labels[..]) {
            ([time], []) => (name(*time), AxisRead::Times(times(&batches, *time)?), None),
            ([], [label]) => (name(*label), AxisRead::Labels(labels(&batches, *label)?), None),
            ([time], [label]) if roles.numbers.len() == 1 => {
                let labels = labels(&batches, *label)?;
                (name(*time), AxisRead::Times(times(&batches, *time)?), Some(labels))
            }
            _ => return Err(roles.refused(&schema)),
        };
        let mut series = Vec::new();
        for number in &roles.numbers {
            let values = numbers(&batches, *number)?;
            if let Some(labels) = &labels {
                series.extend(spread(labels, values));
            } else {
                let points = values.into_iter().enumerate().collect();
                series.push(Series { name: name(*number), points });
            }
        }
        let mut notes = Vec::new();
        let axis = match axis {
            AxisRead::Labels(labels) => Axis::Labels(labels),
            AxisRead::Times(times) => placed(&axis_name, &times, &mut series, &mut notes),
        };
        if let (Axis::Times(times), true) = (&axis, labels.is_some()) {
            refuse_twins(&axis_name, times, &series)?;
        }
        keep_highest(&mut series, &mut notes);
        Ok(Self { axis_name, axis, series, notes })
    }

    /// True if and only if there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if and only if a value is a number.
    pub(super) fn has_numbers(&self) -> bool {
        self.series.iter().flat_map(|series| &series.points).any(|(_, value)| value.is_some())
    }

    /// How long the axis is.
    pub(super) fn len(&self) -> usize {
        match &self.axis {
            Axis::Times(times) => times.len(),
            Axis::Labels(labels) => labels.len(),
        }
    }

    /// What it is a chart of.
    pub(super) fn title(&self) -> String {
        match self.series.as_slice() {
            [one] => format!("{} by {}", one.name, self.axis_name),
            _ => format!("by {}", self.axis_name),
        }
    }

    /// What a chart of points says of values that are none, once for the series that lack as many.
    pub(super) fn notes_on_nulls(&self) -> Vec<String> {
        let mut lacking: Vec<(usize, Vec<String>)> = Vec::new();
        for series in &self.series {
            let count = series.points.iter().filter(|(_, value)| value.is_none()).count();
            let name = format!("\"{}\"", series.name);
            match lacking.iter_mut().find(|(other, _)| *other == count) {
                Some((_, names)) => names.push(name),
                None => lacking.push((count, vec![name])),
            }
        }
        let note = |(count, names): (usize, Vec<String>)| {
            let values = if count == 1 { "value is no number" } else { "values are no numbers" };
            format!("{count} {values} and not drawn: {}", names.join(", "))
        };
        lacking.into_iter().filter(|(count, _)| *count > 0).map(note).collect()
    }

    /// True if and only if no number has a fraction.
    pub(super) fn is_whole(&self) -> bool {
        let points = self.series.iter().flat_map(|series| &series.points);
        points.filter_map(|(_, value)| *value).all(|value| value.fract() == 0.0)
    }
}

/// The axis of rows that have a time; rows whose time is NULL have no place, and are noted.
fn placed(
    name: &str,
    times: &[Option<i64>],
    series: &mut [Series],
    notes: &mut Vec<String>,
) -> Axis {
    let mut places = Vec::with_capacity(times.len());
    let mut present = Vec::new();
    for time in times {
        places.push(time.map(|time| {
            present.push(time);
            present.len() - 1
        }));
    }
    for one in series {
        let points = one.points.iter().filter_map(|(row, value)| Some((places[*row]?, *value)));
        one.points = points.collect();
    }
    match times.len() - present.len() {
        0 => {}
        1 => notes.push(format!("1 row without \"{name}\" is not drawn")),
        rows => notes.push(format!("{rows} rows without \"{name}\" are not drawn")),
    }
    Axis::Times(present)
}

/// Refuses several numbers of one series at one time: whatever is drawn would be none of them.
fn refuse_twins(name: &str, times: &[i64], series: &[Series]) -> Result<()> {
    let has_twins = |one: &&Series| {
        let mut seen = HashSet::new();
        !one.points.iter().all(|(place, _)| seen.insert(times[*place]))
    };
    let Some(one) = series.iter().find(has_twins) else { return Ok(()) };
    let message = format!(
        "the answer has several rows of one \"{name}\" for \"{}\": a chart needs one",
        one.name
    );
    Err(Error::input(message).with_hint("choose one of what sets them apart, or add them up"))
}

/// Leaves as many series as can be told apart, and notes the others.
fn keep_highest(series: &mut Vec<Series>, notes: &mut Vec<String>) {
    let all = series.len();
    if all <= SERIES_MAX {
        return;
    }
    let mut peaks: Vec<_> = series.iter().map(Series::peak).collect();
    peaks.sort_by(|a, b| b.total_cmp(a));
    let least = peaks[SERIES_MAX - 1];
    series.retain(|one| one.peak() >= least);
    series.truncate(SERIES_MAX);
    notes.push(format!("the {SERIES_MAX} of {all} series that reach highest are drawn"));
}

/// An axis as it was read, where a time may be NULL.
enum AxisRead {
    Times(Vec<Option<i64>>),
    Labels(Vec<String>),
}

impl Roles {
    fn of(schema: &Schema) -> Result<Self> {
        let mut roles = Self { times: Vec::new(), labels: Vec::new(), numbers: Vec::new() };
        for (column, field) in schema.fields().iter().enumerate() {
            match role(field.data_type()) {
                Some(Role::Time) => roles.times.push(column),
                Some(Role::Label) => roles.labels.push(column),
                Some(Role::Number) => roles.numbers.push(column),
                None => {
                    let message = format!("no chart draws column \"{}\"", visible(field.name()));
                    let hint = "leave it out, or cast it to text or to a number";
                    return Err(Error::input(message).with_hint(hint));
                }
            }
        }
        if roles.numbers.is_empty() {
            return Err(Error::input("a chart needs a number column, and the answer has none")
                .with_hint(
                    "count something: SELECT state, count(*) AS jobs FROM jobs GROUP BY 1",
                ));
        }
        Ok(roles)
    }

    /// Why the columns are no chart's.
    fn refused(&self, schema: &Schema) -> Error {
        let along: Vec<_> = self.times.iter().chain(&self.labels).collect();
        let name = |column: &&usize| format!("\"{}\"", visible(schema.field(**column).name()));
        let names: Vec<_> = along.iter().map(name).collect();
        let wanted = "a chart needs one column of times or categories";
        if along.is_empty() {
            return Error::input(format!("{wanted}, and the answer has none"))
                .with_hint("select what the numbers are of, or cast a number of it to text");
        }
        let error = Error::input(format!(
            "{wanted}, and the answer has {}: {}",
            names.len(),
            names.join(", ")
        ));
        if self.times.len() == 1 && self.labels.len() == 1 {
            return error.with_hint("beside a time and a category, select one number");
        }
        error.with_hint("leave out all but one; categories can be joined: a || ' ' || b")
    }
}

fn role(ty: &DataType) -> Option<Role> {
    match ty {
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => Some(Role::Time),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Boolean | DataType::Null => {
            Some(Role::Label)
        }
        ty if ty.is_numeric() => Some(Role::Number),
        _ => None,
    }
}

fn times(batches: &[RecordBatch], column: usize) -> Result<Vec<Option<i64>>> {
    let mut times = Vec::new();
    for batch in batches {
        let array = cast(batch.column(column), &MICROS).map_err(unreadable)?;
        times.extend(array.as_primitive::<TimestampMicrosecondType>().iter());
    }
    Ok(times)
}

fn labels(batches: &[RecordBatch], column: usize) -> Result<Vec<String>> {
    let mut labels = Vec::new();
    for batch in batches {
        let values = Values::new(batch.column(column))?;
        for row in 0..batch.num_rows() {
            let mut label = String::new();
            values.text(row, &mut label)?;
            labels.push(if values.is_null(row) { "NULL".to_owned() } else { visible(&label) });
        }
    }
    Ok(labels)
}

/// What is no number (NULL, NaN, infinity) is `None`.
fn numbers(batches: &[RecordBatch], column: usize) -> Result<Vec<Option<f64>>> {
    let mut numbers = Vec::new();
    for batch in batches {
        let array = cast(batch.column(column), &DataType::Float64).map_err(unreadable)?;
        let array: &Float64Array = array.as_primitive::<Float64Type>();
        numbers.extend(array.iter().map(|value| value.filter(|value| value.is_finite())));
    }
    Ok(numbers)
}

fn unreadable(err: arrow::error::ArrowError) -> Error {
    Error::input("a value is out of the range that a chart can draw").with_source(err)
}

/// A series for each label, in the order in which they come.
fn spread(labels: &[String], values: Vec<Option<f64>>) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    let mut places = HashMap::new();
    for (row, (label, value)) in labels.iter().zip(values).enumerate() {
        let place = *places.entry(label).or_insert(series.len());
        if place == series.len() {
            series.push(Series { name: label.clone(), points: Vec::new() });
        }
        series[place].points.push((row, value));
    }
    series
}
