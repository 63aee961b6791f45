//! Which checks run, and with which values: flags, then the settings file, then defaults. Pure.

use crate::engine::Value;
use crate::error::{Error, Result};
use crate::reports::{self, Report};

use super::super::section::{Entry, Named};
use super::options::Setting;

/// The key of `[check.NAME]` that is no parameter.
const SKIP: &str = "skip";

/// A check that is to run.
#[derive(Clone, Debug)]
pub(super) struct Chosen<'a> {
    pub(super) check: &'a Report,
    /// A value for each of its parameters, in their order.
    pub(super) values: Vec<(String, Value)>,
}

/// What the settings file says of one check.
#[derive(Default)]
struct Settled {
    values: Vec<(String, Value)>,
    is_skipped: bool,
}

/// The checks with these names, or all that the settings file does not skip.
///
/// # Errors
/// `Input` for a check or a parameter that is not there, for a value that cannot be, and for one
/// that is set of a check that does not run.
pub(super) fn choose<'a>(
    checks: &'a [Report],
    names: &[String],
    thresholds: &[Named],
    set: &[Setting],
) -> Result<Vec<Chosen<'a>>> {
    for name in names.iter().chain(set.iter().map(|setting| &setting.check)) {
        reports::find_check(checks, name)?;
    }
    for table in thresholds {
        settled(checks, table)?;
    }
    let is_named = |check: &Report| names.is_empty() || names.contains(&check.name);
    let mut chosen = Vec::new();
    for check in checks.iter().filter(|check| is_named(check)) {
        let table = thresholds.iter().find(|table| table.name == check.name);
        let settled = table.map(|table| settled(checks, table)).transpose()?.unwrap_or_default();
        if names.is_empty() && settled.is_skipped {
            continue;
        }
        let mut values = settled.values;
        for Setting { parameter, text, .. } in set.iter().filter(|it| it.check == check.name) {
            values.extend(read(check, parameter, text)?);
        }
        // What is wrong with a broken one it tells when it runs.
        let values = if check.is_broken() { Vec::new() } else { check.values(&values)? };
        chosen.push(Chosen { check, values });
    }
    let is_idle = |setting: &&Setting| chosen.iter().all(|it| it.check.name != setting.check);
    match set.iter().find(is_idle) {
        Some(Setting { check, parameter, .. }) => Err(Error::input(format!(
            "parameter \"{parameter}\" is set of check \"{check}\", which does not run"
        ))
        .with_hint(format!("name \"{check}\" too, or leave its --set out"))),
        None => Ok(chosen),
    }
}

fn settled(checks: &[Report], table: &Named) -> Result<Settled> {
    let check =
        reports::find_check(checks, &table.name).map_err(|err| located(&table.place, &err))?;
    let mut settled = Settled::default();
    for Entry { key, text, place } in &table.entries {
        if key == SKIP {
            settled.is_skipped = text.parse().map_err(|_| {
                Error::input(format!("{place}: key \"{SKIP}\" is \"{text}\", not true or false"))
            })?;
            continue;
        }
        settled.values.extend(read(check, key, text).map_err(|err| located(place, &err))?);
    }
    Ok(settled)
}

/// A parameter with the value that a text means; `None` of a broken check, whose parameters are not
/// known.
fn read(check: &Report, name: &str, text: &str) -> Result<Option<(String, Value)>> {
    if check.is_broken() {
        return Ok(None);
    }
    let parameter = check.parameter(name)?;
    let value = parameter.read(text).map_err(|err| {
        let hint = format!("it takes {}: {}", parameter.takes, parameter.doc);
        Error::input(format!("check \"{}\": {}", check.name, err.chain())).with_hint(hint)
    })?;
    Ok(Some((name.to_owned(), value)))
}

