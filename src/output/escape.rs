//! Text made safe for where it goes. Pure.

use std::fmt;

/// Appends to a JSON string that is already open, escaping what must be, and what a terminal would
/// obey: documents are read on one, too.
pub(super) struct Json<'a>(pub(super) &'a mut String);

impl Json<'_> {
    /// Appends `value` as a whole JSON string.
    pub(super) fn quote(value: &str, text: &mut String) {
        text.push('"');
        let _ = fmt::Write::write_str(&mut Json(text), value);
        text.push('"');
    }
}

impl fmt::Write for Json<'_> {
    fn write_str(&mut self, value: &str) -> fmt::Result {
        for c in value.chars() {
            match c {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                '\r' => self.0.push_str("\\r"),
                '\t' => self.0.push_str("\\t"),
                // None of these lies beyond the four digits.
                _ if steers(c) => write!(self.0, "\\u{:04x}", u32::from(c))?,
                _ => self.0.push(c),
            }
        }
        Ok(())
    }
}

/// `value` on one line, with nothing in it that a terminal obeys: control characters, line
/// separators and the marks that turn the direction of text are shown as escapes.
pub fn visible(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            _ if steers(c) => text.extend(c.escape_unicode()),
            _ => text.push(c),
        }
    }
    text
}

/// True for what changes how other text is shown. The joiners of scripts and emoji are not here.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_and_not_obeyed() {
        assert_eq!(visible("a\nb\r\tc"), "a\\nb\\r\\tc");
        assert_eq!(visible("\x1b[31mred\x07\x7f\u{9b}"), "\\u{1b}[31mred\\u{7}\\u{7f}\\u{9b}");
        assert_eq!(visible("\u{202e}exe.txt\u{2028}"), "\\u{202e}exe.txt\\u{2028}");
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "C:\\new", "æøå 日本 👩‍👩‍👧", "a'b\"c|d", "नमस्ते"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn json_strings_follow_rfc_8259_and_steer_no_terminal() {
        let mut text = String::new();
        Json::quote("a\"b\\c\n\u{1}\u{7f}\u{9b}é日\u{2028}", &mut text);
        assert_eq!(text, "\"a\\\"b\\\\c\\n\\u0001\\u007f\\u009bé日\\u2028\"");
    }
}
