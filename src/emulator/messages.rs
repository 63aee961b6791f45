//! AWS's own sentences for what goes wrong, each with its message category.
//!
//! The sentences are those of the page "AWS Backup console dashboards", section "Reasons for
//! problematic jobs", kept as they are in `message-categories.json`. Where AWS gives only a
//! pattern, a sentence that it matches stands in [`FRAMES`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::draw::{mix, scale};
use super::types::ResourceType;

/// The category of a job that completed without a message.
pub(super) const SUCCESS: &str = "SUCCESS";
/// The category of a sentence that is in no other.
const MISCELLANEOUS: &str = "MISCELLANEOUS";

/// A status message.
#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) category: &'static str,
    text: &'static str,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    BackupFailed,
    /// A backup that completed with issues.
    BackupIssues,
    /// A backup of a Windows instance whose VSS part failed.
    VssIssues,
    BackupExpired,
    CopyFailed,
    RestoreFailed,
}

/// The message of a backup that someone stopped (AWS's sample event).
pub(super) static STOPPED: Sentence =
    Sentence { category: MISCELLANEOUS, text: "Backup job was stopped by user." };
/// The message of a backup that ran longer than its completion window.
pub(super) static OVERDUE: Sentence =
    Sentence { category: "JOB_EXPIRED", text: "Backup job expired before completion." };
/// The message of a composite some of whose members were not backed up. AWS publishes none.
pub(super) static PARTIAL: Sentence = Sentence {
    category: MISCELLANEOUS,
    text: "One or more nested recovery points were not created.",
};
/// The message of a restore test that found no time to start (AWS's quotas page).
pub(super) static TEST_NOT_STARTED: Sentence = Sentence {
    category: MISCELLANEOUS,
    text: "Restore job was unable to start within the specified start window. \
           Try increasing your start window.",
};

/// AWS's patterns, and for each a sentence that it matches.
const FRAMES: &[(&str, &str)] = &[
    ("subscriber limit exceeded", "Subscriber limit exceeded: Too many snapshots in progress."),
    ("More than 50 tags specified", "More than 50 tags specified for snapshot of {resource}"),
    ("can have at most", "DB cluster can have at most 100 manual snapshots"),
    ("access denied", "Access denied exception while trying to list tags"),
    ("not authorized to", "IAM role {role} is not authorized to perform: tag:GetResources"),
    ("cannot be assumed by AWS Backup", "IAM Role {role} cannot be assumed by AWS Backup"),
    ("does not have permission", "IAM Role {role} does not have permission to back up {resource}"),
    ("missing permission", "The role {role} is missing permission to call ListTagsOfResource"),
    (
        "could not start because it is either inside or too close to the weekly maintenance \
         window configured",
        "Backup job could not start because it is either inside or too close to the weekly \
         maintenance window configured in the RDS instance.",
    ),
    (
        "could not start because it is either inside or too close to the automated backup window \
         configured",
        "Backup job could not start because it is either inside or too close to the automated \
         backup window configured in the RDS instance.",
    ),
    ("Instance is not in state", "Instance is not in state 'running' or 'stopped'"),
    ("not in the available state", "Instance {resource} is not in the available state."),
    ("not in available state", "Cluster is not in available state"),
    ("Cannot snapshot volume", "Cannot snapshot volume {resource} in state 'error'"),
    ("kms key", "The kms key of the vault {vault} could not be used"),
    ("does not exist", "Backup job failed because backup vault {vault} does not exist."),
    ("Could not find resource", "Could not find resource {resource}"),
    ("Could not find cryopod", "Could not find cryopod for the given resource"),
    ("Cannot find recovery point", "Cannot find recovery point to copy from {vault}"),
    ("resource not found", "Backup failed: resource not found ({resource})"),
    ("no longer available", "The resource {resource} is no longer available"),
    ("is invalid", "Resource ARN {resource} is invalid"),
    ("unsupported resource type", "Stack contains an unsupported resource type"),
    ("Unsupported resource type", "Unsupported resource type for {resource}"),
    (
        "Feature is not supported for provided resource type.",
        "Feature is not supported for provided resource type.",
    ),
    ("Backup job encountered a fatal error", "Backup job encountered a fatal error. Try again."),
];

/// Sentences of no category, in no list of AWS's.
const OTHERS: &[&str] = &[
    "The service did not answer in time. AWS Backup will try again at the next scheduled time.",
    "Snapshot creation was interrupted by a failover of {resource}.",
];

