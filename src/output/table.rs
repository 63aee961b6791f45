//! The table for people. It must see its rows to know how wide its columns are, so it holds them,
//! up to a bound; the rows beyond it are counted, and the caller is told.

use std::io::{self, BufWriter, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};

use crate::error::Result;

use super::escape::visible;
use super::layout::{ColumnWidth, Layout, layout};
use super::plain::{self, Reader};
use super::values::{Values, is_number};
use super::wrap::width;
use super::{Options, Out, Sink, Written, expanded, grid, write_failed};

/// A table holds no more text than this, however few its rows.
const TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What is shown: text with nothing in it that a terminal obeys.
pub(super) struct Page {
    pub(super) columns: Vec<Column>,
    /// Each as long as `columns`.
    pub(super) rows: Vec<Vec<String>>,
}

/// A column's name and how its cells stand.
pub(super) struct Column {
    pub(super) name: String,
    /// Numbers stand on the right.
    pub(super) is_number: bool,
    is_text: bool,
}

pub(super) struct TableSink {
    schema: SchemaRef,
    out: Out,
    options: Options,
    page: Page,
    text_bytes: usize,
    rows: u64,
}

impl TableSink {
    /// A sink that writes when it is finished.
    pub(super) fn new(schema: &Schema, out: Out, options: Options) -> Self {
        let schema = plain::schema(schema, Reader::Text);
        let columns = schema.fields().iter().map(|field| Column {
            name: visible(field.name()),
            is_number: is_number(field.data_type()),
            is_text: is_text(field.data_type()),
        });
        let page = Page { columns: columns.collect(), rows: Vec::new() };
        Self { schema, out, options, page, text_bytes: 0, rows: 0 }
    }

    fn is_full(&self) -> bool {
        self.page.rows.len() >= self.options.rows_max || self.text_bytes >= TEXT_BYTES_MAX
    }

    fn keep(&mut self, columns: &[Values<'_>], row: usize) -> Result<()> {
        let mut cells = Vec::with_capacity(columns.len());
        for values in columns {
            let mut text = String::new();
            values.text(row, &mut text)?;
            let shown = if values.is_null(row) { &self.options.null_text } else { &text };
            let cell = visible(shown);
            self.text_bytes += cell.len();
            cells.push(cell);
        }
        self.page.rows.push(cells);
        Ok(())
    }
}

impl Sink for TableSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = plain::batch(batch, &self.schema)?;
        let columns = batch.columns().iter().map(Values::new).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            self.rows += 1;
            if !self.is_full() {
                self.keep(&columns, row)?;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let mut out = BufWriter::new(self.out);
        self.page.write(&mut out, self.options.width).map_err(write_failed)?;
        out.flush().map_err(write_failed)?;
        Ok(Written { rows: self.rows, shown: self.page.rows.len() as u64 })
    }
}

/// True for the types whose cells may be broken over lines.
fn is_text(ty: &DataType) -> bool {
    ty.is_string() || ty.is_nested() || ty.is_binary()
}

