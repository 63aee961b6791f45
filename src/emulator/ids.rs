//! Ids that look like AWS's, and job ids that can be read backwards.

use std::ops::Range;

use crate::model::JobKind;

use super::draw::mix;

/// Where a job stands in the world: enough to make it again from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kind: JobKind,
    /// Index of the Region.
    pub(super) region: u32,
    /// Index of the account.
    pub(super) account: u32,
    /// Index of the resource in its account and Region.
    pub(super) resource: u32,
    /// The day of the backup from which the job follows; of a restore job, its own.
    pub(super) day: i64,
    /// Which of that day's runs.
    pub(super) slot: u8,
    /// 0, or the number of a composite's member.
    pub(super) part: u8,
}

/// The fields of a key with their widths in bits: 86 of the 122 that a random UUID has.
/// The other 36 are zero, so that an id of another world is refused when it is read.
const KIND: Range<u32> = 0..2;
const REGION: Range<u32> = 2..10;
const ACCOUNT: Range<u32> = 10..30;
const RESOURCE: Range<u32> = 30..58;
const DAY: Range<u32> = 58..75;
const SLOT: Range<u32> = 75..81;
const PART: Range<u32> = 81..86;

/// How many Regions, accounts and resources a key can tell apart.
pub(super) const REGIONS_MAX: u32 = 1 << 8;
pub(super) const ACCOUNTS_MAX: u32 = 1 << 20;
pub(super) const RESOURCES_MAX: u32 = 1 << 28;
/// The first day that no key can tell: in the year 2328.
pub(super) const DAY_MAX: i64 = 1 << 17;

const HALF: u32 = 61;
const HALF_MASK: u64 = (1 << HALF) - 1;
const ROUNDS: [u64; 4] = [1, 2, 3, 4];

impl Key {
    /// The job's id.
    pub(super) fn id(self, seed: u64) -> String {
        let bits = scramble(self.pack(), seed);
        uuid(bits, is_upper(self.kind, bits))
    }

    /// The key that has that id, if the id is of this world.
    pub(super) fn of_id(id: &str, seed: u64) -> Option<Self> {
        let bits = uuid_bits(id)?;
        let key = Self::unpack(unscramble(bits, seed))?;
        (uuid(bits, is_upper(key.kind, bits)) == id).then_some(key)
    }

    fn pack(self) -> u128 {
        let kind = JobKind::ALL.iter().position(|kind| *kind == self.kind).unwrap_or(0);
        let day = u128::try_from(self.day).unwrap_or(0);
        (kind as u128) << KIND.start
            | u128::from(self.region) << REGION.start
            | u128::from(self.account) << ACCOUNT.start
            | u128::from(self.resource) << RESOURCE.start
            | day << DAY.start
            | u128::from(self.slot) << SLOT.start
            | u128::from(self.part) << PART.start
    }

    fn unpack(bits: u128) -> Option<Self> {
        if bits >> PART.end != 0 {
            return None;
        }
        let field = |range: Range<u32>| {
            let mask = (1u128 << (range.end - range.start)) - 1;
            u32::try_from((bits >> range.start) & mask).ok()
        };
        Some(Self {
            kind: JobKind::ALL[usize::try_from(field(KIND)?).ok()?],
            region: field(REGION)?,
            account: field(ACCOUNT)?,
            resource: field(RESOURCE)?,
            day: i64::from(field(DAY)?),
            slot: u8::try_from(field(SLOT)?).ok()?,
            part: u8::try_from(field(PART)?).ok()?,
        })
    }
}

/// AWS's older kinds have ids in upper case more often than not; scans never.
fn is_upper(kind: JobKind, bits: u128) -> bool {
    kind != JobKind::Scan && !bits.is_multiple_of(3)
}

/// A Feistel network over two halves of 61 bits: looks random, and can be undone.
fn scramble(bits: u128, seed: u64) -> u128 {
    let (mut left, mut right) = halves(bits);
    for round in ROUNDS {
        (left, right) = (right, left ^ (mix(right ^ mix(seed ^ round)) & HALF_MASK));
    }
    join(left, right)
}

