//! Walks the JSON of a file: sequences, arrays and documents down to single records.

use std::fmt;
use std::io::{BufRead, BufReader, Cursor, Read};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::JobKind;

use super::brief::Brief;
use super::findings::Findings;
use super::input;
use super::reader::{Failure, Reader};

const HINT: &str = "import what `aws backup list-backup-jobs --output json` or boto3's \
    `json.dumps` prints, an Audit Manager job report in JSON, or AWS Backup events";

/// A value on a line of its own is read from memory up to this length, else from the stream.
const LINE_BYTES_MAX: u64 = 256 * 1024;
const BUFFER_BYTES: usize = 128 * 1024;

/// The member of a document whose array holds records, and what these are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listed {
    Jobs(JobKind),
    Summaries(JobKind),
    Report,
}

impl Listed {
    fn of(member: &str) -> Option<Self> {
        if member == "reportItems" {
            return Some(Self::Report);
        }
        let jobs = JobKind::ALL.into_iter().find(|kind| kind.list_key() == member);
        let summaries = || JobKind::ALL.into_iter().find(|kind| kind.summaries_key() == member);
        jobs.map(Self::Jobs).or_else(|| summaries().map(Self::Summaries))
    }
}

/// A document without its listed records.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Whether any array of records was in it.
    pub(super) is_list: bool,
    /// Everything else.
    pub(super) members: Map<String, Value>,
}

/// Reads every JSON value of `text`; `subject` names the file in errors.
pub(super) fn read_all(
    mut text: impl BufRead,
    mut reader: Reader<'_>,
    subject: &str,
) -> Result<Findings> {
    let mut progress = Progress::default();
    let done = read_lines(&mut text, &mut reader, &mut progress)
        .and_then(|first| read_values(first, text, &mut reader, &mut progress));
    if let Err(err) = done {
        return Err(match reader.failure() {
            Some(failure) => failure.into_error(subject, HINT),
            None => json_error(err, progress, subject),
        });
    }
    if progress.values == 0 {
        return Err(Error::input(format!("{subject} is empty")).with_hint(HINT));
    }
    reader.finish().map_err(|failure| failure.into_error(subject, HINT))
}

/// How far a file was read.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    values: u64,
    lines: usize,
}

/// Reads values while each has a line of its own, for a value in memory is read several times
/// faster than one from a stream; gives back the first line that is no value by itself.
fn read_lines(
    text: &mut impl BufRead,
    reader: &mut Reader<'_>,
    progress: &mut Progress,
) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::new();
    loop {
        line.clear();
        text.take(LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(serde_json::Error::io)?;
        if line.is_empty() || serde_json::from_slice::<IgnoredAny>(&line).is_err() {
            return Ok(line);
        }
        Node(reader).deserialize(&mut serde_json::Deserializer::from_slice(&line))?;
        progress.values += 1;
        progress.lines += 1;
    }
}

/// Reads values however they lie, after the bytes that were read already.
fn read_values(
    first: Vec<u8>,
    text: impl BufRead,
    reader: &mut Reader<'_>,
    progress: &mut Progress,
) -> serde_json::Result<()> {
    let text = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(first).chain(text));
    let mut json = serde_json::Deserializer::from_reader(text);
    while let Err(end) = json.end() {
        // `end` finds either more text, which is read next, or a failed read.
        if end.is_io() {
            return Err(end);
        }
        Node(reader).deserialize(&mut json)?;
        progress.values += 1;
    }
    Ok(())
}

fn json_error(err: serde_json::Error, progress: Progress, subject: &str) -> Error {
    if err.is_io() {
        return input::read_error(err.into(), subject);
    }
    let cause = err.to_string();
    let suffix = format!(" at line {} column {}", err.line(), err.column());
    let cause = cause.strip_suffix(&suffix).unwrap_or(&cause);
    let place = format!("line {} column {}", progress.lines + err.line(), err.column());
    if err.is_eof() {
        return Error::input(format!("{subject} breaks off inside a JSON value, at {place}"))
            .with_hint("write the file again; nothing was taken");
    }
    let is = match (err.is_data(), progress.values) {
        (true, _) => "is not what AWS prints",
        (false, 0) => "is not JSON",
        (false, _) => "stops being JSON",
    };
    Error::input(format!("{subject} {is} at {place}: {cause}")).with_hint(HINT)
}

/// Any value that can stand by itself: a document, a record, or an array of these.
struct Node<'r, 'a>(&'r mut Reader<'a>);

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut document = Document::default();
        while let Some(member) = map.next_key::<String>()? {
            if let Some(listed) = Listed::of(&member) {
                document.is_list = true;
                map.next_value_seed(Records { reader: &mut *self.0, listed })?;
            } else {
                document.members.insert(member, map.next_value_seed(Brief)?);
            }
        }
        let done = self.0.document(document);
        pass(self.0, done)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Node(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.scalar(&Value::Null)
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<(), E> {
        self.scalar(&truth.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        self.scalar(&number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.scalar(&number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        self.scalar(&number.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.scalar(&text.into())
    }
}

impl Node<'_, '_> {
    fn scalar<E: de::Error>(self, value: &Value) -> Result<(), E> {
        let done = self.0.scalar(value);
        pass(self.0, done)
    }
}

/// The array of a document that holds its records.
struct Records<'r, 'a> {
    reader: &'r mut Reader<'a>,
    listed: Listed,
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element::<Value>()? {
            let done = self.reader.listed(self.listed, record);
            pass(self.reader, done)?;
        }
        Ok(())
    }

    /// `null` where the array would be: nothing is listed.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Carries an error of ours through serde: it waits in the reader while serde unwinds.
fn pass<E: de::Error>(reader: &mut Reader<'_>, done: Result<(), Failure>) -> Result<(), E> {
    done.map_err(|failure| {
        reader.fail(failure);
        E::custom("stopped")
    })
}
