//! What was typed: SQL or a command, whole or not yet. Pure.

use crate::engine::is_finished;

/// With what a command begins.
pub(super) const MARK: char = '\\';

/// A text that was typed, or a part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input<'a> {
    /// Nothing.
    Blank,
    /// A command, without what begins it.
    Command(&'a str),
    /// SQL.
    Sql(&'a str),
}

/// What people type to leave other tools or to ask them for help; none of it is SQL.
const PLAIN_WORDS: [(&str, &str); 4] =
    [("exit", "q"), ("quit", "q"), ("help", "?"), (".quit", "q")];

impl<'a> Input<'a> {
    /// What a text is.
    pub(super) fn of(text: &'a str) -> Self {
        let trimmed = text.trim();
        let bare = trimmed.trim_end_matches(';').trim_end();
        if trimmed.is_empty() {
            return Self::Blank;
        }
        if let Some(command) = trimmed.strip_prefix(MARK) {
            return Self::Command(command);
        }
        match PLAIN_WORDS.iter().find(|(word, _)| bare.eq_ignore_ascii_case(word)) {
            Some((_, command)) => Self::Command(command),
            None => Self::Sql(text),
        }
    }
}

/// True if and only if Enter ends a text; else it begins another line. What is pasted may be many
/// statements and commands.
pub(super) fn is_whole(text: &str) -> bool {
    pieces(text).iter().all(|piece| is_ended(piece.text))
}

/// True if and only if nothing of a statement or command is missing.
fn is_ended(text: &str) -> bool {
    match Input::of(text) {
        Input::Blank | Input::Command(_) => true,
        Input::Sql(sql) => is_finished(sql),
    }
}

/// A statement or a command of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The line at which it begins, from 1.
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// The statements and commands of a file: a command is a line of its own between statements. What
/// is left at the end without a `;` is a statement too.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut end, mut first) = (0, 0, 1);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if text[start..end].trim().is_empty() {
            (start, first) = (end, index + 1);
        }
        end += line.len();
        if is_ended(&text[start..end]) {
            push(&mut pieces, first, &text[start..end]);
            start = end;
        }
    }
    push(&mut pieces, first, &text[start..]);
    pieces
}

fn push<'a>(pieces: &mut Vec<Piece<'a>>, line: usize, text: &'a str) {
    if !text.trim().is_empty() {
        pieces.push(Piece { line, text: text.trim_end() });
    }
}

/// The words of a command: what stands in quotes is one word, a quote in it is written twice.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(mark), _) if c == mark && chars.next_if_eq(&mark).is_none() => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_sql() {
        assert_eq!(Input::of(" \n"), Input::Blank);
        assert_eq!(Input::of(" \\d jobs\n"), Input::Command("d jobs"));
        assert_eq!(Input::of("EXIT;"), Input::Command("q"));
        assert_eq!(Input::of("help"), Input::Command("?"));
        assert_eq!(Input::of("SELECT 1;"), Input::Sql("SELECT 1;"));
        assert_eq!(Input::of("SELECT\n\\d"), Input::Sql("SELECT\n\\d"));
    }

    #[test]
    fn enter_ends_commands_and_finished_statements() {
        for text in ["", "\\d", "exit", "SELECT 1;", "-- only this", "SELECT 1;\n\\d jobs"] {
            assert!(is_whole(text), "{text}");
        }
        for text in ["SELECT 1", "SELECT ';", "SELECT 1; SELECT 2", "\\d\nSELECT 1"] {
            assert!(!is_whole(text), "{text}");
        }
    }

    #[track_caller]
    fn check_pieces(text: &str, expected: &[(usize, &str)]) {
        let found = pieces(text);
        let found: Vec<_> = found.iter().map(|piece| (piece.line, piece.text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_is_cut_into_statements_and_commands() {
        check_pieces("\n\n", &[]);
        check_pieces(
            "\\timing off\n\nSELECT 1,\n  ';\n\\d' AS a;\nSELECT 2; SELECT 3;\n\\q\nSELECT 4",
            &[
                (1, "\\timing off"),
                (3, "SELECT 1,\n  ';\n\\d' AS a;"),
                (6, "SELECT 2; SELECT 3;"),
                (7, "\\q"),
                (8, "SELECT 4"),
            ],
        );
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(words("o  'a b'.csv \"\""), ["o", "a b.csv", ""]);
        assert_eq!(words("d \"a\"\"b\" 'it''s'"), ["d", "a\"b", "it's"]);
        assert_eq!(words(""), [""; 0]);
    }
}
