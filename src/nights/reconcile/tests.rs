//! What is said of counts, in tables: of one day, and of other rules.

use std::collections::BTreeMap;

use crate::model::{
    Composites, CountedBy, Coverage, CoverageStatus, DAY, HOUR, Instant, JobKind, Span,
};

use super::day::{Day, Held};
use super::findings::found;
use super::rule::{self, Counted};
use super::verdict::{Group, Judged, Reason, Rule, Verdict};

/// The day of most tests; AWS counted two days later, at 03:10.
const START: Instant = Instant::from_micros(20_000 * DAY);
const COUNTED_AT: Instant = Instant::from_micros(20_002 * DAY + 3 * HOUR + HOUR / 6);

/// What is known of the day: words with commas between them, each of an equal part of it.
fn coverage(words: &str) -> Vec<Coverage> {
    let words: Vec<_> = words.split(',').collect();
    let part = DAY / i64::try_from(words.len()).unwrap();
    let mut known = Vec::new();
    for (word, at) in words.iter().zip(0_i64..) {
        let (name, is_settled) = match *word {
            "settled" => ("complete", true),
            "young" => ("complete", false),
            "none" => continue,
            name => (name, true),
        };
        let status = CoverageStatus::from_name(name).unwrap();
        let span = Span::new(START + at * part, START + (at + 1) * part).unwrap();
        known.push(Coverage { span, status, is_settled, listed_at: COUNTED_AT });
    }
    known
}

fn day(kind: JobKind, known: &str) -> Day {
    Day {
        kind,
        start: START,
        said_at: COUNTED_AT,
        counted_at: COUNTED_AT,
        end_time: Some(START + DAY),
        is_read_in_part: false,
        counts_nothing: false,
        accounts: None,
        coverage: coverage(known),
        cells: BTreeMap::new(),
        without_result: BTreeMap::new(),
    }
}

fn group(state: &str, category: &str) -> Group {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let values = [text(state), text("EBS"), text(category), None, None];
    Group { account_id: text("1"), values }
}

/// Adds a group in words: state and category, AWS's count, ours, and traces such as `changed=1`.
fn add(day: &mut Day, words: &str) {
    let mut words = words.split_whitespace();
    let (state, category) = words.next().unwrap().split_once('/').unwrap();
    let mut number = || words.next().unwrap().parse().unwrap();
    let (aws, count) = (number(), number());
    let mut held = Held { count, ..Held::default() };
    for word in words {
        let (name, number) = word.split_once('=').unwrap();
        let number = number.parse().unwrap();
        match name {
            "changed" => held.changed = number,
            "ended" => held.ended = number,
            "imported" => held.imported = number,
            "later" => held.seen_later = number,
            other => panic!("no trace is called {other}"),
        }
    }
    let cell = day.cell(group(state, category));
    (cell.aws, cell.held) = (aws, held);
}

/// Each judgement in words: the state, and the reason.
fn words(judged: &[Judged]) -> Vec<String> {
    let state = |judged: &Judged| judged.group.values[0].clone().unwrap_or_default();
    judged.iter().map(|it| format!("{} {:?}", state(it), it.reason)).collect()
}

#[track_caller]
fn check_day(mut day: Day, groups: &[&str], expected: &[&str]) {
    for words in groups {
        add(&mut day, words);
    }
    assert_eq!(words(&day.judge()), expected);
}

#[track_caller]
fn check(known: &str, groups: &[&str], expected: &[&str]) {
    check_day(day(JobKind::Backup, known), groups, expected);
}

#[test]
fn equal_counts_match_whatever_is_known_of_the_day() {
    for known in ["settled", "young", "denied", "none"] {
        check(known, &["COMPLETED/SUCCESS 3 3"], &["COMPLETED Agrees"]);
    }
}

