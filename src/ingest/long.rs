//! When a listing is long, and into what pieces it is cut. Pure.
//!
//! A piece can be read beside others, and is committed by itself. What was read before the cut is
//! read again: nothing promises an order of a listing's pages, so nothing may be left out.

use crate::model::{HOUR, Instant, Span};
use crate::tables::Row;

/// A listing is cut when it has more pages than this.
const WHOLE_PAGES: u64 = 10;
/// A piece is cut again only when it has far more pages than it was meant to have.
const PIECE_PAGES: u64 = 200;
/// How many pages a piece is meant to have.
const PIECE_PAGES_WANTED: i64 = 50;
const PIECES_MIN: i64 = 16;
const PIECES_MAX: i64 = 512;

/// How long a listing has turned out to be so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Length {
    covers: Span,
    pages_max: u64,
    pages: u64,
    /// The oldest creation date seen.
    oldest: Instant,
}

impl Length {
    pub(super) fn new(covers: Span, is_piece: bool) -> Self {
        let pages_max = if is_piece { PIECE_PAGES } else { WHOLE_PAGES };
        Self { covers, pages_max, pages: 0, oldest: covers.until }
    }

    /// Takes note of a page.
    pub(super) fn see(&mut self, rows: &[Row]) {
        self.pages += 1;
        let created = rows.iter().filter_map(|row| row.time("creation_date")).min();
        self.oldest = created.map_or(self.oldest, |created| created.min(self.oldest));
    }

    /// The pieces to read instead, if it is long and can be cut.
    pub(super) fn pieces(&self) -> Option<Vec<Span>> {
        let pieces = || cut(self.covers, self.pages_in_all() / PIECE_PAGES_WANTED);
        (self.pages >= self.pages_max).then(pieces).filter(|pieces| pieces.len() > 1)
    }

    /// How many pages it has in all, if they come newest first; a guess, on which only the size of
    /// the pieces hangs.
    fn pages_in_all(&self) -> i64 {
        let length = self.covers.until - self.covers.from;
        let seen = (self.covers.until - self.oldest).clamp(1, length.max(1));
        let pages = i64::try_from(self.pages).unwrap_or(i64::MAX);
        pages.saturating_mul(length / seen)
    }
}

/// About `count` pieces of whole hours.
fn cut(covers: Span, count: i64) -> Vec<Span> {
    let step = (covers.until - covers.from) / count.clamp(PIECES_MIN, PIECES_MAX);
    let step = (step + HOUR - 1).max(HOUR) / HOUR * HOUR;
    let mut pieces = Vec::new();
    let mut from = covers.from;
    while let Some(piece) = Span::new(from, (from + step).min(covers.until)) {
        pieces.push(piece);
        from = piece.until;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::DAY;
    use crate::tables::{BACKUP_JOBS, Cell};

    fn day(day: i64) -> Instant {
        Instant::from_micros(day * DAY)
    }

    fn job(created: Instant) -> Row {
        let mut row = Row::new(&BACKUP_JOBS);
        row.set("creation_date", Cell::Time(created));
        row
    }

    /// How many pieces there are after `pages` pages that reached back to `oldest`.
    fn pieces(is_piece: bool, pages: u64, oldest: Instant) -> Option<usize> {
        let mut length = Length::new(Span::new(day(0), day(30)).unwrap(), is_piece);
        for _ in 0..pages {
            length.see(&[job(day(30)), job(oldest)]);
        }
        length.pieces().map(|pieces| pieces.len())
    }

    #[test]
    fn a_short_listing_is_read_to_its_end() {
        assert_eq!(pieces(false, 9, day(0)), None);
        assert_eq!(pieces(true, 199, day(0)), None);
    }

    #[test]
    fn the_pieces_follow_the_density() {
        assert_eq!(pieces(false, 10, day(0)), Some(16));
        // Ten pages in an hour make 7,200 in thirty days: 144 pieces of five hours.
        assert_eq!(pieces(false, 10, day(30) - HOUR), Some(144));
        assert_eq!(pieces(false, 10, day(30) - HOUR / 60), Some(360));
    }

    #[test]
    fn an_hour_is_not_cut() {
        let mut length = Length::new(Span::new(day(0), day(0) + HOUR).unwrap(), false);
        (0..1000).for_each(|_| length.see(&[job(day(0))]));
        assert_eq!(length.pieces(), None);
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole(from in 0..DAY, length in 1..40 * DAY, count in 0..1000_i64) {
            let whole = Span::new(day(1) + from, day(1) + from + length).unwrap();
            let pieces = cut(whole, count);
            prop_assert_eq!(pieces[0].from, whole.from);
            prop_assert_eq!(pieces[pieces.len() - 1].until, whole.until);
            prop_assert!(pieces.windows(2).all(|pair| pair[0].until == pair[1].from));
            prop_assert!(pieces.len() <= 512);
        }
    }
}
