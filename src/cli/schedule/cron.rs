//! Lines of a crontab. Pure.
//!
//! Cron knows no UTC and makes up for nothing that it missed: so it rings every hour, and the night
//! runs if it is due. Source of what must be quoted: crontab(5).

use std::fmt::Write;

use crate::error::{Error, Result};

use super::plan::Plan;

/// The lines for one schedule, between marks by which they are found again.
pub(super) fn block(plan: &Plan) -> String {
    let mut command = String::new();
    for (name, value) in &plan.environment {
        let _ = write!(command, "{name}={} ", quoted(value));
    }
    let due = plan.at.to_string();
    let words = plan.arguments_if_due(&due);
    command.push_str(&quoted(&plan.executable));
    for word in words {
        let _ = write!(command, " {}", quoted(&word));
    }
    let (begin, end) = marks(&plan.name);
    // Cron takes a percent sign for the end of the line.
    let command = command.replace('%', "\\%");
    format!("{begin}\n{} * * * * {command}\n{end}\n", plan.spread(60))
}

fn marks(name: &str) -> (String, String) {
    (
        format!("# lookback schedule \"{name}\": begin (made by `lookback schedule install`)"),
        format!("# lookback schedule \"{name}\": end"),
    )
}

/// A crontab, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parted {
    /// All of it but the lines of the schedule.
    pub(super) others: String,
    /// The lines of the schedule, if they are there.
    pub(super) block: Option<String>,
}

/// Takes the lines of a schedule out of a crontab.
///
/// # Errors
/// `Input` if the mark at their end is gone: nobody knows which of the lines below are ours.
pub(super) fn part(crontab: &str, name: &str) -> Result<Parted> {
    let (begin, end) = marks(name);
    let mut parted = Parted { others: String::new(), block: None };
    let mut is_inside = false;
    for line in crontab.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        if is_inside && content == begin {
            return Err(endless(&begin, &end));
        }
        is_inside |= content == begin;
        if is_inside {
            parted.block.get_or_insert_default().push_str(line);
        } else {
            parted.others.push_str(line);
        }
        is_inside &= content != end;
    }
    if is_inside { Err(endless(&begin, &end)) } else { Ok(parted) }
}

fn endless(begin: &str, end: &str) -> Error {
    Error::input(format!("the crontab has the line `{begin}`, and below it no line `{end}`"))
        .with_hint("delete the lines of the schedule with `crontab -e`")
}

/// A word as the shell takes it: in single quotes, unless nothing in it means anything.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-=+:@,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // Some crons make one of two backslashes, and take one away before a percent sign: so each
    // stands alone, before an end of quotes.
    format!("'{}'", text.replace('\'', "'\"'\"'").replace('\\', "\\''"))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::plan::tests::{awkward, plain};
    use super::*;

    #[test]
    fn the_lines_have_marks_and_ring_every_hour() {
        assert_snapshot!(block(&plain()), @r#"
        # lookback schedule "lookback": begin (made by `lookback schedule install`)
        14 * * * * AWS_PROFILE=backup /usr/local/bin/lookback --config /home/ana/.config/lookback/lookback.toml --warehouse /home/ana/warehouse night --due 03:00
        # lookback schedule "lookback": end
        "#);
    }

    #[test]
    fn what_means_something_to_cron_or_to_the_shell_is_quoted() {
        assert_snapshot!(block(&awkward()).lines().nth(1).unwrap(), @r#"
        3 * * * * AWS_PROFILE='it'"'"'s 50\% "p" $(x) \''t' AWS_REGION=eu-west-1 '/opt/a b\%c$d/lookback' --config '/etc/it'"'"'s "x" 100\%/$HOME/`l`\''n.toml' --warehouse '/srv/w & <w> \%h ${HOME} $(id) '"'"'q'"'"' "d" \''' night --due 03:00
        "#);
    }

    #[test]
    fn the_lines_are_found_again_and_the_others_stay_as_they_are() {
        let (own, other) = (block(&plain()), block(&Plan { name: "b".to_owned(), ..plain() }));
        let others = format!("MAILTO=a\n\n5 4 * * * x # y\n{other}");
        let crontab = format!("MAILTO=a\n\n{own}5 4 * * * x # y\n{other}");
        let expected = Parted { others: others.clone(), block: Some(own) };
        assert_eq!(part(&crontab, "lookback").unwrap(), expected);
        assert_eq!(part(&others, "lookback").unwrap(), Parted { others, block: None });
    }

    #[test]
    fn lines_without_their_end_are_nobody_s_to_delete() {
        let (begin, end) = marks("lookback");
        let own = block(&plain());
        let cut = own.replace(&format!("{end}\n"), "");
        assert_ne!(cut, own);
        for crontab in [format!("{cut}5 4 * * * x\n"), format!("{cut}5 4 * * * x\n{own}"), cut] {
            let err = part(&crontab, "lookback").unwrap_err();
            assert_eq!(err.chain(), endless(&begin, &end).chain());
        }
    }
}
