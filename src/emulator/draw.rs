//! Chance: hashes of coordinates, and a generator that starts from one of them.
//!
//! Every random choice hangs on a hash of (seed, purpose, place, …), never on a choice made
//! before, so that any job can be made without its neighbours, on every machine alike.

use rand::RngCore;
use rand_pcg::Pcg64Mcg;

use crate::model::{Instant, SECOND};

/// A millisecond, AWS's own precision, in the unit of [`Instant`].
const MILLISECOND: i64 = SECOND / 1000;

/// One million: chances are whole parts of it, so that no rounding of floats decides.
pub(super) const MILLION: u32 = 1_000_000;

/// Sebastiano Vigna's splitmix64: the golden step, then its finaliser.
pub(super) const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a hash is for: two purposes never share their choices.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Account,
    Estate,
    Resource,
    Member,
    Weather,
    Trouble,
    Demand,
    Life,
    Wish,
    Name,
    Point,
}

/// A hash of `parts` under `seed` and `purpose`.
pub(super) fn hash(seed: u64, purpose: Purpose, parts: &[u64]) -> u64 {
    let start = mix(seed ^ mix(purpose as u64 + 1));
    parts.iter().fold(start, |state, part| mix(state ^ mix(*part)))
}

/// True with a chance of `parts_per_million`, told by `hash` alone.
pub(super) fn is_chosen(hash: u64, parts_per_million: u32) -> bool {
    scale(hash, u64::from(MILLION)) < u64::from(parts_per_million)
}

/// A number below `bound`, told by the high bits of `hash`.
pub(super) fn scale(hash: u64, bound: u64) -> u64 {
    let wide = u128::from(hash) * u128::from(bound);
    (wide >> 64) as u64
}

/// One of `choices`, told by `hash`.
pub(super) fn choose<T: Copy>(hash: u64, choices: &[T]) -> T {
    let place = scale(hash, choices.len() as u64);
    choices[usize::try_from(place).unwrap_or(0)]
}

/// A stream of choices that starts from a hash.
#[derive(Debug)]
pub(super) struct Draw(Pcg64Mcg);

impl Draw {
    pub(super) fn new(hash: u64) -> Self {
        Self(Pcg64Mcg::new((u128::from(mix(hash)) << 64) | u128::from(hash)))
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        scale(self.0.next_u64(), bound)
    }

    /// One of `choices`.
    pub(super) fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        choose(self.0.next_u64(), choices)
    }

    /// True with a chance of `parts_per_million`.
    pub(super) fn chance(&mut self, parts_per_million: u32) -> bool {
        is_chosen(self.0.next_u64(), parts_per_million)
    }

    /// A length of time from `low` to `high`, in whole milliseconds; `low` if `high` is less.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let millis = u64::try_from((high - low) / MILLISECOND).unwrap_or(0);
        let drawn = i64::try_from(self.below(millis + 1)).unwrap_or(0);
        low + drawn * MILLISECOND
    }

    /// A length of time from `low` to `high` that is mostly short.
    pub(super) fn skewed(&mut self, low: i64, high: i64) -> i64 {
        let (a, b, c) = (self.between(low, high), self.between(low, high), self.between(low, high));
        a.min(b).min(c)
    }
}

/// The instant, without what AWS's milliseconds do not tell.
pub(super) fn whole_millis(at: Instant) -> Instant {
    Instant::from_micros(at.millis() * MILLISECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_same_on_every_machine() {
        assert_eq!(hash(7, Purpose::Life, &[1, 2, 3]), hash(7, Purpose::Life, &[1, 2, 3]));
        assert_ne!(hash(7, Purpose::Life, &[1, 2]), hash(7, Purpose::Name, &[1, 2]));
        // splitmix64's published first output for the state 0.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn choices_stay_within_their_bounds() {
        let mut draw = Draw::new(42);
        for _ in 0..1000 {
            assert!(draw.below(3) < 3);
            let length = draw.skewed(SECOND, 2 * SECOND);
            assert!((SECOND..=2 * SECOND).contains(&length));
            assert_eq!(length % MILLISECOND, 0);
        }
        assert_eq!(draw.between(SECOND, 0), SECOND);
        assert!(draw.chance(MILLION) && !draw.chance(0));
    }
}
