//! A table as GitHub's Markdown has it.

use arrow::datatypes::{Field, FieldRef, Schema};

use crate::error::Result;

use super::escape::visible;
use super::rows::RowFormat;
use super::values::{Values, is_number};

/// The format; it holds a cell while it escapes it.
pub(super) struct Markdown {
    null_text: String,
    cell: String,
}

impl Markdown {
    /// The format with that text for NULL.
    pub(super) fn new(null_text: String) -> Self {
        Self { null_text, cell: String::new() }
    }
}

impl RowFormat for Markdown {
    fn head(&mut self, schema: &Schema, text: &mut String) {
        let fields: &[FieldRef] = schema.fields();
        let rule =
            |field: &Field| if is_number(field.data_type()) { "---:" } else { "---" }.to_owned();
        line(fields.iter().map(|field| escaped(field.name())), text);
        line(fields.iter().map(|field| rule(field)), text);
    }

    fn row(&mut self, _: u64, columns: &[Values<'_>], row: usize, text: &mut String) -> Result<()> {
        let mut cells = Vec::with_capacity(columns.len());
        for values in columns {
            self.cell.clear();
            values.text(row, &mut self.cell)?;
            let shown = if values.is_null(row) { &self.null_text } else { &self.cell };
            cells.push(escaped(shown));
        }
        line(cells.into_iter(), text);
        Ok(())
    }

    fn foot(&mut self, _: u64, _: &mut String) {}
}

fn line(cells: impl ExactSizeIterator<Item = String>, text: &mut String) {
    if cells.len() == 0 {
        return;
    }
    text.push('|');
    for cell in cells {
        text.push(' ');
        text.push_str(&cell);
        text.push_str(" |");
    }
    text.push('\n');
}

/// A cell that shows as it reads: no column, line or tag of its own.
fn escaped(cell: &str) -> String {
    let cell = cell.replace('\\', "\\\\").replace('|', "\\|");
    let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
    cell.split('\n')
        .map(|line| visible(line.trim_end_matches('\r')))
        .collect::<Vec<_>>()
        .join("<br>")
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::fixture::{every_type, in_threes, jobs, no_columns, text, texts};

    #[test]
    fn every_type_has_a_cell() {
        insta::assert_snapshot!(in_threes(Format::Markdown, &every_type()), @r#"
        | text | view | large |
        | --- | --- | --- |
        | a | v | l |
        | NULL | NULL | NULL |
        |  |  |  |
        | word | long | count |
        | --- | ---: | ---: |
        | w | -1 | 1 |
        | NULL | NULL | NULL |
        |  | 9223372036854775807 | 18446744073709551615 |
        | float | money | truth |
        | ---: | ---: | --- |
        | 0.1 | 12.50 | true |
        | NULL | NULL | NULL |
        | NaN | -0.05 | false |
        | bytes | day | at |
        | --- | --- | --- |
        | 00ff | 2026-11-01 | 2026-11-01T00:00:00Z |
        | NULL | NULL | NULL |
        |  | 1969-12-31 | 2026-11-01T00:00:00.929001Z |
        | tokyo | took | clock |
        | --- | --- | --- |
        | 2026-11-01T00:00:00Z | PT1.5S | 01:00:00 |
        | NULL | NULL | NULL |
        | 2026-11-01T00:00:00.929001Z | P0D | 00:00:00.000001 |
        | naive | list | record |
        | --- | --- | --- |
        | 2026-11-01T00:00:00 | [1,null] | {"inner":"q\\"\\n"} |
        | NULL | NULL | NULL |
        | 2026-11-01T00:00:00.929001 | [] | {"inner":null} |
        | map | nothing |
        | --- | --- |
        | {"WindowsVSS":"enabled","":null} | NULL |
        | NULL | NULL |
        | {} | NULL |
        "#);
    }

    #[test]
    fn numbers_stand_on_the_right() {
        insta::assert_snapshot!(text(Format::Markdown, &jobs()), @r"
        | backup_job_id | backup_size_in_bytes | status_message |
        | --- | ---: | --- |
        | b-1 | 71 | Insufficient privileges to perform this action. |
        | b-2 | NULL |  |
        ");
    }

    #[test]
    fn an_empty_result_has_its_header() {
        assert_eq!(text(Format::Markdown, &texts("a|b", &[])), "| a\\|b |\n| --- |\n");
        assert_eq!(text(Format::Markdown, &no_columns()), "");
    }

    #[track_caller]
    fn check(cell: &str, expected: &str) {
        let written = text(Format::Markdown, &texts("a", &[Some(cell)]));
        assert_eq!(written, format!("| a |\n| --- |\n| {expected} |\n"));
    }

    #[test]
    fn a_cell_stays_in_its_place() {
        check("a|b", "a\\|b");
        check("a\\|b", "a\\\\\\|b");
        check("one\ntwo\r\nthree", "one<br>two<br>three");
        check("<script>&lt;", "&lt;script>&amp;lt;");
        check("\x1b[31m", "\\u{1b}[31m");
    }
}