#[test]
fn what_is_missing_is_explained_by_coverage() {
    let missing = &["COMPLETED/SUCCESS 3 1"];
    check("denied", missing, &["COMPLETED NotListed(Denied)"]);
    check("settled,failed", missing, &["COMPLETED NotListed(Failed)"]);
    check("partial,settled", missing, &["COMPLETED NotListed(Partial)"]);
    check("lost,settled", missing, &["COMPLETED NotListed(Lost)"]);
    check("not_offered", missing, &["COMPLETED NotListed(NotOffered)"]);
    check("settled,none", missing, &["COMPLETED NotRecorded"]);
    check("settled,young", missing, &["COMPLETED Young"]);
    check("settled", missing, &["COMPLETED ListedWhole"]);
    check("none", missing, &["COMPLETED NeverListed"]);
    // Of several reasons the one that most hangs on somebody's doing.
    check("lost,denied", missing, &["COMPLETED NotListed(Denied)"]);
}

#[test]
fn jobs_that_left_a_trace_of_their_change_have_moved() {
    // Open still, or read to be another since.
    let groups = ["COMPLETED/SUCCESS 2 1", "RUNNING/ 0 1 changed=1"];
    check("settled", &groups, &["COMPLETED Changed", "RUNNING Changed"]);
    // Ended so lately that AWS may not know it yet, but for a state from which nothing comes back.
    let groups = ["COMPLETED/SUCCESS 0 1 ended=1", "RUNNING/ 1 0"];
    check("settled", &groups, &["COMPLETED Changed", "RUNNING Changed"]);
    let groups = ["COMPLETED/SUCCESS 0 1 ended=1", "FAILED/X 1 0"];
    check("settled", &groups, &["COMPLETED Otherwise", "FAILED Otherwise"]);
}

#[test]
fn jobs_without_a_trace_are_unexplained_in_other_groups() {
    let groups = ["COMPLETED/SUCCESS 2 1", "COMPLETED/VSS_ERROR 1 2"];
    check("settled", &groups, &["COMPLETED Otherwise", "COMPLETED Otherwise"]);
}

#[test]
fn a_move_explains_as_many_as_moved() {
    let groups = ["COMPLETED/SUCCESS 5 2", "RUNNING/ 0 1 changed=1"];
    check("settled", &groups, &["COMPLETED ListedWhole", "RUNNING Changed"]);
    check("denied", &groups, &["COMPLETED NotListed(Denied)", "RUNNING Changed"]);
    // One of the two is elsewhere by mistake, and another is missing.
    let groups = ["COMPLETED/SUCCESS 5 2", "FAILED/X 0 1"];
    check("settled", &groups, &["COMPLETED ListedWhole", "FAILED Otherwise"]);
    let groups = ["COMPLETED/SUCCESS 2 1", "FAILED/X 0 3"];
    check("settled", &groups, &["COMPLETED Otherwise", "FAILED NotCounted"]);
}

#[test]
fn what_is_extra_tells_where_it_comes_from() {
    check("settled", &["FAILED/X 1 2 imported=1"], &["FAILED Imported"]);
    check("settled", &["FAILED/X 1 2 later=1"], &["FAILED SeenLater"]);
    check("settled", &["FAILED/X 1 3 later=1 imported=1"], &["FAILED Imported"]);
    check("settled", &["FAILED/X 1 3 imported=1"], &["FAILED NotCounted"]);
    let early = START + DAY + 2 * HOUR;
    let early = Day { said_at: early, counted_at: early, ..day(JobKind::Backup, "young") };
    check_day(early, &["FAILED/X 0 1"], &["FAILED NotCountedYet"]);
    let silent = Day { counts_nothing: true, ..day(JobKind::Backup, "settled") };
    check_day(silent, &["FAILED/X 0 1"], &["FAILED CountsNothing"]);
}

