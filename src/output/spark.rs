//! A row of numbers as a row of blocks, one a number.

/// The blocks, from the lowest to the full one.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One block for each of `values`, the highest for `max`; a blank for 0, and for anything above 0
/// at least the lowest.
pub fn sparkline(values: &[u64], max: u64) -> String {
    let block = |value: &u64| {
        let top = BLOCKS.len() as u64 - 1;
        match value {
            0 => ' ',
            value => {
                let height =
                    (value.min(&max) - 1).saturating_mul(top) / max.max(2).saturating_sub(1);
                usize::try_from(height).map_or(BLOCKS[0], |height| BLOCKS[height.min(7)])
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
