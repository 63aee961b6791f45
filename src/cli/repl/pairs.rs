//! Names and what they mean, side by side, for a terminal. Pure.

use unicode_width::UnicodeWidthStr;

/// Meanings in fewer columns than this begin below their names.
const MEANING_MIN: usize = 30;

/// A line for each name and its meaning; a meaning that is longer goes on below itself.
pub(super) fn pairs(entries: &[(String, String)], width: usize) -> String {
    let widest = entries.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let indent = if widest == 0 { 0 } else { widest + 2 };
    let is_beside = width >= indent + MEANING_MIN;
    let indent = if is_beside { indent } else { 4 };
    let mut text = String::new();
    for (name, meaning) in entries {
        let mut line = name.clone();
        if !is_beside {
            text.push_str(&line);
            text.push('\n');
            line.clear();
        }
        for piece in lines(meaning, width.saturating_sub(indent).max(MEANING_MIN)) {
            line.push_str(&" ".repeat(indent.saturating_sub(line.width())));
            line.push_str(&piece);
            text.push_str(line.trim_end());
            text.push('\n');
            line.clear();
        }
    }
    text
}

/// Words in lines of at most so many columns.
fn lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(width: usize, expected: &str) {
        let entries = [("a", "One two three four five six seven eight."), ("long", "Short.")];
        let entries = entries.map(|(name, doc)| (name.to_owned(), doc.to_owned()));
        assert_eq!(pairs(&entries, width), expected);
    }

    #[test]
    fn a_meaning_goes_on_below_itself() {
        check(80, "a     One two three four five six seven eight.\nlong  Short.\n");
        check(40, "a     One two three four five six seven\n      eight.\nlong  Short.\n");
    }

    #[test]
    fn on_a_narrow_terminal_a_meaning_stands_below_its_name() {
        check(34, "a\n    One two three four five six\n    seven eight.\nlong\n    Short.\n");
    }
}
