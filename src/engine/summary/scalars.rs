//! The two functions of which a summary's plan is made, and that SQL does not have.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, PrimitiveArray};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::model::{self, END_TIME_BEFORE_MIDNIGHT, Instant, SummaryRequest, Window};

use super::super::values::{UTC, text};

/// The type of times.
fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into()))
}

/// Which end of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Edge {
    Start,
    End,
}

/// Where the bucket of `request` begins or ends that contains a time; NULL outside of all.
pub(super) fn bucket_edge(edge: Edge, request: &SummaryRequest, time: Expr) -> Expr {
    let signature = Signature::exact(vec![time_type()], Volatility::Immutable);
    let function = BucketEdge { edge, buckets: request.buckets.clone(), signature };
    ScalarUDF::from(function).call(vec![time])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct BucketEdge {
    edge: Edge,
    buckets: Vec<Window>,
    signature: Signature,
}

impl BucketEdge {
    fn of(&self, micros: i64) -> Option<i64> {
        let at = Window::position(&self.buckets, Instant::from_micros(micros))?;
        Some(match self.edge {
            Edge::Start => self.buckets[at].start.micros(),
            Edge::End => (self.buckets[at].end - END_TIME_BEFORE_MIDNIGHT).micros(),
        })
    }
}

impl ScalarUDFImpl for BucketEdge {
    fn name(&self) -> &'static str {
        match self.edge {
            Edge::Start => "bucket_start",
            Edge::End => "bucket_end",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(time_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [times] = args.args.as_slice() else {
            return datafusion::common::internal_err!("{} takes one time", self.name());
        };
        let times = times.to_array(args.number_rows)?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let edges: PrimitiveArray<TimestampMicrosecondType> =
            times.iter().map(|time| time.and_then(|micros| self.of(micros))).collect();
        Ok(ColumnarValue::Array(Arc::new(edges.with_timezone(UTC)) as ArrayRef))
    }
}

/// True where a text is `wanted`, without regard to case and to `_`.
pub(in crate::engine) fn same_value(column: Expr, wanted: &str) -> Expr {
    let signature = Signature::exact(vec![DataType::Utf8, DataType::Utf8], Volatility::Immutable);
    ScalarUDF::from(SameValue { signature }).call(vec![column, text(wanted)])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SameValue {
    signature: Signature,
}

impl ScalarUDFImpl for SameValue {
    fn name(&self) -> &'static str {
        "same_value"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [texts, wanted] = args.args.as_slice() else {
            return datafusion::common::internal_err!("same_value takes two texts");
        };
        let (texts, wanted) =
            (texts.to_array(args.number_rows)?, wanted.to_array(args.number_rows)?);
        let pairs = texts.as_string::<i32>().iter().zip(wanted.as_string::<i32>());
        let same: BooleanArray =
            pairs.map(|(text, wanted)| Some(model::same_value(text?, wanted?))).collect();
        Ok(ColumnarValue::Array(Arc::new(same) as ArrayRef))
    }
}
