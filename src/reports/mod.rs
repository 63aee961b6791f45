//! Named questions: files of SQL, each with a header that declares what it asks and answers; and
//! checks, which are questions for what is not as it should be.
//!
//! Promises: a report runs with nothing given; its parameters are bound and never pasted; what its
//! header declares is what its query uses and gives, for users' own reports too, which add to those
//! that Lookback brings along or take their place. Refuses: a file in which header and query do not
//! agree, with its name and line.

mod built_in;
mod freshness;
mod header;
mod parameter;
mod report;

use std::collections::BTreeMap;
use std::path::Path;

use crate::engine::nearest;
use crate::error::{Error, Result};

pub use self::built_in::{all, checks};
pub use self::freshness::last_read;
pub use self::header::Column;
pub use self::parameter::{Parameter, RESERVED, Takes};
pub use self::report::Report;

/// What questions of a sort are called, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Noun {
    /// One of them.
    one: &'static str,
    /// The flag that names a folder of them.
    flag: &'static str,
    /// The key of `lookback.toml` that does.
    key: &'static str,
    /// How a parameter is given a value.
    giving: &'static str,
    /// How they are listed.
    list: &'static str,
}

const REPORT: Noun = Noun {
    one: "report",
    flag: "--reports",
    key: "reports",
    giving: "--PARAMETER VALUE",
    list: "lookback report",
};

const CHECK: Noun = Noun {
    one: "check",
    flag: "--checks",
    key: "checks",
    giving: "--set CHECK.PARAMETER=VALUE, or with [check.CHECK] in lookback.toml",
    list: "lookback check --list",
};

/// The reports that Lookback brings along and those of the files `*.sql` in a user's folder, which
/// go before; by subject and name.
///
/// A file that is no report hurts no other: it is a broken one, and tells why when it is asked.
///
/// # Errors
/// `Input` for a folder that is not there.
pub fn with_folder(folder: &Path) -> Result<Vec<Report>> {
    joined(all(), REPORT, folder)
}

/// The checks that Lookback brings along and those of the files `*.sql` in a user's folder, as
/// [`with_folder`] has reports.
///
/// # Errors
/// `Input` for a folder that is not there.
pub fn checks_with_folder(folder: &Path) -> Result<Vec<Report>> {
    joined(checks(), CHECK, folder)
}

/// Those that Lookback brings along, and those of a folder, which go before.
fn joined(built_in: Vec<Report>, noun: Noun, folder: &Path) -> Result<Vec<Report>> {
    let Noun { one, flag, key, .. } = noun;
    let shown = folder.display();
    let failed = |err| Error::io(format!("read the folder of {one}s \"{shown}\""), err);
    if !folder.is_dir() {
        return Err(Error::input(format!("there is no folder of {one}s \"{shown}\"")).with_hint(
            format!("name a folder of .sql files with {flag}, or with `{key}` in lookback.toml"),
        ));
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    let mut by_name: BTreeMap<String, Report> = BTreeMap::new();
    for report in built_in.into_iter().chain(paths.iter().map(|path| Report::own(path, noun))) {
        by_name.insert(report.name.clone(), report);
    }
    Ok(sorted(by_name.into_values().collect()))
}

/// The report with that name.
///
/// # Errors
/// `Input` if there is none.
pub fn find<'a>(reports: &'a [Report], name: &str) -> Result<&'a Report> {
    named(reports, name, REPORT)
}

/// The check with that name.
///
/// # Errors
/// `Input` if there is none.
pub fn find_check<'a>(checks: &'a [Report], name: &str) -> Result<&'a Report> {
    named(checks, name, CHECK)
}

fn named<'a>(reports: &'a [Report], name: &str, noun: Noun) -> Result<&'a Report> {
    reports.iter().find(|report| report.name == name).ok_or_else(|| {
        let Noun { one, list, .. } = noun;
        let error = Error::input(format!("there is no {one} \"{name}\""));
        match nearest(name, reports.iter().map(|report| report.name.as_str())) {
            Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
            None => error.with_hint(format!("list the {one}s with: {list}")),
        }
    })
}

/// By subject and name.
fn sorted(mut reports: Vec<Report>) -> Vec<Report> {
    reports.sort_by(|a, b| (&a.subject, &a.name).cmp(&(&b.subject, &b.name)));
    reports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_name_is_told_with_the_nearest() {
        let reports = all();
        let find = |name| find(&reports, name).map(|report| report.name.as_str());
        assert_eq!(find("success-rate").unwrap(), "success-rate");
        let told = |name| {
            let err = find(name).unwrap_err();
            (err.chain(), err.hint().unwrap_or_default().to_owned())
        };
        let expected = ("there is no report \"sucess-rate\"", "did you mean \"success-rate\"?");
        assert_eq!(told("sucess-rate"), (expected.0.to_owned(), expected.1.to_owned()));
        let expected = ("there is no report \"weather\"", "list the reports with: lookback report");
        assert_eq!(told("weather"), (expected.0.to_owned(), expected.1.to_owned()));
        let err = find_check(&checks(), "data-stail").unwrap_err();
        assert_eq!(err.chain(), "there is no check \"data-stail\"");
        assert_eq!(err.hint(), Some("did you mean \"data-stale\"?"));
    }
}
