//! An export in Spark. Pure.

use super::quote::{comment, python};
use super::{Here, names};

pub(super) fn text(here: &Here) -> String {
    let warehouse = comment(&here.warehouse);
    let steps = here.steps("#   ");
    // Spark has a scheme of its own for S3.
    let files = match here.local_files() {
        Some(folder) => folder.to_owned(),
        None => here.files.replacen("s3://", "s3a://", 1),
    };
    let files = python(&files);
    let names = names();
    format!(
        "\
# The warehouse {warehouse} in Spark, from exported files. In a shell:
{steps}# pip install pyspark
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName(\"lookback\").getOrCreate()
spark.conf.set(\"spark.sql.session.timeZone\", \"UTC\")
files = {files}
names = [
{names}]
for name in names:
    spark.read.parquet(f\"{{files}}/{{name}}\").createOrReplaceTempView(name)
spark.sql(\"SELECT state, count(*) AS jobs FROM backup_jobs GROUP BY state ORDER BY state\").show()
"
    )
}
