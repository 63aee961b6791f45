//! The Regions of the partition `aws`, as known when this was written.
//!
//! Reading which Regions exist would take a right that a reader of jobs need not have
//! (`ec2:DescribeRegions`), so `--all-regions` goes by this list. Sources, on the day that
//! [`REGIONS_AS_OF`] says: the Regions where botocore 1.44.5 has an endpoint of `backup`; and that
//! every Region introduced after 20 March 2019 must be enabled (the AWS page "Regions for
//! `MediaPackage`" and others). Refreshed by hand.

use super::most_alike;

/// A Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its code: `eu-west-1`.
    pub name: &'static str,
    /// True if an account does not have it unless it has enabled it.
    pub is_opt_in: bool,
}

/// The day of the list.
pub const REGIONS_AS_OF: &str = "2026-11-22";

/// Every Region of the list, sorted by name.
pub static REGIONS: [Region; 34] = [
    opt_in("af-south-1"),
    opt_in("ap-east-1"),
    opt_in("ap-east-2"),
    enabled("ap-northeast-1"),
    enabled("ap-northeast-2"),
    enabled("ap-northeast-3"),
    enabled("ap-south-1"),
    opt_in("ap-south-2"),
    enabled("ap-southeast-1"),
    enabled("ap-southeast-2"),
    opt_in("ap-southeast-3"),
    opt_in("ap-southeast-4"),
    opt_in("ap-southeast-5"),
    opt_in("ap-southeast-6"),
    opt_in("ap-southeast-7"),
    enabled("ca-central-1"),
    opt_in("ca-west-1"),
    enabled("eu-central-1"),
    opt_in("eu-central-2"),
    enabled("eu-north-1"),
    opt_in("eu-south-1"),
    opt_in("eu-south-2"),
    enabled("eu-west-1"),
    enabled("eu-west-2"),
    enabled("eu-west-3"),
    opt_in("il-central-1"),
    opt_in("me-central-1"),
    opt_in("me-south-1"),
    opt_in("mx-central-1"),
    enabled("sa-east-1"),
    enabled("us-east-1"),
    enabled("us-east-2"),
    enabled("us-west-1"),
    enabled("us-west-2"),
];

const fn enabled(name: &'static str) -> Region {
    Region { name, is_opt_in: false }
}

const fn opt_in(name: &'static str) -> Region {
    Region { name, is_opt_in: true }
}

/// The Region with that name, if the list has it.
pub fn named(name: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.name == name)
}

/// True if and only if the list knows `name` as a Region that accounts enable for themselves.
pub fn is_opt_in(name: &str) -> bool {
    named(name).is_some_and(|region| region.is_opt_in)
}

/// How the names of Regions of other partitions than `aws` begin, as botocore 1.44.5 has it.
const OTHER_PARTITIONS: [&str; 7] =
    ["cn-", "eu-isoe-", "eusc-", "us-gov-", "us-iso-", "us-isob-", "us-isof-"];

/// True for what looks like a Region of another partition, which no list here names.
pub fn is_of_other_partition(name: &str) -> bool {
    let rest = OTHER_PARTITIONS.iter().find_map(|start| name.strip_prefix(start));
    let place = rest.and_then(|rest| rest.rsplit_once('-'));
    place.is_some_and(|(place, number)| {
        let is_word = place.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        is_word && is_number && !place.is_empty() && !number.is_empty()
    })
}

/// The Region whose name is most like `name`, if one is like it at all.
pub fn nearest(name: &str) -> Option<&'static str> {
    let name = name.trim().replace('_', "-");
    most_alike(&name, REGIONS.iter().map(|region| region.name), LIKENESS_MIN)
}

/// Below this, a name is another word rather than a mistyped one.
const LIKENESS_MIN: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_says_each_once() {
        assert!(REGIONS.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(REGIONS.iter().filter(|region| !region.is_opt_in).count(), 17);
    }

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(nearest(name), expected, "{name}");
    }

    #[test]
    fn a_mistyped_region_has_a_nearest_one() {
        check("eu-west1", Some("eu-west-1"));
        check("EU_WEST_2", Some("eu-west-2"));
        check("us-esat-1", Some("us-east-1"));
        check("frankfurt", None);
        check("", None);
    }

    #[test]
    fn regions_that_must_be_enabled_are_known() {
        assert!(is_opt_in("af-south-1"));
        assert!(!is_opt_in("eu-west-1"));
        assert!(!is_opt_in("us-gov-west-1"));
    }

    #[test]
    fn a_region_of_another_partition_is_told_by_its_beginning() {
        for name in ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"] {
            assert!(is_of_other_partition(name), "{name}");
        }
        for name in ["us-est-1", "eu-west-1", "cn-", "cn-north", "cn-North-1", "us-gov-1", ""] {
            assert!(!is_of_other_partition(name), "{name}");
        }
    }
}
