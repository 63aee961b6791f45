//! Bad records, notes and errors: the whole of what the user is told.

use std::io::{self, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use insta::assert_snapshot;
use lookback::error::{Error, Kind};
use lookback::source::files::{self, Defaults};

use super::{defaults, read, show};

const GOOD: &str = r#"{"BackupJobId": "b", "CreationDate": 0, "State": "CREATED", "BackupVaultArn":
    "arn:aws:backup:us-west-2:123456789012:backup-vault:Default"}"#;

/// What comes of a text, without the rows: bad records, notes, or the error.
fn outcome(bytes: impl AsRef<[u8]>) -> String {
    let mut outcome = read(bytes.as_ref(), &defaults());
    if let Ok(reading) = &mut outcome {
        reading.rows.clear();
    }
    show(&outcome)
}

/// What comes of records in a List answer.
fn listed(key: &str, records: &str) -> String {
    outcome(format!("{{\"{key}\": [{records}]}}"))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_record_without_what_every_job_has_is_bad() {
    let records = r#"
        {"CreationDate": 0, "State": "CREATED"},
        {"BackupJobId": "", "CreationDate": 0, "State": "CREATED"},
        {"BackupJobId": "b-3", "State": "CREATED"},
        {"BackupJobId": "b-4", "CreationDate": 0},
        {"BackupJobId": "b-5", "CreationDate": 0, "State": "CREATED"}
    "#;
    assert_snapshot!(listed("BackupJobs", records), @r#"
    bad record 1: backup job has no BackupJobId
    bad record 2: backup job has no BackupJobId
    bad record 3: backup job "b-3" has no CreationDate
    bad record 4: backup job "b-4" has no State
    bad record 5: backup job "b-5" tells no Region: say it with --region
    "#);
}

#[test]
fn a_restore_job_has_a_status_for_a_state() {
    let records = r#"{"RestoreJobId": "r-1", "CreationDate": 0, "State": "RUNNING"}"#;
    let outcome = listed("RestoreJobs", records);
    assert_snapshot!(outcome, @r#"bad record 1: restore job "r-1" has no Status"#);
}

#[test]
fn the_region_alone_is_not_enough() {
    let defaults = Defaults { region: Some("eu-west-1".into()), ..defaults() };
    let record = br#"{"CopyJobId": "c-1", "CreationDate": 0, "State": "RUNNING"}"#;
    let outcome = show(&read(record, &defaults));
    let expected = "bad record 1: copy job \"c-1\" tells no account: say it with --account\n";
    assert_eq!(outcome, expected);
}

#[test]
fn the_flags_speak_for_a_record_that_tells_nothing() {
    let (region, account_id) = (Some("eu-west-1".into()), Some("111111111111".into()));
    let defaults = Defaults { region, account_id, ..defaults() };
    let record = br#"{"CopyJobId": "c-1", "CreationDate": 0, "State": "RUNNING"}"#;
    assert_snapshot!(show(&read(record, &defaults)), @r"
    row of copy_jobs
      region = eu-west-1
      account_id = 111111111111
      copy_job_id = c-1
      creation_date = 1970-01-01T00:00:00Z
      state = RUNNING
      tracking = open
      source = test
      origin = cli-json
      first_seen_at = 2026-01-01T00:00:00Z
      observed_at = 2026-01-01T00:00:00Z
    ");
}

#[test]
fn a_value_of_another_type_is_bad_and_named() {
    let records = r#"
        {"BackupJobId": "b-1", "CreationDate": "soon"},
        {"BackupJobId": "b-2", "CreationDate": 1e300},
        {"BackupJobId": "b-3", "BackupSizeInBytes": 1.5},
        {"BackupJobId": "b-4", "BackupSizeInBytes": 1e99},
        {"BackupJobId": "b-5", "IsParent": "perhaps"},
        {"BackupJobId": "b-6", "State": ["CREATED"]},
        {"BackupJobId": "b-7", "ChildJobsInState": {"A": "x"}}
    "#;
    assert_snapshot!(listed("BackupJobs", records), @r#"
    bad record 1: backup job "b-1": CreationDate is "soon", which is no time
    bad record 2: backup job "b-2": CreationDate is 1e+300, which is no time
    bad record 3: backup job "b-3": BackupSizeInBytes is 1.5, which is no whole number
    bad record 4: backup job "b-4": BackupSizeInBytes is 1e+99, which is no whole number
    bad record 5: backup job "b-5": IsParent is "perhaps", which is no boolean
    bad record 6: backup job "b-6": State is ["CREATED"], which is no text
    bad record 7: backup job "b-7": ChildJobsInState is {"A":"x"}, which is no map of whole numbers
    "#);
}

#[test]
fn a_value_that_is_no_object_is_bad() {
    assert_snapshot!(listed("ScanJobs", "null, 1, \"x\", [], true"), @r"
    bad record 1: null, not an object
    bad record 2: a number, not an object
    bad record 3: a text, not an object
    bad record 4: an array, not an object
    bad record 5: a boolean, not an object
    ");
}

#[test]
fn what_is_no_job_among_jobs_is_bad_wherever_it_stands() {
    let text = format!("42\n{{\"Reservations\": []}}\n{GOOD}\n{{\"BackupPlanArn\": \"x\"}}\n[1]");
    assert_snapshot!(outcome(text), @r#"
    bad record 1: a number
    bad record 2: an object with the members "Reservations"
    bad record 4: a backup plan
    bad record 5: a number
    "#);
}

#[test]
fn a_summary_without_a_period_is_bad_unless_its_times_tell_one() {
    let row = |from: u64, to: u64| {
        format!(r#"{{"Region": "r", "Count": 1, "StartTime": {from}, "EndTime": {to}}}"#)
    };
    let rows = [row(0, 86_400), row(0, 604_800), row(0, 1_209_600), row(0, 172_800)].join(",");
    let text = format!(r#"{{"CopyJobSummaries": [{rows}, {{"Region": "r", "Count": 2}}]}}"#);
    let reading = read(text.as_bytes(), &defaults()).unwrap();
    let periods: Vec<_> =
        reading.rows.iter().map(|row| row.text("aggregation_period").unwrap()).collect();
    assert_eq!(periods, ["ONE_DAY", "SEVEN_DAYS", "FOURTEEN_DAYS"]);
    assert_snapshot!(outcome(text), @r"
    bad record 5: copy job summary has no StartTime
    bad record 4: copy job summary has no AggregationPeriod, and its times tell none
    ");
}

#[test]
fn a_summary_answer_gives_its_period_to_its_rows() {
    let text = r#"{"ScanJobSummaries": [{"Region": "eu-west-1", "AccountId": "111111111111",
        "State": "COMPLETED", "ResourceType": "EBS", "Count": 3, "StartTime": 1600646400,
        "EndTime": "2020-09-22T00:00:00Z", "MalwareScanner": "GUARDDUTY",
        "ScanResultStatus": "THREATS_FOUND"}], "AggregationPeriod": "ONE_DAY", "NextToken": "t"}"#;
    assert_snapshot!(show(&read(text.as_bytes(), &defaults())), @r"
    row of aws_job_summaries
      kind = scan
      aggregation_period = ONE_DAY
      region = eu-west-1
      account_id = 111111111111
      state = COMPLETED
      resource_type = EBS
      malware_scanner = GUARDDUTY
      scan_result_status = THREATS_FOUND
      count = 3
      start_time = 2020-09-21T00:00:00Z
      end_time = 2020-09-22T00:00:00Z
      source = test
      origin = cli-json
      observed_at = 2026-01-01T00:00:00Z
    note: 1 answer ends with a NextToken: the pages that follow are not in the file
    ");
}

#[test]
fn members_that_no_column_takes_are_counted() {
    let record = GOOD.replace("\"State\"", "\"X\": 1, \"CreatedBy\": {\"N\": 2}, \"State\"");
    let text = format!("{{\"BackupJobs\": [{record}, {record}], \"Newest\": 3}}");
    assert_snapshot!(outcome(text), @r#"
    note: members that this version does not keep, of "answer": "Newest" (1)
    note: members that this version does not keep, of "backup job": "CreatedBy.N" (2), "X" (2)
    "#);
}

#[test]
fn an_empty_answer_is_no_error() {
    let answer = "{\"CopyJobs\": [], \"NextToken\": null}";
    assert_snapshot!(outcome(answer), @"note: nothing was taken");
    assert_snapshot!(outcome("{\"CopyJobs\": null}"), @"note: nothing was taken");
    assert_snapshot!(outcome("[]"), @"note: nothing was taken");
}

#[test]
fn an_event_that_cannot_be_read_is_bad() {
    let event = |time: &str, detail: &str| {
        format!(
            r#"{{"detail-type": "Scan Job State Change", "source": "aws.backup", "account": "1",
                "region": "r", "time": {time}, "resources": [], "detail": {detail}}}"#
        )
    };
    let detail = r#"{"scanJobId": "s", "state": "RUNNING", "creationDate": "Jul 15, 2020"}"#;
    let ours =
        [event("\"then\"", "{}"), event("\"2026-01-01\"", "7"), event("\"2026-01-01\"", detail)];
    let other = event("\"2026-01-01\"", "{}").replace("aws.backup", "my.app");
    assert_snapshot!(outcome(format!("[{}, {other}]", ours.join(","))), @r#"
    bad record 1: scan job event: time is "then", which is no time
    bad record 2: scan job event has no detail
    bad record 3: scan job event "s": CreationDate is "Jul 15, 2020", which is no time
    note: ignored, for they are no jobs: events "Scan Job State Change" of "my.app" (1)
    "#);
}

#[test]
fn a_report_row_that_cannot_be_read_is_bad() {
    let text = r#"{"reportItems": [
        {"reportTimePeriodEnd": "later", "copyJobId": "c"},
        {"jobStatus": "COMPLETED"}
    ]}"#;
    assert_snapshot!(outcome(text), @r#"
    bad record 1: copy job report row has a period that ends at "later", which is no time
    bad record 2: report row has no job id
    "#);
}

#[test]
fn a_report_of_one_period_column_is_seen_at_its_end() {
    let text = r#"{"reportItems": [{
        "reportTimePeriod": "2021-07-14T00:00:00Z - 2021-07-15T00:00:00Z", "region": "r",
        "accountId": "1", "backupJobId": "b", "jobStatus": "RUNNING",
        "creationDate": "2021-07-14T23:53:47.229Z", "statusMessage": "a, \"b\""}]}"#;
    let reading = read(text.as_bytes(), &defaults()).unwrap();
    let row = &reading.rows[0];
    assert_eq!(row.time("observed_at").unwrap().to_string(), "2021-07-15T00:00:00Z");
    assert_eq!(row.text("status_message"), Some("a, \"b\""));
}

#[test]
fn an_empty_file_is_an_error() {
    let expected = r#"
error (Input): file "jobs.json" is empty
hint: the usual
"#;
    assert_eq!(outcome(""), &expected[1..]);
    assert_eq!(outcome(" \r\n\t"), &expected[1..]);
    assert_eq!(outcome(b"\xef\xbb\xbf"), &expected[1..]);
    assert_eq!(outcome(gzip("")), &expected[1..]);
}

#[test]
fn text_that_is_not_json_is_an_error() {
    assert_snapshot!(outcome("Account Id,Job Status\n1,COMPLETED\n"), @r#"
    error (Input): file "jobs.json" is not JSON at line 1 column 1: expected value
    hint: the usual
    "#);
    let line = GOOD.replace('\n', " ");
    let expected = outcome(format!("{line}\n{line}\n\n\noops\n"));
    assert_eq!(outcome(format!("{GOOD}\n{GOOD}\noops\n")), expected);
    assert_snapshot!(expected, @r#"
    error (Input): file "jobs.json" stops being JSON at line 5 column 1: expected value
    hint: the usual
    "#);
}

#[test]
fn a_utf_16_file_is_an_error_with_a_way_out() {
    assert_snapshot!(outcome(b"\xff\xfe{\0}\0"), @r#"
    error (Input): file "jobs.json" is UTF-16 text, not UTF-8
    hint: save it as UTF-8; in PowerShell, pipe it into `Out-File -Encoding utf8`
    "#);
}

#[test]
fn a_document_that_breaks_off_is_an_error() {
    assert_snapshot!(outcome(format!("{{\"BackupJobs\": [\n{GOOD},\n")), @r#"
    error (Input): file "jobs.json" breaks off inside a JSON value, at line 4 column 0
    hint: write the file again; nothing was taken
    "#);
}

#[test]
fn gzip_that_breaks_off_or_is_damaged_is_an_error() {
    let whole = gzip(&format!("{GOOD}\n").repeat(1000));
    assert_snapshot!(outcome(&whole[..whole.len() / 2]), @r#"
    error (Input): gzip of file "jobs.json" breaks off before its end: incomplete deflate stream
    hint: fetch the file again; nothing was taken
    "#);
    assert_snapshot!(outcome(&whole[..whole.len() - 3]), @r#"
    error (Input): gzip of file "jobs.json" breaks off before its end: unexpected end of file
    hint: fetch the file again; nothing was taken
    "#);
    assert_snapshot!(outcome([&whole, &b"garbage after it"[..]].concat()), @r#"
    error (Input): gzip of file "jobs.json" is damaged: invalid gzip header
    hint: fetch the file again; nothing was taken
    "#);
    let mut damaged = whole;
    damaged[10..40].fill(0xff);
    assert_snapshot!(outcome(damaged), @r#"
    error (Input): gzip of file "jobs.json" is damaged: corrupt deflate stream
    hint: fetch the file again; nothing was taken
    "#);
}

#[test]
fn a_list_that_is_no_array_is_an_error() {
    let expected = "\
        error (Input): file \"jobs.json\" is not what AWS prints at line 1 column 16: \
        invalid type: integer `7`, expected an array of records\nhint: the usual\n";
    assert_eq!(outcome("{\"BackupJobs\": 7}"), expected);
}

/// What the first record of a file without jobs is said to be.
#[track_caller]
fn check_foreign(text: &str, expected: &str) {
    let message = format!("file \"jobs.json\" holds no AWS Backup jobs: record 1 is {expected}");
    let expected = format!("error (Input): {message}\nhint: the usual\n");
    assert_eq!(outcome(text), expected);
}

#[test]
fn json_of_another_api_is_an_error_that_says_what_it_is() {
    let members = "an object with the members \"NextToken\", \"Reservations\"";
    check_foreign(r#"{"Reservations": [{"Instances": []}], "NextToken": "x"}"#, members);
    let members = r#"an object with the members "a", "b", "c", "d", "e", …"#;
    check_foreign(r#"{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}"#, members);
    let job = "a job without its id, which tells the kind of job";
    check_foreign(r#"{"CreationDate": 0, "State": "CREATED"}"#, job);
    let row = "a summary row without its answer, which tells the kind of job";
    check_foreign(r#"[{"StartTime": 0, "Count": 1}]"#, row);
    check_foreign(
        r#"{"Records": [{"eventVersion": "1.05", "eventName": "RunInstances"}]}"#,
        "a list: a CloudTrail record of \"RunInstances\"",
    );
    check_foreign(r#"{"Records": [{"Sns": {"Message": "…"}}]}"#, "a list: an SNS notification");
    check_foreign("{}", "an empty object");
    check_foreign("\"hello\"", "a text");
}

#[test]
fn a_long_array_of_another_api_is_not_held() {
    let text = format!("{{\"Items\": [{}1]}}", "{\"x\": [[]]},".repeat(100_000));
    check_foreign(&text, "an object with the members \"Items\"");
}

#[test]
fn a_long_file_of_another_api_is_given_up_early() {
    let text = format!("{}{GOOD}", "{\"x\": 1}\n".repeat(100));
    check_foreign(&text, "an object with the members \"x\"");
    let text = format!("{}{GOOD}", "{\"x\": 1}\n".repeat(99));
    assert_eq!(read(text.as_bytes(), &defaults()).unwrap().findings.rows, 1);
}

#[test]
fn the_names_of_unknown_members_are_bounded() {
    let members = |range: std::ops::Range<u32>| {
        let members: Vec<_> = range.map(|n| format!("\"New{n}\": 0,")).collect();
        GOOD.replace("\"State\"", &format!("{}\"State\"", members.concat()))
    };
    let text = [members(0..60), members(60..120)].concat();
    let unknown = read(text.as_bytes(), &defaults()).unwrap().findings.unknown;
    assert_eq!(unknown.len(), 101);
    assert_eq!(unknown[&("backup job".into(), "others".into())], 20);
}

#[test]
fn a_failed_read_is_the_machine_s_fault() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, "cable pulled"))
        }
    }
    let mut ignore = |_| Ok(());
    let err = files::read(Broken, "-", &defaults(), &mut ignore).unwrap_err();
    assert_eq!(err.chain(), "failed to read standard input: cable pulled");
    assert_eq!(err.kind(), Kind::Io);
    let later = GOOD.as_bytes().chain(Broken);
    let err = files::read(later, "x.json", &defaults(), &mut ignore).unwrap_err();
    assert_eq!(err.chain(), "failed to read file \"x.json\": cable pulled");
    let packed = gzip(GOOD);
    let later = packed[..15].chain(Broken);
    let err = files::read(later, "x.json", &defaults(), &mut ignore).unwrap_err();
    assert_eq!(err.chain(), "failed to read file \"x.json\": cable pulled");
}

#[test]
fn what_the_caller_refuses_stops_the_reading() {
    let mut calls = 0;
    let text = format!("[{GOOD}, {GOOD}]");
    let err = files::read(text.as_bytes(), "x.json", &defaults(), &mut |_| {
        calls += 1;
        Err(Error::input("no more"))
    });
    assert_eq!((err.unwrap_err().to_string(), calls), ("no more".into(), 1));
}
