//! The resources that are backed up, and the members of composite ones.

use std::ops::RangeInclusive;

use super::draw::{Purpose, choose, hash, is_chosen, mix, scale};
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

/// What a resource's hash tells of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    BornLater,
    Birth,
    Gone,
    Death,
    Plan,
    Members,
    Nested,
    Team,
    Stage,
    Number,
    Size,
    Smaller,
    Gateway,
    Windows,
    Vss,
    Encryption,
}

fn told(hash: u64, what: Told) -> u64 {
    mix(hash ^ what as u64)
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
        let days = |what, bound| scale(told(hash, what), bound).cast_signed();
        let first = place.world.first_day();
        let born_later = is_chosen(told(hash, Told::BornLater), PER_MILLION_BORN_LATER);
        let is_gone = is_chosen(told(hash, Told::Gone), PER_MILLION_GONE);
        Self {
            index,
            part: 0,
            ty,
            hash,
            root: hash,
            plan: choose_plan(ty, told(hash, Told::Plan)),
            born: if born_later { first + days(Told::Birth, BIRTHS_DAYS) } else { first },
            gone: if is_gone { first + 30 + days(Told::Death, DEATHS_DAYS) } else { i64::MAX },
        }
    }

    /// A hash of the resource that tells one thing of it.
    pub(super) fn told(&self, what: Told) -> u64 {
        told(self.hash, what)
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
        2 + u8::try_from(scale(told(self.root, Told::Members), 4)).unwrap_or(0)
    }

    /// Whether the last member of the stack is a stack with two members of its own.
    fn has_nested(&self) -> bool {
        is_chosen(told(self.root, Told::Nested), 300_000)
    }

    /// The numbers of all members of a composite, those of a nested stack included.
    pub(super) fn parts(&self) -> RangeInclusive<u8> {
        match self.ty {
            _ if !self.is_composite() || self.part != 0 => EMPTY,
            ResourceType::CloudFormation if self.has_nested() => 1..=self.direct() + 2,
            _ => 1..=self.direct(),
        }
    }

    /// The number of a member's parent.
    pub(super) fn parent_part(&self, part: u8) -> u8 {
        if part > self.direct() { self.direct() } else { 0 }
    }

    /// The lives of the members whose parent is `part`, where `family` holds those of the whole
    /// composite by their numbers.
    pub(super) fn children_in<L: Copy>(
        &self,
        family: &[Option<L>],
        part: u8,
    ) -> impl Iterator<Item = L> {
        let members = (0u8..).zip(family).skip(1);
        let children = members.filter(move |(member, _)| self.parent_part(*member) == part);
        children.filter_map(|(_, life)| *life)
    }

    /// A member of the composite; itself for 0.
    pub(super) fn member(&self, place: Place<'_>, part: u8) -> Self {
        use ResourceType::{Aurora, CloudFormation, DynamoDb, Ebs, Ec2, Efs, Eks, Rds, S3};
        if part == 0 {
            return *self;
        }
        let hash = hash(place.world.seed(), Purpose::Member, &[self.root, u64::from(part)]);
        let ty = match self.ty {
            Eks if part == 1 => Eks,
            Eks => choose(hash, &[Ebs, Ebs, Efs, S3]),
            _ if part == self.direct() && self.has_nested() => CloudFormation,
            _ => choose(hash, &[Ebs, Ec2, Rds, DynamoDb, S3, Efs, Aurora]),
        };
        Self { part, ty, hash, ..*self }
    }

    /// `Some` for Windows instances: whether they are backed up with VSS.
    pub(super) fn windows_vss(&self) -> Option<bool> {
        let is_windows = self.ty == ResourceType::Ec2 && self.told(Told::Windows).is_multiple_of(4);
        is_windows.then(|| !self.told(Told::Vss).is_multiple_of(3))
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
        let team = choose(self.told(Told::Team), &TEAMS);
        let stage = choose(self.told(Told::Stage), &STAGES);
        let number = &hex16(self.told(Told::Number))[..4];
        [team, "-", stage, "-", number].concat()
    }

    /// How large it is, in bytes, on a day: data grows by a thousandth every 4 days.
    pub(super) fn bytes(&self, day: i64) -> i64 {
        let (low, high) = self.ty.facts().gib;
        let (a, b) = (self.told(Told::Size), self.told(Told::Smaller));
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
                let (gateway, volume) = (hex16(self.told(Told::Gateway)), hex17(self.hash));
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
