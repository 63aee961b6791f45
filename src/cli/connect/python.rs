//! The warehouse in Python: through DuckDB as it is, and by pandas from an export. Pure.

use super::quote::{comment, python};
use super::{Here, QUESTION, duckdb};

pub(super) fn text(here: &Here) -> String {
    let (warehouse, steps) = (comment(&here.warehouse), here.steps("#   "));
    let attach = python(&duckdb::attach(here));
    let question = python(QUESTION);
    let backup_jobs = python(&format!("{}/backup_jobs", here.files));
    format!(
        "\
# The warehouse {warehouse} in Python.
# pip install duckdb pandas pyarrow pytz
import duckdb

lookback = duckdb.connect()
lookback.execute(\"INSTALL ducklake\")
lookback.execute(\"INSTALL sqlite\")
lookback.execute({attach})
lookback.execute(\"USE lookback\")
jobs = lookback.sql({question}).df()
print(jobs)

# Without DuckDB, from exported files. In a shell:
{steps}# Then:
#   import pandas as pd
#   backup_jobs = pd.read_parquet({backup_jobs}, dtype_backend=\"pyarrow\")
"
    )
}
