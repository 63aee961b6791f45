//! Texts as the literals of the languages that are printed. Pure.

/// A word of a POSIX shell.
pub(in crate::cli) fn shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:+,@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text in SQL.
pub(super) fn sql(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in Python.
pub(super) fn python(text: &str) -> String {
    let mut literal = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            c if c.is_control() => literal.extend(format!("\\U{:08x}", u32::from(c)).chars()),
            c => literal.push(c),
        }
    }
    literal + "\""
}

/// A text in Hive's DDL, which is Athena's: a backslash escapes.
pub(super) fn hive(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A comment of one line, whatever the text is.
pub(super) fn comment(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_escapes() {
        let odd = "/a b/it's \"C:\\x\"\n";
        assert_eq!(shell(odd), "'/a b/it'\\''s \"C:\\x\"\n'");
        assert_eq!(shell("/srv/lookback-1.0"), "/srv/lookback-1.0");
        assert_eq!(shell(""), "''");
        assert_eq!(sql(odd), "'/a b/it''s \"C:\\x\"\n'");
        assert_eq!(python(odd), "\"/a b/it's \\\"C:\\\\x\\\"\\n\"");
        assert_eq!(python("\u{7}é"), "\"\\U00000007é\"");
        assert_eq!(hive("it's \\"), "'it\\'s \\\\'");
        assert_eq!(comment("a\nb"), "a b");
    }
}
