//! Which states there are and which are final, and whether a job must still be followed.

use super::{DAY, Instant, JobKind};

/// A restore test is followed for so many days after its creation, then taken as it is: its
/// validation window is at most 7 days, and deletion "can take up to several days".
pub const RESTORE_TEST_DAYS: i64 = 15;

/// Whether a job can still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// It can still change.
    Open,
    /// It cannot change any more.
    Settled,
    /// It was open when AWS stopped showing it.
    Forgotten,
}

impl Tracking {
    /// The word in the column `tracking`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settled => "settled",
            Self::Forgotten => "forgotten",
        }
    }
}

/// The states that AWS lists for jobs of `kind`, in the order of its API model.
pub const fn states(kind: JobKind) -> &'static [&'static str] {
    match kind {
        JobKind::Backup => &[
            "CREATED",
            "PENDING",
            "RUNNING",
            "ABORTING",
            "ABORTED",
            "COMPLETED",
            "FAILED",
            "EXPIRED",
            "PARTIAL",
        ],
        JobKind::Copy => &["CREATED", "RUNNING", "COMPLETED", "FAILED", "PARTIAL"],
        JobKind::Restore => &["PENDING", "RUNNING", "COMPLETED", "ABORTED", "FAILED"],
        JobKind::Scan => {
            &["CANCELED", "COMPLETED", "COMPLETED_WITH_ISSUES", "CREATED", "FAILED", "RUNNING"]
        }
    }
}

/// True if and only if AWS documents `state` as final for jobs of `kind`.
///
/// A state that AWS has added since is not final: the job stays open and is read again.
pub fn is_terminal(kind: JobKind, state: &str) -> bool {
    let terminal: &[&str] = match kind {
        JobKind::Backup => &["COMPLETED", "FAILED", "EXPIRED", "ABORTED", "PARTIAL"],
        JobKind::Copy => &["COMPLETED", "FAILED", "PARTIAL", "ABORTED"],
        JobKind::Restore => &["COMPLETED", "FAILED", "ABORTED"],
        JobKind::Scan => &["COMPLETED", "COMPLETED_WITH_ISSUES", "FAILED", "CANCELED"],
    };
    terminal.contains(&state)
}

/// What a restore test still has to do after its restore has ended.
#[derive(Clone, Copy, Debug)]
pub struct RestoreTest<'a> {
    /// `ValidationStatus`, if any.
    pub validation: Option<&'a str>,
    /// `DeletionStatus`, if any.
    pub deletion: Option<&'a str>,
    /// When the job was created.
    pub creation_date: Instant,
}

/// Whether a job of `kind` seen in `state` at `observed_at` can still change.
///
/// `test` is given for restore jobs that a restore testing plan created: these change after
/// `COMPLETED`, when the restored resource is validated and deleted.
pub fn tracking(
    kind: JobKind,
    state: Option<&str>,
    test: Option<RestoreTest<'_>>,
    observed_at: Instant,
) -> Tracking {
    let Some(state) = state else { return Tracking::Open };
    if !is_terminal(kind, state) {
        return Tracking::Open;
    }
    match test {
        Some(test) if state == "COMPLETED" && !test.has_ended(observed_at) => Tracking::Open,
        _ => Tracking::Settled,
    }
}

impl RestoreTest<'_> {
    fn has_ended(self, observed_at: Instant) -> bool {
        let validated = matches!(self.validation, Some("FAILED" | "SUCCESSFUL" | "TIMED_OUT"));
        let deleted = matches!(self.deletion, Some("FAILED" | "SUCCESSFUL"));
        let overdue = observed_at - self.creation_date > RESTORE_TEST_DAYS * DAY;
        (validated && deleted) || overdue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: Instant = Instant::from_micros(0);

    #[track_caller]
    fn check(kind: JobKind, state: Option<&str>, expected: &str) {
        assert_eq!(tracking(kind, state, None, CREATED).name(), expected);
    }

    #[test]
    fn final_states_settle() {
        check(JobKind::Backup, Some("EXPIRED"), "settled");
        check(JobKind::Scan, Some("COMPLETED_WITH_ISSUES"), "settled");
        check(JobKind::Backup, Some("ABORTING"), "open");
    }

    #[test]
    fn unknown_and_absent_states_stay_open() {
        check(JobKind::Copy, Some("HIBERNATING"), "open");
        check(JobKind::Copy, None, "open");
    }

    #[track_caller]
    fn check_test(validation: Option<&str>, deletion: Option<&str>, days: i64, expected: &str) {
        let test = RestoreTest { validation, deletion, creation_date: CREATED };
        let observed_at = CREATED + days * DAY;
        let got = tracking(JobKind::Restore, Some("COMPLETED"), Some(test), observed_at);
        assert_eq!(got.name(), expected);
    }

    #[test]
    fn a_restore_test_is_open_until_validated_and_deleted() {
        check_test(None, None, 1, "open");
        check_test(Some("VALIDATING"), None, 1, "open");
        check_test(Some("SUCCESSFUL"), Some("DELETING"), 1, "open");
        check_test(Some("TIMED_OUT"), Some("SUCCESSFUL"), 1, "settled");
    }

    #[test]
    fn a_restore_test_is_followed_fifteen_days_at_most() {
        check_test(Some("VALIDATING"), None, 15, "open");
        check_test(Some("VALIDATING"), None, 16, "settled");
    }
}
