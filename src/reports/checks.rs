//! The checks that Lookback brings along: the files in `sql/checks`.
//!
//! A check is a report whose rows are what is not as it should be: it holds if it has none. Its
//! thresholds are its parameters.

use std::path::Path;

use crate::error::Result;

use super::report::Report;
use super::{Noun, joined, sorted};

/// Name and text of a file.
macro_rules! check {
    ($name:literal) => {
        ($name, include_str!(concat!("../../sql/checks/", $name, ".sql")))
    };
}

/// Name and text of each file.
const FILES: [(&str, &str); 7] = [
    check!("data-stale"),
    check!("days-lost-soon"),
    check!("gone-silent"),
    check!("issues-high"),
    check!("new-failures"),
    check!("rpo-violated"),
    check!("success-rate-low"),
];

/// What they are called, for messages.
const CHECK: Noun = Noun { one: "check", flag: "--checks", key: "checks" };

/// The checks that Lookback brings along, by subject and name.
///
/// # Panics
/// If one of them is not as it should be, which a test rules out.
pub fn checks() -> Vec<Report> {
    let read = |(name, text): (&str, &str)| match Report::of_file(
        &format!("sql/checks/{name}.sql"),
        name,
        text,
    ) {
        Ok(check) => check,
        Err(err) => panic!("{}", err.chain()),
    };
    sorted(FILES.into_iter().map(read).collect())
}

/// The checks that Lookback brings along and those of the files `*.sql` in a user's folder, which
/// go before; by subject and name.
///
/// # Errors
/// `Input` for a folder that is not there and for the first file that is no check.
pub fn checks_with_folder(folder: &Path) -> Result<Vec<Report>> {
    joined(checks(), CHECK, folder)
}

/// The check with that name.
///
/// # Errors
/// `Input` if there is none.
pub fn find_check<'a>(checks: &'a [Report], name: &str) -> Result<&'a Report> {
    super::named(checks, name, CHECK, "list the checks with: lookback check --list")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_check_that_needs_nothing_given() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/checks");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
        files.sort();
        let listed: Vec<_> = FILES.iter().map(|(name, _)| format!("{name}.sql")).collect();
        assert_eq!(listed, files);
        let lacking = checks().into_iter().flat_map(|check| check.parameters);
        assert_eq!(lacking.filter(|parameter| parameter.default.is_none()).count(), 0);
    }

    #[test]
    fn a_slip_in_a_name_is_told_with_the_nearest() {
        let err = find_check(&checks(), "data-stail").unwrap_err();
        assert_eq!(err.chain(), "there is no check \"data-stail\"");
        assert_eq!(err.hint(), Some("did you mean \"data-stale\"?"));
    }
}
