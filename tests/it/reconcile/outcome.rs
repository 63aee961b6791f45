//! "Completed with issues": AWS's own two requests against the column `outcome`.

use arrow::array::RecordBatch;
use lookback::emulator::{Config, Rates};
use lookback::engine::Asker;
use lookback::model::{DAY, Reach};
use lookback::serve::aws::AwsService;
use serde_json::Value;

use crate::aws::read_pages;
use crate::ingest::organisation::{Night, small, source};
use crate::summaries::engine;
use crate::warehouse::{Warehouse, block_on, instant};

/// The jobs that a request counts.
fn asked(service: &AwsService, query: &str) -> i64 {
    let target = format!("/audit/backup-job-summaries?AccountId=ANY&{query}&");
    let rows = block_on(read_pages(service, &target, "BackupJobSummaries", 500));
    rows.iter().map(|row: &Value| row["Count"].as_i64().unwrap()).sum()
}

#[test]
fn what_the_two_requests_of_aws_give_is_what_outcome_says() {
    let config = small(4, 2, 12);
    let rates = Rates { with_issues: 0.2, ..config.rates };
    let config = Config { rates, regions: vec!["eu-west-1".to_owned()], ..config };
    let (warehouse, at) = (Warehouse::new(), instant("2026-03-01T05:00:00Z"));
    let night = Night::quiet(at);
    let sources = [source(&config, "s", Reach::Organization)];
    assert!(block_on(night.ingest(&warehouse, &config, &sources)).unwrap().is_whole());
    let sql = format!(
        "SELECT job_id FROM jobs WHERE kind = 'backup' AND outcome = 'ok_with_issues'
         AND creation_date >= TIMESTAMP '{}' AND creation_date < TIMESTAMP '{}'",
        at.day_start() - 14 * DAY,
        at.day_start()
    );
    let batches = block_on(engine(&warehouse, Asker::at(at)).query(&sql)).unwrap();
    let held: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let service = night.service(&config);
    let period = "AggregationPeriod=FOURTEEN_DAYS&State=COMPLETED";
    let all = asked(&service, period);
    let well = asked(&service, &format!("{period}&MessageCategory=SUCCESS"));
    assert!(well > 0 && all > well, "{all} of which {well} are well");
    assert_eq!(i64::try_from(held).unwrap(), all - well);
}
