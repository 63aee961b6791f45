//! A statement that is being typed: what the cursor is in, and which tables it names. Pure.
//!
//! It need not parse: people complete what is not there yet.

use crate::engine::{Lexeme, LexemeKind, lexemes};

/// The statement around the cursor.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    text: &'a str,
    /// Its words and signs, without space and comments and without the word at the cursor.
    lexemes: Vec<Lexeme>,
    /// How many of them stand before the cursor.
    before: usize,
    /// The beginning of the word at the cursor; may be empty.
    word: &'a str,
}

/// What the cursor is in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// At the beginning of a statement.
    Start,
    /// Behind a name and a dot.
    Member(String),
    /// Where a table stands.
    Relation,
    /// Among the arguments of a function, where one stands for a table or not.
    Argument(String),
    /// Elsewhere.
    Expression,
}

/// A table that a statement names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Its name, with its schema if that is written.
    pub(super) relation: String,
    pub(super) alias: Option<String>,
}

impl Source {
    /// True if and only if `name` means it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let bare = self.relation.rsplit('.').next();
        self.alias.as_deref().or(bare) == Some(name)
    }
}

impl<'a> Statement<'a> {
    /// The one around the byte `at`; `None` where no word of SQL is typed: in a text, a comment, a
    /// number.
    pub(super) fn around(text: &'a str, at: usize) -> Option<Self> {
        let all = lexemes(text);
        let touched = all.iter().find(|it| it.start < at && at <= it.end);
        let word_at = match touched {
            Some(it) if is_inside(it, at, text) => return None,
            Some(it) if matches!(it.kind, LexemeKind::Name | LexemeKind::Keyword) => Some(it.start),
            _ => None,
        };
        let ends = || all.iter().filter(|it| it.kind == LexemeKind::End);
        let from = ends().map(|it| it.end).rfind(|end| *end <= at).unwrap_or(0);
        let until = ends().map(|it| it.start).find(|start| *start >= at).unwrap_or(text.len());
        let is_ours = |it: &&Lexeme| {
            it.start >= from
                && it.end <= until
                && Some(it.start) != word_at
                && !matches!(it.kind, LexemeKind::Space | LexemeKind::Comment)
        };
        let lexemes: Vec<_> = all.iter().filter(is_ours).copied().collect();
        let before = lexemes.iter().filter(|it| it.end <= at).count();
        Some(Self { text, lexemes, before, word: &text[word_at.unwrap_or(at)..at] })
    }

    /// The beginning of the word at the cursor.
    pub(super) fn word(&self) -> &'a str {
        self.word
    }

    /// What the cursor is in.
    pub(super) fn spot(&self) -> Spot {
        let before = &self.lexemes[..self.before];
        let Some(last) = before.last() else { return Spot::Start };
        match self.shown(last) {
            "." => match before.len().checked_sub(2).map(|at| &before[at]) {
                Some(owner) => Spot::Member(self.name(owner)),
                None => Spot::Expression,
            },
            "," if self.is_in_from() => Spot::Relation,
            word if STAND_BEFORE_RELATIONS.iter().any(|it| it.eq_ignore_ascii_case(word)) => {
                Spot::Relation
            }
            _ => self.call().map_or(Spot::Expression, Spot::Argument),
        }
    }

    /// The tables behind FROM and JOIN, those of inner queries too.
    pub(super) fn sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        let mut at = 0;
        while at < self.lexemes.len() {
            at += 1;
            if !["from", "join"].iter().any(|it| self.is(at - 1, it)) {
                continue;
            }
            while let Some((source, next)) = self.source(at) {
                sources.push(source);
                at = next;
                if !self.is(at, ",") {
                    break;
                }
                at += 1;
            }
        }
        sources
    }

    /// The table that is named from there on, and what follows it.
    fn source(&self, at: usize) -> Option<(Source, usize)> {
        let mut relation = self.name_at(at)?;
        let mut next = at + 1;
        while self.is(next, ".") {
            let Some(part) = self.name_at(next + 1) else { break };
            relation = format!("{relation}.{part}");
            next += 2;
        }
        if self.is(next, "(") {
            next = self.behind_bracket(next);
        }
        if self.is(next, "as") {
            next += 1;
        }
        let alias = self.name_at(next);
        Some((Source { relation, alias: alias.clone() }, next + usize::from(alias.is_some())))
    }

    /// What follows the bracket that closes the one there.
    fn behind_bracket(&self, at: usize) -> usize {
        let mut depth = 0;
        for index in at..self.lexemes.len() {
            match self.shown(&self.lexemes[index]) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return index + 1;
            }
        }
        self.lexemes.len()
    }

    /// True if and only if the comma before the cursor is one between tables.
    fn is_in_from(&self) -> bool {
        let mut depth = 0;
        for lexeme in self.lexemes[..self.before].iter().rev() {
            match self.shown(lexeme) {
                ")" => depth += 1,
                "(" if depth == 0 => return false,
                "(" => depth -= 1,
                _ if depth > 0 => {}
                "," | "." => {}
                word if word.eq_ignore_ascii_case("from") => return true,
                word if word.eq_ignore_ascii_case("as") => {}
                _ if matches!(lexeme.kind, LexemeKind::Name | LexemeKind::QuotedName) => {}
                _ => return false,
            }
        }
        false
    }

    /// The function whose arguments the cursor is among.
    fn call(&self) -> Option<String> {
        let mut depth = 0;
        for index in (0..self.before).rev() {
            match self.shown(&self.lexemes[index]) {
                ")" => depth += 1,
                "(" if depth == 0 => {
                    return index.checked_sub(1).and_then(|name| self.name_at(name));
                }
                "(" => depth -= 1,
                _ => {}
            }
        }
        None
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.lexemes.get(at).is_some_and(|it| self.shown(it).eq_ignore_ascii_case(word))
    }

    /// The name there, if it is one.
    fn name_at(&self, at: usize) -> Option<String> {
        let lexeme = self.lexemes.get(at)?;
        let is_name = matches!(lexeme.kind, LexemeKind::Name | LexemeKind::QuotedName);
        is_name.then(|| self.name(lexeme))
    }

    /// A name as it is looked up: in lower case where it is not quoted.
    fn name(&self, lexeme: &Lexeme) -> String {
        let shown = self.shown(lexeme);
        match lexeme.kind {
            LexemeKind::QuotedName => {
                let inner = shown.get(1..shown.len() - 1).unwrap_or_default();
                inner.replace("\"\"", "\"")
            }
            _ => shown.to_lowercase(),
        }
    }

    fn shown(&self, lexeme: &Lexeme) -> &'a str {
        &self.text[lexeme.start..lexeme.end]
    }
}

