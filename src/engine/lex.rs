//! The words of an SQL text, for editors: where each is and what it is. Pure.
//!
//! They are cut by the tokenizer of the parser that runs statements, so that an editor and the
//! parser never differ about where a text or a comment ends.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer, Whitespace};

/// A piece of an SQL text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexemeKind,
    /// The byte at which it begins.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
}

/// What a piece of an SQL text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexemeKind {
    /// One of [`KEYWORDS`].
    Keyword,
    /// Another bare word: a name, mostly.
    Name,
    /// A name in quotes.
    QuotedName,
    /// A number.
    Number,
    /// A text in quotes.
    Text,
    /// A comment.
    Comment,
    /// Space.
    Space,
    /// `;`, which ends a statement.
    End,
    /// Another sign: an operator, a bracket, a comma.
    Sign,
    /// From here on something is open: a text, a name or a comment without its end.
    Unfinished,
}

/// The words of SQL that people type, for colours and completion; far fewer than the parser
/// reserves, since many of those are columns of ours.
pub const KEYWORDS: [&str; 88] = [
    "ALL",
    "ANALYZE",
    "AND",
    "ANTI",
    "ANY",
    "AS",
    "ASC",
    "AT",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "COLUMNS",
    "CREATE",
    "CROSS",
    "CURRENT",
    "DATE",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "EXTRACT",
    "FALSE",
    "FETCH",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FROM",
    "FULL",
    "FUNCTIONS",
    "GROUP",
    "GROUPING",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LAST",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NATURAL",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PRECEDING",
    "RANGE",
    "RECURSIVE",
    "REPLACE",
    "RIGHT",
    "ROLLUP",
    "ROW",
    "ROWS",
    "SELECT",
    "SEMI",
    "SET",
    "SHOW",
    "TABLES",
    "THEN",
    "TIMESTAMP",
    "TO",
    "TRUE",
    "UNBOUNDED",
    "UNION",
    "USING",
    "VALUES",
    "VIEW",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

/// The pieces of a text, one behind the other; together they are the text.
pub fn lexemes(sql: &str) -> Vec<Lexeme> {
    let mut tokens = Vec::new();
    let outcome =
        Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location_into_buf(&mut tokens);
    let mut place = Walk { sql, line: 1, column: 1, byte: 0 };
    let mut lexemes: Vec<Lexeme> = Vec::with_capacity(tokens.len() + 1);
    for token in &tokens {
        let start = place.walk_to(token.span.start);
        if let Some(last) = lexemes.last_mut() {
            last.end = start;
        }
        lexemes.push(Lexeme { kind: kind(&token.token), start, end: sql.len() });
    }
    if outcome.is_err() {
        let start = match tokens.last() {
            Some(last) => place.walk_to(last.span.end),
            None => 0,
        };
        if let Some(last) = lexemes.last_mut() {
            last.end = start;
        }
        lexemes.push(Lexeme { kind: LexemeKind::Unfinished, start, end: sql.len() });
    }
    lexemes
}

/// True if and only if nothing is missing at the end of a text: its last word is `;`, or it has
/// none.
pub fn is_finished(sql: &str) -> bool {
    let lexemes = lexemes(sql);
    let last =
        lexemes.iter().rev().find(|it| !matches!(it.kind, LexemeKind::Space | LexemeKind::Comment));
    last.is_none_or(|last| last.kind == LexemeKind::End)
}

fn kind(token: &Token) -> LexemeKind {
    match token {
        Token::Word(word) if word.quote_style.is_some() => LexemeKind::QuotedName,
        Token::Word(word) if is_keyword(&word.value) => LexemeKind::Keyword,
        Token::Word(_) => LexemeKind::Name,
        Token::Number(..) => LexemeKind::Number,
        Token::Whitespace(
            Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_),
        ) => LexemeKind::Comment,
        Token::Whitespace(_) => LexemeKind::Space,
        Token::SemiColon => LexemeKind::End,
        token if is_text(token) => LexemeKind::Text,
        _ => LexemeKind::Sign,
    }
}