/// How often each category occurs, against the others.
const WEIGHTS: &[(&str, u64)] = &[
    ("ACCESS_DENIED", 24),
    ("RESOURCE_NOT_FOUND", 16),
    ("LIMIT_EXCEEDED", 14),
    ("INVALID_STATE", 12),
    ("CONCURRENT_JOB", 10),
    ("KMS_KEY_ERROR", 8),
    ("INVALID_LIFECYCLE", 6),
    ("FATAL_ERROR", 6),
    (MISCELLANEOUS, 5),
    ("TAG_COPY_ERROR", 4),
    ("HYPERVISOR_OFFLINE", 12),
    ("RESOURCE_NOT_SUPPORTED", 12),
    ("UNSUPPORTED_OPERATION", 8),
];
const OTHER_WEIGHT: u64 = 2;

#[derive(Deserialize)]
struct Document {
    categories: BTreeMap<String, Vec<String>>,
}

/// The sentences of one trouble and type, with the running total of their weights.
type Pool = Vec<(u64, &'static Sentence)>;

static POOLS: LazyLock<BTreeMap<(Trouble, &'static str), Pool>> = LazyLock::new(|| {
    let sentences: &'static [Sentence] = read().leak();
    let mut pools = BTreeMap::new();
    for trouble in ALL_TROUBLES {
        for ty in ResourceType::all() {
            pools.insert((trouble, ty.name()), pool(sentences, trouble, ty));
        }
    }
    pools
});

const ALL_TROUBLES: [Trouble; 6] = [
    Trouble::BackupFailed,
    Trouble::BackupIssues,
    Trouble::VssIssues,
    Trouble::BackupExpired,
    Trouble::CopyFailed,
    Trouble::RestoreFailed,
];

/// A sentence for the trouble of a job of type `ty`, told by `hash`; none if that trouble has
/// no sentence for the type.
pub(super) fn pick(trouble: Trouble, ty: ResourceType, hash: u64) -> Option<&'static Sentence> {
    let pool = POOLS.get(&(trouble, ty.name()))?;
    let (total, _) = pool.last()?;
    let chosen = scale(mix(hash), *total);
    pool.iter().find(|(until, _)| chosen < *until).map(|(_, sentence)| *sentence)
}

impl Sentence {
    /// The message about these ARNs.
    pub(super) fn text(&self, vault: &str, resource: &str, role: &str) -> String {
        if !self.text.contains('{') {
            return self.text.to_owned();
        }
        let text = self.text.replace("{vault}", vault);
        text.replace("{resource}", resource).replace("{role}", role)
    }
}

fn read() -> Vec<Sentence> {
    let document: Document = serde_json::from_str(include_str!("message-categories.json"))
        .expect("the file beside this one is what this struct says");
    let mut sentences = Vec::new();
    for (category, texts) in document.categories {
        let category: &'static str = category.leak();
        for text in texts {
            let text: &'static str = match text.strip_prefix("REGEX#") {
                Some(pattern) => frame(pattern),
                None => text.leak(),
            };
            sentences.push(Sentence { category, text });
        }
    }
    sentences.extend(OTHERS.iter().map(|text| Sentence { category: MISCELLANEOUS, text }));
    sentences
}

fn frame(pattern: &str) -> &'static str {
    let frame = FRAMES.iter().find(|(known, _)| *known == pattern);
    frame.map_or(OTHERS[0], |(_, sentence)| sentence)
}

fn pool(sentences: &'static [Sentence], trouble: Trouble, ty: ResourceType) -> Pool {
    let fitting = || sentences.iter().filter(|sentence| fits(sentence.text, trouble, ty));
    let mut total = 0;
    let mut pool = Vec::new();
    for sentence in fitting() {
        let alike = fitting().filter(|other| other.category == sentence.category).count();
        let weight = WEIGHTS.iter().find(|(category, _)| *category == sentence.category);
        let weight = weight.map_or(OTHER_WEIGHT, |(_, weight)| *weight);
        // The category's weight is shared by its sentences; 1000 keeps the division fine.
        total += weight * 1000 / alike as u64;
        pool.push((total, sentence));
    }
    pool
}

use ResourceType::{
    Aurora, CloudFormation, DocumentDb, DynamoDb, Ebs, Ec2, Eks, Fsx, Neptune, Rds, Redshift, S3,
    StorageGateway, Timestream, VirtualMachine,
};
use Trouble::{BackupExpired, BackupFailed, BackupIssues, CopyFailed, RestoreFailed, VssIssues};

