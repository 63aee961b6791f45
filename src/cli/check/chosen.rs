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
/// `Input` for a check or a parameter that is not there, and for a value that cannot be.
pub(super) fn choose<'a>(
    checks: &'a [Report],
    names: &[String],
    thresholds: &[Named],
    set: &[Setting],
) -> Result<Vec<Chosen<'a>>> {
    for name in names {
        reports::find_check(checks, name)?;
    }
    for table in thresholds {
        settled(checks, table)?;
    }
    for Setting { check, parameter, text } in set {
        read(reports::find_check(checks, check)?, parameter, text)?;
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
            values.push((parameter.clone(), read(check, parameter, text)?));
        }
        chosen.push(Chosen { check, values: filled(check, &values)? });
    }
    Ok(chosen)
}

/// A value for each parameter; of two that are given, the later one.
fn filled(check: &Report, given: &[(String, Value)]) -> Result<Vec<(String, Value)>> {
    let value = |parameter: &reports::Parameter| {
        let given = given.iter().rev().find(|(name, _)| *name == parameter.name);
        let value = given.map(|(_, value)| value).or(parameter.default.as_ref()).cloned();
        let (name, takes) = (&parameter.name, &parameter.takes);
        value.map(|value| (name.clone(), value)).ok_or_else(|| {
            let check = &check.name;
            Error::input(format!("check \"{check}\" needs a value of parameter \"{name}\""))
                .with_hint(format!(
                    "it takes {takes}: give one with --set {check}.{name}=VALUE, or with \
                     [check.{check}] in lookback.toml"
                ))
        })
    };
    check.parameters.iter().map(value).collect()
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
        let value = read(check, key, text).map_err(|err| located(place, &err))?;
        settled.values.push((key.clone(), value));
    }
    Ok(settled)
}

fn read(check: &Report, name: &str, text: &str) -> Result<Value> {
    let Some(parameter) = check.parameters.iter().find(|it| it.name == name) else {
        let message = format!("check \"{}\" has no parameter \"{name}\"", check.name);
        let names: Vec<_> = check.parameters.iter().map(|it| it.name.as_str()).collect();
        let hint = match super::super::section::nearest(name, &names) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if names.is_empty() => "it has no parameters at all".to_owned(),
            None => format!("its parameters are {}", names.join(", ")),
        };
        return Err(Error::input(message).with_hint(hint));
    };
    parameter.read(text).map_err(|err| {
        let hint = format!("it takes {}: {}", parameter.takes, parameter.doc);
        Error::input(format!("check \"{}\": {}", check.name, err.chain())).with_hint(hint)
    })
}

/// The same error, at its place in the settings file.
fn located(place: &str, err: &Error) -> Error {
    let error = Error::new(err.kind(), format!("{place}: {}", err.chain()));
    match err.hint() {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
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
        assert_eq!(told(&[], &[]), ["rpo-violated max_hours=36 days=35 resource_type=NULL"]);
        assert_eq!(told(&file, &[]), ["rpo-violated max_hours=24 days=10 resource_type=NULL"]);
        let set = [set("rpo-violated", "max_hours", "12"), set("data-stale", "max_hours", "1")];
        assert_eq!(told(&file, &set), ["rpo-violated max_hours=12 days=10 resource_type=NULL"]);
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
}
