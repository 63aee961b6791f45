//! Checks for people: how each stands, by subject, then what those found that do not hold. Pure.

use std::fmt::Write;

use crate::error::Result;
use crate::output::Format;
use crate::reports::Report;

use super::chosen::Chosen;
use super::outcome::Outcome;

/// How many findings of one check are shown.
const SHOWN_MAX: usize = 20;

/// The text, for a terminal of that width.
pub(super) fn text(outcomes: &[Outcome<'_>], width: Option<usize>) -> Result<String> {
    let mut text = String::new();
    let name_width = outcomes.iter().map(|it| it.chosen.check.name.len()).max().unwrap_or(0);
    let mut subject = None;
    for outcome in outcomes {
        let Report { name, subject: own, .. } = outcome.chosen.check;
        if subject != Some(own) {
            let _ = writeln!(text, "{own}");
            subject = Some(own);
        }
        let _ = writeln!(text, "  {name:name_width$}  {}", outcome.words());
    }
    for outcome in outcomes {
        let Ok(found) = &outcome.found else { continue };
        if found.total == 0 {
            continue;
        }
        let Chosen { check, values } = &outcome.chosen;
        let values: Vec<_> = values.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let (rows, more) = found.text(Format::Table, width, SHOWN_MAX)?;
        let _ =
            writeln!(text, "\n{}: {}\n({})\n{rows}", check.name, check.question, values.join(", "));
        if more > 0 {
            let name = &check.name;
            let _ = writeln!(text, "and {more} more: lookback check {name} --format json");
        }
    }
    Ok(text)
}

/// The checks that there are, with what each asks, and its parameters with their values.
pub(super) fn listing(chosen: &[Chosen<'_>]) -> String {
    let mut text = String::new();
    let mut subject = None;
    for Chosen { check, values } in chosen {
        if subject != Some(&check.subject) {
            let space = if subject.is_some() { "\n" } else { "" };
            let _ = writeln!(text, "{space}{}", check.subject);
            subject = Some(&check.subject);
        }
        let mark = if check.file.is_some() { " (yours)" } else { "" };
        let _ = writeln!(text, "  {}{mark}: {}", check.name, check.question);
        for (parameter, (name, value)) in check.parameters.iter().zip(values) {
            let _ = writeln!(text, "    {name} = {value}  {}", parameter.doc);
        }
    }
    text
}
