//! The reports that Lookback brings along: the files in `sql/reports`.

use super::report::Report;
use super::sorted;

/// Name and text of each file.
const FILES: [(&str, &str); 1] =
    [("success-rate", include_str!("../../sql/reports/success-rate.sql"))];

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
        let mut listed: Vec<_> =
            all().iter().map(|report| format!("{}.sql", report.name)).collect();
        listed.sort();
        assert_eq!(listed, files);
    }
}
