//! The resources that are backed up, and the members of composite ones.

use std::ops::RangeInclusive;

use super::draw::{Purpose, hash, is_chosen, mix, scale};
use super::ids::{hex16, hex17, plain_uuid};
use super::organisation::{PLANS, choose_plan};
use super::place::Place;
use super::plans::Plan;
use super::types::{ResourceType, Size};

/// A resource, or a member of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resource {
    pub(super) index: u32,
    /// 0, or the number of a member in its composite.
    pub(super) part: u8,
    pub(super) ty: ResourceType,
    pub(super) hash: u64,
    /// The hash of the composite itself, for a member.
    root: u64,
    plan: Option<u8>,
    /// The days on which it exists.
    pub(super) born: i64,
    gone: i64,
}

/// Resources come into being during so many days from the first, …
const BIRTHS_DAYS: u64 = 365;
/// … and the few that go, go during so many.
const DEATHS_DAYS: u64 = 1000;
const PER_MILLION_BORN_LATER: u32 = 120_000;
const PER_MILLION_GONE: u32 = 60_000;

impl Resource {
    /// The resource of that number in an account and Region.
    pub(super) fn at(place: Place<'_>, index: u32) -> Self {
        let hash = place.hash(Purpose::Resource, &[u64::from(index)]);
        let ty = ResourceType::at_place(place.estate_hash() % 100 + u64::from(index));
        let days = |salt: u64, bound| i64::try_from(scale(mix(hash ^ salt), bound)).unwrap_or(0);
        let first = place.world.first_day();
        let born_later = is_chosen(mix(hash ^ 1), PER_MILLION_BORN_LATER);
        let is_gone = is_chosen(mix(hash ^ 2), PER_MILLION_GONE);
        Self {
            index,
            part: 0,
            ty,
            hash,
            root: hash,
            plan: choose_plan(ty, mix(hash ^ 3)),
            born: if born_later { first + days(4, BIRTHS_DAYS) } else { first },
            gone: if is_gone { first + 30 + days(5, DEATHS_DAYS) } else { i64::MAX },
        }
    }