fn unscramble(bits: u128, seed: u64) -> u128 {
    let (mut left, mut right) = halves(bits);
    for round in ROUNDS.into_iter().rev() {
        (left, right) = (right ^ (mix(left ^ mix(seed ^ round)) & HALF_MASK), left);
    }
    join(left, right)
}

#[expect(clippy::cast_possible_truncation, reason = "61 bits are kept of each half")]
fn halves(bits: u128) -> (u64, u64) {
    ((bits >> HALF) as u64 & HALF_MASK, bits as u64 & HALF_MASK)
}

fn join(left: u64, right: u64) -> u128 {
    u128::from(left) << HALF | u128::from(right)
}

/// A UUID of version 4 whose 122 free bits are the low ones of `bits`.
pub(super) fn uuid(bits: u128, upper: bool) -> String {
    let high = bits >> 74 & 0xffff_ffff_ffff;
    let middle = bits >> 62 & 0xfff;
    let low = bits & ((1 << 62) - 1);
    let full = high << 80 | 4 << 76 | middle << 64 | 2 << 62 | low;
    let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let mut text = String::with_capacity(36);
    for place in 0..32 {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(char::from(digits[(full >> (124 - 4 * place) & 15) as usize]));
    }
    text
}

/// The 122 free bits of a UUID; nothing for a text that is none.
fn uuid_bits(text: &str) -> Option<u128> {
    let mut full = 0u128;
    let mut digits = 0;
    for (place, byte) in text.bytes().enumerate() {
        let is_dash = matches!(place, 8 | 13 | 18 | 23);
        match (is_dash, char::from(byte).to_digit(16)) {
            (true, None) if byte == b'-' => {}
            (false, Some(digit)) if digits < 32 => {
                full = full << 4 | u128::from(digit);
                digits += 1;
            }
            _ => return None,
        }
    }
    let is_version_4 = digits == 32 && full >> 76 & 15 == 4 && full >> 62 & 3 == 2;
    let bits = (full >> 80) << 74 | (full >> 64 & 0xfff) << 62 | full & ((1 << 62) - 1);
    is_version_4.then_some(bits)
}

/// A UUID that means nothing, from a hash.
pub(super) fn plain_uuid(hash: u64) -> String {
    uuid(u128::from(mix(hash)) << 64 | u128::from(hash), false)
}

/// The 17 hexadecimal digits of an EC2 id, from a hash.
pub(super) fn hex17(hash: u64) -> String {
    ["0", &hex16(hash)].concat()
}

/// 16 hexadecimal digits.
pub(super) fn hex16(hash: u64) -> String {
    let digits = b"0123456789abcdef";
    (0..16).map(|place| char::from(digits[(hash >> (60 - 4 * place) & 15) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = Key> {
        let place = (0..REGIONS_MAX, 0..ACCOUNTS_MAX, 0..RESOURCES_MAX);
        (0usize..4, place, 0..DAY_MAX, 0u8..64, 0u8..32).prop_map(
            |(kind, place, day, slot, part)| {
                let (region, account, resource) = place;
                Key { kind: JobKind::ALL[kind], region, account, resource, day, slot, part }
            },
        )
    }

    proptest! {
        #[test]
        fn a_key_comes_back_from_its_id(key in key(), seed: u64) {
            let id = key.id(seed);
            prop_assert_eq!(id.len(), 36);
            prop_assert_eq!(Key::of_id(&id, seed), Some(key));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}", seed: u64) {
            prop_assert_eq!(Key::of_id(&text, seed), None);
        }
    }

    #[test]
    fn an_id_of_another_world_or_case_is_none() {
        let kind = JobKind::Scan;
        let key = Key { kind, region: 1, account: 2, resource: 3, day: 20_000, slot: 4, part: 5 };
        let id = key.id(1);
        assert_eq!(Key::of_id(&id, 2), None);
        assert_eq!(Key::of_id(&id.to_uppercase(), 1), None);
        assert_eq!(Key::of_id(&id[..35], 1), None);
    }
}
