//! Batches to be written in tests, and what came of them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    DurationMillisecondArray, Float64Array, Int64Array, LargeStringArray, ListArray, MapBuilder,
    NullArray, RecordBatch, StringArray, StringBuilder, StringViewArray, StructArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Int32Type, UInt64Type};

use super::{Format, Options, Written, writer};

/// Bytes that can be looked at after their writer is gone.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a sink makes of `batches`.
pub(super) fn written(
    format: Format,
    options: Options,
    batches: &[RecordBatch],
) -> (Vec<u8>, Written) {
    let out = Shared::default();
    let schema = batches[0].schema();
    let mut sink = writer(format, &schema, Box::new(out.clone()), options).unwrap();
    for batch in batches {
        sink.write(batch).unwrap();
    }
    let written = sink.finish().unwrap();
    let bytes = out.0.lock().unwrap().clone();
    (bytes, written)
}

/// What a text format makes of `batch`.
pub(super) fn text(format: Format, batch: &RecordBatch) -> String {
    shown(format, None, batch)
}

/// What a text format makes of `batch` on a terminal of that width.
pub(super) fn shown(
    format: Format,
    width: impl Into<Option<usize>>,
    batch: &RecordBatch,
) -> String {
    let options = Options { width: width.into(), ..Options::default() };
    String::from_utf8(written(format, options, std::slice::from_ref(batch)).0).unwrap()
}

/// What a text format makes of `batch`, three columns at a time: a test's lines are short.
pub(super) fn in_threes(format: Format, batch: &RecordBatch) -> String {
    let places: Vec<_> = (0..batch.num_columns()).collect();
    places.chunks(3).map(|places| text(format, &batch.project(places).unwrap())).collect()
}

/// Nullable columns of those names.
pub(super) fn batch<'a>(columns: impl IntoIterator<Item = (&'a str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .unwrap()
}

/// One column of text.
pub(super) fn texts(name: &str, cells: &[Option<&str>]) -> RecordBatch {
    batch([(name, Arc::new(StringArray::from(cells.to_vec())) as ArrayRef)])
}

/// Rows and no columns.
pub(super) fn no_columns() -> RecordBatch {
    texts("a", &[None, None]).project(&[]).unwrap()
}

/// A job of three columns and a message that is long.
pub(super) fn jobs() -> RecordBatch {
    batch([
        ("backup_job_id", Arc::new(StringArray::from(vec!["b-1", "b-2"])) as ArrayRef),
        ("backup_size_in_bytes", Arc::new(Int64Array::from(vec![Some(71), None]))),
        ("status_message", Arc::new(StringArray::from(vec![Some(MESSAGE), Some("")]))),
    ])
}

const MESSAGE: &str = "Insufficient privileges to perform this action.";

/// A column of each type, and a row each of values, of NULLs and of edges.
pub(super) fn every_type() -> RecordBatch {
    batch([
        ("text", Arc::new(StringArray::from(vec![Some("a"), None, Some("")])) as ArrayRef),
        ("view", Arc::new(StringViewArray::from(vec![Some("v"), None, Some("")]))),
        ("large", Arc::new(LargeStringArray::from(vec![Some("l"), None, Some("")]))),
        ("word", Arc::new([Some("w"), None, Some("")].into_iter().collect::<Words>())),
        ("long", Arc::new(Int64Array::from(vec![Some(-1), None, Some(i64::MAX)]))),
        ("count", Arc::new(UInt64Array::from(vec![Some(1), None, Some(u64::MAX)]))),
        ("float", Arc::new(Float64Array::from(vec![Some(0.1), None, Some(f64::NAN)]))),
        ("money", Arc::new(decimals())),
        ("truth", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("bytes", Arc::new(BinaryArray::from(vec![Some(&b"\x00\xff"[..]), None, Some(b"")]))),
        ("day", Arc::new(Date32Array::from(vec![Some(20_758), None, Some(-1)]))),
        ("at", Arc::new(instants().with_timezone("UTC"))),
        ("tokyo", Arc::new(instants().with_timezone("Asia/Tokyo"))),
        ("took", Arc::new(DurationMillisecondArray::from(vec![Some(1_500), None, Some(0)]))),
        ("clock", Arc::new(Time64MicrosecondArray::from(vec![Some(3_600_000_000), None, Some(1)]))),
        ("naive", Arc::new(instants())),
        ("list", Arc::new(lists())),
        ("record", Arc::new(records())),
        ("map", maps()),
        ("nothing", Arc::new(NullArray::new(3))),
    ])
}

type Words = DictionaryArray<Int32Type>;

fn decimals() -> Decimal128Array {
    let decimals = Decimal128Array::from(vec![Some(1_250), None, Some(-5)]);
    decimals.with_precision_and_scale(10, 2).unwrap()
}

fn instants() -> TimestampMicrosecondArray {
    let instants = vec![Some(1_793_491_200_000_000), None, Some(1_793_491_200_929_001)];
    TimestampMicrosecondArray::from(instants)
}

fn lists() -> ListArray {
    let items = [Some(vec![Some(1), None]), None, Some(vec![])];
    ListArray::from_iter_primitive::<UInt64Type, _, _>(items)
}

fn records() -> StructArray {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("q\"\n"), None, None]));
    let field = Arc::new(Field::new("inner", DataType::Utf8, true));
    let nulls = vec![true, false, true].into();
    StructArray::new(vec![field].into(), vec![texts], Some(nulls))
}

fn maps() -> ArrayRef {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    maps.keys().append_value("WindowsVSS");
    maps.values().append_value("enabled");
    maps.keys().append_value("");
    maps.values().append_null();
    maps.append(true).unwrap();
    maps.append(false).unwrap();
    maps.append(true).unwrap();
    Arc::new(maps.finish())
}
