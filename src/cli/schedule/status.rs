//! When a schedule runs next, and how it ended last: from the scheduler, and from the ledger.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::catalog::WriterLock;
use crate::error::Result;
use crate::model::{HOUR, Instant};

use super::super::args::IngestOptions;
use super::super::grid::Grid;
use super::super::ledger::{catalog, each_row, last_night};
use super::super::night::TimeOfDay;
use super::super::settings::Settings;
use super::super::{Status, printer};
use super::units::Units;

/// How many of the last runs are told.
const RUNS: usize = 7;

/// What a scheduler says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) status: Status,
}

/// What systemd says of installed units.
pub(super) fn systemd(units: &Units) -> Result<Told> {
    let [service, timer] = ["service", "timer"].map(|kind| format!("{}.{kind}", units.name));
    let timer_properties = "--property=ActiveState,NextElapseUSecRealtime,LastTriggerUSec";
    let service_properties = "--property=ActiveState,Result,ExecMainStatus";
    let of_timer = units.systemctl(&["show", &timer, timer_properties]).run()?.unwrap_or_default();
    let of_service =
        units.systemctl(&["show", &service, service_properties]).run()?.unwrap_or_default();
    let whose = if units.is_system { "the system's" } else { "the user's" };
    let scheduler = format!("{timer} of {whose} systemd");
    Ok(judge(&scheduler, &properties(&of_timer), &properties(&of_service)))
}

fn properties(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter_map(|line| line.split_once('=')).collect()
}

/// What properties of a timer and of its service mean. Pure.
fn judge(scheduler: &str, timer: &BTreeMap<&str, &str>, service: &BTreeMap<&str, &str>) -> Told {
    let get =
        |of: &BTreeMap<&str, &str>, name| of.get(name).map_or("", |value| *value).trim().to_owned();
    let state = get(timer, "ActiveState");
    let next =
        Some(get(timer, "NextElapseUSecRealtime")).filter(|it| !it.is_empty() && it != "n/a");
    let last = Some(get(timer, "LastTriggerUSec")).filter(|it| !it.is_empty() && it != "n/a");
    let result = match (get(service, "ActiveState").as_str(), get(service, "Result").as_str()) {
        ("activating", _) => "it is running".to_owned(),
        (_, "success") => "it was done".to_owned(),
        (_, "exit-code") => format!("exit status {}", get(service, "ExecMainStatus")),
        (_, other) => other.to_owned(),
    };
    let is_well = state == "active" && ["it was done", "it is running"].contains(&result.as_str());
    let mut text = String::new();
    let _ = writeln!(text, "timer  {scheduler}: {state}");
    let _ = writeln!(text, "next   {}", next.as_deref().unwrap_or("none"));
    let last = last.map_or("never".to_owned(), |last| format!("{last}: {result}"));
    let _ = writeln!(text, "last   {last}");
    Told { text, status: if is_well { Status::Done } else { Status::Attention } }
}

/// For how long a night that is due may not have ended yet: cron rings within the hour.
const RINGING: i64 = 2 * HOUR;

/// How it stands with a line of a crontab: cron itself tells nothing, but the ledger does.
pub(super) fn cron(settings: &Settings, line: &str) -> Result<Status> {
    let due = line.rsplit_once(" --due ").map(|(_, due)| TimeOfDay::parse(due.trim_end()));
    let Some(Ok(due)) = due else {
        printer::warning("its line was changed, and does not end with --due HH:MM");
        return Ok(Status::Attention);
    };
    let last = match catalog(settings)? {
        None => None,
        Some(catalog) => {
            // What the line has in its environment is not known here.
            let sources = settings.sources(&IngestOptions::default()).unwrap_or_default();
            last_night(&catalog, &sources, settings.clock.now())?
        }
    };
    let Some(missed) = missed(due, last, settings.clock.now()) else { return Ok(Status::Done) };
    if WriterLock::is_held(&settings.warehouse) {
        printer::note("the warehouse is being written now: most likely the night goes on");
        return Ok(Status::Done);
    }
    printer::warning(&format!("no night was done since {missed}, when it was due"));
    Ok(Status::Attention)
}

