//! What jobs of several kinds tell alike: recovery points, plans, vaults, keys, lifecycles.

use super::draw::{Purpose, hash, mix};
use super::ids::{Key, hex17, plain_uuid};
use super::night::Slot;
use super::organisation::{AIR_GAPPED_VAULT, COPY_VAULT, DEFAULT_VAULT};
use super::place::Place;
use super::plans::{Plan, Rule, Target, Vault};
use super::resource::{Resource, Told};
use super::types::ResourceType;

/// The role that AWS Backup makes for itself.
pub(super) const ROLE: &str = "service-role/AWSBackupDefaultServiceRole";
/// The role that scans use.
pub(super) const SCANNER_ROLE: &str = "AWSBackupGuardDutyRolePolicyForScans";

/// The ARN of the recovery point that the job of `key` makes of the resource in `place`.
pub(super) fn recovery_point_arn(place: Place<'_>, key: Key, resource: &Resource) -> String {
    use ResourceType as T;
    let own = [
        key.kind as u64,
        u64::from(key.account),
        u64::from(key.region),
        u64::from(key.resource),
        key.day.cast_unsigned(),
        u64::from(key.slot),
        u64::from(key.part),
    ];
    let id = hash(place.world.seed(), Purpose::Point, &own);
    let job = || ["awsbackup:job-", &plain_uuid(id)].concat();
    match resource.ty {
        T::Ebs | T::StorageGateway => place.ec2_arn(&["snapshot/snap-", &hex17(id)].concat()),
        T::Ec2 => place.ec2_arn(&["image/ami-", &hex17(id)].concat()),
        T::Rds => place.arn("rds", &["snapshot:", &job()].concat()),
        T::Aurora | T::DocumentDb | T::Neptune => {
            place.arn("rds", &["cluster-snapshot:", &job()].concat())
        }
        T::Redshift => {
            let name = resource.label();
            place.arn("redshift", &["snapshot:", &name, "/", &job()].concat())
        }
        T::Fsx => place.arn("fsx", &["backup/backup-", &hex17(id)].concat()),
        _ => place.arn("backup", &["recovery-point:", &plain_uuid(id)].concat()),
    }
}

/// The vault into which the backup of a slot goes.
pub(super) fn vault(slot: Slot) -> &'static Vault {
    slot.by.map_or(&DEFAULT_VAULT, |(_, rule)| rule.vault)
}

/// Where a copy goes: the account and Region, and the vault there.
pub(super) fn destination(place: Place<'_>, target: Target) -> (Place<'_>, &'static Vault) {
    match target {
        Target::AirGapped => (place, &AIR_GAPPED_VAULT),
        Target::Account => (place.backup_account(), &COPY_VAULT),
        Target::Region | Target::None => (place.next_region(), &COPY_VAULT),
    }
}

/// AWS's word for a vault's type; Regions of China have no air-gapped vaults and tell no type.
pub(super) fn vault_type(place: Place<'_>, vault: &Vault) -> Option<&'static str> {
    let air_gapped = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT";
    let name = if vault.is_air_gapped { air_gapped } else { "BACKUP_VAULT" };
    (place.partition() != "aws-cn").then_some(name)
}

/// AWS's word for whether a vault is locked.
pub(super) fn lock_state(vault: &Vault) -> &'static str {
    if vault.is_locked { "LOCKED" } else { "UNLOCKED" }
}

/// Whether backups of the resource are encrypted: those of types whose snapshots follow their
/// volume need not be.
pub(super) fn is_encrypted(resource: &Resource) -> bool {
    use ResourceType::{Ebs, Ec2, Rds, StorageGateway};
    let follows = [Ebs, Ec2, Rds, StorageGateway].contains(&resource.ty);
    !follows || !resource.told(Told::Encryption).is_multiple_of(12)
}

/// A plan as AWS tells of it in what it created.
#[derive(Debug)]
pub(super) struct Creator {
    pub(super) plan_id: String,
    pub(super) plan_arn: String,
    pub(super) plan_version: String,
    pub(super) rule_id: String,
}

/// The ids that a plan and rule have in an account and Region.
pub(super) fn creator(place: Place<'_>, plan: &Plan, rule: &Rule) -> Creator {
    // A policy of the organisation is one plan with one id in every account of a Region.
    let account = if plan.is_org { 0 } else { u64::from(place.account) + 1 };
    let own = [account, u64::from(place.region), name_hash(plan.name)];
    let plan_hash = hash(place.world.seed(), Purpose::Name, &own);
    let uuid = plain_uuid(plan_hash);
    let plan_id = match plan {
        plan if plan.is_org => ["orgs/", &uuid].concat(),
        plan if plan.name.starts_with("aws/efs/") => ["aws/efs/", &uuid].concat(),
        _ => uuid,
    };
    Creator {
        plan_arn: place.arn("backup", &["backup-plan:", &plan_id].concat()),
        plan_id,
        plan_version: base64_of(&plain_uuid(mix(plan_hash ^ 1))),
        rule_id: plain_uuid(mix(plan_hash ^ name_hash(rule.name))),
    }
}

/// AWS's versions are the Base64 of a UUID's text.
fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// FNV-1a: a hash of a name that is the same everywhere.
fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
