//! The state of all places, for people: a row each, with a strip of days. Pure.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::model::{DAY, HOUR, Instant, MINUTE, Reach};

use super::super::grid::Grid;
use super::places::{DAYS, Day, Held, Row};

/// How many days a strip shows at least, however narrow the terminal is.
const DAYS_MIN: usize = 7;
/// What marks a source that reads all accounts of the organization.
const ORGANIZATION: &str = "*";

const TWO_HOURS: i64 = 2 * HOUR;
const TWO_DAYS: i64 = 2 * DAY;

/// The character of a day: signs that every terminal and every log has.
pub(super) fn glyph(day: Day) -> char {
    match day {
        Day::Complete => '#',
        Day::Recent => '+',
        Day::Partial => '~',
        Day::Failed => '!',
        Day::Denied => 'x',
        Day::Lost => 'L',
        Day::NotOffered => '-',
        Day::Unknown => '.',
    }
}

fn meaning(day: Day) -> &'static str {
    match day {
        Day::Complete => "held",
        Day::Recent => "held so far, read again",
        Day::Partial => "held in part",
        Day::Failed => "failed",
        Day::Denied => "denied",
        Day::Lost => "lost",
        Day::NotOffered => "not offered",
        Day::Unknown => "not read",
    }
}

/// The table, in `width` columns if there is such a bound, and its legend.
pub(super) fn text(held: &Held, now: Instant, width: Option<usize>) -> String {
    let mut text = String::new();
    if held.rows.is_empty() {
        text.push_str("nothing was ingested yet\n");
    } else {
        let whole = lines(held, now, DAYS);
        let needed = whole.iter().map(|line| line.width()).max().unwrap_or(0);
        let excess = width.map_or(0, |width| needed.saturating_sub(width));
        let shown = DAYS.saturating_sub(excess).max(DAYS_MIN);
        let lines = if shown == DAYS { whole } else { self::lines(held, now, shown) };
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        text.push_str(&legend(held, now, shown));
    }
    if held.open_elsewhere > 0 {
        let _ =
            writeln!(text, "open jobs of other sources, such as imports: {}", held.open_elsewhere);
    }
    text
}

fn lines(held: &Held, now: Instant, shown: usize) -> Vec<String> {
    let columns = [
        ("source", false),
        ("Region", false),
        ("kind", false),
        ("last success", false),
        ("open", true),
        ("lost", true),
        ("days", false),
    ];
    let mut grid = Grid::new(&columns);
    for row in &held.rows {
        grid.push(cells(row, now, shown));
    }
    grid.lines()
}

fn cells(row: &Row, now: Instant, shown: usize) -> Vec<String> {
    let mark = if row.reach == Reach::Organization { ORGANIZATION } else { "" };
    vec![
        format!("{}{mark}", row.place.source),
        row.place.region.clone(),
        row.place.kind.to_string(),
        row.last_success.map_or("never".to_owned(), |at| age(now - at)),
        row.open_jobs.to_string(),
        row.lost_days.to_string(),
        row.days[DAYS - shown..].iter().map(|day| glyph(*day)).collect(),
    ]
}

/// A length of time, as exactly as it matters.
fn age(micros: i64) -> String {
    match micros {
        ..0 => "in the future".to_owned(),
        0..TWO_HOURS => format!("{} min ago", micros / MINUTE),
        TWO_HOURS..TWO_DAYS => format!("{} h ago", micros / HOUR),
        TWO_DAYS.. => format!("{} d ago", micros / DAY),
    }
}

/// Which days are shown, and what the signs among them mean.
fn legend(held: &Held, now: Instant, shown: usize) -> String {
    let first = now - (i64::try_from(shown).unwrap_or(1) - 1) * DAY;
    let days = held.rows.iter().flat_map(|row| &row.days[DAYS - shown..]);
    let days: Vec<_> = days.collect();
    let signs = Day::ALL.into_iter().filter(|day| days.contains(&day));
    let signs: Vec<_> = signs.map(|day| format!("{} {}", glyph(day), meaning(day))).collect();
    let (first, last) = (first.day_text(), now.day_text());
    let has_mark = held.rows.iter().any(|row| row.reach == Reach::Organization);
    let mark = if has_mark { "* all accounts of the organization\n" } else { "" };
    format!("\n{mark}days from {first} to {last} UTC: {}\n", signs.join(", "))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::model::{JobKind, Place};

    fn held() -> Held {
        let mut days = [Day::Unknown; DAYS];
        days[20..43].fill(Day::Complete);
        days[43..].fill(Day::Recent);
        days[30] = Day::Lost;
        let row = |source: &str, kind, reach| Row {
            place: Place { source: source.into(), region: "eu-west-1".into(), kind },
            reach,
            is_wanted: true,
            last_success: Instant::from_text("2026-11-22T02:00:00.123Z"),
            open_jobs: 12,
            lost_days: 1,
            days,
        };
        let never = Row {
            last_success: None,
            open_jobs: 0,
            lost_days: 0,
            days: [Day::Unknown; DAYS],
            ..row("staging", JobKind::Scan, Reach::Account)
        };
        let rows = vec![row("prod", JobKind::Backup, Reach::Organization), never];
        Held { rows, open_elsewhere: 3 }
    }

    fn text(width: Option<usize>) -> String {
        super::text(&held(), Instant::from_text("2026-11-22T12:00:00Z").unwrap(), width)
    }

    #[test]
    fn a_row_is_a_place_with_its_days() {
        assert_snapshot!(text(None), @"
        source   Region     kind    last success  open  lost  days
        prod*    eu-west-1  backup  9 h ago         12     1  ....................##########L############++
        staging  eu-west-1  scan    never            0     0  .............................................

        * all accounts of the organization
        days from 2026-10-09 to 2026-11-22 UTC: # held, + held so far, read again, L lost, . not read
        open jobs of other sources, such as imports: 3
        ");
    }

    #[test]
    fn a_narrow_terminal_shows_fewer_days() {
        assert_snapshot!(text(Some(80)), @"
        source   Region     kind    last success  open  lost  days
        prod*    eu-west-1  backup  9 h ago         12     1  .##########L############++
        staging  eu-west-1  scan    never            0     0  ..........................

        * all accounts of the organization
        days from 2026-10-28 to 2026-11-22 UTC: # held, + held so far, read again, L lost, . not read
        open jobs of other sources, such as imports: 3
        ");
        assert_eq!(text(Some(10)), text(Some(50)));
    }

    #[test]
    fn an_age_is_told_as_exactly_as_it_matters() {
        assert_eq!(age(119 * MINUTE), "119 min ago");
        assert_eq!(age(26 * HOUR), "26 h ago");
        assert_eq!(age(72 * HOUR), "3 d ago");
        assert_eq!(age(-1), "in the future");
    }

    #[test]
    fn an_empty_warehouse_says_so() {
        let held = Held { rows: Vec::new(), open_elsewhere: 0 };
        let text = super::text(&held, Instant::from_micros(0), None);
        assert_eq!(text, "nothing was ingested yet\n");
    }
}
