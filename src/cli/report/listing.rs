//! The reports there are, by subject. Pure.

use std::fmt::Write;

use crate::reports::Report;

/// A line a report, below the name of its subject; `reports` are by subject.
pub(in crate::cli) fn listing(reports: &[Report]) -> String {
    let width = reports.iter().map(|report| report.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut subject = None;
    for report in reports {
        if subject != Some(&report.subject) {
            let space = if subject.is_some() { "\n" } else { "" };
            line(&mut text, &format!("{space}{}", report.subject));
            subject = Some(&report.subject);
        }
        let mark = if report.file.is_some() { " (yours)" } else { "" };
        line(&mut text, &format!("  {:width$}  {}{mark}", report.name, report.title));
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes everything");
}
