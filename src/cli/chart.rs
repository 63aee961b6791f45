//! `--chart`: an answer as a chart.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, ArrayData, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use futures::StreamExt;

use crate::engine::Answer;
use crate::error::{Error, Kind, Result};
use crate::output::{self, Canvas, ChartKind};

use super::target::Target;

/// More rows than this are not drawn, nor held to be drawn.
const ROWS_MAX: usize = 100_000;
/// Nor are rows that take more bytes.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Which chart is asked for; `None` is the one that the columns ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen(pub(super) Option<ChartKind>);

/// The word for the chart that the columns ask for.
pub(super) const FITTING: &str = "auto";

/// How to draw an answer.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct ChartOptions {
    /// Draw the answer: one column of times or categories, and numbers.
    #[arg(
        long,
        value_name = "KIND",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = FITTING,
        value_parser = kinds(),
        conflicts_with = "format"
    )]
    pub(super) chart: Option<Chosen>,
}

impl Chosen {
    /// The choice of that name.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn from_name(name: &str) -> Result<Self> {
        if name == FITTING {
            return Ok(Self(None));
        }
        ChartKind::from_name(name).map(|kind| Self(Some(kind))).ok_or_else(|| {
            let kinds: Vec<_> = ChartKind::ALL.iter().map(|kind| kind.name()).collect();
            Error::input(format!("there is no chart \"{name}\""))
                .with_hint(format!("the charts are {} and {FITTING}", kinds.join(", ")))
        })
    }
}

fn kinds() -> impl TypedValueParser<Value = Chosen> {
    let fitting = PossibleValue::new(FITTING).help("Lines along times, bars along categories");
    let kinds = ChartKind::ALL
        .map(|kind| PossibleValue::new(kind.name()).help(kind.doc().trim_end_matches('.')));
    let values: Vec<_> = std::iter::once(fitting).chain(kinds).collect();
    PossibleValuesParser::new(values).try_map(|name| Chosen::from_name(&name))
}

/// Rows of an answer that can be drawn.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    schema: SchemaRef,
    /// The places of the columns that are drawn.
    drawn: Vec<usize>,
    /// Not all of them if there were too many.
    batches: Vec<RecordBatch>,
    /// How many rows there were.
    count: usize,
    /// The bytes of the batches: of each buffer once, by its address, though many share it.
    bytes: usize,
    buffers: HashSet<usize>,
}

impl Rows {
    /// None yet, of an answer of which these columns are drawn; all where none are named.
    ///
    /// # Errors
    /// The answer has no column of such a name.
    pub(super) fn new(schema: &SchemaRef, drawn: &[String]) -> Result<Self> {
        let places = drawn.iter().map(|name| schema.index_of(name));
        let places: Vec<_> = places.collect::<Result<_, _>>().map_err(not_drawn)?;
        let drawn = if places.is_empty() { (0..schema.fields().len()).collect() } else { places };
        let schema = Arc::new(schema.project(&drawn).map_err(not_drawn)?);
        let (batches, buffers) = (Vec::new(), HashSet::new());
        Ok(Self { schema, drawn, batches, count: 0, bytes: 0, buffers })
    }

    /// Holds the rows of `batch`, as long as they can be drawn.
    pub(super) fn keep(&mut self, batch: &RecordBatch) -> Result<()> {
        self.count += batch.num_rows();
        if !self.are_too_many() {
            let batch = batch.project(&self.drawn).map_err(not_drawn)?;
            batch.columns().iter().for_each(|column| self.weigh(&column.to_data()));
            self.batches.push(batch);
        }
        if self.are_too_many() {
            (self.batches, self.buffers) = (Vec::new(), HashSet::new());
        }
        Ok(())
    }

    /// True if and only if they are not drawn.
    fn are_too_many(&self) -> bool {
        self.count > ROWS_MAX || self.bytes > BYTES_MAX
    }

    fn weigh(&mut self, data: &ArrayData) {
        for buffer in data.buffers() {
            if self.buffers.insert(buffer.data_ptr().addr().get()) {
                self.bytes += buffer.capacity();
            }
        }
        data.child_data().iter().for_each(|child| self.weigh(child));
    }

    /// The chart of them.
    ///
    /// # Errors
    /// `Limit` if they are too many, `Input` if their columns are no chart's.
    pub(super) fn chart(&self, chosen: Chosen, canvas: Canvas) -> Result<String> {
        if self.are_too_many() {
            let what = if self.count > ROWS_MAX {
                format!("{ROWS_MAX} rows at most, and there are more")
            } else {
                format!("{} MiB of rows at most, and these are larger", BYTES_MAX / 1024 / 1024)
            };
            return Err(Error::new(Kind::Limit, format!("a chart is of {what}"))
                .with_hint("group them, or use LIMIT"));
        }
        output::chart(chosen.0, &self.schema, &self.batches, canvas)
    }
}

fn not_drawn(err: ArrowError) -> Error {
    Error::internal("choose the columns of a chart").with_source(err)
}

/// Draws these columns of an answer; all where none are named.
pub(super) async fn show(
    mut answer: Answer,
    drawn: &[String],
    chosen: Chosen,
    target: &Target,
    canvas: Canvas,
) -> Result<()> {
    let mut rows = Rows::new(&answer.schema, drawn)?;
    while let Some(batch) = answer.batches.next().await {
        rows.keep(&batch?)?;
        if rows.are_too_many() {
            break;
        }
    }
    let text = rows.chart(chosen, canvas)?;
    let mut out = target.out()?;
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|err| Error::io("write the chart", err))
}
