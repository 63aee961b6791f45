//! The reports and the checks that Lookback brings along: the files in `sql/reports` and in
//! `sql/checks`.
//!
//! A check is a report whose rows are what is not as it should be: it holds if it has none. Its
//! thresholds are its parameters. A report that is as good a check is one file.

use super::report::Report;
use super::{CHECK, Noun, REPORT, sorted};

/// Path, name and text of a file.
type File = (&'static str, &'static str, &'static str);

macro_rules! file {
    ($folder:literal, $name:literal) => {
        (
            concat!("sql/", $folder, "/", $name, ".sql"),
            $name,
            include_str!(concat!("../../sql/", $folder, "/", $name, ".sql")),
        )
    };
}

const REPORTS: [File; 18] = [
    file!("reports", "account-scorecard"),
    file!("reports", "aws-vs-us"),
    file!("reports", "backup-growth"),
    file!("reports", "copy-lag"),
    file!("reports", "coverage-gaps"),
    file!("reports", "expired-before-start"),
    file!("reports", "failure-streaks"),
    file!("reports", "failures-by-reason"),
    file!("reports", "gone-silent"),
    file!("reports", "malware-findings"),
    file!("reports", "missing-copies"),
    file!("reports", "ok-with-issues"),
    file!("reports", "outcomes-by-day"),
    file!("reports", "restore-evidence"),
    file!("reports", "rpo-violations"),
    file!("reports", "slow-backups"),
    file!("reports", "success-rate"),
    file!("reports", "what-changed"),
];

const CHECKS: [File; 7] = [
    file!("checks", "data-stale"),
    file!("checks", "days-lost-soon"),
    file!("reports", "gone-silent"),
    file!("checks", "issues-high"),
    file!("checks", "new-failures"),
    file!("checks", "rpo-violated"),
    file!("checks", "success-rate-low"),
];

/// The reports that Lookback brings along, by subject and name.
///
/// # Panics
/// If one of them is not as it should be, which a test rules out.
pub fn all() -> Vec<Report> {
    read(&REPORTS, REPORT)
}

/// The checks that Lookback brings along, by subject and name.
///
/// # Panics
/// If one of them is not as it should be, which a test rules out.
pub fn checks() -> Vec<Report> {
    read(&CHECKS, CHECK)
}

fn read(files: &[File], noun: Noun) -> Vec<Report> {
    let read = |(path, name, text): &File| match Report::built_in(path, name, text, noun) {
        Ok(report) => report,
        Err(err) => panic!("{}", err.chain()),
    };
    sorted(files.iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of a folder of `sql`.
    fn files(folder: &str) -> Vec<String> {
        let path = format!("{}/sql/{folder}", env!("CARGO_MANIFEST_DIR"));
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let names = std::fs::read_dir(path).unwrap().map(name);
        let mut files: Vec<_> =
            names.map(|name| format!("sql/{folder}/{}", name.to_str().unwrap())).collect();
        files.sort();
        files
    }

    #[test]
    fn every_file_is_listed_here_and_reads() {
        let listed = REPORTS.iter().map(|(path, ..)| *path).collect::<Vec<_>>();
        assert_eq!(listed, files("reports"));
        let own = CHECKS.iter().map(|(path, ..)| *path);
        let own: Vec<_> = own.filter(|path| path.starts_with("sql/checks/")).collect();
        assert_eq!(own, files("checks"));
        assert_eq!((all().len(), checks().len()), (REPORTS.len(), CHECKS.len()));
    }

    #[test]
    fn a_check_needs_nothing_given() {
        let parameters = checks().into_iter().flat_map(|check| check.parameters);
        assert_eq!(parameters.filter(|parameter| parameter.default.is_none()).count(), 0);
    }
}
