//! What is mended in the catalog from what the files themselves say.

use rusqlite::params;

use crate::error::Result;
use crate::model::Steps;
use crate::tables::{Bounds, Table};

use super::super::commit::Writer;
use super::super::{Catalog, OpenChanges, failed};
use super::rules::Breach;

/// Something to be mended; nothing of it is invented.
#[derive(Clone, Debug)]
pub enum Repair {
    /// What the catalog says of a file is replaced by what the file says of itself.
    File(Restated),
    /// What the catalog says of the columns of a whole table is replaced.
    Table {
        /// The table.
        table: &'static Table,
        /// What is in its columns.
        columns: Vec<Option<Bounds>>,
    },
    /// The ledger of open jobs is changed to what the rows say.
    Open(OpenChanges),
    /// A rule is broken, and has a statement that mends it.
    Rule(Breach),
}

/// What a file says of itself.
#[derive(Clone, Debug)]
pub struct Restated {
    /// Its table.
    pub table: &'static Table,
    /// Its id.
    pub id: i64,
    /// Its rows.
    pub record_count: u64,
    /// Its size.
    pub size_bytes: u64,
    /// The length of its footer.
    pub footer_size_bytes: u64,
    /// What is in its columns.
    pub columns: Vec<Option<Bounds>>,
}

impl Catalog {
    /// Mends all of it in one transaction.
    pub fn repair(&self, repairs: &[Repair], steps: &Steps) -> Result<()> {
        self.write("repair the catalog", steps, |writer| {
            repairs.iter().try_for_each(|repair| writer.repair(repair))
        })
    }
}

impl Writer<'_> {
    fn repair(&self, repair: &Repair) -> Result<()> {
        match repair {
            Repair::File(file) => self.restate_file(file),
            Repair::Table { table, columns } => self.restate_table(table, columns),
            Repair::Open(changes) => self.change_open_jobs(changes),
            Repair::Rule(breach) => {
                breach.mend.map_or(Ok(()), |mend| self.execute(mend, params![]).map(drop))
            }
        }
    }

    fn restate_file(&self, file: &Restated) -> Result<()> {
        self.execute(
            "UPDATE ducklake_data_file SET record_count = ?2, file_size_bytes = ?3,
                 footer_size = ?4
             WHERE data_file_id = ?1",
            params![file.id, file.record_count, file.size_bytes, file.footer_size_bytes],
        )?;
        let sql = "SELECT table_id FROM ducklake_data_file WHERE data_file_id = ?1";
        let table_id = self
            .transaction
            .query_row(sql, [file.id], |row| row.get(0))
            .map_err(|err| failed("read a file to be repaired", err))?;
        let sql = "DELETE FROM ducklake_file_column_stats
             WHERE table_id = ?1 AND data_file_id = ?2";
        self.execute(sql, params![table_id, file.id])?;
        self.add_stats(file.table, table_id, file.id, file.record_count, &file.columns)
    }

    fn restate_table(&self, table: &Table, columns: &[Option<Bounds>]) -> Result<()> {
        let sql = "SELECT table_id FROM ducklake_table
             WHERE table_name = ?1 AND end_snapshot IS NULL";
        let table_id = self
            .transaction
            .query_row(sql, [table.name], |row| row.get(0))
            .map_err(|err| failed("find a table to be repaired", err))?;
        for (column_id, bounds) in table.field_ids().into_iter().zip(columns) {
            if let Some(bounds) = bounds {
                self.set_column_bounds(table_id, column_id, bounds)?;
            }
        }
        Ok(())
    }
}
