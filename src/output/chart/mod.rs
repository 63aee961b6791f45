//! Charts of an answer, as text for a terminal. Pure.
//!
//! An answer is drawn that has one column of times or of categories, and numbers: bars along
//! categories, lines along a time, a calendar of days. Every chart can be read without colours; no
//! row is left out without a line that says so; a shape that no chart has is an error that names
//! the columns.

mod bars;
mod calendar;
mod frame;
mod ink;
mod lines;
#[cfg(test)]
mod missing;
#[cfg(test)]
mod refusals;
mod scale;
#[cfg(test)]
mod tests;

use std::fmt;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

use crate::error::Result;

use self::frame::{Axis, Frame};
use self::ink::Drawing;

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// A bar a row, lying.
    Bars,
    /// A line a series, along a time.
    Lines,
    /// A square a day.
    Calendar,
}

impl ChartKind {
    /// Every kind, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Bars, Self::Lines, Self::Calendar];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Lines => "lines",
            Self::Calendar => "calendar",
        }
    }

    /// One sentence for help.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Bars => "A bar for each row, of one category and one number or more.",
            Self::Lines => {
                "A line for each number column along one of times, or for each value of a \
                 category beside them."
            }
            Self::Calendar => {
                "A year of days as weeks and weekdays, of one column of days and one number."
            }
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for ChartKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a chart is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canvas {
    /// Its columns.
    pub width: usize,
    /// How many colours it has.
    pub colours: Colours,
    /// Whether it has no signs but ASCII's.
    pub is_ascii: bool,
}

/// How many colours there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None: what is drawn must do.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// 256 or more.
    Many,
}

/// A chart of an answer; without a kind, one that its columns ask for: lines along times, bars
/// along categories.
///
/// # Errors
/// `Input` for an answer that has no such shape.
pub fn chart(
    kind: Option<ChartKind>,
    schema: &Schema,
    batches: &[RecordBatch],
    canvas: Canvas,
) -> Result<String> {
    let frame = Frame::read(schema, batches)?;
    let drawing = match kind.unwrap_or_else(|| fitting(&frame, canvas)) {
        _ if frame.is_empty() => nothing("there are no rows to draw", &frame, canvas),
        ChartKind::Bars => bars::draw(&frame, canvas),
        ChartKind::Lines | ChartKind::Calendar if !frame.has_numbers() => {
            nothing("there are no numbers to draw", &frame, canvas)
        }
        ChartKind::Lines => lines::draw(&frame, canvas)?,
        ChartKind::Calendar => calendar::draw(&frame, canvas)?,
    };
    Ok(drawing.text(canvas.colours))
}

/// Why there is no chart, and what is not drawn.
fn nothing(why: &str, frame: &Frame, canvas: Canvas) -> Drawing {
    let mut drawing = Drawing::new(canvas.width);
    drawing.words(why);
    frame.notes.iter().chain(&frame.notes_on_nulls()).for_each(|note| drawing.words(note));
    drawing
}

/// A line needs two instants, and some room.
fn fitting(frame: &Frame, canvas: Canvas) -> ChartKind {
    let has_room = canvas.width >= lines::WIDTH_MIN;
    match &frame.axis {
        Axis::Times(times) if has_room && times.iter().any(|time| *time != times[0]) => {
            ChartKind::Lines
        }
        Axis::Times(_) | Axis::Labels(_) => ChartKind::Bars,
    }
}
