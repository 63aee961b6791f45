//! The table `ops.coverage`: what is known of which days.

use super::super::{Column, Table};

/// One row an interval of creation time of one source, scope, Region and kind.
pub(super) static TABLE: Table = Table {
    name: "coverage",
    doc: "One row an interval of creation time of which something is known, of one source, scope, \
        Region and kind; no two of these overlap.",
    kind: None,
    key: &["source", "scope", "region", "kind", "created_from"],
    time: "created_from",
    columns: &[
        Column::text("source", "", "The source that was asked.").ours(),
        Column::text("scope", "", "Whose jobs it could see: `account` or `organization`.").ours(),
        Column::text("region", "", "The Region that was asked.").ours(),
        Column::text("kind", "", "The kind of job: `backup`, `copy`, `restore` or `scan`.").ours(),
        Column::time("created_from", "", "Where the interval begins; it is in it.").ours(),
        Column::time("created_until", "", "Where the interval ends; it is not in it.").ours(),
        Column::text(
            "status",
            "",
            "What is known: `complete`, `partial` (not all pages came, or a record was refused), \
            `denied`, `not_offered` (the Region does not have the kind, or is not enabled and was \
            not asked for by name), `failed`, or `lost` (days after a first listing that AWS had \
            already forgotten when it was asked).",
        )
        .ours(),
        Column::bool(
            "is_settled",
            "",
            "Whether it was listed so late that it is not listed again.",
        )
        .ours(),
        Column::time("listed_at", "", "When its last listing began, or its failure was found.")
            .ours(),
        Column::bool(
            "is_current",
            "",
            "Whether the scope is that of the last listing of the source, Region and kind: false of \
            what it read before it was told to reach further, or less far.",
        )
        .ours(),
    ],
};