/// The same error, at its place in the settings file.
fn located(place: &str, err: &Error) -> Error {
    err.behind(&format!("{place}: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, entries: &[(&str, &str)]) -> Named {
        let place = || "file \"l.toml\", line 7".to_owned();
        let entry = |(key, text): &(&str, &str)| Entry {
            key: (*key).to_owned(),
            text: (*text).to_owned(),
            place: place(),
        };
        let entries = entries.iter().map(entry).collect();
        Named { name: name.to_owned(), place: place(), entries }
    }

    fn set(check: &str, parameter: &str, text: &str) -> Setting {
        let [check, parameter, text] = [check, parameter, text].map(str::to_owned);
        Setting { check, parameter, text }
    }

    fn told(names: &[&str], thresholds: &[Named], set: &[Setting]) -> Result<Vec<String>> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let checks = reports::checks();
        let tell = |Chosen { check, values }: &Chosen<'_>| {
            let values = values.iter().map(|(name, value)| format!(" {name}={value}"));
            check.name.clone() + &values.collect::<String>()
        };
        Ok(choose(&checks, &names, thresholds, set)?.iter().map(tell).collect())
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let file = [table("rpo-violated", &[("max_hours", "24"), ("days", "10")])];
        let names = ["rpo-violated"];
        let told = |thresholds, set: &[Setting]| told(&names, thresholds, set).unwrap();
        let told = |thresholds, set: &[Setting]| told(thresholds, set).concat();
        let defaults = "rpo-violated max_hours=36 times=1.5 days=90 resource_type=NULL";
        assert_eq!(told(&[], &[]), defaults);
        let filed = "rpo-violated max_hours=24 times=1.5 days=10 resource_type=NULL";
        assert_eq!(told(&file, &[]), filed);
        assert_eq!(
            told(&file, &[set("rpo-violated", "max_hours", "12")]),
            "rpo-violated max_hours=12 times=1.5 days=10 resource_type=NULL"
        );
    }

    #[test]
    fn what_the_file_skips_runs_only_by_name() {
        let file = [table("rpo-violated", &[("skip", "true")])];
        let all = reports::checks().len();
        assert_eq!(told(&[], &[], &[]).unwrap().len(), all);
        assert_eq!(told(&[], &file, &[]).unwrap().len(), all - 1);
        assert_eq!(told(&["rpo-violated"], &file, &[]).unwrap().len(), 1);
    }

    #[track_caller]
    fn check_wrong(thresholds: &[Named], set: &[Setting], message: &str, hint: Option<&str>) {
        let err = told(&[], thresholds, set).unwrap_err();
        assert_eq!((err.chain().as_str(), err.hint()), (message, hint));
    }

    #[test]
    fn slips_are_told_with_their_place_and_the_way_out() {
        check_wrong(
            &[table("weather", &[])],
            &[],
            "file \"l.toml\", line 7: there is no check \"weather\"",
            Some("list the checks with: lookback check --list"),
        );
        check_wrong(
            &[table("rpo-violated", &[("max_hour", "1")])],
            &[],
            "file \"l.toml\", line 7: check \"rpo-violated\" has no parameter \"max_hour\"",
            Some("did you mean \"max_hours\"?"),
        );
        check_wrong(
            &[table("rpo-violated", &[("max_hours", "1.5")])],
            &[],
            "file \"l.toml\", line 7: check \"rpo-violated\": parameter \"max_hours\" is \"1.5\": it is \
             no whole number",
            Some("it takes bigint: The objective: how old the last good backup may be."),
        );
        check_wrong(
            &[table("rpo-violated", &[("skip", "no")])],
            &[],
            "file \"l.toml\", line 7: key \"skip\" is \"no\", not true or false",
            None,
        );
        check_wrong(
            &[],
            &[set("data-stale", "days", "1")],
            "check \"data-stale\" has no parameter \"days\"",
            Some("its parameters are max_hours, retired_days"),
        );
    }

    #[test]
    fn a_value_that_no_check_reads_is_refused() {
        let message = "parameter \"max_hours\" is set of check \"data-stale\", which does not run";
        let hint = Some("name \"data-stale\" too, or leave its --set out");
        let set = [set("data-stale", "max_hours", "1")];
        let err = told(&["rpo-violated"], &[], &set).unwrap_err();
        assert_eq!((err.chain().as_str(), err.hint()), (message, hint));
        check_wrong(&[table("data-stale", &[("skip", "true")])], &set, message, hint);
    }
}
