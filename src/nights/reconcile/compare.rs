//! Reads what AWS counted and what is held, a stretch of days at a time, and has it judged.

use std::collections::btree_map::Entry;
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

/// What is counted by other rules, as far as they were tried.
type Tried = BTreeMap<(JobKind, Rule), PerDay>;

/// What was read of all places.
#[derive(Default)]
struct Read {
    days: BTreeMap<(Place, Instant), Day>,
    /// The accounts of which AWS told each source counts.
    told: BTreeMap<String, BTreeSet<String>>,
    /// The places of which AWS counts anything.
    counting: BTreeSet<Place>,
    /// The accounts whose jobs each source reads.
    accounts: BTreeMap<String, BTreeSet<String>>,
}

impl Stretch<'_> {
    /// Compares all days of the stretch.
    pub(super) async fn compare(&self) -> Result<Vec<Findings>> {
        let mut read = self.read().await?;
        self.count(&mut read).await?;
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
        let mut read = Read { accounts: self.accounts().await?, ..Read::default() };
        for row in self.readings().await? {
            let (place, start) = (place(&row)?, time(&row, "start_time")?);
            if !(self.wanted.places)(&place) {
                continue;
            }
            let group = group(&row);
            let told = read.told.entry(place.source.clone()).or_default();
            told.extend(group.account_id.clone());
            read.counting.insert(place.clone());
            let (said_at, end_time) = (time(&row, "observed_at")?, row.time("end_time"));
            let day = read.days.entry((place, start)).or_insert_with_key(|(place, _)| {
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
        self.limit(&mut read);
        Ok(read)
    }

    /// Finds out whose jobs each source reads, and to which accounts its days are limited.
    fn limit(&self, read: &mut Read) {
        let places: BTreeSet<_> = read.days.keys().map(|(place, _)| place.clone()).collect();
        for place in &places {
            let own = read.accounts.entry(place.source.clone()).or_default();
            let told = read.told.get(&place.source);
            let is_alone = told.is_some_and(|told| told.len() == 1);
            // Who reads one account is told its counts alone, or those of all by mistake.
            if self.known.reach(place) != Some(Reach::Account) || (own.is_empty() && is_alone) {
                own.extend(told.into_iter().flatten().cloned());
            }
        }
        for ((place, _), day) in &mut read.days {
            day.counts_nothing = !read.counting.contains(place);
            if self.known.reach(place) == Some(Reach::Account) {
                day.accounts = read.accounts.get(&place.source).cloned();
            }
        }
    }

    /// What is held.
    async fn count(&self, read: &mut Read) -> Result<()> {
        let kinds: BTreeSet<_> = read.days.keys().map(|(place, _)| place.kind).collect();
        for kind in kinds {
            let ours = (DEFAULT_COUNTED_BY, DEFAULT_COMPOSITES);
            let counted = counts(self.engine, kind, self.span, ours).await?;
            let of_kind = read.days.iter_mut().filter(|((place, _), _)| place.kind == kind);
            for ((place, start), day) in of_kind {
                let accounts = read.accounts.get(&place.source);
                for (group, count) in of_day(&counted, (place, *start), accounts) {
                    day.cell(group).held.count += count;
                }
            }
        }
        Ok(())
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
        let places: BTreeSet<_> = read.days.keys().map(|(place, _)| place).collect();
        let mut tried = Tried::new();
        for place in places {
            let of_place: Vec<_> = read.days.iter().filter(|((it, _), _)| it == place).collect();
            let found: Vec<_> =
                of_place.iter().map(|(at, day)| (*day, judged[*at].as_slice())).collect();
            if !rule::is_doubtful(&found) {
                continue;
            }
            let days: Vec<_> = of_place.iter().map(|(at, day)| (at.1, *day)).collect();
            let accounts = read.accounts.get(&place.source);
            let Some(rule) = self.rule_of(place, &days, accounts, &mut tried).await? else {
                continue;
            };
            for (at, day) in of_place {
                if let Some(judged) = judged.get_mut(at) {
                    rule::told(day, judged, rule);
                }
            }
        }
        Ok(())
    }

    /// The rule by which the days of a place agree, if there is one.
    async fn rule_of(
        &self,
        place: &Place,
        days: &[(Instant, &Day)],
        accounts: Option<&BTreeSet<String>>,
        tried: &mut Tried,
    ) -> Result<Option<Rule>> {
        for rule in Rule::alternatives() {
            let Rule::Counted { by, composites } = rule else { continue };
            let counted = match tried.entry((place.kind, rule)) {
                Entry::Occupied(counted) => counted.into_mut(),
                Entry::Vacant(new) => {
                    let by_rule = (by, composites);
                    new.insert(counts(self.engine, place.kind, self.span, by_rule).await?)
                }
            };
            let days: Vec<(&Day, Counted)> = days
                .iter()
                .map(|(start, day)| (*day, of_day(counted, (place, *start), accounts)))
                .collect();
            if rule::explains(&days) {
                return Ok(Some(rule));
            }
        }
        Ok(None)
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
