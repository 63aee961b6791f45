//! Reads what AWS counted and what is held, a stretch of days at a time, and has it judged.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;

use crate::engine::Engine;
use crate::error::Result;
use crate::model::{
    DEFAULT_COMPOSITES, DEFAULT_COUNTED_BY, Dimension, Instant, JobKind, Place, Reach, Span,
};
use crate::tables::{self, AWS_JOB_SUMMARIES, BACKUP_JOBS, Origin, Row, Table};

use super::Wanted;
use super::counts::{Days, PerDay, counts, trace};
use super::day::Day;
use super::findings::{Findings, found};
use super::known::{Known, place, time};
use super::rule::{self, Counted};
use super::verdict::{Group, Judged, Rule};

/// One stretch of days.
pub(super) struct Stretch<'a> {
    pub(super) engine: &'a Engine,
    pub(super) known: &'a Known,
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) span: Span,
}

/// The days of all places, and the accounts of each source.
#[derive(Default)]
struct Read {
    days: BTreeMap<(Place, Instant), Day>,
    accounts: BTreeMap<String, BTreeSet<String>>,
}

impl Stretch<'_> {
    /// Compares all days of the stretch.
    pub(super) async fn compare(&self) -> Result<Vec<Findings>> {
        let mut read = self.read().await?;
        let kinds: BTreeSet<_> = read.days.keys().map(|(place, _)| place.kind).collect();
        for kind in kinds {
            let counted =
                counts(self.engine, kind, self.span, (DEFAULT_COUNTED_BY, DEFAULT_COMPOSITES));
            let counted = counted.await?;
            for ((place, start), day) in read.days.iter_mut().filter(|((it, _), _)| it.kind == kind)
            {
                let accounts = read.accounts.get(&place.source);
                for (group, count) in of_day(&counted, (place, *start), accounts) {
                    day.cell(group).held.count += count;
                }
            }
        }
        read.days.retain(|_, day| !day.cells.is_empty());
        self.trace(&mut read.days).await?;
        let mut judged: BTreeMap<_, _> =
            read.days.iter().map(|(at, day)| (at.clone(), day.judge())).collect();
        self.try_rules(&read, &mut judged).await?;
        let findings = |((place, start), judged): ((Place, Instant), Vec<Judged>)| {
            let counted_at = read.days[&(place.clone(), start)].counted_at;
            let found = found(judged, self.wanted.keeps_matches);
            Findings { place, start, counted_at, found }
        };
        Ok(judged.into_iter().map(findings).collect())
    }

    /// What AWS counted.
    async fn read(&self) -> Result<Read> {
        let wanted = self.known.places().filter(|place| (self.wanted.places)(place));
        let asked: BTreeMap<&Place, BTreeMap<Instant, Instant>> =
            wanted.map(|place| (place, self.known.days(place, self.span))).collect();
        let mut read = Read::default();
        let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut counting: BTreeSet<Place> = BTreeSet::new();
        for row in self.readings().await? {
            let (place, start) = (place(&row)?, time(&row, "start_time")?);
            if !(self.wanted.places)(&place) {
                continue;
            }
            let group = group(&row);
            let accounts = told.entry(place.source.clone()).or_default();
            accounts.extend(group.account_id.clone());
            counting.insert(place.clone());
            let said_at = time(&row, "observed_at")?;
            let at = (place, start);
            let end_time = row.time("end_time");
            let day = read.days.entry(at).or_insert_with_key(|(place, _)| {
                let counted_at = asked.get(place).and_then(|days| days.get(&start)).copied();
                let counted_at = counted_at.map_or(said_at, |asked| asked.max(said_at));
                Day { end_time, ..self.day(place, start, said_at, counted_at) }
            });
            if day.end_time != end_time {
                day.end_time = None;
            }
            day.cell(group).aws += row.long("count").unwrap_or(0);
        }
        for (place, days) in asked {
            for (start, at) in days {
                let new = || self.day(place, start, at, at);
                read.days.entry((place.clone(), start)).or_insert_with(new);
            }
        }
        read.accounts = self.accounts().await?;
        for ((place, _), day) in &mut read.days {
            day.counts_nothing = !counting.contains(place);
            let told = told.get(&place.source).cloned().unwrap_or_default();
            let own = read.accounts.entry(place.source.clone()).or_default();
            match self.known.reach(place) {
                // Who sees one account is told its counts alone, or those of all by mistake.
                Some(Reach::Account) => {
                    if own.is_empty() && told.len() == 1 {
                        own.extend(told);
                    }
                    day.accounts = Some(own.clone());
                }
                Some(Reach::Organization) | None => own.extend(told),
            }
        }
        Ok(read)
    }

    fn day(&self, place: &Place, start: Instant, said_at: Instant, counted_at: Instant) -> Day {
        let mut day = Day {
            kind: place.kind,
            start,
            said_at,
            counted_at,
            end_time: None,
            is_read_in_part: self.known.is_read_in_part(place, said_at),
            counts_nothing: false,
            accounts: None,
            coverage: Vec::new(),
            cells: BTreeMap::new(),
            without_result: BTreeMap::new(),
        };
        day.coverage = self.known.coverage(place, day.span());
        day
    }

    /// The rows of AWS's counts that are current, as ingests read them: an import does not tell
    /// how AWS was asked.
    async fn readings(&self) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT * FROM aws_job_summaries
             WHERE replaced_at IS NULL AND aggregation_period = 'ONE_DAY' AND origin = '{}'
             AND {}",
            Origin::List.name(),
            self.within("start_time"),
        );
        rows(self.engine, &AWS_JOB_SUMMARIES, &sql).await
    }

    /// The accounts whose jobs each source has read.
    async fn accounts(&self) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let within = self.within("creation_date");
        let sql = format!("SELECT DISTINCT source, account_id FROM jobs WHERE {within}");
        let mut accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows(self.engine, &BACKUP_JOBS, &sql).await? {
            if let (Some(source), Some(account)) = (row.text("source"), row.text("account_id")) {
                accounts.entry(source.to_owned()).or_default().insert(account.to_owned());
            }
        }
        Ok(accounts)
    }

    fn within(&self, column: &str) -> String {
        let Span { from, until } = self.span;
        format!("{column} >= TIMESTAMP '{from}' AND {column} < TIMESTAMP '{until}'")
    }

    /// Looks for traces of change in the jobs of the days on which something differs.
    async fn trace(&self, days: &mut BTreeMap<(Place, Instant), Day>) -> Result<()> {
        for kind in JobKind::ALL {
            let differ = days.iter_mut().filter(|((place, _), day)| {
                place.kind == kind && day.cells.values().any(|cell| cell.aws != cell.held.count)
            });
            let mut of_kind = Days::new();
            for ((place, start), day) in differ {
                let of_region = of_kind.entry(place.region.clone()).or_default();
                of_region.entry(*start).or_default().push(day);
            }
            let all = || of_kind.values().flat_map(BTreeMap::values).flatten();
            let first = all().map(|day| day.span().from).min();
            let last = all().map(|day| day.span().until).max();
            if let Some(span) = first.zip(last).and_then(|(from, until)| Span::new(from, until)) {
                trace(self.engine, kind, span, &mut of_kind).await?;
            }
        }
        Ok(())
    }

    /// Looks for a rule by which all days of a place agree, where they do not by ours.
    async fn try_rules(
        &self,
        read: &Read,
        judged: &mut BTreeMap<(Place, Instant), Vec<Judged>>,
    ) -> Result<()> {
        let places: BTreeSet<_> = read.days.keys().map(|(place, _)| place.clone()).collect();
        let mut counted: BTreeMap<(JobKind, Rule), PerDay> = BTreeMap::new();
        for place in places {
            let of_place: Vec<_> = read.days.iter().filter(|((it, _), _)| *it == place).collect();
            let found: Vec<_> =
                of_place.iter().map(|(at, day)| (*day, judged[*at].as_slice())).collect();
            if !rule::is_doubtful(&found) {
                continue;
            }
            for rule in Rule::alternatives() {
                let Rule::Counted { by, composites } = rule else { continue };
                let key = (place.kind, rule);
                if !counted.contains_key(&key) {
                    let by_rule = (by, composites);
                    let new = counts(self.engine, place.kind, self.span, by_rule).await?;
                    counted.insert(key, new);
                }
                let accounts = read.accounts.get(&place.source);
                let days: Vec<(&Day, Counted)> = of_place
                    .iter()
                    .map(|(at, day)| (*day, of_day(&counted[&key], (&place, at.1), accounts)))
                    .collect();
                if rule::explains(&days) {
                    for (at, day) in &of_place {
                        if let Some(judged) = judged.get_mut(*at) {
                            rule::told(day, judged, rule);
                        }
                    }
                    break;
                }
            }
        }
        Ok(())
    }
}

