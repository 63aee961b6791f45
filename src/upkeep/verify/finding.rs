//! What verifying finds.

use crate::catalog::Repair;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// A table that is declared is not there.
    MissingTable,
    /// Another tool left something that Lookback does not read.
    ForeignChange,
    /// A file that a snapshot names is not there.
    MissingFile,
    /// A file that nothing names.
    ExtraFile,
    /// A copy of the catalog that cannot be read: files that it needs may look extra.
    UnreadableCopy,
    /// A file of another size than the catalog says.
    WrongSize,
    /// A file whose bytes are not those that were written.
    WrongDigest,
    /// A file that is no Parquet, or cannot be read to its end.
    UnreadableFile,
    /// A file with another number of rows than the catalog says.
    WrongRowCount,
    /// A file whose footer has another length than the catalog says.
    WrongFooter,
    /// A file whose columns have other field ids than the table's.
    WrongColumns,
    /// Statistics of a file that its rows do not bear out.
    WrongStatistics,
    /// Statistics of a table that its rows do not bear out.
    WrongTableStatistics,
    /// A row that is there more than once.
    DuplicateKey,
    /// A row without what tells it apart.
    MissingKey,
    /// A row in a file of another month.
    OutsidePartition,
    /// A row that a listing brought, of a time of which nothing is said to be known.
    UncoveredRow,
    /// Coverage that cannot be.
    WrongCoverage,
    /// A job that is open by its row and not by the ledger, or the reverse.
    OpenJob,
    /// A rule of DuckLake's that the catalog breaks.
    Rule(&'static str),
}

impl Check {
    /// The word in the column `check`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingTable => "missing_table",
            Self::ForeignChange => "foreign_change",
            Self::MissingFile => "missing_file",
            Self::ExtraFile => "extra_file",
            Self::UnreadableCopy => "unreadable_copy",
            Self::WrongSize => "wrong_size",
            Self::WrongDigest => "wrong_digest",
            Self::UnreadableFile => "unreadable_file",
            Self::WrongRowCount => "wrong_row_count",
            Self::WrongFooter => "wrong_footer",
            Self::WrongColumns => "wrong_columns",
            Self::WrongStatistics => "wrong_statistics",
            Self::WrongTableStatistics => "wrong_table_statistics",
            Self::DuplicateKey => "duplicate_key",
            Self::MissingKey => "missing_key",
            Self::OutsidePartition => "outside_partition",
            Self::UncoveredRow => "uncovered_row",
            Self::WrongCoverage => "wrong_coverage",
            Self::OpenJob => "open_job",
            Self::Rule(name) => name,
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// What is not as it should be, with its kind.
    pub object: String,
    /// How.
    pub what: String,
    /// What would mend it.
    pub(super) mend: Option<Mend>,
}

/// What mends a finding.
#[derive(Clone, Debug)]
pub(super) enum Mend {
    /// A change of the catalog.
    Catalog(Repair),
    /// The removal of a file.
    Remove(String),
}

impl Finding {
    pub(super) fn new(check: Check, object: impl Into<String>, what: impl Into<String>) -> Self {
        Self { check, object: object.into(), what: what.into(), mend: None }
    }

    pub(super) fn mended_by(self, repair: Repair) -> Self {
        Self { mend: Some(Mend::Catalog(repair)), ..self }
    }

    /// True if and only if it can be mended without inventing anything.
    pub fn can_be_mended(&self) -> bool {
        self.mend.is_some()
    }

    /// True if and only if both say the same of the same object.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.check, &self.object) == (other.check, &other.object)
    }
}