impl Page {
    fn write(&self, out: &mut dyn Write, terminal: Option<usize>) -> io::Result<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        match layout(&self.widths(), terminal) {
            Layout::Grid(widths) => grid::write(out, self, &widths, false),
            Layout::Wrapped(widths) => grid::write(out, self, &widths, true),
            Layout::Expanded => expanded::write(out, self, terminal),
        }
    }

    fn widths(&self) -> Vec<ColumnWidth> {
        let of_column = |(index, column): (usize, &Column)| ColumnWidth {
            name: width(&column.name),
            cells: self.rows.iter().map(|row| width(&row[index])).max().unwrap_or(0),
            is_text: column.is_text,
        };
        self.columns.iter().enumerate().map(of_column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::fixture::{every_type, in_threes, jobs, no_columns, shown, texts, written};
    use super::*;

    fn on_terminal(width: usize, batch: &RecordBatch) -> String {
        shown(Format::Table, width, batch)
    }

    fn piped(batch: &RecordBatch) -> String {
        shown(Format::Table, None, batch)
    }

    #[test]
    fn every_type_has_a_cell() {
        insta::assert_snapshot!(in_threes(Format::Table, &every_type()), @r#"
        ┌──────┬──────┬───────┐
        │ text │ view │ large │
        ├──────┼──────┼───────┤
        │ a    │ v    │ l     │
        │ NULL │ NULL │ NULL  │
        │      │      │       │
        └──────┴──────┴───────┘
        ┌──────┬─────────────────────┬──────────────────────┐
        │ word │                long │                count │
        ├──────┼─────────────────────┼──────────────────────┤
        │ w    │                  -1 │                    1 │
        │ NULL │                NULL │                 NULL │
        │      │ 9223372036854775807 │ 18446744073709551615 │
        └──────┴─────────────────────┴──────────────────────┘
        ┌───────┬───────┬───────┐
        │ float │ money │ truth │
        ├───────┼───────┼───────┤
        │   0.1 │ 12.50 │ true  │
        │  NULL │  NULL │ NULL  │
        │   NaN │ -0.05 │ false │
        └───────┴───────┴───────┘
        ┌───────┬────────────┬─────────────────────────────┐
        │ bytes │ day        │ at                          │
        ├───────┼────────────┼─────────────────────────────┤
        │ 00ff  │ 2026-11-01 │ 2026-11-01T00:00:00Z        │
        │ NULL  │ NULL       │ NULL                        │
        │       │ 1969-12-31 │ 2026-11-01T00:00:00.929001Z │
        └───────┴────────────┴─────────────────────────────┘
        ┌─────────────────────────────┬────────┬─────────────────┐
        │ tokyo                       │ took   │ clock           │
        ├─────────────────────────────┼────────┼─────────────────┤
        │ 2026-11-01T00:00:00Z        │ PT1.5S │ 01:00:00        │
        │ NULL                        │ NULL   │ NULL            │
        │ 2026-11-01T00:00:00.929001Z │ P0D    │ 00:00:00.000001 │
        └─────────────────────────────┴────────┴─────────────────┘
        ┌────────────────────────────┬──────────┬───────────────────┐
        │ naive                      │ list     │ record            │
        ├────────────────────────────┼──────────┼───────────────────┤
        │ 2026-11-01T00:00:00        │ [1,null] │ {"inner":"q\"\n"} │
        │ NULL                       │ NULL     │ NULL              │
        │ 2026-11-01T00:00:00.929001 │ []       │ {"inner":null}    │
        └────────────────────────────┴──────────┴───────────────────┘
        ┌──────────────────────────────────┬─────────┐
        │ map                              │ nothing │
        ├──────────────────────────────────┼─────────┤
        │ {"WindowsVSS":"enabled","":null} │ NULL    │
        │ NULL                             │ NULL    │
        │ {}                               │ NULL    │
        └──────────────────────────────────┴─────────┘
        "#);
    }

    #[test]
    fn many_columns_are_expanded_on_a_terminal() {
        insta::assert_snapshot!(on_terminal(80, &every_type()), @r#"
        ─ row 1 ────────────────────────────────────────────────────────────────────────
        text    │ a
        view    │ v
        large   │ l
        word    │ w
        long    │ -1
        count   │ 1
        float   │ 0.1
        money   │ 12.50
        truth   │ true
        bytes   │ 00ff
        day     │ 2026-11-01
        at      │ 2026-11-01T00:00:00Z
        tokyo   │ 2026-11-01T00:00:00Z
        took    │ PT1.5S
        clock   │ 01:00:00
        naive   │ 2026-11-01T00:00:00
        list    │ [1,null]
        record  │ {"inner":"q\"\n"}
        map     │ {"WindowsVSS":"enabled","":null}
        nothing │ NULL
        ─ row 2 ────────────────────────────────────────────────────────────────────────
        text    │ NULL
        view    │ NULL
        large   │ NULL
        word    │ NULL
        long    │ NULL
        count   │ NULL
        float   │ NULL
        money   │ NULL
        truth   │ NULL
        bytes   │ NULL
        day     │ NULL
        at      │ NULL
        tokyo   │ NULL
        took    │ NULL
        clock   │ NULL
        naive   │ NULL
        list    │ NULL
        record  │ NULL
        map     │ NULL
        nothing │ NULL
        ─ row 3 ────────────────────────────────────────────────────────────────────────
        text    │
        view    │
        large   │
        word    │
        long    │ 9223372036854775807
        count   │ 18446744073709551615
        float   │ NaN
        money   │ -0.05
        truth   │ false
        bytes   │
        day     │ 1969-12-31
        at      │ 2026-11-01T00:00:00.929001Z
        tokyo   │ 2026-11-01T00:00:00.929001Z
        took    │ P0D
        clock   │ 00:00:00.000001
        naive   │ 2026-11-01T00:00:00.929001
        list    │ []
        record  │ {"inner":null}
        map     │ {}
        nothing │ NULL
        "#);
    }

    #[test]
    fn without_a_terminal_a_row_is_a_line() {
        insta::assert_snapshot!(piped(&jobs()), @r"
        ┌───────────────┬──────────────────────┬─────────────────────────────────────────────────┐
        │ backup_job_id │ backup_size_in_bytes │ status_message                                  │
        ├───────────────┼──────────────────────┼─────────────────────────────────────────────────┤
        │ b-1           │                   71 │ Insufficient privileges to perform this action. │
        │ b-2           │                 NULL │                                                 │
        └───────────────┴──────────────────────┴─────────────────────────────────────────────────┘
        ");
    }

    #[test]
    fn at_80_columns_long_text_is_wrapped() {
        insta::assert_snapshot!(on_terminal(80, &jobs()), @r"
        ┌───────────────┬──────────────────────┬───────────────────────────────────────┐
        │ backup_job_id │ backup_size_in_bytes │ status_message                        │
        ├───────────────┼──────────────────────┼───────────────────────────────────────┤
        │ b-1           │                   71 │ Insufficient privileges to perform    │
        │               │                      │ this action.                          │
        ├───────────────┼──────────────────────┼───────────────────────────────────────┤
        │ b-2           │                 NULL │                                       │
        └───────────────┴──────────────────────┴───────────────────────────────────────┘
        ");
    }

    #[test]
    fn at_40_columns_a_row_is_expanded() {
        insta::assert_snapshot!(on_terminal(40, &jobs()), @r"
        ─ row 1 ────────────────────────────────
        backup_job_id        │ b-1
        backup_size_in_bytes │ 71
        status_message       │ Insufficient
                             │ privileges to
                             │ perform this
                             │ action.
        ─ row 2 ────────────────────────────────
        backup_job_id        │ b-2
        backup_size_in_bytes │ NULL
        status_message       │
        ");
    }

    #[test]
    fn at_20_columns_the_terminal_breaks_the_values() {
        insta::assert_snapshot!(on_terminal(20, &jobs()), @r"
        ─ row 1 ────────────
        backup_job_id        │ b-1
        backup_size_in_bytes │ 71
        status_message       │ Insufficient privileges to perform this action.
        ─ row 2 ────────────
        backup_job_id        │ b-2
        backup_size_in_bytes │ NULL
        status_message       │
        ");
    }

    #[test]
    fn null_is_told_from_empty_text() {
        insta::assert_snapshot!(piped(&texts("message", &[Some("x"), None, Some("")])), @r"
        ┌─────────┐
        │ message │
        ├─────────┤
        │ x       │
        │ NULL    │
        │         │
        └─────────┘
        ");
    }

    #[test]
    fn wide_characters_and_emoji_keep_the_lines_straight() {
        let cells = [Some("日本語"), Some("æøå"), Some("👩‍👩‍👧!"), Some("plain")];
        insta::assert_snapshot!(piped(&texts("名前", &cells)), @r"
        ┌────────┐
        │ 名前   │
        ├────────┤
        │ 日本語 │
        │ æøå    │
        │ 👩‍👩‍👧!    │
        │ plain  │
        └────────┘
        ");
    }

    #[test]
    fn what_steers_a_terminal_is_shown() {
        let cells = [Some("two\nlines\tand a tab"), Some("\x1b[2Jgone\x07"), Some("\u{202e}txt")];
        insta::assert_snapshot!(on_terminal(80, &texts("a\nb", &cells)), @r"
        ┌───────────────────────┐
        │ a\nb                  │
        ├───────────────────────┤
        │ two\nlines\tand a tab │
        │ \u{1b}[2Jgone\u{7}    │
        │ \u{202e}txt           │
        └───────────────────────┘
        ");
    }

    #[test]
    fn an_empty_result_has_its_header_in_every_layout() {
        let empty = jobs().slice(0, 0);
        insta::assert_snapshot!(on_terminal(80, &empty), @r"
        ┌───────────────┬──────────────────────┬────────────────┐
        │ backup_job_id │ backup_size_in_bytes │ status_message │
        ├───────────────┼──────────────────────┼────────────────┤
        └───────────────┴──────────────────────┴────────────────┘
        ");
        insta::assert_snapshot!(on_terminal(20, &empty), @r"
        backup_job_id
        backup_size_in_bytes
        status_message
        ");
        assert_eq!(piped(&no_columns()), "");
    }

    #[test]
    fn a_huge_cell_is_written_whole() {
        let huge = "0123456789".repeat(20_000);
        let batch = texts("a", &[Some("small"), Some(&huge)]);
        let rule = "─".repeat(32);
        let expected = format!("─ row 1 {rule}\na │ small\n─ row 2 {rule}\na │ {huge}\n");
        assert_eq!(piped(&batch), expected);
        let shown = on_terminal(80, &batch);
        assert_eq!(shown.chars().filter(char::is_ascii_digit).count(), huge.len() + 2);
        assert!(shown.lines().all(|line| width(line) <= 80), "a line is too long");
    }

    #[test]
    fn rows_beyond_the_bound_are_counted() {
        let options = Options { rows_max: 2, ..Options::default() };
        let batches = [texts("a", &[Some("x")]), texts("a", &[Some("y"), Some("z"), None])];
        let (bytes, written) = written(Format::Table, options, &batches);
        assert_eq!(written, Written { rows: 4, shown: 2 });
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r"
        ┌───┐
        │ a │
        ├───┤
        │ x │
        │ y │
        └───┘
        ");
    }

    #[test]
    fn no_line_of_a_wrapped_table_is_wider_than_the_terminal() {
        for terminal in 39..200 {
            let shown = on_terminal(terminal, &jobs());
            assert!(shown.lines().all(|line| width(line) <= terminal), "at {terminal}:\n{shown}");
        }
    }
}
