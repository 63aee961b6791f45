//! Memory stays flat: a row is given out before the file is read on.

use std::cell::Cell;
use std::io::{self, Read};

use lookback::source::files::{self, Found};

use super::defaults;

const RECORD: &str = concat!(
    r#"{"BackupJobId": "b", "CreationDate": 1600721892.929, "State": "CREATED", "#,
    r#""BackupVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:Default"}"#
);
const RECORDS: usize = 20_000;
/// A reader may be so far ahead of the rows: its buffers, and the line that it tries to read whole.
const AHEAD_BYTES_MAX: usize = 768 * 1024;

/// Makes a file while it is read, and counts what was read.
struct Endless<'a> {
    parts: Box<dyn Iterator<Item = &'static str> + 'a>,
    part: &'static [u8],
    read: &'a Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.part.is_empty() {
            let Some(part) = self.parts.next() else { return Ok(0) };
            self.part = part.as_bytes();
        }
        let count = self.part.read(buffer)?;
        self.read.set(self.read.get() + count);
        Ok(count)
    }
}

#[track_caller]
fn check(before: &'static str, between: &'static str, after: &'static str) {
    let read = Cell::new(0);
    let records = (0..RECORDS).flat_map(|n| [if n == 0 { "" } else { between }, RECORD]);
    let parts = Box::new([before].into_iter().chain(records).chain([after]));
    let file = Endless { parts, part: &[], read: &read };
    let mut given = 0;
    let findings = files::read(file, "big.json", &defaults(), &mut |found| {
        assert!(matches!(found, Found::Row(_)));
        given += RECORD.len();
        assert!(read.get() < given + RECORDS * 24 + AHEAD_BYTES_MAX, "{} for {given}", read.get());
        Ok(())
    });
    assert_eq!(findings.unwrap().rows, RECORDS as u64);
    assert!(read.get() > 3 * AHEAD_BYTES_MAX, "the file is too small to show anything");
}

#[test]
fn a_record_a_line_streams() {
    check("", "\n", "\n");
}

#[test]
fn records_over_several_lines_stream() {
    check("\n", "\n\n", "");
    check("[\n", ",\n", "]\n");
}

#[test]
fn one_document_with_one_long_array_streams() {
    check("{\"BackupJobs\": [", ",", "]}");
}

#[test]
fn one_long_array_of_records_streams() {
    check("[", ",", "]");
}

#[test]
fn an_array_of_pages_streams() {
    check("[{\"BackupJobs\": [", "]}, {\"BackupJobs\": [", "]}]");
}
