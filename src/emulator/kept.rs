//! What was made and may be asked for again, within a bound.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What every entry weighs besides what it says.
const ENTRY: usize = 16;

/// The newest of what was made. What is not asked for again is forgotten when the bound is reached.
#[derive(Debug)]
pub(super) struct Kept<K, V> {
    weight_max: usize,
    both: Mutex<Both<K, V>>,
}

/// What was asked for lately, and what was before that.
#[derive(Debug)]
struct Both<K, V> {
    new: HashMap<K, (Arc<V>, usize)>,
    old: HashMap<K, (Arc<V>, usize)>,
    new_weight: usize,
}

impl<K: Eq + Hash, V> Kept<K, V> {
    /// Keeps at most `weight_max`, whatever a weight is, or a single entry that is heavier.
    pub(super) fn new(weight_max: usize) -> Self {
        let both = Both { new: HashMap::new(), old: HashMap::new(), new_weight: 0 };
        Self { weight_max, both: Mutex::new(both) }
    }

    /// What is kept for `key`.
    pub(super) fn get(&self, key: &K) -> Option<Arc<V>> {
        let mut both = self.lock();
        if let Some((value, _)) = both.new.get(key) {
            return Some(Arc::clone(value));
        }
        let (key, (value, weight)) = both.old.remove_entry(key)?;
        self.add(&mut both, key, &value, weight);
        Some(value)
    }

    /// Keeps `value`, in place of what was kept for `key`.
    pub(super) fn put(&self, key: K, value: &Arc<V>, weight: usize) {
        let mut both = self.lock();
        both.old.remove(&key);
        self.add(&mut both, key, value, weight + ENTRY);
    }

    fn add(&self, both: &mut Both<K, V>, key: K, value: &Arc<V>, weight: usize) {
        if let Some((_, weight)) = both.new.remove(&key) {
            both.new_weight -= weight;
        }
        if both.new_weight + weight > self.weight_max / 2 {
            both.old = mem::take(&mut both.new);
            both.new_weight = 0;
        }
        both.new.insert(key, (Arc::clone(value), weight));
        both.new_weight += weight;
    }

    /// A panic while the lock was held leaves whole entries.
    fn lock(&self) -> MutexGuard<'_, Both<K, V>> {
        self.both.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let kept = Kept::new(20 * (ENTRY + 1));
        for number in 0..1000 {
            kept.put(number, &Arc::new(number), 1);
            assert_eq!(kept.get(&0).as_deref(), Some(&0), "after {number}");
        }
        let left = (0..1000).filter(|number| kept.get(number).is_some()).count();
        assert!((10..=20).contains(&left), "{left}");
    }

    #[test]
    fn a_later_value_takes_the_place_of_an_earlier_one() {
        let kept = Kept::new(1);
        for value in ["one", "other"] {
            kept.put(7, &Arc::new(value), 1000);
            assert_eq!(kept.get(&7).as_deref(), Some(&value));
        }
        kept.put(8, &Arc::new("third"), 1000);
        kept.put(9, &Arc::new("fourth"), 1000);
        assert_eq!(kept.get(&7), None);
    }
}
