//! The types of resource that AWS Backup protects, and how their backups differ.

/// What `BackupSizeInBytes` says for a type (AWS's API reference, `BackupJob`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// AWS does not fill it.
    Absent,
    /// Always 0.
    Zero,
    /// The volume as provisioned, known as soon as the job runs.
    Provisioned,
    /// The whole backup.
    Whole,
    /// Only what changed.
    Delta,
}

/// A type of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourceType {
    Ebs,
    Ec2,
    Rds,
    DynamoDb,
    S3,
    Efs,
    Aurora,
    VirtualMachine,
    Fsx,
    CloudFormation,
    Eks,
    Redshift,
    StorageGateway,
    DocumentDb,
    Neptune,
    SapHana,
    Timestream,
}

/// What is known of a type.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) ty: ResourceType,
    /// AWS's name, as in `ResourceType`.
    pub(super) name: &'static str,
    /// How many of 100 resources are of this type.
    share: u64,
    /// How long a backup runs, in minutes.
    pub(super) minutes: (i64, i64),
    /// How large resources are, in GiB.
    pub(super) gib: (u64, u64),
    pub(super) size: Size,
}

use ResourceType as T;

#[rustfmt::skip]
static FACTS: [Facts; 17] = [
    facts(T::Ebs, "EBS", 22, (3, 60), (8, 2048), Size::Provisioned),
    facts(T::Ec2, "EC2", 18, (5, 90), (8, 1024), Size::Provisioned),
    facts(T::Rds, "RDS", 10, (4, 25), (20, 1000), Size::Zero),
    facts(T::DynamoDb, "DynamoDB", 10, (2, 30), (1, 200), Size::Whole),
    facts(T::S3, "S3", 9, (10, 240), (1, 20_000), Size::Whole),
    facts(T::Efs, "EFS", 6, (5, 180), (1, 500), Size::Delta),
    facts(T::Aurora, "Aurora", 6, (4, 30), (10, 2000), Size::Absent),
    facts(T::VirtualMachine, "VirtualMachine", 4, (30, 480), (40, 800), Size::Whole),
    facts(T::Fsx, "FSx", 3, (10, 120), (300, 8000), Size::Absent),
    facts(T::CloudFormation, "CloudFormation", 2, (1, 3), (1, 2), Size::Whole),
    facts(T::Eks, "EKS", 2, (2, 20), (1, 20), Size::Whole),
    facts(T::Redshift, "Redshift", 2, (5, 60), (160, 6000), Size::Whole),
    facts(T::StorageGateway, "Storage Gateway", 2, (20, 200), (100, 4000), Size::Provisioned),
    facts(T::DocumentDb, "DocumentDB", 1, (4, 30), (10, 800), Size::Absent),
    facts(T::Neptune, "Neptune", 1, (4, 30), (10, 800), Size::Absent),
    facts(T::SapHana, "SAP HANA on Amazon EC2", 1, (20, 240), (128, 4000), Size::Whole),
    facts(T::Timestream, "Timestream", 1, (5, 120), (1, 400), Size::Whole),
];

const fn facts(
    ty: ResourceType,
    name: &'static str,
    share: u64,
    minutes: (i64, i64),
    gib: (u64, u64),
    size: Size,
) -> Facts {
    Facts { ty, name, share, minutes, gib, size }
}

impl ResourceType {
    /// Every type.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        FACTS.iter().map(|facts| facts.ty)
    }

    /// What is known of it.
    pub(super) fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// AWS's name.
    pub(super) fn name(self) -> &'static str {
        self.facts().name
    }

    /// The type at a place of the wheel on which types have their shares: any 100 neighbours
    /// hold every type.
    pub(super) fn at_place(place: u64) -> Self {
        let mut left = place.wrapping_mul(37) % 100;
        for facts in &FACTS {
            if left < facts.share {
                return facts.ty;
            }
            left -= facts.share;
        }
        Self::Ebs
    }

    /// Whether `StopBackupJob` works on it (AWS's API reference).
    pub(super) fn is_stoppable(self) -> bool {
        let never = [T::Aurora, T::DocumentDb, T::Fsx, T::Neptune, T::SapHana, T::Rds];
        !never.contains(&self)
    }

    /// Whether `GuardDuty` scans its backups.
    pub(super) fn is_scannable(self) -> bool {
        matches!(self, Self::Ebs | Self::Ec2 | Self::S3)
    }

    /// Whether its backups move to cold storage.
    pub(super) fn has_cold_storage(self) -> bool {
        let cold = [T::DynamoDb, T::Efs, T::CloudFormation, T::SapHana, T::Timestream];
        cold.contains(&self) || self == Self::VirtualMachine || self == Self::Ebs
    }

    /// Whether restore testing plans choose it.
    pub(super) fn is_testable(self) -> bool {
        use ResourceType::{Aurora, DocumentDb, DynamoDb, Ebs, Ec2, Efs, Fsx, Neptune, Rds, S3};
        let testable = [Aurora, DocumentDb, DynamoDb, Ebs, Ec2, Efs, Fsx, Neptune, Rds, S3];
        testable.contains(&self)
    }

    /// Whether its backups are point-in-time ones where the rule says so.
    pub(super) fn is_continuous(self) -> bool {
        matches!(self, Self::Rds | Self::S3 | Self::Aurora | Self::SapHana)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_at_the_place_of_their_type() {
        for (index, facts) in FACTS.iter().enumerate() {
            assert_eq!(facts.ty as usize, index, "{}", facts.name);
        }
        assert_eq!(FACTS.iter().map(|facts| facts.share).sum::<u64>(), 100);
    }

    #[test]
    fn any_hundred_neighbours_hold_every_type() {
        for start in [0, 17, 12_345] {
            for ty in ResourceType::all() {
                let found = (start..start + 100).any(|place| ResourceType::at_place(place) == ty);
                assert!(found, "{} from {start}", ty.name());
            }
        }
    }
}
