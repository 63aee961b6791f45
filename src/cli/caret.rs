//! The line of a statement in which something is wrong, with a caret below the place.

use unicode_width::UnicodeWidthStr;

use crate::error::{Error, Place};

use super::target::screen_size;

/// How much of the line stands before the place where the line is cut.
const BEFORE: usize = 30;

/// The line of an error about `text`, as wide as the screen; `None` if it tells no place.
pub(super) fn of_error(err: &Error, text: &str) -> Option<String> {
    excerpt(text, err.place()?, screen_size().0)
}

/// The line and the caret, in at most `width` columns; `None` if the text has no such place.
fn excerpt(text: &str, place: Place, width: usize) -> Option<String> {
    let line = text.lines().nth(place.line - 1)?;
    let characters: Vec<char> = line.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    // The end of the text is a place as well.
    let at = (place.column - 1).min(characters.len());
    let number = if text.trim_end().contains('\n') {
        format!("  {} | ", place.line)
    } else {
        "  ".to_owned()
    };
    let room = width.saturating_sub(number.len()).max(BEFORE * 2);
    let is_long = characters.len() > room;
    let from = if is_long { at.saturating_sub(BEFORE) } else { 0 };
    let shown: String = characters[from..].iter().take(room).collect();
    let before: String = characters[from..at].iter().collect();
    let space = " ".repeat(number.len() + before.as_str().width());
    Some(format!("{number}{}\n{space}^", shown.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, (line, column): (usize, usize), expected: &str) {
        assert_eq!(excerpt(text, Place { line, column }, 80).as_deref(), Some(expected));
    }

    #[test]
    fn a_caret_stands_below_the_place() {
        check("SELECT * FRM jobs;", (1, 10), "  SELECT * FRM jobs;\n           ^");
        check("SELECT 1\nFROM\tjbs;", (2, 6), "  2 | FROM jbs;\n           ^");
        check("SELECT (", (1, 40), "  SELECT (\n          ^");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        check("SELECT '日本', x", (1, 14), "  SELECT '日本', x\n                 ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("SELECT {} wrong, {}", "a, ".repeat(100), "b, ".repeat(100));
        let found = excerpt(&text, Place { line: 1, column: 309 }, 80).unwrap();
        let lines: Vec<_> = found.lines().collect();
        assert_eq!(lines[1].find('^'), lines[0].find("wrong"));
        assert!(lines[0].width() <= 80, "{found}");
    }

    #[test]
    fn a_place_that_is_not_there_has_no_excerpt() {
        assert_eq!(excerpt("SELECT 1", Place { line: 2, column: 1 }, 80), None);
    }
}
