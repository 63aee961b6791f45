//! Checks for CI servers: `JUnit`'s XML. A subject is a suite, a check is a case. Pure.
//!
//! There is no standard; this is the part that Jenkins, GitLab and GitHub's actions agree on:
//! <https://github.com/testmoapp/junitxml>.

use std::fmt::Write;

use crate::error::Result;
use crate::output::Format;

use super::super::Status;
use super::outcome::Outcome;

/// How many findings of one check are told.
const TOLD_MAX: usize = 100;

/// The document.
pub(super) fn text(outcomes: &[Outcome<'_>]) -> Result<String> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lookback check\"{}>\n",
        counts(outcomes)
    );
    let subject = |outcome: &Outcome<'_>| outcome.chosen.check.subject.clone();
    for suite in outcomes.chunk_by(|a, b| subject(a) == subject(b)) {
        let name = attribute(&subject(&suite[0]));
        let _ = writeln!(text, "  <testsuite name={name}{}>", counts(suite));
        for outcome in suite {
            case(outcome, &mut text)?;
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    Ok(text)
}

fn counts(outcomes: &[Outcome<'_>]) -> String {
    let count = |status| outcomes.iter().filter(|outcome| outcome.status() == status).count();
    let (failures, errors) = (count(Status::Attention), count(Status::NotDone));
    format!(" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", outcomes.len())
}

fn case(outcome: &Outcome<'_>, text: &mut String) -> Result<()> {
    let check = outcome.chosen.check;
    let (name, class) = (attribute(&check.name), attribute(&check.subject));
    let _ = write!(text, "    <testcase name={name} classname={class}");
    match &outcome.found {
        Ok(found) if found.total == 0 => text.push_str("/>\n"),
        Ok(found) => {
            let message = attribute(&format!("{}: {}", check.title, found.words()));
            let (rows, more) = found.text(Format::Table, None, TOLD_MAX)?;
            let more = if more > 0 { format!("and {more} more\n") } else { String::new() };
            let rows = escaped(&format!("{}\n{rows}{more}", check.question));
            let _ = write!(
                text,
                ">\n      <failure message={message} type=\"finding\">{rows}</failure>\n    \
                 </testcase>\n"
            );
        }
        Err(err) => {
            let hint = err.hint().map(|hint| format!("hint: {hint}")).unwrap_or_default();
            let (message, hint) = (attribute(&err.chain()), escaped(&hint));
            let _ = write!(
                text,
                ">\n      <error message={message} type=\"error\">{hint}</error>\n    </testcase>\n"
            );
        }
    }
    Ok(())
}

/// A text as the value of an attribute, with its quotes.
fn attribute(text: &str) -> String {
    let text = escaped(text).replace('"', "&quot;").replace('\t', "&#9;").replace('\n', "&#10;");
    format!("\"{text}\"")
}

/// A text as XML, in which a character that XML does not have is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A reader takes one that stands by itself for a line feed.
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' => escaped.push(c),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        assert_eq!(escaped("a<b>&\"'\u{1}\r\té"), "a&lt;b&gt;&amp;\"'\u{fffd}&#13;\té");
        assert_eq!(attribute("\"a\"\n<"), "\"&quot;a&quot;&#10;&lt;\"");
    }
}
