//! Exports: answers of the engine as files that other tools read.
//!
//! Promises: an export is there whole or not at all, and an older one is replaced by a whole one or
//! stays; the same snapshot gives the same rows in the same order; each file is in plain types
//! ([`crate::output`]), partitioned as Hive does it; a folder says in [`MANIFEST`] which snapshot
//! it is of; memory does not grow with the number of rows or files. Refuses: to replace anything
//! but an export, and a value or a type that would not come back as it was.

mod dataset;
mod hive;
mod manifest;
mod parts;
mod staging;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt;
use tokio::runtime::Handle;

use crate::catalog::Snapshot;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::output::{self, Format, Options, Out};

pub use dataset::{Dataset, Rows};
pub use staging::{Place, Staging};

use manifest::Manifest;
use parts::Written;

/// The file in a folder that says what the export is.
pub const MANIFEST: &str = "_lookback.json";

/// How files are written.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What they are.
    pub format: Format,
    /// The columns whose values are folders, and are in no file.
    pub partition_by: Vec<String>,
    /// The size at which a further file is begun.
    pub file_bytes_max: Option<u64>,
}

/// How far an export is.
#[derive(Debug, Default)]
pub struct Progress {
    rows: AtomicU64,
}

impl Progress {
    /// The rows that were written.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// So many more; and others have their turn, such as who waits to stop the export.
    async fn add(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
}

/// What an export wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Tables and queries.
    pub datasets: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Files, without the manifest.
    pub files: u64,
    /// The bytes of these files.
    pub bytes: u64,
}

impl Exported {
    fn add(&mut self, written: &Written) {
        self.datasets += 1;
        self.files += written.files.len() as u64;
        for file in &written.files {
            self.rows += file.rows;
            self.bytes += file.bytes;
        }
    }
}

/// One export.
#[derive(Debug)]
pub struct Export {
    /// Who answers.
    pub engine: Arc<Engine>,
    /// Where the answers are made. Whoever wants to hear what stops the export does not listen
    /// there: a query may be busy on all of these threads.
    pub threads: Handle,
    /// What is exported, each thing under a name of its own.
    pub datasets: Vec<Dataset>,
    /// Which rows of them, for the manifest.
    pub rows: Rows,
    /// The snapshot since which rows changed, for the manifest.
    pub changed_since: Option<Snapshot>,
    /// How.
    pub shape: Shape,
}

impl Export {
    /// How many rows there are, where that is known before they are read.
    ///
    /// # Errors
    /// Those of a query.
    pub async fn count(&self) -> Result<Option<u64>> {
        let mut all = 0;
        for dataset in &self.datasets {
            match dataset.count(&self.engine).await? {
                Some(count) => all += count,
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    /// Writes a folder for each dataset, and the manifest.
    ///
    /// # Errors
    /// What a query answers wrong, or the disk; then nothing is there.
    pub async fn to_folder(self, staging: Staging, progress: &Progress) -> Result<Exported> {
        let snapshot = self.engine.snapshot();
        let mut manifest = Manifest::new(snapshot, self.changed_since, self.rows, &self.shape);
        let mut exported = Exported::default();
        for dataset in self.datasets {
            let (name, table) = (dataset.name.clone(), dataset.table);
            let answer = dataset.rows(&self.engine, &self.threads).await?;
            let written = parts::write(answer, &name, &self.shape, &staging, progress).await?;
            exported.add(&written);
            manifest.add(name, table, written);
        }
        let text = manifest.text()?;
        let written = staging.create(MANIFEST)?.write_all(text.as_bytes());
        written.map_err(|err| Error::io(format!("write file \"{MANIFEST}\""), err))?;
        staging.sync(MANIFEST)?;
        staging.finish("")?;
        Ok(exported)
    }

    /// Writes the one dataset as one file.
    ///
    /// # Errors
    /// Those of [`Export::to_folder`].
    pub async fn to_file(self, staging: Staging, progress: &Progress) -> Result<Exported> {
        const NAME: &str = "export";
        let out = Box::new(std::io::BufWriter::new(staging.create(NAME)?));
        let rows = self.to_out(out, progress).await?.rows;
        let bytes = staging.sync(NAME)?;
        staging.finish(NAME)?;
        Ok(Exported { datasets: 1, rows, files: 1, bytes })
    }

    /// Writes the one dataset to wherever `out` leads.
    ///
    /// # Errors
    /// Those of [`Export::to_folder`], but what was written before is written.
    pub async fn to_out(mut self, out: Out, progress: &Progress) -> Result<output::Written> {
        let dataset = self.datasets.pop().filter(|_| self.datasets.is_empty());
        let dataset = dataset.ok_or_else(|| Error::internal("write one file of one dataset"))?;
        let mut answer = dataset.rows(&self.engine, &self.threads).await?;
        let mut sink = output::writer(self.shape.format, &answer.schema, out, Options::default())?;
        while let Some(batch) = answer.batches.next().await {
            let batch = batch?;
            sink.write(&batch)?;
            progress.add(batch.num_rows()).await;
        }
        sink.finish()
    }
}
