//! How the REPL tells an error: as the command line does, with the place in what was typed.

use crate::error::Error;

use super::super::printer;
use super::super::target::screen_size;
use super::caret::excerpt;

/// Tells an error about `text`.
pub(super) fn tell(err: &Error, text: &str) {
    let width = screen_size().0;
    let excerpt = err.place().and_then(|place| excerpt(text, place, width));
    printer::error_at(err, excerpt.as_deref());
}