/// Words of a sentence, the troubles that it can tell, and the types (none: every type).
/// The first line whose words are in the sentence decides.
const WORDS: &[(&str, &[Trouble], &[ResourceType])] = &[
    ("Windows VSS", &[VssIssues], &[Ec2]),
    ("Your backup succeeded", &[BackupIssues], &[Ec2]),
    ("copy resource tags", &[BackupIssues], &[]),
    ("Access denied exception while trying to list tags", &[BackupIssues, CopyFailed], &[]),
    ("missing permission to call ListTags", &[BackupIssues], &[]),
    ("Backup job expired", &[BackupExpired], &[]),
    ("running job for the same resource", &[BackupFailed, BackupExpired], &[]),
    ("AMI snapshot copy", &[CopyFailed], &[Ec2]),
    ("Images from AWS Marketplace", &[CopyFailed], &[Ec2]),
    ("be shared", &[CopyFailed], &[Ebs, Ec2, Rds, StorageGateway]),
    ("Storage Gateway backup copies", &[CopyFailed], &[StorageGateway]),
    ("Cannot find recovery point", &[CopyFailed, RestoreFailed], &[]),
    ("Feature is not supported", &[CopyFailed], &[DynamoDb, Timestream, Redshift, VirtualMachine]),
    ("opy job", &[CopyFailed], &[]),
    ("Backup job encountered", &[BackupFailed], &[]),
    ("concurrent number of backups", &[BackupFailed], &[]),
    ("Image creation", &[BackupFailed], &[Ec2]),
    ("images allowed", &[BackupFailed], &[Ec2]),
    ("snapshots for a single volume", &[BackupFailed], &[Ebs, Ec2]),
    ("active snapshot limit", &[BackupFailed], &[Ebs, Redshift]),
    ("volume", &[BackupFailed], &[Ebs, Ec2, StorageGateway]),
    ("user snapshots", &[BackupFailed], &[Rds, Aurora, Redshift]),
    ("DB cluster", &[BackupFailed], &[Aurora, DocumentDb, Neptune]),
    ("Timestream", &[BackupFailed], &[Timestream]),
    ("Table not found", &[BackupFailed], &[DynamoDb, Timestream]),
    ("virtual machine", &[BackupFailed], &[VirtualMachine]),
    ("hypervisor", &[BackupFailed], &[VirtualMachine]),
    ("bucket", &[BackupFailed, RestoreFailed], &[S3]),
    ("window configured", &[BackupFailed], &[Rds, Aurora, DocumentDb, Neptune]),
    ("Instance is not in state", &[BackupFailed], &[Ec2]),
    ("available state", &[BackupFailed], &[Rds, Aurora, DocumentDb, Neptune, Redshift, Fsx]),
    ("Unsupported resource type", &[BackupFailed], &[CloudFormation, Eks]),
    ("unsupported resource type", &[BackupFailed], &[CloudFormation, Eks]),
    ("cryopod", &[BackupFailed], &[]),
    ("failover", &[BackupFailed], &[Rds, Aurora, DocumentDb, Neptune]),
];

fn fits(text: &str, trouble: Trouble, ty: ResourceType) -> bool {
    match WORDS.iter().find(|(words, _, _)| text.contains(words)) {
        Some((_, troubles, types)) => {
            troubles.contains(&trouble) && (types.is_empty() || types.contains(&ty))
        }
        None => matches!(trouble, BackupFailed | CopyFailed | RestoreFailed),
    }
}

/// Every category that AWS names, `SUCCESS` and `MISCELLANEOUS` included.
#[cfg(test)]
pub(super) fn every_category() -> std::collections::BTreeSet<&'static str> {
    read().iter().map(|sentence| sentence.category).chain([SUCCESS]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_of_aws_can_occur() {
        for sentence in read() {
            let occurs = POOLS.values().flatten().any(|(_, known)| known.text == sentence.text);
            assert!(occurs, "{}", sentence.text);
        }
    }

    #[test]
    fn every_pattern_of_aws_has_a_sentence_that_it_matches() {
        let document: Document =
            serde_json::from_str(include_str!("message-categories.json")).unwrap();
        for text in document.categories.values().flatten() {
            if let Some(pattern) = text.strip_prefix("REGEX#") {
                let sentence = FRAMES.iter().find(|(known, _)| *known == pattern);
                let (_, sentence) = sentence.unwrap_or_else(|| panic!("no frame for {pattern:?}"));
                let sentence = sentence.to_lowercase();
                assert!(sentence.contains(&pattern.to_lowercase()), "{sentence}");
            }
        }
    }

    #[test]
    fn every_failure_of_every_type_has_a_sentence() {
        for ty in ResourceType::all() {
            for trouble in ALL_TROUBLES {
                let is_some = trouble != VssIssues || ty == Ec2;
                assert_eq!(pick(trouble, ty, 1).is_some(), is_some, "{trouble:?} {}", ty.name());
            }
        }
    }

    #[test]
    fn arns_are_filled_in() {
        let sentence = Sentence { category: "X", text: "{role} in {vault}, {resource}" };
        assert_eq!(sentence.text("v", "r", "i"), "i in v, r");
    }
}
