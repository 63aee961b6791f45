//! A warehouse in a temporary folder, written and read through the library.

use std::collections::BTreeSet;
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use futures::StreamExt;
use lookback::catalog::{AsOf, Commit, ComparedDay, Learnt, OpenChanges, Run, RunStatus};
use lookback::engine::{Asker, Engine, Limits};
use lookback::error::{Kind, Result};
use lookback::ingest::{Ingested, Writer};
use lookback::lake::{Lake, WritableLake};
use lookback::model::{FixedClock, Instant, OpenJob, Steps};
use lookback::tables::{self, Origin, Row, Table, settle};
use tempfile::TempDir;

/// A folder that may hold a warehouse, gone when dropped.
pub(crate) struct Warehouse {
    folder: TempDir,
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn instant(text: &str) -> Instant {
    Instant::from_text(text).unwrap()
}

impl Warehouse {
    /// A place where no warehouse is yet.
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::with_prefix("lookback-it-").unwrap() }
    }

    /// One that holds these jobs, which need not be settled.
    pub(crate) fn holding(rows: &[Row], now: Instant) -> Self {
        let warehouse = Self::new();
        warehouse.take(rows, now);
        warehouse
    }

    /// Takes in these jobs as they were seen at `now`; they need not be settled.
    pub(crate) fn take(&self, rows: &[Row], now: Instant) {
        let mut rows = rows.to_vec();
        for row in &mut rows {
            settle(row, "fixture", Origin::List, now);
        }
        self.ingest(&rows, now, &Steps::none()).unwrap();
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("warehouse")
    }

    /// The same warehouse at another place.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        copy_folder(&self.path(), &copy.path());
        copy
    }

    /// Tells the ledger what an ingest of a source learnt by listing, and by comparing.
    pub(crate) fn tell(
        &self,
        source: &str,
        learnt: &[Learnt],
        compared: &[ComparedDay],
        now: Instant,
    ) {
        let lake = self.open(now, &Steps::none()).unwrap();
        let catalog = &lake.lake.catalog;
        let base = catalog.snapshot(AsOf::Latest).unwrap();
        let (id, detail) = (format!("run {:?} of {source}", base.id), source.to_owned());
        let (command, status, rows) = ("ingest", RunStatus::Done, [0; 5]);
        let run = Run { id, command, started_at: now, status, rows, detail };
        let (changes, units, open) = (&[], &[], &OpenChanges::default());
        let commit = Commit { base, changes, run: &run, learnt, units, open, compared };
        catalog.commit(&commit, now, &Steps::none()).unwrap();
    }

    /// One run that takes these rows.
    pub(crate) fn ingest(&self, rows: &[Row], now: Instant, steps: &Steps) -> Result<Ingested> {
        let lake = self.open(now, steps)?;
        let clock = FixedClock(now);
        let mut writer = Writer::new(&lake, &clock, steps.clone());
        rows.iter().try_for_each(|row| writer.push(row))?;
        block_on(writer.commit("import", "test".into(), 0))
    }

    /// Opens it for writing. The lock may seem held for a moment: a process that another test
    /// starts has every open file of this one until it runs its own program.
    pub(crate) fn open(&self, now: Instant, steps: &Steps) -> Result<WritableLake> {
        for _ in 0..1000 {
            match WritableLake::open_or_create(&self.path(), now, steps) {
                Err(err) if err.kind() == Kind::Busy => sleep(Duration::from_millis(5)),
                done => return done,
            }
        }
        panic!("the lock is never free");
    }

    /// All rows of these tables, each ordered by its key, as SQL gives them.
    pub(crate) fn rows<const N: usize>(&self, tables: [&'static Table; N]) -> [Vec<Row>; N] {
        let lake = Lake::open(&self.path()).unwrap();
        let open = Engine::open(
            &lake,
            AsOf::Latest,
            Limits::default(),
            Asker::at(Instant::from_micros(0)),
        );
        let engine = block_on(open).unwrap();
        tables.map(|table| {
            let order = table.key.join(", ");
            let sql = format!("SELECT * FROM {} ORDER BY {order}, {}", table.name, table.time);
            let batches = block_on(engine.query(&sql)).unwrap();
            batches.iter().flat_map(|batch| tables::rows(table, batch).unwrap()).collect()
        })
    }

    /// What the ledger says of open jobs.
    pub(crate) fn open_jobs(&self) -> Vec<OpenJob> {
        Lake::open(&self.path()).unwrap().catalog.open_jobs().unwrap()
    }

    /// Every Parquet file below the data folder.
    pub(crate) fn files_on_disk(&self) -> BTreeSet<String> {
        let data = self.path().join("data");
        let mut found = BTreeSet::new();
        let mut folders = vec![data.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(&data).unwrap().display().to_string());
                }
            }
        }
        found
    }

    /// The rows of every table, read from the live files of the newest snapshot, whose sizes and
    /// row counts must be as the catalog says; an error where there is no warehouse.
    pub(crate) fn stored(&self) -> Result<Vec<(&'static Table, Vec<Row>)>> {
        let lake = Lake::open(&self.path())?;
        let snapshot = lake.catalog.snapshot(AsOf::Latest).unwrap();
        let mut all = Vec::new();
        for table in tables::ALL {
            let mut rows = Vec::new();
            for file in lake.catalog.files(table, snapshot).unwrap() {
                let size = fs::metadata(lake.store.local_path(&file.path).unwrap()).unwrap().len();
                assert_eq!(size, file.size_bytes, "size of {}", file.path);
                let batches = block_on(async {
                    let batches = lake.store.read(table, &file, None).await.unwrap();
                    batches.map(Result::unwrap).collect::<Vec<_>>().await
                });
                let of_file: Vec<_> =
                    batches.iter().flat_map(|batch| tables::rows(table, batch).unwrap()).collect();
                assert_eq!(of_file.len() as u64, file.record_count, "rows of {}", file.path);
                rows.extend(of_file);
            }
            all.push((table, rows));
        }
        Ok(all)
    }
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else if target.extension().is_some_and(|extension| extension == "parquet") {
            // Data files never change: a second name is as good as a copy.
            fs::hard_link(entry.path(), target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
