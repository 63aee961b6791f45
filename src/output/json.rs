//! JSON: one array, or one object a line.
//!
//! Every row has every member, NULL as `null`, so that all rows have the same shape; a float that
//! JSON does not have (NaN, the infinities) is `null` too. Whole numbers are exact, however large.

use arrow::datatypes::Schema;

use crate::error::Result;

use super::escape;
use super::plain;
use super::rows::RowFormat;
use super::values::Values;

/// The format, with each member's name as it is written.
pub(super) struct Json {
    names: Vec<String>,
    is_array: bool,
}

impl Json {
    /// One document: an array with an object a row.
    pub(super) fn array(schema: &Schema) -> Self {
        Self { names: names(schema), is_array: true }
    }

    /// An object a line.
    pub(super) fn lines(schema: &Schema) -> Self {
        Self { names: names(schema), is_array: false }
    }
}

fn names(schema: &Schema) -> Vec<String> {
    let quoted = |name: &str| {
        let mut text = String::new();
        escape::Json::quote(name, &mut text);
        text
    };
    let schema = plain::with_unique_names(schema);
    schema.fields().iter().map(|field| quoted(field.name())).collect()
}

impl RowFormat for Json {
    fn head(&mut self, _: &Schema, text: &mut String) {
        if self.is_array {
            text.push('[');
        }
    }

    fn row(
        &mut self,
        index: u64,
        columns: &[Values<'_>],
        row: usize,
        text: &mut String,
    ) -> Result<()> {
        if self.is_array {
            text.push_str(if index > 0 { ",\n" } else { "\n" });
        }
        text.push('{');
        for (index, (name, values)) in self.names.iter().zip(columns).enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(name);
            text.push(':');
            values.json(row, text)?;
        }
        text.push('}');
        if !self.is_array {
            text.push('\n');
        }
        Ok(())
    }

    fn foot(&mut self, rows: u64, text: &mut String) {
        if self.is_array {
            text.push_str(if rows > 0 { "\n]\n" } else { "]\n" });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use arrow::datatypes::{DataType, Field, Schema};
    use arrow::json::ReaderBuilder;
    use serde_json::Value;

    use super::super::Format;
    use super::super::fixture::{every_type, in_threes, no_columns, shown, text, texts, written};
    use super::super::plain::{self, Reader};

    #[test]
    fn every_type_has_a_member() {
        insta::assert_snapshot!(in_threes(Format::Ndjson, &every_type()), @r#"
        {"text":"a","view":"v","large":"l"}
        {"text":null,"view":null,"large":null}
        {"text":"","view":"","large":""}
        {"word":"w","long":-1,"count":1}
        {"word":null,"long":null,"count":null}
        {"word":"","long":9223372036854775807,"count":18446744073709551615}
        {"float":0.1,"money":12.50,"truth":true}
        {"float":null,"money":null,"truth":null}
        {"float":null,"money":-0.05,"truth":false}
        {"bytes":"00ff","day":"2026-11-01","at":"2026-11-01T00:00:00Z"}
        {"bytes":null,"day":null,"at":null}
        {"bytes":"","day":"1969-12-31","at":"2026-11-01T00:00:00.929001Z"}
        {"tokyo":"2026-11-01T00:00:00Z","took":"PT1.5S","clock":"01:00:00"}
        {"tokyo":null,"took":null,"clock":null}
        {"tokyo":"2026-11-01T00:00:00.929001Z","took":"P0D","clock":"00:00:00.000001"}
        {"naive":"2026-11-01T00:00:00","list":[1,null],"record":{"inner":"q\"\n"}}
        {"naive":null,"list":null,"record":null}
        {"naive":"2026-11-01T00:00:00.929001","list":[],"record":{"inner":null}}
        {"map":{"WindowsVSS":"enabled","":null},"nothing":null}
        {"map":null,"nothing":null}
        {"map":{},"nothing":null}
        "#);
    }

    #[test]
    fn an_array_holds_a_row_a_line() {
        let batch = texts("a", &[Some("x"), None, Some("")]);
        let expected = "[\n{\"a\":\"x\"},\n{\"a\":null},\n{\"a\":\"\"}\n]\n";
        assert_eq!(text(Format::Json, &batch), expected);
    }

    #[test]
    fn an_empty_result_is_an_empty_array_or_no_line() {
        let empty = every_type().slice(0, 0);
        assert_eq!(text(Format::Json, &empty), "[]\n");
        assert_eq!(text(Format::Ndjson, &empty), "");
    }

    #[test]
    fn rows_without_columns_are_empty_objects() {
        assert_eq!(text(Format::Json, &no_columns()), "[\n{},\n{}\n]\n");
        assert_eq!(text(Format::Ndjson, &no_columns()), "{}\n{}\n");
    }

    #[test]
    fn rows_of_several_batches_are_one_array() {
        let batches = [texts("a", &[Some("x")]), texts("a", &[]), texts("a", &[Some("y")])];
        let (bytes, written) = written(Format::Json, super::super::Options::default(), &batches);
        assert_eq!(String::from_utf8(bytes).unwrap(), "[\n{\"a\":\"x\"},\n{\"a\":\"y\"}\n]\n");
        assert_eq!(written.rows, 2);
    }

    #[test]
    fn a_name_given_twice_keeps_both_columns() {
        let fields = vec![Field::new("id", DataType::Int64, true); 2];
        let columns: Vec<ArrayRef> =
            vec![Arc::new(Int64Array::from(vec![1])), Arc::new(Int64Array::from(vec![2]))];
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        assert_eq!(text(Format::Ndjson, &batch), "{\"id\":1,\"id_2\":2}\n");
    }

    #[test]
    fn the_array_and_the_lines_are_json_and_say_the_same() {
        let array: Value = serde_json::from_str(&text(Format::Json, &every_type())).unwrap();
        let lines = text(Format::Ndjson, &every_type());
        let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap());
        assert_eq!(array, Value::Array(lines.collect()));
    }

    #[test]
    fn control_characters_are_escaped_and_the_width_changes_nothing() {
        let batch = texts("a\tb", &[Some("\x1b[31m\n\"\\")]);
        let expected = "{\"a\\tb\":\"\\u001b[31m\\n\\\"\\\\\"}\n";
        assert_eq!(shown(Format::Ndjson, 20, &batch), expected);
    }

    #[test]
    fn arrow_reads_the_types_back() {
        // Not bytes and durations, which arrow-json reads in other forms; not NaN, which is null.
        let names = ["text", "view", "large", "word", "long", "count", "money", "truth", "day"];
        let nested = ["clock", "at", "tokyo", "naive", "list", "record", "nothing"];
        let batch = every_type();
        let place = |name: &&str| batch.schema().index_of(name).unwrap();
        let places: Vec<_> = names.iter().chain(&nested).map(place).collect();
        let batch = batch.project(&places).unwrap();
        let schema = plain::schema(&batch.schema(), Reader::Text);
        let written = text(Format::Ndjson, &batch);
        let mut reader = ReaderBuilder::new(Arc::clone(&schema)).build(written.as_bytes()).unwrap();
        let read = reader.next().unwrap().unwrap();
        assert_eq!(read, plain::batch(&batch, &schema).unwrap());
    }

    #[test]
    fn unicode_is_written_as_it_is() {
        let cells = StringArray::from(vec!["日本 æ 👩‍👩‍👧"]);
        let batch = RecordBatch::try_from_iter([("a", Arc::new(cells) as ArrayRef)]).unwrap();
        assert_eq!(text(Format::Ndjson, &batch), "{\"a\":\"日本 æ 👩‍👩‍👧\"}\n");
    }
}