/// True if and only if the cursor is in a piece, not behind it, in which no word of SQL is typed.
fn is_inside(lexeme: &Lexeme, at: usize, text: &str) -> bool {
    let is_behind = at == lexeme.end;
    match lexeme.kind {
        LexemeKind::Text => !is_behind,
        LexemeKind::Comment => !(is_behind && text[..at].ends_with(['\n', '/'])),
        LexemeKind::Number | LexemeKind::Unfinished => true,
        _ => false,
    }
}

/// Behind these stands a table.
const STAND_BEFORE_RELATIONS: [&str; 5] = ["FROM", "JOIN", "DESCRIBE", "TABLE", "VIEW"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_sources(sql: &str, expected: &[(&str, Option<&str>)]) {
        let found = Statement::around(sql, sql.len()).unwrap().sources();
        let found: Vec<_> =
            found.iter().map(|it| (it.relation.as_str(), it.alias.as_deref())).collect();
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn tables_are_found_with_their_aliases() {
        check_sources("SELECT 1 FROM a", &[]);
        check_sources("SELECT 1 FROM a ", &[("a", None)]);
        check_sources(
            "SELECT 1 FROM A AS x, ops.b y WHERE ",
            &[("a", Some("x")), ("ops.b", Some("y"))],
        );
        check_sources(
            "SELECT 1 FROM f(1, g(2)) t JOIN \"C d\" ON ",
            &[("f", Some("t")), ("C d", None)],
        );
        check_sources("WITH w AS (SELECT 1 FROM a) SELECT 1 FROM w ", &[("a", None), ("w", None)]);
    }

    #[track_caller]
    fn check_spot(sql: &str, expected: &Spot) {
        assert_eq!(&Statement::around(sql, sql.len()).unwrap().spot(), expected, "{sql}");
    }

    #[test]
    fn the_cursor_is_somewhere() {
        check_spot("", &Spot::Start);
        check_spot("SELECT 1; SEL", &Spot::Start);
        check_spot("SELECT a FROM b, ", &Spot::Relation);
        check_spot("SELECT a, ", &Spot::Expression);
        check_spot("SELECT a FROM b WHERE a IN (1, ", &Spot::Expression);
        check_spot("SELECT \"A\".x", &Spot::Member("A".to_owned()));
        check_spot("SELECT f(a, ", &Spot::Argument("f".to_owned()));
        check_spot("SELECT f(a) ", &Spot::Expression);
        check_spot("-- a\n", &Spot::Start);
        check_spot("SELECT /* a */", &Spot::Expression);
    }
}
