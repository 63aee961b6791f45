//! The user's crontab: read, taken apart, and put together again.

use crate::error::{Error, Kind, Result};

use super::action::{Action, Call};
use super::cron::{self, Parted};
use super::plan::Plan;

/// The user's crontab, taken apart; an empty one where there is no cron.
///
/// # Errors
/// Cron does not tell it, or the lines of the schedule have no end.
pub(super) fn lines(name: &str) -> Result<Parted> {
    let call = Call::new("crontab", &["-l"]);
    let Some(output) = call.output()? else { return cron::part("", name) };
    let told = String::from_utf8_lossy(&output.stderr);
    // Whoever has no crontab gets a failure; the second is BusyBox's.
    let is_none = ["no crontab", "No such file"].iter().any(|words| told.contains(words));
    if !output.status.success() && !is_none {
        let message = format!("failed to run `{call}` ({}): {}", output.status, told.trim());
        return Err(Error::new(Kind::Io, message));
    }
    cron::part(&String::from_utf8_lossy(&output.stdout), name)
}

/// What is to be done to have the lines as `plan` says.
pub(super) fn install(plan: &Plan) -> Result<Vec<Action>> {
    let (parted, block) = (lines(&plan.name)?, cron::block(plan));
    if parted.block.as_ref() == Some(&block) {
        return Ok(Vec::new());
    }
    let mut others = parted.others;
    // Some crons keep a last line that does not end, and ours would become a part of it.
    if !others.is_empty() && !others.ends_with('\n') {
        others.push('\n');
    }
    Ok(vec![Action::Run(replace(others + &block)?)])
}

/// What is to be done to have nothing of the lines left.
pub(super) fn remove(name: &str) -> Result<Vec<Action>> {
    let call = match lines(name)? {
        Parted { block: None, .. } => return Ok(Vec::new()),
        Parted { others, .. } if others.is_empty() => Call::new("crontab", &["-r"]),
        Parted { others, .. } => replace(others)?,
    };
    Ok(vec![Action::Run(call)])
}

/// Puts a text in the place of the user's crontab.
fn replace(text: String) -> Result<Call> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Error::input("the crontab has characters that are no UTF-8")
            .with_hint("replace them with `crontab -e`: they would be lost"));
    }
    Ok(Call { input: Some(text), ..Call::new("crontab", &["-"]) })
}