#[test]
fn nothing_is_said_where_one_of_the_two_did_not_look() {
    let groups = ["FAILED/X 3 1", "COMPLETED/SUCCESS 1 1"];
    let part = Day { is_read_in_part: true, ..day(JobKind::Backup, "settled") };
    check_day(part, &groups, &["COMPLETED Agrees", "FAILED ReadInPart"]);
    let own = Day { accounts: Some(["2".into()].into()), ..day(JobKind::Backup, "settled") };
    check_day(own, &groups, &["COMPLETED Agrees", "FAILED OtherAccount"]);
}

#[test]
fn a_scan_without_a_result_is_asked_for_nowhere() {
    let scan = |waiting: i64| {
        let mut day = day(JobKind::Scan, "settled");
        let kin = [Some("1".to_owned()), Some("EBS".to_owned())];
        day.without_result.insert(kin, Held { changed: waiting, ..Held::default() });
        day
    };
    check_day(scan(1), &["COMPLETED/ 2 1"], &["COMPLETED Changed"]);
    check_day(scan(0), &["COMPLETED/ 2 1"], &["COMPLETED ListedWhole"]);
    check_day(scan(0), &["COMPLETED/ 1 2 changed=1"], &["COMPLETED Changed"]);
    check_day(scan(0), &["COMPLETED/ 1 2"], &["COMPLETED NotCounted"]);
}

#[test]
fn values_are_the_same_however_they_are_spelled() {
    let mut day = day(JobKind::Backup, "settled");
    day.cell(group("FAILED", "ACCESS_DENIED")).aws = 2;
    day.cell(group("FAILED", "AccessDenied")).held.count = 2;
    assert_eq!(words(&day.judge()), ["FAILED Agrees"]);
}

#[test]
fn the_days_that_aws_gives_tell_its_calendar() {
    let groups = ["COMPLETED/SUCCESS 1 1", "FAILED/X 2 1"];
    let during = START + 12 * HOUR;
    let today = Day { said_at: during, counted_at: during, ..day(JobKind::Backup, "young") };
    let expected = ["COMPLETED Rule(TodayIsIncluded)", "FAILED NotOver"];
    check_day(today, &groups, &expected);
    let late = START + 16 * DAY;
    let old = Day { said_at: late, counted_at: late, ..day(JobKind::Backup, "settled") };
    check_day(old, &groups, &["COMPLETED Rule(MoreDays)", "FAILED ListedWhole"]);
    let early = Day { end_time: Some(START + DAY - 1000), ..day(JobKind::Backup, "settled") };
    let expected = ["COMPLETED Rule(EndsBeforeMidnight(1000))", "FAILED ListedWhole"];
    check_day(early, &groups, &expected);
    let mixed = Day { end_time: None, ..day(JobKind::Backup, "settled") };
    check_day(mixed, &groups, &["COMPLETED Agrees", "FAILED ListedWhole"]);
}

/// Days of a place, each with what AWS counts, what we do, and what another rule does, of some
/// states; tells whether another rule is tried, and whether it is believed.
fn believed(known: &str, days: &[&[(&str, i64, i64, i64)]]) -> (bool, bool) {
    let mut made = Vec::new();
    for groups in days {
        let mut day = day(JobKind::Backup, known);
        let mut other = Counted::new();
        for (state, aws, ours, by_rule) in *groups {
            add(&mut day, &format!("{state}/ {aws} {ours}"));
            if *by_rule > 0 {
                other.push((group(state, ""), *by_rule));
            }
        }
        made.push((day, other));
    }
    let judged: Vec<_> = made.iter().map(|(day, _)| day.judge()).collect();
    let found: Vec<_> =
        made.iter().zip(&judged).map(|((day, _), judged)| (day, judged.as_slice())).collect();
    let counted: Vec<_> = made.iter().map(|(day, other)| (day, other.clone())).collect();
    (rule::is_doubtful(&found), rule::explains(&counted))
}

