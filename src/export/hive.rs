//! The folders of a partition, named as Hive names them. Pure.
//!
//! Hive: `FileUtils.makePartName` and `escapePathName`; Spark, Athena, DuckDB, Polars and pyarrow
//! read its names.

use std::fmt::Write;

use crate::error::{Error, Result};

/// The name of NULL.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";
/// What Hive escapes, besides control characters.
const ESCAPED: [char; 15] =
    ['"', '#', '%', '\'', '*', '/', ':', '=', '?', '\\', '\u{7f}', '{', '[', ']', '^'];

/// The folder of the rows that have `value` in `column`.
///
/// # Errors
/// A value that Hive takes for NULL: it would not come back.
pub(super) fn folder(column: &str, value: Option<&str>) -> Result<String> {
    let mut name = String::new();
    escape(column, &mut name);
    name.push('=');
    match value {
        None => name.push_str(NULL),
        Some(value) if value.is_empty() || value == NULL => {
            let message = format!(
                "partition column \"{column}\" has the value '{value}', which reads back as NULL"
            );
            return Err(Error::input(message).with_hint(format!(
                "partition by another column, or export a query with nullif({column}, '{value}')"
            )));
        }
        Some(value) => escape(value, &mut name),
    }
    Ok(name)
}

fn escape(text: &str, name: &mut String) {
    for c in text.chars() {
        if c < ' ' || ESCAPED.contains(&c) {
            let _ = write!(name, "%{:02X}", u32::from(c));
        } else {
            name.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(column: &str, value: Option<&str>, expected: &str) {
        assert_eq!(folder(column, value).unwrap(), expected);
    }

    #[test]
    fn plain_values_stay_as_they_are() {
        check("year", Some("2026"), "year=2026");
        check("name", Some("a b-c_d.e,日本 é}"), "name=a b-c_d.e,日本 é}");
        check("region", None, "region=__HIVE_DEFAULT_PARTITION__");
    }

    #[test]
    fn what_hive_escapes_is_escaped() {
        let arn = "arn:aws:ec2:eu-west-1:1:volume/v";
        check("arn", Some(arn), "arn=arn%3Aaws%3Aec2%3Aeu-west-1%3A1%3Avolume%2Fv");
        check(
            "a=b",
            Some("100%\n'\"#*?\\{[]^\u{7f}\0"),
            "a%3Db=100%25%0A%27%22%23%2A%3F%5C%7B%5B%5D%5E%7F%00",
        );
        check("up", Some(".."), "up=..");
    }

    #[test]
    fn a_value_that_would_come_back_as_null_is_refused() {
        let err = folder("name", Some("")).unwrap_err();
        let message = "partition column \"name\" has the value '', which reads back as NULL";
        assert_eq!(err.chain(), message);
        let hint = "partition by another column, or export a query with nullif(name, '')";
        assert_eq!(err.hint(), Some(hint));
        assert!(folder("name", Some(NULL)).is_err());
    }
}
