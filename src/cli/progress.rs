//! A line on a terminal that is drawn again and again while something long runs.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use unicode_width::UnicodeWidthStr;

use super::printer;

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(200);
/// Before this, an estimate would be a guess.
const ESTIMATE_AFTER: Duration = Duration::from_secs(3);
/// The width of a terminal that does not tell it.
const WIDTH_DEFAULT: usize = 80;
/// The width of the bar.
const BAR: usize = 20;

/// A line that is being drawn, if anybody watches.
#[derive(Debug)]
pub(super) struct Drawing(Option<JoinHandle<()>>);

impl Drawing {
    /// Begins to draw, when `after` has passed, what `line` gives for the time since and for a
    /// width in columns.
    pub(super) fn start(
        after: Duration,
        line: impl Fn(Duration, usize) -> String + Send + 'static,
    ) -> Self {
        Self(printer::is_watched().then(|| tokio::spawn(draw(after, line))))
    }

    /// Takes the line away.
    pub(super) async fn end(self) {
        let Some(drawing) = self.0 else { return };
        drawing.abort();
        // It may be drawing just now; nothing is to be told of its end.
        drop(drawing.await);
        printer::end_progress();
    }
}

async fn draw(after: Duration, line: impl Fn(Duration, usize) -> String + Send) {
    let start = Instant::now();
    tokio::time::sleep(after).await;
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        let size = terminal_size::terminal_size_of(std::io::stderr());
        let width = size.map_or(WIDTH_DEFAULT, |(width, _)| width.0.into());
        // The last column stays free: some terminals go to the next line behind it.
        printer::progress(&line(start.elapsed(), width.saturating_sub(1)));
    }
}

/// The texts in one line of at most `width` columns; each comes with the place at which it is left
/// out, the lowest first, if they are too long together.
pub(super) fn fit(parts: impl IntoIterator<Item = (u32, Option<String>)>, width: usize) -> String {
    let parts = parts.into_iter().filter_map(|(place, text)| Some((place, text?)));
    let mut parts: Vec<_> = parts.collect();
    loop {
        let texts: Vec<_> = parts.iter().map(|(_, text)| text.as_str()).collect();
        let text = texts.join("  ");
        let first = parts.iter().map(|(place, _)| *place).min();
        if text.width() <= width || first.is_none() {
            return text;
        }
        parts.retain(|(place, _)| Some(*place) != first);
    }
}

/// How much of something is done.
pub(super) fn bar(done: u64, all: u64) -> String {
    let full = done.min(all).saturating_mul(BAR as u64).checked_div(all).unwrap_or(0);
    let full = usize::try_from(full).unwrap_or(BAR);
    format!("[{}{}]", "#".repeat(full), ".".repeat(BAR - full))
}

/// How many of them a second, if it is one at least.
pub(super) fn rate(number: u64, elapsed: Duration) -> Option<u128> {
    let rate = u128::from(number).saturating_mul(1000).checked_div(elapsed.as_millis());
    rate.filter(|rate| *rate > 0)
}

/// The time left if the rest takes as long as what is done.
pub(super) fn left(done: u64, all: u64, elapsed: Duration) -> Option<String> {
    if elapsed < ESTIMATE_AFTER || done == 0 || done >= all {
        return None;
    }
    let seconds = elapsed.as_secs().saturating_mul(all - done) / done;
    Some(match seconds {
        0..90 => format!("{} s", seconds.max(1)),
        90..5400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h", (seconds + 1800) / 3600),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_least_is_left_out_first() {
        let parts = || [(2, Some("bar".to_owned())), (3, None), (1, Some("12 rows".to_owned()))];
        assert_eq!(fit(parts(), 12), "bar  12 rows");
        assert_eq!(fit(parts(), 11), "bar");
        assert_eq!(fit(parts(), 2), "");
    }

    #[test]
    fn the_time_left_is_rounded() {
        let left = |ended, seconds| left(ended, 1000, Duration::from_secs(seconds));
        assert_eq!(left(999, 10).as_deref(), Some("1 s"));
        assert_eq!(left(500, 100).as_deref(), Some("2 min"));
        assert_eq!(left(100, 1000).as_deref(), Some("3 h"));
        assert_eq!(left(500, 2), None);
        assert_eq!(left(0, 100), None);
    }
}