    /// The plan that protects it.
    pub(super) fn plan(&self) -> Option<&'static Plan> {
        self.plan.map(|number| &PLANS[usize::from(number)])
    }

    /// The number of the plan that protects it.
    pub(super) fn plan_number(&self) -> Option<usize> {
        self.plan.map(usize::from)
    }

    pub(super) fn exists_on(&self, day: i64) -> bool {
        (self.born..self.gone).contains(&day)
    }

    /// True with a chance of `parts_per_million`, for good; `salt` tells wishes apart.
    pub(super) fn is_wished(&self, place: Place<'_>, salt: u64, parts_per_million: u32) -> bool {
        let wish = hash(place.world.seed(), Purpose::Wish, &[self.hash, salt]);
        is_chosen(wish, parts_per_million)
    }

    /// Whether its job is a parent (composite) job.
    pub(super) fn is_composite(&self) -> bool {
        let is_type = matches!(self.ty, ResourceType::CloudFormation | ResourceType::Eks);
        is_type && (self.part == 0 || self.ty == ResourceType::CloudFormation)
    }

    /// How many members the composite has itself.
    fn direct(&self) -> u8 {
        2 + u8::try_from(scale(mix(self.root ^ 6), 4)).unwrap_or(0)
    }

    /// Whether the last member of the stack is a stack with two members of its own.
    fn has_nested(&self) -> bool {
        is_chosen(mix(self.root ^ 7), 300_000)
    }

    /// The numbers of all members of a composite, those of a nested stack included.
    pub(super) fn parts(&self) -> RangeInclusive<u8> {
        match self.ty {
            _ if !self.is_composite() || self.part != 0 => EMPTY,
            ResourceType::CloudFormation if self.has_nested() => 1..=self.direct() + 2,
            _ => 1..=self.direct(),
        }
    }

    /// The numbers of the members whose parent it is.
    pub(super) fn children(&self) -> RangeInclusive<u8> {
        match self.is_composite() {
            false => EMPTY,
            true if self.part == 0 => 1..=self.direct(),
            true => self.part + 1..=self.part + 2,
        }
    }

    /// The number of a member's parent.
    pub(super) fn parent_part(&self, part: u8) -> u8 {
        if part > self.direct() { self.direct() } else { 0 }
    }

    /// A member of the composite; itself for 0.
    pub(super) fn member(&self, place: Place<'_>, part: u8) -> Self {
        use ResourceType::{Aurora, CloudFormation, DynamoDb, Ebs, Ec2, Efs, Eks, Rds, S3};
        if part == 0 {
            return *self;
        }
        let hash = hash(place.world.seed(), Purpose::Member, &[self.root, u64::from(part)]);
        let choose = |types: &[ResourceType]| types[scale(hash, types.len() as u64) as usize];
        let ty = match self.ty {
            Eks if part == 1 => Eks,
            Eks => choose(&[Ebs, Ebs, Efs, S3]),
            _ if part == self.direct() && self.has_nested() => CloudFormation,
            _ => choose(&[Ebs, Ec2, Rds, DynamoDb, S3, Efs, Aurora]),
        };
        Self { part, ty, hash, ..*self }
    }

    /// The resource that a restore makes: of the same kind, with names of its own.
    pub(super) fn restored(&self, hash: u64) -> Self {
        Self { hash, ..*self }
    }

    /// The name; one resource in nine has none.
    pub(super) fn name(&self) -> Option<String> {
        let is_named = !self.hash.is_multiple_of(9);
        is_named.then(|| self.label())
    }

    /// A name as people give it: `billing-db-07`.
    pub(super) fn label(&self) -> String {
        const TEAMS: [&str; 12] = [
            "billing",
            "orders",
            "search",
            "identity",
            "warehouse",
            "reports",
            "mobile",
            "catalog",
            "ledger",
            "archive",
            "checkout",
            "telemetry",
        ];
        const STAGES: [&str; 4] = ["prod", "prod", "staging", "dev"];
        let team = TEAMS[scale(mix(self.hash ^ 8), 12) as usize];
        let stage = STAGES[scale(mix(self.hash ^ 9), 4) as usize];
        let number = &hex16(mix(self.hash ^ 10))[..4];
        [team, "-", stage, "-", number].concat()
    }

    /// How large it is, in bytes, on a day: data grows by a thousandth every 4 days.
    pub(super) fn bytes(&self, day: i64) -> i64 {
        let (low, high) = self.ty.facts().gib;
        let (a, b) = (mix(self.hash ^ 11), mix(self.hash ^ 12));
        let gib = low + scale(a, high - low).min(scale(b, high - low));
        let bytes = (gib << 30).cast_signed();
        match self.ty.facts().size {
            Size::Provisioned => bytes,
            _ => bytes / 4000 * (4000 + (day - self.born).max(0)) + (a & 0xfff_ffff).cast_signed(),
        }
    }

    /// The ARN.
    pub(super) fn arn(&self, place: Place<'_>) -> String {
        use ResourceType as T;
        let name = || self.label();
        let (service, path) = match self.ty {
            T::Ebs => ("ec2", ["volume/vol-", &hex17(self.hash)].concat()),
            T::Ec2 => ("ec2", ["instance/i-", &hex17(self.hash)].concat()),
            T::Rds => ("rds", ["db:", &name()].concat()),
            T::Aurora => ("rds", ["cluster:aurora-", &name()].concat()),
            T::DocumentDb => ("rds", ["cluster:docdb-", &name()].concat()),
            T::Neptune => ("rds", ["cluster:neptune-", &name()].concat()),
            T::DynamoDb => ("dynamodb", ["table/", &name()].concat()),
            // Buckets are named worldwide: their ARNs tell neither Region nor account.
            T::S3 => {
                return ["arn:", place.partition(), ":s3:::", &name(), "-", &hex16(self.hash)]
                    .concat();
            }
            T::Efs => ("elasticfilesystem", ["file-system/fs-", &hex17(self.hash)].concat()),
            T::Fsx => ("fsx", ["file-system/fs-", &hex17(self.hash)].concat()),
            T::VirtualMachine => {
                let id = hex17(self.hash).to_uppercase();
                ("backup-gateway", ["vm/vm-", &id].concat())
            }
            T::CloudFormation => {
                let id = plain_uuid(self.hash);
                ("cloudformation", ["stack/", &name(), "/", &id].concat())
            }
            T::Eks => ("eks", ["cluster/", &name()].concat()),
            T::Redshift => ("redshift", ["cluster:", &name()].concat()),
            T::StorageGateway => {
                let (gateway, volume) = (hex16(mix(self.hash ^ 13)), hex17(self.hash));
                let id = ["gateway/sgw-", &gateway[..8], "/volume/vol-", &volume].concat();
                ("storagegateway", id)
            }
            T::SapHana => ("ssm-sap", ["HANA/", &name(), "/DB/HDB"].concat()),
            T::Timestream => ("timestream", ["database/", &name(), "/table/metrics"].concat()),
        };
        place.arn(service, &path)
    }
}

const EMPTY: RangeInclusive<u8> = RangeInclusive::new(1, 0);
