//! The header of a report's file: its first lines, each a comment with a key. Pure.
//!
//! ```text
//! -- title: Failures by reason
//! -- subject: outcomes
//! -- question: Why did jobs fail?
//! -- param: days days 30 -- How many whole UTC days before today count, beside today.
//! -- column: reason -- The message, with what differs between like messages replaced,
//! --     such as ids.
//! -- chart: reason, jobs
//! ```
//!
//! `chart` names the columns that `--chart` draws; without it, all are drawn.
//!
//! A line that begins with more than one space behind `--` goes on with the line before it. The
//! header ends at the first line that is `--` alone or no comment.

use crate::engine::nearest;
use crate::error::{Error, Result};

use super::parameter::Parameter;

/// A column of a report's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it means, in a sentence.
    pub doc: String,
    pub(super) line: u64,
}

/// What a header declares.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) title: String,
    pub(super) subject: String,
    pub(super) question: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) columns: Vec<Column>,
    pub(super) chart: Vec<String>,
}

/// The keys of a header.
const KEYS: [&str; 6] = ["title", "subject", "question", "param", "column", "chart"];

/// A key with its text, and the line on which it stands.
struct Entry<'a> {
    key: &'a str,
    text: String,
    line: u64,
}

/// Something is wrong with a line.
pub(super) fn wrong(line: u64, what: &str) -> Error {
    Error::input(format!("line {line}: {what}"))
}

impl Header {
    /// Reads the header of a report.
    ///
    /// # Errors
    /// The first line that is not as it should be; the message begins with its number.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut header = Self {
            title: String::new(),
            subject: String::new(),
            question: String::new(),
            parameters: Vec::new(),
            columns: Vec::new(),
            chart: Vec::new(),
        };
        for entry in entries(text)? {
            header.take(&entry)?;
        }
        let texts = [&header.title, &header.subject, &header.question];
        if let Some((key, _)) = KEYS.iter().zip(texts).find(|(_, text)| text.is_empty()) {
            return Err(wrong(1, &format!("the header has no {key}"))
                .with_hint(format!("begin the file with comments such as: -- {key}: text")));
        }
        if header.columns.is_empty() {
            return Err(wrong(1, "the header declares no column")
                .with_hint("say what each column means: -- column: name -- text"));
        }
        Ok(header)
    }

    fn take(&mut self, entry: &Entry<'_>) -> Result<()> {
        let text = match entry.key {
            "title" => &mut self.title,
            "subject" => &mut self.subject,
            "question" => &mut self.question,
            "param" => return self.take_parameter(entry),
            "column" => return self.take_column(entry),
            "chart" => return self.take_chart(entry),
            _ => return Err(unknown_key(entry)),
        };
        if !text.is_empty() {
            return Err(wrong(entry.line, &format!("the header has a second {}", entry.key)));
        }
        text.clone_from(&entry.text);
        Ok(())
    }

    fn take_parameter(&mut self, entry: &Entry<'_>) -> Result<()> {
        let (declaration, doc) = documented(entry)?;
        let parameter = Parameter::declared(declaration, doc, entry.line)
            .map_err(|what| wrong(entry.line, &what).with_hint(PARAMETER))?;
        let name = &parameter.name;
        if self.parameters.iter().any(|other| other.name == *name) {
            let what = format!("parameter \"{name}\" is declared twice");
            return Err(wrong(entry.line, &what));
        }
        self.parameters.push(parameter);
        Ok(())
    }

    fn take_column(&mut self, entry: &Entry<'_>) -> Result<()> {
        let (name, doc) = documented(entry)?;
        if !is_name(name) {
            return Err(wrong(entry.line, &format!("\"{name}\" is no name of a column"))
                .with_hint("write -- column: name -- text"));
        }
        if self.columns.iter().any(|other| other.name == name) {
            return Err(wrong(entry.line, &format!("column \"{name}\" is declared twice")));
        }
        let (name, doc) = (name.to_owned(), doc.to_owned());
        self.columns.push(Column { name, doc, line: entry.line });
        Ok(())
    }

    fn take_chart(&mut self, entry: &Entry<'_>) -> Result<()> {
        for name in entry.text.split(',').map(str::trim) {
            if !self.columns.iter().any(|column| column.name == name) {
                let what = format!("the chart is of column \"{name}\", which is not declared");
                return Err(wrong(entry.line, &what)
                    .with_hint("write -- chart: column, column, below the columns"));
            }
            self.chart.push(name.to_owned());
        }
        Ok(())
    }
}

/// How a parameter is declared, for hints.
const PARAMETER: &str = "write -- param: name type default -- text, with one of the types text, \
    bigint, double, boolean, timestamp, days and one_of(a, b), and the default NULL for none";

/// True if and only if this can name a parameter or a column.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The lines of the header, those that go on joined to the one before.
fn entries(text: &str) -> Result<Vec<Entry<'_>>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let Some(comment) = text.strip_prefix("--").filter(|it| !it.trim().is_empty()) else {
            break;
        };
        match entries.last_mut() {
            Some(last) if comment.starts_with("  ") => {
                last.text.push(' ');
                last.text.push_str(comment.trim());
            }
            _ => entries.push(entry(comment.trim(), line)?),
        }
    }
    Ok(entries)
}

