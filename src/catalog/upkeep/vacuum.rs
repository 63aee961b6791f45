//! The space that the catalog takes.

use crate::error::Result;
use crate::model::Steps;

use super::super::{Catalog, failed};

/// The pages of the catalog's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Its size in bytes.
    pub bytes: u64,
    /// The bytes of it that hold nothing.
    pub free_bytes: u64,
}

impl Catalog {
    /// How much of the catalog holds nothing.
    pub fn space(&self) -> Result<Space> {
        self.read("measure the catalog", |connection| {
            let pragma = |name: &str| -> rusqlite::Result<u64> {
                connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
            };
            let page = pragma("page_size")?;
            let (bytes, free_bytes) =
                (page * pragma("page_count")?, page * pragma("freelist_count")?);
            Ok(Space { bytes, free_bytes })
        })
    }

    /// Writes the catalog anew without what holds nothing. SQLite does it whole or not at all.
    ///
    /// There is no `ANALYZE`: each query of the catalog has one index to go by, and no statistics
    /// would change its plan.
    ///
    /// # Errors
    /// `Busy` if another program is reading the catalog all the time.
    pub fn vacuum(&self, steps: &Steps) -> Result<()> {
        steps.take("vacuum")?;
        let done = self.connection().execute_batch("VACUUM");
        done.map_err(|err| failed("vacuum the catalog", err))
    }
}
