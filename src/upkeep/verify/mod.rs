//! Compares the catalog with the files, and the ledger with the rows.
//!
//! All claims are read at one moment, and live files are read whole, one after the other. Nothing
//! grows with the number of rows but temporary files ([`keys`]); in memory are what the catalog
//! says of files, a batch, a slice of the keys, and the jobs that are open.

mod file;
mod finding;
mod keys;
mod ledger;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;

use crate::catalog::{COPY_FOLDER, HeldTable, Holdings, Repair};
use crate::error::Result;
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, Steps};
use crate::store::{Found, Store};
use crate::tables::{Bounds, Table};

pub use self::finding::{Check, Finding};

use self::file::{Inside, outside};
use self::finding::Mend;
use self::keys::{Numbers, Suspects};
use self::rows::{Gathered, Known};
use super::copies;

/// How many rows that are there twice are told one by one, of each table.
const TOLD_MAX: usize = 10;

/// A verification to be made.
#[derive(Debug)]
pub struct Verify<'a> {
    /// The warehouse; it may be written meanwhile.
    pub lake: &'a Lake,
    /// Tells which files are so young that a program may still be writing them.
    pub clock: &'a dyn Clock,
    /// How long a file may lie there without a name, in microseconds.
    pub grace: i64,
}

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Files that were looked at.
    pub files: u64,
    /// Rows that were read.
    pub rows: u64,
    /// What is not as it should be, by check.
    pub findings: Vec<Finding>,
}

impl Verify<'_> {
    /// Looks at everything.
    ///
    /// # Errors
    /// Whatever the disk refuses. What is damaged is a finding and no error, unless the catalog
    /// itself cannot be read.
    pub async fn run(&self) -> Result<Verdict> {
        // What lies there is looked for first: a file that is named after that is not extra.
        let found = self.lake.store.found()?;
        let holdings = self.lake.catalog.holdings()?;
        let mut verdict = Verdict::default();
        self.check_extra(&found, &mut verdict)?;
        let sizes = found.iter().map(|file| (file.path.as_str(), file.size_bytes)).collect();
        let known = rows::known(&holdings.coverage);
        let (mut open, mut is_complete) = (Vec::new(), holdings.gone.is_empty());
        for held in &holdings.tables {
            let gathered = self.check_table(held, &known, &sizes, &mut verdict).await?;
            is_complete &= gathered.is_complete;
            open.extend(gathered.open);
        }
        check_claims(&holdings, &mut verdict);
        verdict.findings.extend(ledger::open(&open, &holdings.open, is_complete));
        verdict.findings.sort_by(|a, b| (a.check, &a.object).cmp(&(b.check, &b.object)));
        Ok(verdict)
    }

    fn check_extra(&self, found: &[Found], verdict: &mut Verdict) -> Result<()> {
        let catalog = &self.lake.catalog;
        let mut named: BTreeSet<_> = catalog.named_files()?;
        named.extend(catalog.scheduled()?.into_iter().map(|file| file.path));
        let spared = copies::spared(catalog.folder());
        let is_known = spared.is_ok();
        match spared {
            Ok(spared) => named.extend(spared),
            Err(err) => {
                let object = format!("folder {COPY_FOLDER}");
                verdict.findings.push(Finding::new(Check::UnreadableCopy, object, err.chain()));
            }
        }
        let before = self.clock.now() - self.grace;
        for file in found.iter().filter(|it| it.changed_at <= before && !named.contains(&it.path)) {
            // What is swept meanwhile is neither named nor there.
            if self.lake.store.local_path(&file.path).is_some_and(|path| !path.exists()) {
                continue;
            }
            let what = format!("nothing names it; it has {} bytes", file.size_bytes);
            let finding = Finding::new(Check::ExtraFile, format!("file {}", file.path), what);
            let is_ours_to_remove = is_known && file.is_ours();
            let mend = is_ours_to_remove.then(|| Mend::Remove(file.path.clone()));
            verdict.findings.push(Finding { mend, ..finding });
        }
        Ok(())
    }

    /// Checks the files of one table; gives what their rows say together.
    async fn check_table<'k>(
        &self,
        held: &HeldTable,
        known: &'k Known,
        sizes: &BTreeMap<&str, u64>,
        verdict: &mut Verdict,
    ) -> Result<Gathered<'k>> {
        let (table, store) = (held.table, &self.lake.store);
        let mut gathered = Gathered::new(table, known);
        gathered.is_complete = held.obstacle.is_none();
        let mut numbers = Numbers::new(table)?;
        let mut bounds: Vec<Option<Bounds>> = vec![None; table.columns.len()];
        for file in &held.files {
            verdict.files += 1;
            let path = file.file.path.as_str();
            // One that was written since they were looked for is there all the same.
            let size = match sizes.get(path) {
                Some(size) => Some(*size),
                None => store.size(path).await?,
            };
            let outside = outside(store, file, size, &mut verdict.findings).await?;
            if file.end.is_some() || held.obstacle.is_some() {
                continue;
            }
            let mut inside =
                Inside { store, table, gathered: &mut gathered, numbers: &mut numbers };
            match inside.check(file, &outside, &mut verdict.findings).await? {
                Some((rows, columns)) => {
                    verdict.rows += rows;
                    widen(table, &mut bounds, &columns);
                }
                None => gathered.is_complete = false,
            }
        }
        verdict.findings.extend(gathered.findings());
        verdict.findings.extend(duplicates(store, held, numbers).await?);
        verdict.findings.extend(wrong_table(held, &bounds));
        Ok(gathered)
    }
}

