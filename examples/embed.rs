//! Lookback as a library: read AWS Backup into a warehouse, then ask it.
//!
//! `cargo run --example embed -- us-east-1` with AWS credentials at hand; with an endpoint URL as
//! the second argument, an emulator is read instead (`lookback emulate`).

use std::path::Path;
use std::sync::Arc;

use lookback::catalog::AsOf;
use lookback::cli::SystemClock;
use lookback::engine::{Engine, Limits};
use lookback::error::Result;
use lookback::ingest::Pull;
use lookback::lake::{Lake, WritableLake};
use lookback::model::{Clock, Steps};
use lookback::source::aws::Source;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let region = arguments.next().unwrap_or_else(|| "us-east-1".to_owned());
    let mut source = Source::new("embed", [region]);
    if let Some(url) = arguments.next() {
        source = source.at_emulator(url);
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let folder = Path::new("warehouse");
    let lake = WritableLake::open_or_create(folder, clock.now(), &Steps::none())?;
    let report = Pull::new(&lake, &[source], clock).run().await?;
    for problem in &report.problems {
        eprintln!("{}", problem.error.chain());
    }
    let engine = Engine::open(&Lake::open(folder)?, AsOf::Latest, Limits::default()).await?;
    let sql = "SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state";
    for batch in engine.query(sql).await? {
        println!("{batch:?}");
    }
    Ok(())
}