/// When a night was due that was not done, if the last one is such. Pure.
fn missed(due: TimeOfDay, last: Option<Instant>, now: Instant) -> Option<Instant> {
    let due = due.last_before(now - RINGING);
    last.is_none_or(|last| last < due).then_some(due)
}

/// The last runs that read jobs, the newest first.
pub(super) fn runs(settings: &Settings) -> Result<String> {
    let Some(catalog) = catalog(settings)? else { return Ok("no run yet\n".to_owned()) };
    let mut rows: Vec<(Option<Instant>, Vec<String>)> = Vec::new();
    each_row(&catalog, "runs", |run| {
        if run.text("command") != "ingest" {
            return;
        }
        let (start, end) = (run.time("started_at"), run.time("ended_at"));
        let seconds = start.zip(end).map(|(start, end)| ((end - start) / 1_000_000).to_string());
        let began = start.map(|start| start.to_string()).unwrap_or_default();
        let mut cells = vec![began, run.text("status"), seconds.unwrap_or_default()];
        let numbers = ["rows_new", "rows_changed", "calls", "throttles"];
        cells.extend(numbers.map(|column| run.long(column).to_string()));
        rows.push((start, cells));
    })?;
    if rows.is_empty() {
        return Ok("no run yet\n".to_owned());
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.0));
    let mut grid = Grid::new(&[
        ("run", false),
        ("status", false),
        ("seconds", true),
        ("new", true),
        ("changed", true),
        ("calls", true),
        ("throttled", true),
    ]);
    rows.into_iter().take(RUNS).for_each(|(_, cells)| grid.push(cells));
    Ok(grid.lines().join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(timer: &str, service: &str, status: Status, expected: &str) {
        let told = judge("t", &properties(timer), &properties(service));
        assert_eq!((told.text.as_str(), told.status), (expected, status));
    }

    #[test]
    fn a_line_of_a_crontab_is_well_if_a_night_was_done_since_one_was_due() {
        let at = |text: &str| Instant::from_text(text).unwrap();
        let missed = |last: Option<&str>, now: &str| {
            let due = TimeOfDay { hour: 3, minute: 0 };
            missed(due, last.map(at), at(now)).map(|due| due.to_string())
        };
        let (read, due) = (Some("2026-01-05T03:14:00Z"), Some("2026-01-06T03:00:00Z".to_owned()));
        assert_eq!(missed(read, "2026-01-05T23:00:00Z"), None);
        // The next night may still be at it.
        assert_eq!(missed(read, "2026-01-06T04:59:59Z"), None);
        assert_eq!(missed(read, "2026-01-06T05:00:00Z"), due);
        assert_eq!(missed(None, "2026-01-06T05:00:00Z"), due);
    }

    #[test]
    fn a_timer_is_well_if_it_waits_and_its_last_run_was_done() {
        let timer = "ActiveState=active\nNextElapseUSecRealtime=Thu 2026-11-26 03:14:00 UTC\n\
                     LastTriggerUSec=Wed 2026-11-25 03:12:03 UTC\n";
        check(
            timer,
            "ActiveState=inactive\nResult=success\nExecMainStatus=0\n",
            Status::Done,
            "timer  t: active\nnext   Thu 2026-11-26 03:14:00 UTC\n\
             last   Wed 2026-11-25 03:12:03 UTC: it was done\n",
        );
        check(
            timer,
            "ActiveState=failed\nResult=exit-code\nExecMainStatus=1\n",
            Status::Attention,
            "timer  t: active\nnext   Thu 2026-11-26 03:14:00 UTC\n\
             last   Wed 2026-11-25 03:12:03 UTC: exit status 1\n",
        );
        check(
            "ActiveState=inactive\nNextElapseUSecRealtime=\nLastTriggerUSec=n/a\n",
            "ActiveState=inactive\nResult=success\n",
            Status::Attention,
            "timer  t: inactive\nnext   none\nlast   never\n",
        );
    }
}