#[test]
fn a_rule_is_believed_if_all_agrees_by_it() {
    let first: &[_] = &[("COMPLETED", 3, 5, 3), ("FAILED", 1, 2, 1)];
    let second: &[_] = &[("COMPLETED", 4, 6, 4), ("FAILED", 1, 1, 1)];
    assert_eq!(believed("settled", &[first, second]), (true, true));
    // One group that agrees by our rule does not by the other.
    let third: &[_] = &[("COMPLETED", 2, 2, 1)];
    assert_eq!(believed("settled", &[first, second, third]), (true, false));
    // One that differs by ours differs by the other, too.
    let third: &[_] = &[("COMPLETED", 2, 4, 3)];
    assert_eq!(believed("settled", &[first, second, third]), (true, false));
}

#[test]
fn one_count_is_no_evidence_of_a_rule() {
    // A child that is lost looks as if children did not count.
    let one: &[_] = &[("COMPLETED", 3, 2, 3), ("FAILED", 1, 1, 1)];
    let same: &[_] = &[("COMPLETED", 3, 3, 3)];
    assert_eq!(believed("settled", &[one, same]), (false, true));
    let three: &[_] = &[("COMPLETED", 3, 2, 3), ("FAILED", 1, 0, 1), ("EXPIRED", 1, 0, 1)];
    assert_eq!(believed("settled", &[three, same]), (false, true), "all on one day");
    // Nor are days that were not listed whole.
    assert!(!believed("denied", &[three, three]).0);
}

#[test]
fn what_a_rule_explains_is_told_by_its_name() {
    let mut of_day = day(JobKind::Backup, "settled");
    add(&mut of_day, "COMPLETED/ 3 5");
    add(&mut of_day, "FAILED/ 1 1");
    let mut judged = of_day.judge();
    let composites = Composites::ParentsOnly;
    let rule = Rule::Counted { by: CountedBy::Completion, composites };
    rule::told(&of_day, &mut judged, rule);
    let sentences: Vec<_> = judged.iter().map(|it| it.reason.sentence()).collect();
    let expected = "AWS counts as we would with by => 'completion', count_composites => 'parents'";
    assert_eq!(sentences, [expected, ""]);
}

#[test]
fn the_rules_nearest_to_ours_are_tried_first() {
    let names: Vec<_> = Rule::alternatives()
        .into_iter()
        .map(|rule| Reason::Rule(rule).sentence().replace("AWS counts as we would with ", ""))
        .collect();
    let expected = [
        "count_composites => 'parents'",
        "count_composites => 'children'",
        "by => 'completion'",
        "by => 'completion', count_composites => 'parents'",
        "by => 'completion', count_composites => 'children'",
    ];
    assert_eq!(names, expected);
}

#[test]
fn what_is_told_of_a_day_is_bounded() {
    let judged = |number: i64, reason| Judged {
        group: group(&number.to_string(), ""),
        aws: 2,
        ours: if reason == Reason::Agrees { 2 } else { 1 },
        reason,
    };
    let reasons = [Reason::Agrees, Reason::ListedWhole, Reason::NeverListed];
    let all: Vec<_> =
        reasons.iter().flat_map(|reason| (0..130).map(|at| judged(at, *reason))).collect();
    let count = |keeps_matches| {
        let mut counts: BTreeMap<(Verdict, bool), (usize, u64)> = BTreeMap::new();
        for finding in found(all.clone(), keeps_matches) {
            let key = (finding.reason.verdict(), finding.group.is_some());
            let (rows, groups) = counts.entry(key).or_default();
            *rows += 1;
            *groups += finding.sum.groups;
        }
        counts.into_iter().collect::<Vec<_>>()
    };
    let bounded = [
        ((Verdict::MissingHere, false), (1, 30)),
        ((Verdict::MissingHere, true), (100, 100)),
        ((Verdict::OutsideCoverage, false), (1, 130)),
    ];
    assert_eq!(count(false), [&[((Verdict::Match, false), (1, 130))], &bounded[..]].concat());
    assert_eq!(count(true), [&[((Verdict::Match, true), (130, 130))], &bounded[..]].concat());
}
