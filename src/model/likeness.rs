//! Which name was meant by one that does not exist.

/// The most alike of `names`, if one is so alike, from 0 to 1: the one that was meant, most likely.
pub fn most_alike<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
    likeness_min: f64,
) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    names
        .into_iter()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness >= likeness_min)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_is_found_and_of_two_the_first_in_the_alphabet() {
        let found = |name| most_alike(name, ["days", "Day", "state"], 0.7);
        assert_eq!(found("dayz"), Some("Day"));
        assert_eq!(found("STAT"), Some("state"));
        assert_eq!(found("weather"), None);
        assert_eq!(most_alike("ab", ["abd", "abc"], 0.7), Some("abc"));
    }
}
