//! The warehouse as it is now, for servers: an engine for each snapshot.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::catalog::AsOf;
use crate::error::{Error, Result};
use crate::lake::Lake;

use super::{Asker, Engine, Limits};

/// Gives the engine of the state that is meant now: the newest, unless another is pinned.
///
/// The catalog is asked each time, which costs one small read; an engine is opened only for a
/// snapshot that was not asked for before, and lives as long as somebody reads through it. A
/// warehouse that is put in the place of another is opened anew.
pub struct Current {
    place: Arc<Place>,
    known: Mutex<Known>,
}

/// Which warehouse, and how it is read.
struct Place {
    folder: PathBuf,
    patience: Duration,
    as_of: AsOf,
    limits: Limits,
    asker: Asker,
}

/// What was found last, and when that was looked for.
struct Known {
    opened: Opened,
    failure: Option<Error>,
    looked_at: Instant,
}

#[derive(Clone)]
struct Opened {
    lake: Lake,
    engine: Arc<Engine>,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current").field("folder", &self.place.folder).finish_non_exhaustive()
    }
}

impl Current {
    /// Follows the warehouse in `folder`; a catalog that another process keeps from being read is
    /// waited for no longer than `patience`.
    ///
    /// # Errors
    /// As [`Lake::open`] and [`Engine::open`].
    pub async fn open(
        folder: &Path,
        patience: Duration,
        as_of: AsOf,
        limits: Limits,
        asker: Asker,
    ) -> Result<Self> {
        let place = Place { folder: folder.to_owned(), patience, as_of, limits, asker };
        let looked_at = Instant::now();
        let lake = place.lake()?;
        let engine = Arc::new(place.engine(&lake).await?);
        let known = Known { opened: Opened { lake, engine }, failure: None, looked_at };
        Ok(Self { place: Arc::new(place), known: Mutex::new(known) })
    }

    /// The engine of the state that is meant now.
    ///
    /// # Errors
    /// `Busy` if another process keeps the catalog; why the warehouse, or the state that is pinned,
    /// can no longer be read.
    pub async fn engine(&self) -> Result<Arc<Engine>> {
        let asked_at = Instant::now();
        let mut known = self.known.lock().await;
        // Whoever waited while another looked takes what was found: of many requests that wait for
        // a busy catalog, each would otherwise wait for all before it.
        if known.looked_at < asked_at {
            let looked_at = Instant::now();
            let found = self.look(known.opened.clone()).await;
            known.looked_at = looked_at;
            known.failure = match found {
                Ok(opened) => {
                    known.opened = opened;
                    None
                }
                Err(err) => Some(err),
            };
        }
        match &known.failure {
            None => Ok(Arc::clone(&known.opened.engine)),
            Some(err) => Err(err.restate()),
        }
    }

    /// Looks on a thread that may wait.
    async fn look(&self, opened: Opened) -> Result<Opened> {
        let (place, runtime) = (Arc::clone(&self.place), Handle::current());
        let looked = tokio::task::spawn_blocking(move || runtime.block_on(place.look(opened)));
        looked.await.map_err(|err| Error::internal("look for a snapshot").with_source(err))?
    }
}

impl Place {
    fn lake(&self) -> Result<Lake> {
        Lake::open(&self.folder)?.with_patience(self.patience)
    }

    async fn engine(&self, lake: &Lake) -> Result<Engine> {
        Engine::open(lake, self.as_of, self.limits, self.asker.clone()).await
    }

    async fn look(&self, opened: Opened) -> Result<Opened> {
        if !opened.lake.catalog.is_in_place() {
            let lake = self.lake()?;
            let engine = Arc::new(self.engine(&lake).await?);
            return Ok(Opened { lake, engine });
        }
        if opened.lake.catalog.snapshot(self.as_of)? == opened.engine.snapshot() {
            return Ok(opened);
        }
        let engine = Arc::new(self.engine(&opened.lake).await?);
        Ok(Opened { engine, ..opened })
    }
}
