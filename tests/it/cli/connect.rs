//! `lookback connect`: the texts, whole; `tests/interop/test_connect.py` runs them.

use std::fs;

use insta::assert_snapshot;

use super::Desk;

#[test]
fn duckdb_and_python_open_the_warehouse_itself() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["connect", "duckdb"]), @"
    exit 0
    -- stdout
    -- The warehouse [DESK]/warehouse in DuckDB, as it is whenever it is asked.
    INSTALL ducklake;
    INSTALL sqlite;
    ATTACH 'ducklake:sqlite:[DESK]/warehouse/catalog.sqlite' AS lookback (READ_ONLY);
    USE lookback;
    SET TimeZone = 'UTC';
    SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state;
    ");
    assert_snapshot!(desk.run(&["connect", "duckdb", "--as-of", "1"]), @"
    exit 0
    -- stdout
    -- The warehouse [DESK]/warehouse in DuckDB, as it was at snapshot 1.
    INSTALL ducklake;
    INSTALL sqlite;
    ATTACH 'ducklake:sqlite:[DESK]/warehouse/catalog.sqlite' AS lookback (READ_ONLY, SNAPSHOT_VERSION 1);
    USE lookback;
    SET TimeZone = 'UTC';
    SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state;
    ");
    assert_snapshot!(desk.run(&["connect", "python"]), @r#"
    exit 0
    -- stdout
    # The warehouse [DESK]/warehouse in Python.
    # pip install duckdb pandas pyarrow pytz
    import duckdb

    lookback = duckdb.connect()
    lookback.execute("INSTALL ducklake")
    lookback.execute("INSTALL sqlite")
    lookback.execute("ATTACH 'ducklake:sqlite:[DESK]/warehouse/catalog.sqlite' AS lookback (READ_ONLY)")
    lookback.execute("USE lookback")
    jobs = lookback.sql("SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state").df()
    print(jobs)

    # Without DuckDB, from exported files. In a shell:
    #   lookback --warehouse [DESK]/warehouse export --all --partition-by year,month --output [DESK]/export
    # Then:
    #   import pandas as pd
    #   backup_jobs = pd.read_parquet("[DESK]/export/backup_jobs", dtype_backend="pyarrow")
    "#);
}

#[test]
fn others_read_an_export() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["connect", "polars", "--as-of", "2026-01-05"]), @r#"
    exit 0
    -- stdout
    # The warehouse [DESK]/warehouse in Polars, from exported files. In a shell:
    #   lookback --warehouse [DESK]/warehouse export --all --partition-by year,month --output [DESK]/export --as-of 2
    # pip install polars
    import polars as pl

    files = "[DESK]/export"
    names = [
        "backup_jobs",
        "copy_jobs",
        "restore_jobs",
        "scan_jobs",
        "aws_job_summaries",
        "job_transitions",
    ]
    parts = {"year": pl.Int32, "month": pl.Int32}
    tables = {
        name: pl.scan_parquet(
            f"{files}/{name}", glob=False, hive_partitioning=True, hive_schema=parts
        )
        for name in names
    }
    print(tables["backup_jobs"].group_by("state").len().sort("state").collect())
    "#);
    let synced = "#   aws s3 sync export s3://bucket/lake\n";
    for tool in ["polars", "python"] {
        let told = desk.run(&["connect", tool, "--files", "s3://bucket/lake/"]);
        assert!(told.contains(synced), "{told}");
    }
    assert_snapshot!(desk.run(&["connect", "spark", "--files", "s3://bucket/lake/"]), @r#"
    exit 0
    -- stdout
    # The warehouse [DESK]/warehouse in Spark, from exported files. In a shell:
    #   lookback --warehouse [DESK]/warehouse export --all --partition-by year,month --output export
    #   aws s3 sync export s3://bucket/lake
    # pip install pyspark
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("lookback").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    files = "s3a://bucket/lake"
    names = [
        "backup_jobs",
        "copy_jobs",
        "restore_jobs",
        "scan_jobs",
        "aws_job_summaries",
        "job_transitions",
    ]
    for name in names:
        spark.read.parquet(f"{files}/{name}").createOrReplaceTempView(name)
    spark.sql("SELECT state, count(*) AS jobs FROM backup_jobs GROUP BY state ORDER BY state").show()
    "#);
}

