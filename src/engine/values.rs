//! Values in the types in which tables are scanned: any other would be cast for each row, and
//! bounds would not be compared with it.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, lit};

use crate::model::Instant;

/// The time zone of all times.
pub(super) const UTC: &str = "UTC";

/// An instant.
pub(super) fn time(instant: Instant) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(instant.micros()), Some(UTC.into())))
}

/// A text.
pub(super) fn text(value: &str) -> Expr {
    lit(value)
}
