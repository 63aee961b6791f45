//! How the REPL tells an error: as the command line does, with the place in what was typed.

use crate::error::Error;

use super::super::caret::excerpt;
use super::super::printer;
use super::super::target::screen_size;
use super::input::Input;

/// Tells an error about `text`.
pub(super) fn tell(err: &Error, text: &str) {
    let width = screen_size().0;
    // A command is not the SQL that it makes.
    let is_sql = matches!(Input::of(text), Input::Sql(_));
    let place = err.place().filter(|_| is_sql);
    let excerpt = place.and_then(|place| excerpt(text, place, width));
    printer::error_at(err, excerpt.as_deref());
}
