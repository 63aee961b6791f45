//! A row of numbers as a row of blocks, one a number.

/// The blocks, from the lowest to the full one.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One block for each of `values`, the highest for `max`; a blank for 0, and for anything above 0
/// at least the lowest.
pub fn sparkline(values: &[u64], max: u64) -> String {
    let block = |value: &u64| {
        let top = BLOCKS.len() - 1;
        let steps = u128::from(max.max(2) - 1);
        match value.min(&max).checked_sub(1) {
            None => ' ',
            Some(value) => {
                let height = u128::from(value) * top as u128 / steps;
                BLOCKS[usize::try_from(height).unwrap_or(top).min(top)]
            }
        }
    };
    values.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_go_from_the_least_to_the_most() {
        assert_eq!(sparkline(&[0, 1, 2, 3, 4, 5, 6, 7, 8], 8), " ▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[1, 1000], 1000), "▁█");
        assert_eq!(sparkline(&[0, 1], 1), " ▁");
        assert_eq!(sparkline(&[u64::MAX], u64::MAX), "█");
    }
}
