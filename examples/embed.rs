//! Lookback as a library: reads AWS Backup into the folder `warehouse`, then asks it.
//!
//! ```text
//! cargo run --example embed -- us-east-1                          with AWS credentials at hand
//! cargo run --example embed -- us-east-1 http://127.0.0.1:4560    from `lookback emulate`
//! ```

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use lookback::catalog::AsOf;
use lookback::cli::SystemClock;
use lookback::engine::{Asker, Engine, Limits};
use lookback::error::{Error, Result};
use lookback::ingest::Pull;
use lookback::lake::{Lake, WritableLake};
use lookback::model::{Clock, Steps};
use lookback::output::{self, Format, Options};
use lookback::source::aws::Source;

/// A row each kind and state of job.
const QUESTION: &str = "SELECT kind, state, count(*) AS jobs, max(creation_date) AS last_created
                        FROM jobs GROUP BY kind, state ORDER BY kind, jobs DESC, state";

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let region = arguments.next().unwrap_or_else(|| "us-east-1".to_owned());
    let mut source = Source::new("embed", [region]);
    if let Some(url) = arguments.next() {
        source = source.at_emulator(url);
    }
    let folder = Path::new("warehouse");
    ingest(folder, source).await?;
    ask(folder, QUESTION).await
}

/// Reads what is not held yet, and what may have changed.
async fn ingest(folder: &Path, source: Source) -> Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    // Dropped at the end: whoever writes next need not wait.
    let lake = WritableLake::open_or_create(folder, clock.now(), &Steps::none())?;
    let report = Pull::new(&lake, &[source], clock).run().await?;
    for problem in &report.problems {
        writeln!(io::stderr(), "{}", problem.error.chain())
            .map_err(|err| Error::io("tell a problem", err))?;
    }
    Ok(())
}

/// Asks the newest snapshot, and shows the rows as a table as they come.
async fn ask(folder: &Path, sql: &str) -> Result<()> {
    let (lake, asker) = (Lake::open(folder)?, Asker::by(Arc::new(SystemClock)));
    let engine = Engine::open(&lake, AsOf::Latest, Limits::default(), asker).await?;
    let mut answer = engine.run(engine.parse(sql)?.remove(0)).await?;
    let out = Box::new(io::stdout());
    let mut table = output::writer(Format::Table, &answer.schema, out, Options::default())?;
    while let Some(batch) = answer.batches.next().await {
        table.write(&batch?)?;
    }
    table.finish().map(drop)
}
