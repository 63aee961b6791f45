//! Writes the ledger, inside the one commit.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::error::Result;
use crate::model::{Coverage, DAY, Instant, Place, Reach, learn};

use super::super::commit::{Commit, Writer};
use super::super::failed;
use super::{ComparedDay, ComparedRow, Learnt, OpenChanges, Run, UnitRecord, read};

/// Units older than so many days are known only by the totals of their run.
const UNIT_DAYS: i64 = 90;
/// Of days older than so many it is no longer known how they compared: they can be compared anew.
const RECONCILIATION_DAYS: i64 = 90;

impl Writer<'_> {
    /// Writes what the commit tells besides data files; `snapshot` is the one that it made.
    pub(in super::super) fn write_ledger(
        &self,
        commit: &Commit<'_>,
        snapshot: Option<i64>,
        now: Instant,
    ) -> Result<()> {
        self.end_dead_runs(&commit.run.id)?;
        self.add_run(commit.run, commit.units, snapshot, now)?;
        self.add_units(&commit.run.id, commit.units)?;
        self.fold_units(now)?;
        self.learn(commit.learnt)?;
        self.change_open_jobs(commit.open)?;
        self.compare(&commit.run.id, commit.compared, now)
    }

    /// Whoever commits holds the writer's lock: no other run can still be running.
    fn end_dead_runs(&self, run_id: &str) -> Result<()> {
        let sql = "UPDATE lookback_run SET status = 'interrupted'
             WHERE status = 'running' AND run_id <> ?1";
        self.execute(sql, params![run_id]).map(drop)
    }

    fn add_run(
        &self,
        run: &Run,
        units: &[UnitRecord],
        snapshot: Option<i64>,
        now: Instant,
    ) -> Result<()> {
        let [read, new, changed, unchanged, refused] = run.rows;
        let total = |of: fn(&UnitRecord) -> u64| units.iter().map(of).sum::<u64>();
        self.execute(
            "INSERT INTO lookback_run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
                 ?13, ?14, ?15, ?16)
             ON CONFLICT (run_id) DO UPDATE SET status = excluded.status,
                 ended_at = excluded.ended_at,
                 snapshot_id = coalesce(excluded.snapshot_id, snapshot_id),
                 rows_read = excluded.rows_read, rows_new = excluded.rows_new,
                 rows_changed = excluded.rows_changed, rows_unchanged = excluded.rows_unchanged,
                 rows_refused = excluded.rows_refused, units = units + excluded.units,
                 calls = calls + excluded.calls, throttles = throttles + excluded.throttles,
                 retries = retries + excluded.retries, detail = excluded.detail",
            params![
                run.id,
                run.command,
                run.status.name(),
                run.started_at.to_string(),
                now.to_string(),
                snapshot,
                read,
                new,
                changed,
                unchanged,
                refused,
                units.len(),
                total(|unit| unit.calls),
                total(|unit| unit.throttles),
                total(|unit| unit.retries),
                run.detail
            ],
        )?;
        Ok(())
    }

    fn add_units(&self, run_id: &str, units: &[UnitRecord]) -> Result<()> {
        for unit in units {
            self.execute(
                "INSERT INTO lookback_unit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
                     ?12, ?13, ?14, ?15, ?16)",
                params![
                    run_id,
                    unit.place.source,
                    unit.place.region,
                    unit.place.kind.name(),
                    unit.operation,
                    unit.from.map(|from| from.to_string()),
                    unit.until.map(|until| until.to_string()),
                    unit.status.name(),
                    unit.started_at.to_string(),
                    unit.ended_at.to_string(),
                    unit.calls,
                    unit.throttles,
                    unit.retries,
                    unit.jobs,
                    unit.refused,
                    unit.message
                ],
            )?;
        }
        Ok(())
    }

    /// Their run has counted them already.
    fn fold_units(&self, now: Instant) -> Result<()> {
        let oldest = (now - UNIT_DAYS * DAY).to_string();
        self.execute("DELETE FROM lookback_unit WHERE ended_at < ?1", params![oldest]).map(drop)
    }

    fn learn(&self, learnt: &[Learnt]) -> Result<()> {
        let mut places: BTreeMap<(&Place, Reach), Vec<Coverage>> = BTreeMap::new();
        for new in learnt {
            places.entry((&new.place, new.reach)).or_default().push(new.coverage);
        }
        for ((place, reach), news) in places {
            let held = read::coverage(self.transaction, place, reach)
                .map_err(|err| failed("read the coverage", err))?;
            let known = news.into_iter().fold(held.clone(), |held, new| learn(&held, new));
            if known != held {
                self.set_coverage(place, reach, &known)?;
            }
        }
        Ok(())
    }

    fn set_coverage(&self, place: &Place, reach: Reach, known: &[Coverage]) -> Result<()> {
        let (source, region) = (&place.source, &place.region);
        let (scope, kind) = (reach.name(), place.kind.name());
        self.execute(
            "DELETE FROM lookback_coverage
             WHERE source = ?1 AND scope = ?2 AND region = ?3 AND kind = ?4",
            params![source, scope, region, kind],
        )?;
        for coverage in known {
            self.execute(
                "INSERT INTO lookback_coverage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    source,
                    scope,
                    region,
                    kind,
                    coverage.span.from.to_string(),
                    coverage.span.until.to_string(),
                    coverage.status.name(),
                    coverage.is_settled,
                    coverage.listed_at.to_string()
                ],
            )?;
        }
        Ok(())
    }

    pub(in super::super) fn change_open_jobs(&self, open: &OpenChanges) -> Result<()> {
        for key in &open.closed {
            self.execute(
                "DELETE FROM lookback_open_job
                 WHERE kind = ?1 AND region = ?2 AND account_id = ?3 AND job_id = ?4",
                params![key.kind.name(), key.region, key.account_id, key.job_id],
            )?;
        }
        for job in &open.opened {
            self.execute(
                "INSERT OR REPLACE INTO lookback_open_job
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    job.key.kind.name(),
                    job.key.region,
                    job.key.account_id,
                    job.key.job_id,
                    job.creation_date.to_string(),
                    job.state,
                    job.source,
                    job.observed_at.to_string()
                ],
            )?;
        }
        Ok(())
    }

    /// Replaces what is known of the compared days, and lets go of what is old.
    fn compare(&self, run_id: &str, compared: &[ComparedDay], now: Instant) -> Result<()> {
        if compared.is_empty() {
            return Ok(());
        }
        let oldest = (now - RECONCILIATION_DAYS * DAY).to_string();
        let sql = "DELETE FROM lookback_reconciliation WHERE start_time < ?1";
        self.execute(sql, params![oldest])?;
        for day in compared {
            let Place { source, region, kind } = &day.place;
            self.execute(
                "DELETE FROM lookback_reconciliation
                 WHERE start_time = ?1 AND source = ?2 AND region = ?3 AND kind = ?4",
                params![day.start_time.to_string(), source, region, kind.name()],
            )?;
            for row in &day.rows {
                self.add_compared(run_id, day, row, now)?;
            }
        }
        Ok(())
    }

    fn add_compared(
        &self,
        run_id: &str,
        day: &ComparedDay,
        row: &ComparedRow,
        now: Instant,
    ) -> Result<()> {
        let [state, resource_type, message_category, malware_scanner, scan_result_status] =
            &row.values;
        self.execute(
            "INSERT INTO lookback_reconciliation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                 ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                run_id,
                day.place.source,
                day.place.region,
                day.place.kind.name(),
                day.start_time.to_string(),
                row.verdict,
                row.is_explained,
                row.account_id,
                state,
                resource_type,
                message_category,
                malware_scanner,
                scan_result_status,
                row.group_count,
                row.aws_count,
                row.our_count,
                row.reason,
                day.counted_at.to_string(),
                now.to_string()
            ],
        )?;
        Ok(())
    }
}