fn is_text(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::EscapedStringLiteral(_)
            | Token::NationalStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::SingleQuotedByteStringLiteral(_)
            | Token::SingleQuotedRawStringLiteral(_)
    )
}

fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search_by(|keyword| keyword.bytes().cmp(upper(word))).is_ok()
}

fn upper(word: &str) -> impl Iterator<Item = u8> {
    word.bytes().map(|byte| byte.to_ascii_uppercase())
}

/// A way through a text, from lines and columns, which count characters, to bytes.
struct Walk<'a> {
    sql: &'a str,
    line: u64,
    column: u64,
    byte: usize,
}

impl Walk<'_> {
    /// The byte at a place that is not before the last one.
    fn walk_to(&mut self, place: Location) -> usize {
        for c in self.sql[self.byte..].chars() {
            if (self.line, self.column) >= (place.line, place.column) {
                break;
            }
            self.byte += c.len_utf8();
            (self.line, self.column) =
                if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.byte
    }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::keywords::ALL_KEYWORDS;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &[(LexemeKind, &str)]) {
        let found = lexemes(sql);
        let found: Vec<_> = found.iter().map(|it| (it.kind, &sql[it.start..it.end])).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn pieces_are_what_the_parser_takes_them_for() {
        use LexemeKind::{Comment, End, Keyword, Name, Number, QuotedName, Sign, Space, Text};
        check(
            "select é, \"A b\" -- x;\nFROM t\nWHERE a='日;''' AND b>1.5;",
            &[
                (Keyword, "select"),
                (Space, " "),
                (Name, "é"),
                (Sign, ","),
                (Space, " "),
                (QuotedName, "\"A b\""),
                (Space, " "),
                (Comment, "-- x;\n"),
                (Keyword, "FROM"),
                (Space, " "),
                (Name, "t"),
                (Space, "\n"),
                (Keyword, "WHERE"),
                (Space, " "),
                (Name, "a"),
                (Sign, "="),
                (Text, "'日;'''"),
                (Space, " "),
                (Keyword, "AND"),
                (Space, " "),
                (Name, "b"),
                (Sign, ">"),
                (Number, "1.5"),
                (End, ";"),
            ],
        );
        check("", &[]);
    }

    #[test]
    fn what_is_left_open_is_one_piece() {
        use LexemeKind::{Keyword, Space, Unfinished};
        check("SELECT 'a;", &[(Keyword, "SELECT"), (Space, " "), (Unfinished, "'a;")]);
        check("SELECT /* a;\n", &[(Keyword, "SELECT"), (Space, " "), (Unfinished, "/* a;\n")]);
        check("\"a", &[(Unfinished, "\"a")]);
    }

    #[test]
    fn a_statement_is_finished_by_its_semicolon_alone() {
        for sql in ["", " \n", "-- a", "SELECT 1;", "SELECT 1; -- a", "SELECT ';';\n", ";"] {
            assert!(is_finished(sql), "{sql}");
        }
        for sql in ["SELECT 1", "SELECT ';'", "SELECT 1 -- ;", "SELECT ';", "SELECT 1; SELECT"] {
            assert!(!is_finished(sql), "{sql}");
        }
    }

    #[test]
    fn the_keywords_are_sorted_and_are_those_of_the_parser() {
        assert!(KEYWORDS.is_sorted());
        for keyword in KEYWORDS {
            assert!(ALL_KEYWORDS.contains(&keyword), "{keyword}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(sql in "[a-z'\"/*;\\-\\n $éE日1.]{0,40}") {
            let found = lexemes(&sql);
            let joined: String = found.iter().map(|it| &sql[it.start..it.end]).collect();
            prop_assert_eq!(joined, sql);
        }
    }
}
