//! An export in Polars. Pure.

use super::quote::{comment, python};
use super::{Here, PARTITION_BY, names};

pub(super) fn text(here: &Here) -> String {
    let (warehouse, steps) = (comment(&here.warehouse), here.steps("#   "));
    let files = python(&here.files);
    let names = names();
    let parts: Vec<_> =
        PARTITION_BY.iter().map(|part| format!("{}: pl.Int32", python(part))).collect();
    let parts = parts.join(", ");
    format!(
        "\
# The warehouse {warehouse} in Polars, from exported files. In a shell:
{steps}# pip install polars
import polars as pl

files = {files}
names = [
{names}]
parts = {{{parts}}}
tables = {{
    name: pl.scan_parquet(
        f\"{{files}}/{{name}}\", glob=False, hive_partitioning=True, hive_schema=parts
    )
    for name in names
}}
print(tables[\"backup_jobs\"].group_by(\"state\").len().sort(\"state\").collect())
"
    )
}