fn entry(comment: &str, line: u64) -> Result<Entry<'_>> {
    let parts = comment.split_once(':').map(|(key, text)| (key.trim(), text.trim()));
    let Some((key, text)) = parts.filter(|(key, _)| !key.contains(' ')) else {
        return Err(wrong(line, "the header has a line without a key").with_hint(
            "end the header with a line of -- alone, and write what else there is below",
        ));
    };
    if text.is_empty() {
        return Err(wrong(line, &format!("key \"{key}\" has no text")));
    }
    Ok(Entry { key, text: text.to_owned(), line })
}

fn unknown_key(entry: &Entry<'_>) -> Error {
    let error = wrong(entry.line, &format!("there is no key \"{}\" in a header", entry.key));
    match nearest(entry.key, KEYS.into_iter()) {
        Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
        None => error.with_hint(format!("the keys are {}", KEYS.join(", "))),
    }
}

/// What is declared, and what it means.
fn documented<'a>(entry: &'a Entry<'_>) -> Result<(&'a str, &'a str)> {
    let parts = entry.text.split_once(" -- ").map(|(what, doc)| (what.trim(), doc.trim()));
    parts.filter(|(_, doc)| !doc.is_empty()).ok_or_else(|| {
        let key = entry.key;
        wrong(entry.line, &format!("this {key} does not say what it means"))
            .with_hint(format!("write -- {key}: … -- text"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "-- title: T\n-- subject: s\n-- question: Why?\n";

    #[track_caller]
    fn check_wrong(lines: &str, message: &str, hint: Option<&str>) {
        let err = Header::parse(&format!("{START}{lines}\nSELECT 1\n")).unwrap_err();
        assert_eq!((err.chain().as_str(), err.hint()), (message, hint));
    }

    #[test]
    fn lines_that_go_on_are_joined_and_the_header_ends() {
        let text = format!("{START}-- column: a -- One\n--     more.\n--\n-- column: b -- No.\n");
        let header = Header::parse(&text).unwrap();
        let column = Column { name: "a".to_owned(), doc: "One more.".to_owned(), line: 4 };
        assert_eq!((header.question.as_str(), header.columns), ("Why?", vec![column]));
    }

    #[test]
    fn unknown_keys_are_told_with_the_nearest() {
        check_wrong(
            "-- colum: a -- A.",
            "line 4: there is no key \"colum\" in a header",
            Some("did you mean \"column\"?"),
        );
        check_wrong(
            "-- Zweck: a -- A.",
            "line 4: there is no key \"Zweck\" in a header",
            Some("the keys are title, subject, question, param, column, chart"),
        );
        check_wrong(
            "-- Some words.",
            "line 4: the header has a line without a key",
            Some("end the header with a line of -- alone, and write what else there is below"),
        );
    }

    #[test]
    fn what_is_missing_or_there_twice_is_told() {
        check_wrong("-- title: U", "line 4: the header has a second title", None);
        check_wrong("-- column:", "line 4: key \"column\" has no text", None);
        check_wrong(
            "-- column: a",
            "line 4: this column does not say what it means",
            Some("write -- column: … -- text"),
        );
        check_wrong(
            "-- column: a -- A.\n-- column: a -- B.",
            "line 5: column \"a\" is declared twice",
            None,
        );
        check_wrong(
            "-- column: A b -- A.",
            "line 4: \"A b\" is no name of a column",
            Some("write -- column: name -- text"),
        );
        check_wrong(
            "",
            "line 1: the header declares no column",
            Some("say what each column means: -- column: name -- text"),
        );
        check_wrong(
            "-- column: a -- A.\n-- chart: a, b",
            "line 5: the chart is of column \"b\", which is not declared",
            Some("write -- chart: column, column, below the columns"),
        );
        let err = Header::parse("-- title: T\n-- subject: s\nSELECT 1").unwrap_err();
        assert_eq!(err.chain(), "line 1: the header has no question");
    }

    #[test]
    fn parameters_that_cannot_be_are_told() {
        let check = |declaration: &str, message: &str| {
            let lines = format!("-- param: {declaration} -- A.");
            check_wrong(&lines, &format!("line 4: {message}"), Some(PARAMETER));
        };
        check("days", "parameter \"days\" has no type");
        check("Days days 1", "\"Days\" is no name of a parameter");
        check("a float 1", "parameter \"a\" has type \"float\", which is none");
        check("a bigint x", "the default of parameter \"a\" is \"x\": it is no whole number");
        check("a text x", "the default of parameter \"a\" is \"x\": it is no text in quotes");
        check("a one_of(b, c) d", "the default of parameter \"a\" is \"d\": it is none of b, c");
        check("a one_of() b", "parameter \"a\" has type \"one_of()\", which is none");
        check("a one_of(b", "parameter \"a\" has type \"one_of(b\", which is none");
        check("format text 'x'", "a parameter may not have the name \"format\"");
        check_wrong(
            "-- param: a days 1 -- A.\n-- param: a days 1 -- A.",
            "line 5: parameter \"a\" is declared twice",
            None,
        );
    }
}
