//! Source text taken apart: code without strings and comments, and comments alone.

/// One file of the project.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path below the project's folder, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
    /// The text with strings, characters and comments blanked, line by line the same length.
    pub(crate) code: String,
    /// The text with everything but comments blanked.
    pub(crate) comments: String,
}

impl Source {
    /// Rust text.
    pub(crate) fn rust(path: &str, text: &str) -> Self {
        Self::new(path, text, rust_class)
    }

    /// SQL text.
    pub(crate) fn sql(path: &str, text: &str) -> Self {
        Self::new(path, text, sql_class)
    }

    fn new(path: &str, text: &str, class: fn(&[char], usize) -> (Class, usize)) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let (mut code, mut comments) = (String::new(), String::new());
        let mut at = 0;
        while at < chars.len() {
            let (class, length) = class(&chars, at);
            let end = chars.len().min(at + length.max(1));
            for &c in &chars[at..end] {
                let blank = if c == '\n' { '\n' } else { ' ' };
                code.push(if class == Class::Code { c } else { blank });
                comments.push(if class == Class::Comment { c } else { blank });
            }
            at = end;
        }
        Self { path: path.to_owned(), text: text.to_owned(), code, comments }
    }

    /// The code with its unit tests blanked.
    pub(crate) fn code_without_tests(&self) -> String {
        const MARK: &str = "#[cfg(test)]";
        let mut code = self.code.clone();
        while let Some(start) = code.find(MARK) {
            let end = start + item_length(&code[start + MARK.len()..]) + MARK.len();
            let blank: String =
                code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
            code.replace_range(start..end, &blank);
        }
        code
    }

    /// The modules of this file that are compiled for tests only.
    pub(crate) fn test_modules(&self) -> Vec<&str> {
        let after = self.code.split("#[cfg(test)]").skip(1);
        let declared = after.filter_map(|rest| rest.trim_start().strip_prefix("mod "));
        declared.filter_map(|rest| rest.split_once(';')).map(|(name, _)| name).collect()
    }
}

/// How far an item reaches: to its `;`, or to the brace that closes it.
pub(crate) fn item_length(code: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Code,
    Comment,
    Literal,
}

/// What begins at `at`, and how many characters it takes.
fn rust_class(chars: &[char], at: usize) -> (Class, usize) {
    let rest = &chars[at..];
    let follows_name = at > 0 && is_name(chars[at - 1]);
    match rest {
        ['/', '/', ..] => (Class::Comment, until_newline(rest)),
        ['/', '*', ..] => (Class::Comment, block_comment(rest)),
        ['"', ..] => (Class::Literal, quoted(rest, '"')),
        ['r', ..] if !follows_name || chars[at - 1] == 'b' => match raw_string(rest) {
            Some(length) => (Class::Literal, length),
            None => (Class::Code, 1),
        },
        // A lifetime has no closing quote.
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => (Class::Literal, quoted(rest, '\'')),
        _ => (Class::Code, 1),
    }
}

fn sql_class(chars: &[char], at: usize) -> (Class, usize) {
    let rest = &chars[at..];
    match rest {
        ['-', '-', ..] => (Class::Comment, until_newline(rest)),
        ['/', '*', ..] => (Class::Comment, block_comment(rest)),
        ['\'' | '"', ..] => (Class::Literal, quoted_sql(rest)),
        _ => (Class::Code, 1),
    }
}

/// True for the characters of names and keywords.
pub(crate) fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn until_newline(rest: &[char]) -> usize {
    rest.iter().position(|c| *c == '\n').unwrap_or(rest.len())
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at + 1 < rest.len() {
        match (rest[at], rest[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') if depth == 1 => return at + 2,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    rest.len()
}

fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn quoted_sql(rest: &[char]) -> usize {
    rest.iter().skip(1).position(|c| *c == rest[0]).map_or(rest.len(), |at| at + 2)
}

/// The length of `r"…"` or `r#"…"#`; `None` for a name that begins with r.
fn raw_string(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(vec!['#'; hashes]).collect();
    let start = 2 + hashes;
    let body = rest[start..].windows(closing.len()).position(|window| window == closing);
    Some(body.map_or(rest.len(), |body| start + body + closing.len()))
}

#[test]
fn strings_and_comments_are_no_code() {
    let source =
        Source::rust("a.rs", "a(\"b\\\"\", 'c', r#\"d\"e\"#); // f 'g\n/* h /* i */ */ j<'k>");
    assert_eq!(source.code, "a(     ,    ,         );        \n                j<'k>");
    assert_eq!(source.comments.split_whitespace().collect::<String>(), "//f'g/*h/*i*/*/");
    let sql = Source::sql("a.sql", "SELECT 'it''s from' -- where\nFROM \"order\"");
    assert_eq!(sql.code.split_whitespace().collect::<Vec<_>>(), ["SELECT", "FROM"]);
}

#[test]
fn unit_tests_are_left_out_with_their_helpers() {
    let text = "fn a() {}\n#[cfg(test)]\nmod b;\n#[cfg(test)]\nmod tests { fn c() {} }\nfn d() {}";
    let source = Source::rust("a.rs", text);
    let words = source.code_without_tests().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words, "fn a() {} fn d() {}");
    assert_eq!(source.test_modules(), ["b"]);
}
