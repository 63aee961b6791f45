//! How the REPL tells an error: as the command line does, with the place in what was typed.

use crate::error::Error;

use super::super::caret::of_error;
use super::super::printer;
use super::input::Input;

/// Tells an error about `text`.
pub(super) fn tell(err: &Error, text: &str) {
    // A command is not the SQL that it makes.
    let is_sql = matches!(Input::of(text), Input::Sql(_));
    let excerpt = is_sql.then(|| of_error(err, text)).flatten();
    printer::error_at(err, excerpt.as_deref());
}
