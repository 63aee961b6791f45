//! The further columns of the jobs that a question counts by.

use crate::engine::names::nearest;
use crate::error::{Error, Result};
use crate::model::{ANY, Dimension, JobKind};
use crate::tables::Table;

use super::argument::{Argument, Wording};
use super::plan::{ACCOUNT_ID, REGION};

/// The columns of the jobs of `kind` that `text` names, with commas between them.
pub(super) fn columns(
    kind: JobKind,
    wording: Wording,
    text: Option<&str>,
) -> Result<Vec<&'static str>> {
    let mut columns = Vec::new();
    for name in text.into_iter().flat_map(|text| text.split(',')) {
        let column = column(kind, wording, name.trim())?;
        if columns.contains(&column) {
            return Err(wrong(wording, column, "twice"));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn column(kind: JobKind, wording: Wording, name: &str) -> Result<&'static str> {
    let table = Table::of_jobs(kind);
    let is_own = |it: &&Dimension| it.column(kind) == name || it.name() == name;
    if let Some(own) = Dimension::of(kind).iter().find(is_own) {
        let hint = format!("ask for it with {}", wording.with(Argument::Of(*own), ANY));
        return Err(wrong(wording, name, "which has an argument of its own").with_hint(hint));
    }
    if name == ACCOUNT_ID {
        let hint = format!("ask for it with {}", wording.with(Argument::AccountId, ANY));
        return Err(wrong(wording, name, "which has an argument of its own").with_hint(hint));
    }
    if name == REGION {
        return Err(wrong(wording, name, "which every row shows").with_hint("leave it out"));
    }
    let Some(place) = table.find(name) else {
        let names = table.columns.iter().map(|column| column.name);
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("list the columns with: DESCRIBE {}", table.name),
        };
        let problem = format!("which is no column of {}", table.name);
        return Err(wrong(wording, name, &problem).with_hint(hint));
    };
    let column = &table.columns[place];
    if column.ty.is_map() {
        return Err(wrong(wording, name, "which is a map").with_hint("name columns of one value"));
    }
    Ok(column.name)
}

fn wrong(wording: Wording, column: &str, problem: &str) -> Error {
    let argument = wording.name(Argument::Dimensions);
    let comma = if problem.starts_with("which") { "," } else { "" };
    Error::input(format!("{argument} names \"{column}\"{comma} {problem}"))
}