/// What is counted of the accounts of a source on a day.
fn of_day(
    counted: &PerDay,
    (place, start): (&Place, Instant),
    accounts: Option<&BTreeSet<String>>,
) -> Counted {
    let counted = counted.get(&(place.region.clone(), start)).map_or(&[][..], Vec::as_slice);
    let is_read = |group: &Group| {
        let account = group.account_id.as_ref();
        account.is_some_and(|account| accounts.is_some_and(|all| all.contains(account)))
    };
    counted.iter().filter(|(group, _)| is_read(group)).cloned().collect()
}

/// The group that a row of AWS's counts.
fn group(row: &Row) -> Group {
    let text = |column: &str| row.text(column).map(str::to_owned);
    Group { account_id: text("account_id"), values: Dimension::ALL.map(|it| text(it.name())) }
}

async fn rows(engine: &Engine, table: &'static Table, sql: &str) -> Result<Vec<Row>> {
    let batches = engine.query(sql).await?;
    let rows = |batch: &RecordBatch| tables::rows(table, batch);
    Ok(batches.iter().map(rows).collect::<Result<Vec<_>>>()?.concat())
}

/// From the first day of which AWS's counts are held to the last.
pub(super) async fn held(engine: &Engine) -> Result<Option<Span>> {
    let sql = "SELECT min(start_time) AS start_time, max(end_time) AS end_time
         FROM aws_job_summaries WHERE aggregation_period = 'ONE_DAY' AND replaced_at IS NULL";
    let found = rows(engine, &AWS_JOB_SUMMARIES, sql).await?;
    let ends = found.first().and_then(|row| row.time("start_time").zip(row.time("end_time")));
    Ok(ends.and_then(|(from, until)| Span::new(from.day_start(), until)))
}
