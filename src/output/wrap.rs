//! Text in columns of a terminal: how wide it is, and where it may be broken. Pure.

use std::iter;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const JOINER: char = '\u{200d}';

/// What ARNs, names, paths and sentences may be broken after.
const BREAKS: [char; 8] = [' ', ':', '/', '_', '-', ',', ';', '\\'];

/// The columns that `text` takes.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text` in at most `columns` columns: as it is, or its beginning and a mark that it goes on.
pub(super) fn cut_to(text: &str, columns: usize, mark: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(mark));
    let mut shown = String::new();
    for cluster in clusters(text) {
        if width(&shown) + width(cluster) > room {
            break;
        }
        shown.push_str(cluster);
    }
    shown + mark
}

/// `text` in pieces of at most `columns` columns, and at least one piece.
///
/// A piece ends after one of [`BREAKS`] if there is one in its second half. A character wider than
/// `columns` is a piece of its own. Together the pieces are the text without the spaces at breaks.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let (piece, after) = rest.split_at(cut(rest, columns));
        rest = after.trim_start_matches(' ');
        if rest.is_empty() {
            pieces.push(piece);
            return pieces;
        }
        pieces.push(piece.trim_end_matches(' '));
    }
}

/// Where the first piece ends; a text that is not empty has one that is not empty.
fn cut(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let mut end = 0;
    let mut soft = None;
    for cluster in clusters(text) {
        used += width(cluster);
        if used > columns && end > 0 {
            return soft.unwrap_or(end);
        }
        end += cluster.len();
        if 2 * used > columns && cluster.ends_with(BREAKS) {
            soft = Some(end);
        }
    }
    end
}

/// Characters with the marks that sit on them; joined emoji are one.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        let mut is_joined = true;
        let starts_another = |&(_, c): &(usize, char)| {
            let starts = !is_joined && c.width().unwrap_or(0) > 0;
            is_joined = c == JOINER;
            starts
        };
        let end = rest.char_indices().find(starts_another).map_or(rest.len(), |(at, _)| at);
        let (cluster, after) = rest.split_at(end);
        rest = after;
        (end > 0).then_some(cluster)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, columns: usize, expected: &[&str]) {
        assert_eq!(wrap(text, columns), expected);
    }

    #[test]
    fn what_fits_is_one_piece() {
        check("", 5, &[""]);
        check("abcde", 5, &["abcde"]);
        check("a:b", 5, &["a:b"]);
    }

    #[test]
    fn a_long_word_is_cut_where_it_must_be() {
        check("abcdefghijk", 5, &["abcde", "fghij", "k"]);
    }

    #[test]
    fn a_name_is_broken_after_its_marks() {
        let arn = "arn:aws:backup:eu-west-1:1:job";
        check(arn, 12, &["arn:aws:", "backup:eu-", "west-1:1:job"]);
        check("backup_size_in_bytes", 12, &["backup_size_", "in_bytes"]);
        check("no more    space left", 8, &["no more", "space", "left"]);
    }

    #[test]
    fn a_mark_early_in_a_piece_is_no_place_to_break() {
        check("a:bcdefghijk", 8, &["a:bcdefg", "hijk"]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        check("日本語日本語", 5, &["日本", "語日", "本語"]);
        check("日", 1, &["日"]);
    }

    #[test]
    fn marks_and_joined_emoji_are_not_torn() {
        check("e\u{301}e\u{301}e\u{301}", 2, &["e\u{301}e\u{301}", "e\u{301}"]);
        check("👩‍👩‍👧👩‍👩‍👧", 3, &["👩‍👩‍👧", "👩‍👩‍👧"]);
    }

    #[test]
    fn a_text_that_is_cut_says_so() {
        assert_eq!(cut_to("abcde", 5, "…"), "abcde");
        assert_eq!(cut_to("abcdef", 5, "…"), "abcd…");
        assert_eq!(cut_to("日本語", 5, "…"), "日本…");
        assert_eq!(cut_to("日本語", 4, "…"), "日…");
        assert_eq!(cut_to("abc", 1, "~"), "~");
    }

    proptest! {
        #[test]
        fn pieces_are_the_text_and_fit(
            text in "\\PC{0,60}",
            columns in 2usize..30,
        ) {
            let pieces = wrap(&text, columns);
            prop_assert_eq!(pieces.concat().replace(' ', ""), text.replace(' ', ""));
            for piece in pieces {
                let is_one = clusters(piece).count() <= 1;
                prop_assert!(width(piece) <= columns || is_one, "{piece:?}");
            }
        }
    }
}