#[test]
fn athena_is_told_the_tables_as_they_are_declared() {
    let desk = Desk::with_jobs();
    let told = desk.run(&["connect", "athena", "--files", "s3://bucket/lake"]);
    let parts: Vec<_> = told.split("\nCREATE EXTERNAL TABLE ").collect();
    assert_eq!(parts.len(), 7);
    assert_snapshot!(format!("{}CREATE EXTERNAL TABLE {}", parts[0], parts[6]), @"
    exit 0
    -- stdout
    -- The warehouse [DESK]/warehouse in Athena, from exported files.
    -- In a shell:
    --   lookback --warehouse [DESK]/warehouse export --all --partition-by year,month --output export
    --   aws s3 sync export s3://bucket/lake
    -- Then each statement by itself, in the database that is to hold the tables.
    CREATE EXTERNAL TABLE IF NOT EXISTS `job_transitions` (
      `kind` string COMMENT 'The kind of job: `backup`, `copy`, `restore` or `scan`.',
      `region` string COMMENT 'The Region of the job.',
      `account_id` string COMMENT 'The account that owns the job.',
      `job_id` string COMMENT 'Identifies the job.',
      `creation_date` timestamp COMMENT 'When the job was created.',
      `from_state` string COMMENT 'The state held before; NULL for a new job.',
      `to_state` string COMMENT 'The state found; the state held where another field changed, or where AWS stopped showing the open job.',
      `observed_at` timestamp COMMENT 'When the state found was read.',
      `run_id` string COMMENT 'The run that found it.'
    )
    COMMENT 'One row each time a run found a job new or changed; never rewritten.'
    PARTITIONED BY (`year` int, `month` int)
    STORED AS PARQUET
    LOCATION 's3://bucket/lake/job_transitions/'
    TBLPROPERTIES (
      'projection.enabled' = 'true',
      'projection.year.type' = 'integer',
      'projection.year.range' = '2019,2049',
      'projection.month.type' = 'integer',
      'projection.month.range' = '1,12'
    );
    ");
    assert!(parts[1].contains("  `child_jobs_in_state` map<string,bigint> COMMENT "), "{told}");
}

#[test]
fn a_folder_of_any_name_is_quoted() {
    let desk = Desk::with_jobs();
    fs::rename(desk.path("warehouse"), desk.path("it's \"mine\"")).unwrap();
    let connect = |tool| desk.run(&["connect", tool, "--warehouse", "it's \"mine\""]);
    assert_snapshot!(connect("duckdb"), @r#"
    exit 0
    -- stdout
    -- The warehouse [DESK]/it's "mine" in DuckDB, as it is whenever it is asked.
    INSTALL ducklake;
    INSTALL sqlite;
    ATTACH 'ducklake:sqlite:[DESK]/it''s "mine"/catalog.sqlite' AS lookback (READ_ONLY);
    USE lookback;
    SET TimeZone = 'UTC';
    SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state;
    "#);
    assert_snapshot!(connect("python"), @r#"
    exit 0
    -- stdout
    # The warehouse [DESK]/it's "mine" in Python.
    # pip install duckdb pandas pyarrow pytz
    import duckdb

    lookback = duckdb.connect()
    lookback.execute("INSTALL ducklake")
    lookback.execute("INSTALL sqlite")
    lookback.execute("ATTACH 'ducklake:sqlite:[DESK]/it''s \"mine\"/catalog.sqlite' AS lookback (READ_ONLY)")
    lookback.execute("USE lookback")
    jobs = lookback.sql("SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state").df()
    print(jobs)

    # Without DuckDB, from exported files. In a shell:
    #   lookback --warehouse '[DESK]/it'\''s "mine"' export --all --partition-by year,month --output [DESK]/export
    # Then:
    #   import pandas as pd
    #   backup_jobs = pd.read_parquet("[DESK]/export/backup_jobs", dtype_backend="pyarrow")
    "#);
}

#[test]
fn what_is_missing_is_told() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["connect", "athena"]), @"
    exit 2
    -- stderr
    error: Athena reads files of a bucket, and none is named
    hint: name it with --files s3://BUCKET/PREFIX
    ");
    assert_snapshot!(desk.run(&["connect", "excel"]), @"
    exit 2
    -- stderr
    error: invalid value 'excel' for '<TOOL>'
      [possible values: duckdb, python, polars, spark, athena]

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["connect", "duckdb", "--as-of", "9"]), @"
    exit 2
    -- stderr
    error: there is no snapshot 9
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 2 (2026-01-05T00:00:00Z)
    ");
    assert_snapshot!(Desk::new().run(&["connect", "duckdb"]), @r#"
    exit 2
    -- stderr
    error: folder "warehouse" is not a warehouse: it has no catalog.sqlite
    hint: name the folder of a warehouse with --warehouse, or make one with `lookback ingest`, `lookback import` or `lookback demo --keep DIR`
    "#);
}
