//! Scan jobs: `GuardDuty` looks for malware in the backups of volumes, instances and buckets.

use crate::model::{DAY, HOUR, MINUTE, SECOND};

use super::backup::backup;
use super::draw::{Draw, Purpose};
use super::night::{Night, Slot};
use super::phases::{Ending, Phases};
use super::resource::Resource;

/// The only scanner that AWS Backup has.
pub(super) const SCANNER: &str = "GUARDDUTY";
const WISH_SCANNED: u64 = 2;
const CANCELED: u32 = 4_000;
const WITH_ISSUES: u32 = 20_000;
/// Scans that take days: AWS's sample report has one that ran for 12.
const TAKES_DAYS: u32 = 12_000;

/// A scan job's life and what is told of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScanLife {
    pub(super) slot: Slot,
    pub(super) resource: Resource,
    pub(super) phases: Phases,
    pub(super) message: Option<&'static str>,
    /// What it finds, if it gets to the end.
    pub(super) result: Option<&'static str>,
    /// Whether it asks for the difference to an earlier backup only.
    pub(super) is_incremental: bool,
    pub(super) hash: u64,
}

/// AWS's sentence of a scan that ended well (sample event).
const COMPLETED: &str = "An AWS Backup scan job was successful completed.";
/// AWS's reasons for what it skips (`GuardDuty` guide, "Monitoring scan statuses and results").
const FAILURES: &[&str] = &[
    "ACCESS_DENIED: Customer Role does not have the required permissions needed for the service \
     to perform the scan",
    "RESOURCE_NOT_FOUND: Resource attempting to be scanned does not exist in the account or was \
     deleted during scanning",
    "RESOURCE_UNAVAILABLE: Resource is not in the expected state",
    "SNAPSHOT_SIZE_LIMIT_EXCEEDED: The snapshot size is greater than what GuardDuty supports",
];
const ISSUES: &[&str] = &[
    "Some files were either skipped or failed.",
    "At least 1 snapshot was not able to be scanned.",
];
const OVER_QUOTA: &str = "The oldest queued scan job was canceled: the quota of 10 scan jobs \
                          created for the resource was reached.";

/// The scan of a backup, if there is one.
pub(super) fn scan(night: &Night<'_>, root: &Resource, slot: Slot) -> Option<ScanLife> {
    let chances = night.place.world.chances();
    let (_, rule) = slot.by?;
    let is_asked = rule.is_scanned && root.ty.is_scannable();
    if !is_asked || !root.is_wished(night.place, WISH_SCANNED, chances.scanned) {
        return None;
    }
    let backup = backup(night, root, slot, 0).filter(|life| life.phases.ending.is_good())?;
    let hash = night.hash(Purpose::Life, root, &[u64::from(slot.number), 0, 2]);
    let mut draw = Draw::new(hash);
    let created = backup.phases.ended + draw.between(30 * SECOND, 15 * MINUTE);
    let start = created + draw.skewed(10 * SECOND, 30 * MINUTE);
    let takes_days = draw.chance(TAKES_DAYS);
    let longest = if takes_days { 12 * DAY } else { 6 * HOUR };
    let length = draw.skewed(if takes_days { DAY } else { 4 * MINUTE }, longest);
    let ending = ending(&mut draw, chances.scan_failed);
    let never_runs = ending == Ending::Canceled && draw.chance(700_000);
    let phases = Phases {
        created,
        pending: None,
        running: (!never_runs).then_some(start),
        aborting: None,
        ended: if never_runs { start } else { start + length },
        ending,
    };
    let result = result(&mut draw, ending, chances.threats);
    let message = message(&mut draw, ending);
    // The first scan of a week reads the whole lineage again.
    let is_incremental = night.day % 7 != 3;
    Some(ScanLife { slot, resource: *root, phases, message, result, is_incremental, hash })
}

fn ending(draw: &mut Draw, failed: u32) -> Ending {
    if draw.chance(failed) {
        Ending::Failed
    } else if draw.chance(CANCELED) {
        Ending::Canceled
    } else if draw.chance(WITH_ISSUES) {
        Ending::Issues
    } else {
        Ending::Completed
    }
}

fn result(draw: &mut Draw, ending: Ending, threats: u32) -> Option<&'static str> {
    let (has_threats, is_unknown) = (draw.chance(threats), draw.chance(300_000));
    match ending {
        Ending::Completed | Ending::Issues if has_threats => Some("THREATS_FOUND"),
        Ending::Issues if is_unknown => Some("UNKNOWN"),
        Ending::Completed | Ending::Issues => Some("NO_THREATS_FOUND"),
        _ => None,
    }
}

fn message(draw: &mut Draw, ending: Ending) -> Option<&'static str> {
    match ending {
        Ending::Completed => Some(COMPLETED),
        Ending::Issues => Some(draw.choose(ISSUES)),
        Ending::Failed => Some(draw.choose(FAILURES)),
        Ending::Canceled => Some(OVER_QUOTA),
        _ => None,
    }
}
