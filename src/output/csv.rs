//! Comma-separated values (RFC 4180, but for lines that end in a line feed alone).
//!
//! NULL is an empty field and `''` is `""`, as in PostgreSQL's `COPY`. A row of one column that is
//! NULL is therefore an empty line, which some readers skip. Nested values are JSON. On a terminal,
//! what would steer it is shown instead.

use arrow::datatypes::Schema;

use crate::error::Result;

use super::escape::visible;
use super::plain;
use super::rows::RowFormat;
use super::values::Values;

/// The format; it holds a cell while it decides on quotes.
pub(super) struct Csv {
    cell: String,
    is_on_terminal: bool,
}

impl Csv {
    /// The format, for a terminal or for anything else.
    pub(super) fn new(is_on_terminal: bool) -> Self {
        Self { cell: String::new(), is_on_terminal }
    }

    /// Appends a field that is not NULL.
    fn push(&self, cell: &str, text: &mut String) {
        if self.is_on_terminal {
            quote(&visible(cell), text);
        } else {
            quote(cell, text);
        }
    }
}

impl RowFormat for Csv {
    fn head(&mut self, schema: &Schema, text: &mut String) {
        for (index, field) in plain::with_unique_names(schema).fields().iter().enumerate() {
            separate(index, text);
            self.push(field.name(), text);
        }
        end(schema.fields().len(), text);
    }

    fn row(&mut self, _: u64, columns: &[Values<'_>], row: usize, text: &mut String) -> Result<()> {
        for (index, values) in columns.iter().enumerate() {
            separate(index, text);
            if !values.is_null(row) {
                self.cell.clear();
                values.text(row, &mut self.cell)?;
                self.push(&self.cell, text);
            }
        }
        end(columns.len(), text);
        Ok(())
    }

    fn foot(&mut self, _: u64, _: &mut String) {}
}

fn separate(index: usize, text: &mut String) {
    if index > 0 {
        text.push(',');
    }
}

fn end(columns: usize, text: &mut String) {
    if columns > 0 {
        text.push('\n');
    }
}

/// Appends a text, in quotes where it needs them.
fn quote(cell: &str, text: &mut String) {
    if !cell.is_empty() && !cell.contains(['"', ',', '\n', '\r']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    for (index, piece) in cell.split('"').enumerate() {
        if index > 0 {
            text.push_str("\"\"");
        }
        text.push_str(piece);
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::csv::ReaderBuilder;
    use proptest::prelude::*;

    use super::super::Format;
    use super::super::fixture::{
        batch, every_type, in_threes, jobs, no_columns, shown, text, texts,
    };
    use super::super::plain::{self, Reader};

    type Cells = Vec<Vec<Option<String>>>;

    /// A reader that tells NULL from `''`, which the `csv` crate does not.
    fn parse(text: &str) -> Cells {
        let mut rows = vec![];
        let (mut row, mut cell, mut is_open) = (vec![], None::<String>, false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if is_open && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.get_or_insert_default().push('"');
                }
                '"' => {
                    is_open = !is_open;
                    cell.get_or_insert_default();
                }
                ',' if !is_open => row.push(cell.take()),
                '\n' if !is_open => {
                    row.push(cell.take());
                    rows.push(std::mem::take(&mut row));
                }
                _ => cell.get_or_insert_default().push(c),
            }
        }
        assert!(!is_open && row.is_empty() && cell.is_none(), "{text:?} is cut");
        rows
    }

    #[test]
    fn every_type_has_a_field() {
        insta::assert_snapshot!(in_threes(Format::Csv, &every_type()), @r#"
        text,view,large
        a,v,l
        ,,
        "","",""
        word,long,count
        w,-1,1
        ,,
        "",9223372036854775807,18446744073709551615
        float,money,truth
        0.1,12.50,true
        ,,
        NaN,-0.05,false
        bytes,day,at
        00ff,2026-11-01,2026-11-01T00:00:00Z
        ,,
        "",1969-12-31,2026-11-01T00:00:00.929001Z
        tokyo,took,clock
        2026-11-01T00:00:00Z,PT1.5S,01:00:00
        ,,
        2026-11-01T00:00:00.929001Z,P0D,00:00:00.000001
        naive,list,record
        2026-11-01T00:00:00,"[1,null]","{""inner"":""q\""\n""}"
        ,,
        2026-11-01T00:00:00.929001,[],"{""inner"":null}"
        map,nothing
        "{""WindowsVSS"":""enabled"","""":null}",
        ,
        {},
        "#);
    }

    #[test]
    fn an_empty_result_has_its_header() {
        let header = "backup_job_id,backup_size_in_bytes,status_message\n";
        assert_eq!(text(Format::Csv, &jobs().slice(0, 0)), header);
        assert_eq!(text(Format::Csv, &no_columns()), "");
    }

    #[test]
    fn null_is_nothing_and_empty_text_is_quoted() {
        let batch = texts("a,b", &[Some("x"), None, Some(""), Some("say \"hi\"\r\n")]);
        assert_eq!(text(Format::Csv, &batch), "\"a,b\"\nx\n\n\"\"\n\"say \"\"hi\"\"\r\n\"\n");
    }

    #[test]
    fn on_a_terminal_what_would_steer_it_is_shown() {
        let batch = texts("a\x1b", &[Some("\x1b[2J"), Some("two\nlines, \"b\"")]);
        let written = shown(Format::Csv, 80, &batch);
        assert_eq!(written, "a\\u{1b}\n\\u{1b}[2J\n\"two\\nlines, \"\"b\"\"\"\n");
        assert!(text(Format::Csv, &batch).contains("\n\x1b[2J\n\"two\nlines"));
    }

    #[test]
    fn no_two_columns_have_one_name() {
        let column = Arc::clone(texts("n", &[Some("x")]).column(0));
        let twice = batch([("state", Arc::clone(&column)), ("state", column)]);
        assert_eq!(text(Format::Csv, &twice), "state,state_2\nx,x\n");
    }

    #[test]
    fn arrow_reads_the_types_back() {
        let batch = every_type();
        let names = ["text", "long", "truth", "day", "clock", "at", "tokyo", "naive"];
        let places: Vec<_> =
            names.iter().map(|name| batch.schema().index_of(name).unwrap()).collect();
        let batch = batch.project(&places).unwrap();
        let written = text(Format::Csv, &batch);
        let schema = plain::schema(&batch.schema(), Reader::Text);
        let mut reader = ReaderBuilder::new(Arc::clone(&schema))
            .with_header(true)
            .build(written.as_bytes())
            .unwrap();
        let read = reader.next().unwrap().unwrap();
        // To arrow-csv every empty field is NULL, so the last row's '' is compared apart.
        let expected = plain::batch(&batch, &schema).unwrap();
        assert_eq!(read.slice(0, 2), expected.slice(0, 2));
        assert_eq!(read.columns()[1..], expected.columns()[1..]);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(
            cells in prop::collection::vec(prop::option::of("[a,\"\n\r\\\\ é]{0,6}"), 1..8)
        ) {
            let given: Vec<_> = cells.iter().map(Option::as_deref).collect();
            let rows = parse(&text(Format::Csv, &texts("n", &given)));
            prop_assert_eq!(&rows[0], &vec![Some("n".to_owned())]);
            let read: Vec<_> = rows[1..].iter().map(|row| row[0].clone()).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