impl Verdict {
    /// Mends what can be mended without inventing anything; gives how much that is.
    ///
    /// # Errors
    /// Whatever the disk refuses.
    pub fn repair(&self, lake: &WritableLake, steps: &Steps) -> Result<u64> {
        let mends = || self.findings.iter().filter_map(|finding| finding.mend.as_ref());
        let repairs: Vec<Repair> = mends()
            .filter_map(|mend| match mend {
                Mend::Catalog(repair) => Some(repair.clone()),
                Mend::Remove(_) => None,
            })
            .collect();
        if !repairs.is_empty() {
            lake.lake.catalog.repair(&repairs, steps)?;
        }
        for mend in mends() {
            if let Mend::Remove(path) = mend {
                steps.take("remove file")?;
                lake.lake.store.remove(path)?;
            }
        }
        Ok(mends().count() as u64)
    }
}

/// What the catalog and the ledger say that cannot be, whatever is in the files.
fn check_claims(holdings: &Holdings, verdict: &mut Verdict) {
    for table in &holdings.gone {
        let object = format!("table {}", table.name);
        verdict.findings.push(Finding::new(Check::MissingTable, object, "it is not there"));
    }
    for held in &holdings.tables {
        if let Some(obstacle) = &held.obstacle {
            let hint = obstacle.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            let what = format!("{obstacle}{hint}");
            let object = format!("table {}", held.table.name);
            verdict.findings.push(Finding::new(Check::ForeignChange, object, what));
        }
    }
    verdict.findings.extend(ledger::coverage(&holdings.coverage));
    for breach in &holdings.breaches {
        let check = Check::Rule(breach.rule);
        let finding = Finding::new(check, breach.object.clone(), breach.what.clone());
        verdict.findings.push(if breach.can_be_mended() {
            finding.mended_by(Repair::Rule(breach.clone()))
        } else {
            finding
        });
    }
}

fn widen(table: &Table, bounds: &mut [Option<Bounds>], columns: &[Option<Bounds>]) {
    for ((column, held), new) in table.columns.iter().zip(bounds).zip(columns) {
        *held = match (held.take(), new) {
            (Some(held), Some(new)) => Some(held.union(column.ty, new)),
            (held, new) => held.or_else(|| new.clone()),
        };
    }
}

/// Statistics of a table by which DuckDB plans, and which its rows do not bear out.
fn wrong_table(held: &HeldTable, bounds: &[Option<Bounds>]) -> Option<Finding> {
    let columns = held.table.columns.iter().zip(&held.columns).zip(bounds);
    let is_wrong = |((column, said), is): &(
        (&crate::tables::Column, &Option<Bounds>),
        &Option<Bounds>,
    )| match (said, is) {
        (Some(said), Some(is)) => {
            !said.covers(column.ty, is) || (is.null_count > 0 && said.null_count == 0)
        }
        _ => false,
    };
    let wrong: Vec<_> = columns.filter(is_wrong).map(|((column, _), _)| column.name).collect();
    if wrong.is_empty() {
        return None;
    }
    let mut columns = held.columns.clone();
    widen(held.table, &mut columns, bounds);
    let what = format!("its rows lie outside of its statistics in: {}", wrong.join(", "));
    let finding =
        Finding::new(Check::WrongTableStatistics, format!("table {}", held.table.name), what);
    Some(finding.mended_by(Repair::Table { table: held.table, columns }))
}

/// Rows that are there more than once.
async fn duplicates(store: &Store, held: &HeldTable, numbers: Numbers) -> Result<Vec<Finding>> {
    let (identity, repeated) = numbers.repeated()?;
    if repeated.is_empty() {
        return Ok(Vec::new());
    }
    let columns = identity.columns();
    let mut suspects = Suspects::new(identity, repeated);
    for file in held.files.iter().filter(|file| file.end.is_none()) {
        // What cannot be read has been told.
        let Ok(mut batches) = store.read(held.table, &file.file, Some(&columns)).await else {
            continue;
        };
        while let Some(Ok(batch)) = batches.next().await {
            suspects.add(&batch, &file.file.path)?;
        }
    }
    let found = suspects.finish();
    let more = found.len().saturating_sub(TOLD_MAX);
    let finding = |(key, files): (String, Vec<String>)| {
        let what = format!("it is there {} times: in {}", files.len(), files.join(", "));
        Finding::new(Check::DuplicateKey, format!("{} {key}", held.table.name), what)
    };
    let mut findings: Vec<_> = found.into_iter().take(TOLD_MAX).map(finding).collect();
    if more > 0 {
        let what = format!("{more} more rows are there more than once");
        findings.push(Finding::new(Check::DuplicateKey, held.table.name, what));
    }
    Ok(findings)
}
