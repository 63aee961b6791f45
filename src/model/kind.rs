//! The four kinds of AWS Backup job.

use std::fmt;

/// A kind of AWS Backup job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// `ListBackupJobs`.
    Backup,
    /// `ListCopyJobs`.
    Copy,
    /// `ListRestoreJobs`.
    Restore,
    /// `ListScanJobs`: malware scans.
    Scan,
}

impl JobKind {
    /// All kinds, in the order in which everything lists them.
    pub const ALL: [Self; 4] = [Self::Backup, Self::Copy, Self::Restore, Self::Scan];

    /// The kind as a word in tables and on the command line: `backup`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Copy => "copy",
            Self::Restore => "restore",
            Self::Scan => "scan",
        }
    }

    /// The kind with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The table that holds the jobs: `backup_jobs`.
    pub fn table(self) -> &'static str {
        match self {
            Self::Backup => "backup_jobs",
            Self::Copy => "copy_jobs",
            Self::Restore => "restore_jobs",
            Self::Scan => "scan_jobs",
        }
    }

    /// AWS's name of the job id: `BackupJobId`.
    pub fn id_field(self) -> &'static str {
        match self {
            Self::Backup => "BackupJobId",
            Self::Copy => "CopyJobId",
            Self::Restore => "RestoreJobId",
            Self::Scan => "ScanJobId",
        }
    }

    /// AWS's name of the state: `State`, but `Status` for restore jobs.
    pub fn state_field(self) -> &'static str {
        match self {
            Self::Restore => "Status",
            Self::Backup | Self::Copy | Self::Scan => "State",
        }
    }

    /// AWS's name of the vault ARN that tells a job's account and Region (a copy job's: the
    /// source vault's).
    pub fn vault_field(self) -> &'static str {
        match self {
            Self::Copy => "SourceBackupVaultArn",
            Self::Backup | Self::Restore | Self::Scan => "BackupVaultArn",
        }
    }

    /// The member that holds the jobs in a List answer: `BackupJobs`.
    pub fn list_key(self) -> &'static str {
        match self {
            Self::Backup => "BackupJobs",
            Self::Copy => "CopyJobs",
            Self::Restore => "RestoreJobs",
            Self::Scan => "ScanJobs",
        }
    }

    /// The member that holds the rows in a summaries answer: `BackupJobSummaries`.
    pub fn summaries_key(self) -> &'static str {
        match self {
            Self::Backup => "BackupJobSummaries",
            Self::Copy => "CopyJobSummaries",
            Self::Restore => "RestoreJobSummaries",
            Self::Scan => "ScanJobSummaries",
        }
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
