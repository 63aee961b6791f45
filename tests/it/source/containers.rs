//! Generated records with every field set, in every form in which a dump comes.

use std::io::Write as _;

use chrono::{DateTime, FixedOffset, SecondsFormat};
use flate2::Compression;
use flate2::write::GzEncoder;
use lookback::model::{ArnParts, JobKind};
use lookback::tables::{ColumnType, Row, Shape, Table, row_to_aws};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{defaults, read};

type Record = Map<String, Value>;

/// A record of `kind` with every field that AWS has, times as AWS's numbers.
fn record(kind: JobKind) -> impl Strategy<Value = Record> {
    let columns = Table::of_jobs(kind).columns.iter().filter(|column| !column.aws.is_empty());
    let fields: Vec<_> = columns.map(|column| (Just(column.aws), value(column.ty))).collect();
    (fields, "[a-z]{2}-[a-z]{4}-[1-9]", "[0-9]{12}").prop_map(move |(fields, region, account)| {
        let mut record = Record::new();
        for (path, value) in fields {
            match path.split_once('.') {
                None => drop(record.insert(path.to_owned(), value)),
                Some((member, child)) => {
                    let nested = record.entry(member).or_insert_with(|| json!({}));
                    nested[child] = value;
                }
            }
        }
        let vault = format!("arn:aws:backup:{region}:{account}:backup-vault:Default");
        record.insert(kind.vault_field().to_owned(), vault.into());
        record
    })
}

fn value(ty: ColumnType) -> BoxedStrategy<Value> {
    match ty {
        ColumnType::Text => r#"[ -~äß☃\n"\\]{1,20}"#.prop_map(Value::from).boxed(),
        ColumnType::Long => any::<i64>().prop_map(Value::from).boxed(),
        ColumnType::Bool => any::<bool>().prop_map(Value::from).boxed(),
        ColumnType::Time => (0_i64..4_000_000_000_000).prop_map(epoch_seconds).boxed(),
        ColumnType::TextMap => proptest::collection::btree_map("[a-zA-Z]{1,9}", "[ -~]{1,9}", 1..4)
            .prop_map(|map| json!(map))
            .boxed(),
        ColumnType::LongMap => proptest::collection::btree_map("[A-Z]{1,9}", any::<i64>(), 1..4)
            .prop_map(|map| json!(map))
            .boxed(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "AWS's JSON numbers are doubles")]
fn epoch_seconds(millis: i64) -> Value {
    if millis % 1000 == 0 { Value::from(millis / 1000) } else { Value::from(millis as f64 / 1e3) }
}

/// The forms in which the CLI, boto3 and Python print an instant.
const TIME_FORMS: [fn(i64) -> Value; 5] = [
    epoch_seconds,
    |millis| at(millis, 0).to_rfc3339_opts(SecondsFormat::Millis, true).into(),
    |millis| at(millis, 0).format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string().into(),
    |millis| at(millis, -7).format("%Y-%m-%d %H:%M:%S%.6f%:z").to_string().into(),
    |millis| at(millis, 9).to_rfc3339().into(),
];

fn at(millis: i64, hours_east: i32) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(hours_east * 3600).unwrap();
    DateTime::from_timestamp_millis(millis).unwrap().with_timezone(&zone)
}

