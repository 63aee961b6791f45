//! Walks the JSON of a file: sequences, arrays and documents down to single records.

use std::fmt;
use std::io::Read;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::JobKind;

use super::brief::Brief;
use super::findings::Findings;
use super::input;
use super::reader::{Failure, Reader};

const HINT: &str = "import what `aws backup list-backup-jobs --output json` or boto3's `json.dumps` \
    prints, an Audit Manager job report in JSON, or AWS Backup events";

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
pub(super) fn read_all(text: impl Read, mut reader: Reader<'_>, subject: &str) -> Result<Findings> {
    let mut json = serde_json::Deserializer::from_reader(text);
    let mut values = 0_u64;
    while let Err(end) = json.end() {
        // `end` finds either more text, which is read next, or a failed read.
        let step = if end.is_io() { Err(end) } else { Node(&mut reader).deserialize(&mut json) };
        if let Err(err) = step {
            return Err(match reader.failure() {
                Some(failure) => failure.into_error(subject, HINT),
                None => json_error(err, values, subject),
            });
        }
        values += 1;
    }
    if values == 0 {
        return Err(Error::input(format!("{subject} is empty")).with_hint(HINT));
    }
    reader.finish().map_err(|failure| failure.into_error(subject, HINT))
}

fn json_error(err: serde_json::Error, values: u64, subject: &str) -> Error {
    let place = format!("line {} column {}", err.line(), err.column());
    if err.is_io() {
        return input::read_error(err.into(), subject);
    }
    if err.is_eof() {
        return Error::input(format!("{subject} breaks off inside a JSON value, at {place}"))
            .with_hint("write the file again; nothing was taken");
    }
    let cause = err.to_string();
    let cause = cause.strip_suffix(&format!(" at {place}")).unwrap_or(&cause);
    if err.is_data() {
        return Error::input(format!("{subject} is not what AWS prints at {place}: {cause}"))
            .with_hint(HINT);
    }
    let is = if values == 0 { "is not JSON" } else { "stops being JSON" };
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
