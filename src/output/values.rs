//! One column of a batch, written cell by cell as text or as JSON, whatever its type.

use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray, OffsetSizeTrait};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, FieldRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::error::{Error, Kind, Result};

use super::escape::Json;

/// A value that cannot be shown is an error, not a cell that says so.
const FORMAT: FormatOptions<'static> = FormatOptions::new().with_display_error(false);

/// A column in plain types (see `plain`), ready to be written.
pub(super) struct Values<'a> {
    nulls: Option<NullBuffer>,
    shape: Shape<'a>,
}

enum Shape<'a> {
    /// Numbers and truth values: JSON has them.
    Bare(ArrayFormatter<'a>),
    /// Floats, of which JSON has only the finite ones.
    Float(ArrayFormatter<'a>),
    /// All that JSON has only as text.
    Text(ArrayFormatter<'a>),
    List(Vec<usize>, Box<Values<'a>>),
    Struct(Vec<(&'a str, Values<'a>)>),
    Map(Vec<usize>, Box<Values<'a>>, Box<Values<'a>>),
}

/// True for the types whose columns stand on the right.
pub(super) fn is_number(ty: &DataType) -> bool {
    ty.is_numeric()
}

impl<'a> Values<'a> {
    /// The values of `array`.
    ///
    /// # Errors
    /// A type that has no text.
    pub(super) fn new(array: &'a ArrayRef) -> Result<Self> {
        let shape = match array.data_type() {
            DataType::List(_) => list(array.as_list::<i32>()),
            DataType::LargeList(_) => list(array.as_list::<i64>()),
            DataType::FixedSizeList(_, _) => {
                let list = array.as_fixed_size_list();
                let start = |row| usize::try_from(list.value_offset(row)).unwrap_or_default();
                let starts = (0..=list.len()).map(start).collect();
                Self::new(list.values()).map(|items| Shape::List(starts, Box::new(items)))
            }
            DataType::Struct(fields) => structure(fields, array.as_struct().columns()),
            DataType::Map(_, _) => {
                let map = array.as_map();
                let (keys, values) = (Self::new(map.keys())?, Self::new(map.values())?);
                Ok(Shape::Map(starts(map.offsets()), Box::new(keys), Box::new(values)))
            }
            _ => scalar(array),
        };
        Ok(Self { nulls: array.logical_nulls(), shape: shape? })
    }

    /// True if and only if the cell is NULL.
    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Appends the cell as text; a nested one as JSON; NULL as nothing.
    pub(super) fn text(&self, row: usize, text: &mut String) -> Result<()> {
        if self.is_null(row) {
            return Ok(());
        }
        match &self.shape {
            Shape::Bare(values) | Shape::Float(values) | Shape::Text(values) => {
                show(values, row, text)
            }
            Shape::List(..) | Shape::Struct(_) | Shape::Map(..) => self.json(row, text),
        }
    }

    /// Appends the cell as JSON.
    pub(super) fn json(&self, row: usize, text: &mut String) -> Result<()> {
        if self.is_null(row) {
            text.push_str("null");
            return Ok(());
        }
        match &self.shape {
            Shape::Bare(values) => show(values, row, text),
            Shape::Float(values) => {
                let start = text.len();
                show(values, row, text)?;
                if text[start..].ends_with(|c: char| c.is_alphabetic()) {
                    text.replace_range(start.., "null");
                }
                Ok(())
            }
            Shape::Text(_) => self.quoted(row, text),
            Shape::List(starts, items) => {
                let span = starts[row]..starts[row + 1];
                joined(text, ['[', ']'], span, |item, text| items.json(item, text))
            }
            Shape::Struct(members) => joined(text, ['{', '}'], members, |(name, values), text| {
                Json::quote(name, text);
                text.push(':');
                values.json(row, text)
            }),
            Shape::Map(starts, keys, values) => {
                let span = starts[row]..starts[row + 1];
                joined(text, ['{', '}'], span, |entry, text| {
                    keys.quoted(entry, text)?;
                    text.push(':');
                    values.json(entry, text)
                })
            }
        }
    }

    /// Appends the cell's text as a JSON string: a member's name is always one.
    fn quoted(&self, row: usize, text: &mut String) -> Result<()> {
        text.push('"');
        match &self.shape {
            Shape::Bare(values) | Shape::Float(values) | Shape::Text(values) => {
                show(values, row, &mut Json(text))?;
            }
            Shape::List(..) | Shape::Struct(_) | Shape::Map(..) => {
                let mut nested = String::new();
                self.json(row, &mut nested)?;
                let _ = Json(text).write_str(&nested);
            }
        }
        text.push('"');
        Ok(())
    }
}

/// Appends `items` between brackets, with commas.
fn joined<T>(
    text: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(T, &mut String) -> Result<()>,
) -> Result<()> {
    text.push(open);
    for (index, next) in items.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        item(next, text)?;
    }
    text.push(close);
    Ok(())
}

fn list<O: OffsetSizeTrait>(list: &arrow::array::GenericListArray<O>) -> Result<Shape<'_>> {
    Ok(Shape::List(starts(list.offsets()), Box::new(Values::new(list.values())?)))
}

fn starts<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>) -> Vec<usize> {
    offsets.iter().map(|offset| offset.as_usize()).collect()
}

fn structure<'a>(fields: &'a [FieldRef], columns: &'a [ArrayRef]) -> Result<Shape<'a>> {
    let member = |(field, column): (&'a FieldRef, &'a ArrayRef)| {
        Values::new(column).map(|values| (field.name().as_str(), values))
    };
    fields.iter().zip(columns).map(member).collect::<Result<_>>().map(Shape::Struct)
}

fn scalar(array: &ArrayRef) -> Result<Shape<'_>> {
    let values = ArrayFormatter::try_new(array, &FORMAT).map_err(|err| {
        let message = format!("a value of type {} cannot be shown", array.data_type());
        Error::new(Kind::Input, message).with_hint("cast it to text").with_source(err)
    })?;
    Ok(match array.data_type() {
        ty if ty.is_floating() => Shape::Float(values),
        ty if ty.is_numeric() || *ty == DataType::Boolean => Shape::Bare(values),
        _ => Shape::Text(values),
    })
}

fn show(values: &ArrayFormatter<'_>, row: usize, text: &mut dyn Write) -> Result<()> {
    // The one value without a text is an instant beyond the calendar.
    values.value(row).write(text).map_err(|err| {
        Error::input("a value is out of the range that can be shown").with_source(err)
    })
}
