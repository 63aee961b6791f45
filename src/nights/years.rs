//! Years of nights: a simulated organisation is read every night and the warehouse is kept up, so
//! that it can be seen whether the thousandth night costs what the hundredth did.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::catalog::AsOf;
use crate::emulator::{Config, World};
use crate::engine::{Asker, Engine, Limits};
use crate::error::{Error, Result};
use crate::ingest::Progress;
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, DAY, Instant, Steps};
use crate::tables;
use crate::upkeep::{Maintain, Options};

use super::demo::{HandClock, Organization, pull_into, refuse_gaps};
use super::truth::{Agreement, compare};

/// Nights to be lived through.
#[derive(Clone, Debug)]
pub struct Years {
    /// The organisation.
    pub organization: Config,
    /// The first night.
    pub first: Instant,
    /// How many nights.
    pub nights: u32,
    /// The upkeep after each of them.
    pub upkeep: Options,
}

/// What a warehouse is like after a night and its upkeep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The number of the night; the first is 1.
    pub night: u32,
    /// When it was.
    pub at: Instant,
    /// Files that the newest snapshot names.
    pub live_files: u64,
    /// Their rows.
    pub rows: u64,
    /// Their bytes.
    pub live_bytes: u64,
    /// Data files that lie there, those of earlier snapshots included.
    pub files: u64,
    /// The bytes of these.
    pub bytes: u64,
    /// The bytes of the catalog.
    pub catalog_bytes: u64,
}

impl Years {
    /// Lives through the nights into a new warehouse in `folder`, telling `watch` after each, and
    /// compares what is held with the simulated world.
    ///
    /// # Errors
    /// A night that could not be read whole; whatever the disk refuses.
    pub async fn run(&self, folder: &Path, watch: &mut dyn FnMut(&Measured)) -> Result<Agreement> {
        let nights: Vec<_> =
            (0..self.nights).map(|night| self.first + i64::from(night) * DAY).collect();
        let world = World::new(self.organization.clone())?;
        let clock = Arc::new(HandClock(AtomicI64::new(self.first.micros())));
        let config = self.organization.clone();
        let server = Organization::start(config, "", Arc::clone(&clock)).await?;
        let sources = [server.source(&world)];
        let progress = Arc::new(Progress::default());
        let run_nights = async {
            for (night, number) in nights.iter().zip(1..) {
                clock.0.store(night.micros(), Ordering::SeqCst);
                let lake = WritableLake::open_or_create(folder, *night, &Steps::none())?;
                let report = pull_into(&lake, &sources, &clock, &progress).await?;
                refuse_gaps(number, &report)?;
                self.keep_up(&lake, clock.as_ref()).await?;
                watch(&measure(&lake.lake, number, *night)?);
            }
            Ok(())
        };
        let done: Result<()> = run_nights.await;
        server.stop().await;
        done?;
        let lake = Lake::open(folder)?;
        let asker = Asker::at(clock.now());
        let engine = Engine::open(&lake, AsOf::Latest, Limits::default(), asker).await?;
        compare(&engine, &world, &nights).await
    }

    async fn keep_up(&self, lake: &WritableLake, clock: &dyn Clock) -> Result<()> {
        let options = self.upkeep.clone();
        let report = Maintain { lake, clock, steps: Steps::none(), options }.run().await?;
        match report.problems.into_iter().next() {
            None => Ok(()),
            Some(problem) => Err(problem),
        }
    }
}

fn measure(lake: &Lake, night: u32, at: Instant) -> Result<Measured> {
    let snapshot = lake.catalog.snapshot(AsOf::Latest)?;
    let file = lake.catalog.file();
    let catalog = std::fs::metadata(&file)
        .map_err(|err| Error::io(format!("measure \"{}\"", file.display()), err))?;
    let found = lake.store.found()?;
    let mut measured = Measured {
        night,
        at,
        live_files: 0,
        rows: 0,
        live_bytes: 0,
        files: found.len() as u64,
        bytes: found.iter().map(|file| file.size_bytes).sum(),
        catalog_bytes: catalog.len(),
    };
    for table in tables::ALL {
        for file in lake.catalog.files(table, snapshot)? {
            measured.live_files += 1;
            measured.rows += file.record_count;
            measured.live_bytes += file.size_bytes;
        }
    }
    Ok(measured)
}