/// The same record with its times in another form.
fn with_times(kind: JobKind, record: &Record, form: fn(i64) -> Value) -> Record {
    let mut record = record.clone();
    for column in Table::of_jobs(kind).columns {
        if column.ty == ColumnType::Time
            && let Some(value) = record.get_mut(column.aws)
        {
            #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
            let millis = (value.as_f64().unwrap() * 1e3).round() as i64;
            *value = form(millis);
        }
    }
    record
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Every form of file that holds these records.
fn files(kind: JobKind, records: &[Record]) -> Vec<(&'static str, Vec<u8>)> {
    let document = |records: &[Record]| {
        let metadata = json!({"HTTPStatusCode": 200});
        json!({kind.list_key(): records, "ResponseMetadata": metadata})
    };
    let page = |record: &Record| document(std::slice::from_ref(record));
    let described = |record: &Record| match kind {
        JobKind::Copy => json!({"CopyJob": record, "ResponseMetadata": {}}),
        _ => json!(record),
    };
    let join = |values: Vec<Value>, between: &str| {
        values.iter().map(Value::to_string).collect::<Vec<_>>().join(between)
    };
    let lines = join(records.iter().map(|r| json!(r)).collect(), "\n");
    let whole = document(records).to_string();
    let middle = whole.char_indices().nth(whole.chars().count() / 2).unwrap().0;
    let members = [gzip(&whole.as_bytes()[..middle]), gzip(&whole.as_bytes()[middle..])];
    vec![
        ("a document, indented", serde_json::to_vec_pretty(&document(records)).unwrap()),
        (
            "pages in an array",
            json!(records.iter().map(page).collect::<Vec<_>>()).to_string().into(),
        ),
        ("arrays of records in an array", json!([records]).to_string().into()),
        ("a document a line", join(records.iter().map(page).collect(), "\n").into()),
        ("documents without a gap", join(records.iter().map(page).collect(), "").into()),
        ("described jobs", join(records.iter().map(described).collect(), "\r\n").into()),
        ("a record a line", lines.clone().into()),
        ("an array of records", json!(records).to_string().into()),
        ("a byte order mark", [b"\xef\xbb\xbf", lines.as_bytes()].concat()),
        ("gzip", gzip(lines.as_bytes())),
        ("gzip with a byte order mark", gzip(&[b"\xef\xbb\xbf", whole.as_bytes()].concat())),
        ("gzip in two members", members.concat()),
    ]
}

#[track_caller]
fn check(kind: JobKind, records: &[Record], form: fn(i64) -> Value) {
    let given: Vec<_> = records.iter().map(|record| with_times(kind, record, form)).collect();
    let mut first: Option<Vec<Row>> = None;
    for (name, bytes) in files(kind, &given) {
        let reading = read(&bytes, &defaults()).unwrap_or_else(|err| panic!("{name}: {err}"));
        assert_eq!((&reading.bad, reading.findings.notes()), (&vec![], vec![]), "{name}");
        let back: Vec<_> =
            reading.rows.iter().map(|row| row_to_aws(row, Shape::Describe)).collect();
        assert_eq!(back, records, "{name}");
        assert_eq!(first.get_or_insert_with(|| reading.rows.clone()), &reading.rows, "{name}");
        for (row, record) in reading.rows.iter().zip(records) {
            let vault = ArnParts::of(record[kind.vault_field()].as_str().unwrap());
            assert_eq!(row.text("region"), vault.region, "{name}");
            assert_eq!(row.text("origin"), Some("cli-json"), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_field_survives_every_container_and_form_of_time(
        backup in proptest::collection::vec(record(JobKind::Backup), 1..4),
        copy in proptest::collection::vec(record(JobKind::Copy), 1..4),
        restore in proptest::collection::vec(record(JobKind::Restore), 1..4),
        scan in proptest::collection::vec(record(JobKind::Scan), 1..4),
        form in 0..TIME_FORMS.len(),
    ) {
        check(JobKind::Backup, &backup, TIME_FORMS[form]);
        check(JobKind::Copy, &copy, TIME_FORMS[form]);
        check(JobKind::Restore, &restore, TIME_FORMS[form]);
        check(JobKind::Scan, &scan, TIME_FORMS[form]);
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, &defaults());
        let _ = read(&gzip(&bytes), &defaults());
        let _ = read(&[b"\x1f\x8b".as_slice(), &bytes].concat(), &defaults());
    }

    #[test]
    fn a_damaged_dump_never_panics(
        record in record(JobKind::Backup),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        for (_, mut bytes) in files(JobKind::Backup, &[record]) {
            let place = place.index(bytes.len());
            let _ = read(&bytes[..place], &defaults());
            bytes[place] = byte;
            let _ = read(&bytes, &defaults());
        }
    }
}
