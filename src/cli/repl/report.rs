//! `\\report`: what is given to a report, and what it is. Pure.

use std::fmt::Write;

use crate::engine::Value;
use crate::error::{Error, Result};
use crate::reports::{Parameter, Report};

use super::pairs::pairs;

/// True if and only if the flags ask what the report is.
pub(super) fn asks_for_help(flags: &[String]) -> bool {
    flags.iter().any(|flag| flag == "--help" || flag == "-h")
}

/// The values that flags give to the parameters of a report: `--days 90` or `--days=90`.
///
/// # Errors
/// The first flag that is none, or whose value is missing or of another type.
pub(super) fn given(report: &Report, flags: &[String]) -> Result<Vec<(String, Value)>> {
    let mut given = Vec::new();
    let mut rest = flags.iter();
    while let Some(flag) = rest.next() {
        let Some(name) = flag.strip_prefix("--") else {
            return Err(Error::input(format!(
                "\"{flag}\" is no flag of report \"{}\"",
                report.name
            ))
            .with_hint(format!("\\report {} --help lists its flags", report.name)));
        };
        let (name, joined) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        let parameter = report.parameter(&name.replace('-', "_"))?;
        let value = joined.or_else(|| rest.next().map(String::as_str)).ok_or_else(|| {
            Error::input(format!("flag \"{flag}\" has no value"))
                .with_hint(format!("it takes {}", parameter.takes))
        })?;
        given.push((parameter.name.clone(), parameter.read(value)?));
    }
    Ok(given)
}

/// The flag of a parameter.
pub(super) fn flag(parameter: &Parameter) -> String {
    format!("--{}", parameter.name.replace('_', "-"))
}

/// What a report asks, takes and answers.
pub(super) fn help(report: &Report, width: usize) -> String {
    let question = pairs(&[(String::new(), report.question.clone())], width);
    let mut text = format!("{}: {}\n\n{question}", report.name, report.title);
    let parameters = report.parameters.iter().map(|it| {
        let default = match &it.default {
            None => " It must be given.".to_owned(),
            Some(Value::Null(_)) => String::new(),
            Some(value) => format!(" [default: {value}]"),
        };
        (flag(it), format!("{}{default}", it.doc))
    });
    let columns = report.columns.iter().map(|it| (it.name.clone(), it.doc.clone()));
    for (title, entries) in [("flags", parameters.collect()), ("columns", columns.collect())] {
        let entries: Vec<_> = entries;
        if !entries.is_empty() {
            let _ = write!(text, "\n{title}:\n{}", pairs(&entries, width));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports;

    #[track_caller]
    fn check(flags: &[&str], expected: Result<&[(&str, &str)], &str>) {
        let all = reports::all();
        let report = reports::find(&all, "success-rate").unwrap();
        let flags: Vec<_> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let found = given(report, &flags).map(|given| {
            given.into_iter().map(|(name, value)| (name, value.to_string())).collect::<Vec<_>>()
        });
        let expected = expected.map(|pairs| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        });
        assert_eq!(found.map_err(|err| err.to_string()), expected.map_err(str::to_owned));
    }

    #[test]
    fn flags_give_values_of_the_declared_types() {
        check(&[], Ok(&[]));
        check(&["--days", "7", "--by=account_id"], Ok(&[("days", "7"), ("by", "account_id")]));
        check(&["--days"], Err("flag \"--days\" has no value"));
        check(&["days", "7"], Err("\"days\" is no flag of report \"success-rate\""));
        check(&["--dys", "7"], Err("report \"success-rate\" has no parameter \"dys\""));
    }
}
