//! The reports that Lookback brings along: the files in `sql/reports`.

use super::report::Report;
use super::sorted;

/// Name and text of a file.
macro_rules! report {
    ($name:literal) => {
        ($name, include_str!(concat!("../../sql/reports/", $name, ".sql")))
    };
}

/// Name and text of each file.
const FILES: [(&str, &str); 18] = [
    report!("account-scorecard"),
    report!("aws-vs-us"),
    report!("backup-growth"),
    report!("copy-lag"),
    report!("coverage-gaps"),
    report!("expired-before-start"),
    report!("failure-streaks"),
    report!("failures-by-reason"),
    report!("gone-silent"),
    report!("malware-findings"),
    report!("missing-copies"),
    report!("ok-with-issues"),
    report!("outcomes-by-day"),
    report!("restore-evidence"),
    report!("rpo-violations"),
    report!("slow-backups"),
    report!("success-rate"),
    report!("what-changed"),
];

/// The reports that Lookback brings along, by subject and name.
///
/// # Panics
/// If one of them is not as it should be, which a test rules out.
pub fn all() -> Vec<Report> {
    let read = |(name, text): (&str, &str)| match Report::built_in(name, text) {
        Ok(report) => report,
        Err(err) => panic!("{}", err.chain()),
    };
    sorted(FILES.into_iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_report_and_listed_here() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/reports");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
        files.sort();
        let listed: Vec<_> = FILES.iter().map(|(name, _)| format!("{name}.sql")).collect();
        assert_eq!(listed, files);
        assert_eq!(all().len(), files.len());
    }
}
