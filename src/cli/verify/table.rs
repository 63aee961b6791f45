//! What was found, for people: by check. Pure.

use std::fmt::Write;

use super::super::grid::Grid;
use super::Shown;

/// The table; nothing where nothing was found.
pub(super) fn text(shown: &Shown) -> String {
    let mut text = String::new();
    if shown.findings.is_empty() {
        return text;
    }
    let columns = [("check", false), ("repair", false), ("object", false), ("finding", false)];
    let mut grid = Grid::new(&columns);
    let mut group = "";
    for (finding, mended) in &shown.findings {
        let name = finding.check.name();
        let check = if name == group { "" } else { name };
        group = name;
        let (object, what) = (finding.object.clone(), finding.what.clone());
        grid.push(vec![check.to_owned(), mended.name().to_owned(), object, what]);
    }
    for line in grid.lines() {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{line}");
    }
    text
}
