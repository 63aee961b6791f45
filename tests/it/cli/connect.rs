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
    #   backup_jobs = pd.read_parquet("[DESK]/export" + "/backup_jobs")
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
        name: pl.scan_parquet(f"{files}/{name}/**/*.parquet", hive_schema=parts)
        for name in names
    }
    print(tables["backup_jobs"].group_by("state").len().sort("state").collect())
    "#);
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
    let told = desk.run(&["connect", "athena", "--files", "s3://bucket/lake"]);
    assert_eq!(told.matches("CREATE EXTERNAL TABLE").count(), 6);
    let (first, _) =
        told.split_once("\n\nCREATE EXTERNAL TABLE IF NOT EXISTS `copy_jobs`").unwrap();
    assert_snapshot!(first, @"
    exit 0
    -- stdout
    -- The warehouse [DESK]/warehouse in Athena, from exported files.
    -- In a shell:
    --   lookback --warehouse [DESK]/warehouse export --all --partition-by year,month --output export
    --   aws s3 sync export s3://bucket/lake
    -- Then each statement by itself, in the database that is to hold the tables.

    CREATE EXTERNAL TABLE IF NOT EXISTS `backup_jobs` (
      `region` string COMMENT 'The Region of the endpoint that answered.',
      `account_id` string COMMENT 'The account that owns the job.',
      `backup_job_id` string COMMENT 'Identifies the backup job.',
      `backup_vault_name` string COMMENT 'The vault that keeps the backup; names are unique per account and Region.',
      `backup_vault_arn` string COMMENT 'The ARN of the vault that keeps the backup.',
      `vault_type` string COMMENT '`BACKUP_VAULT` or `LOGICALLY_AIR_GAPPED_BACKUP_VAULT`.',
      `vault_lock_state` string COMMENT 'Whether the vault is locked: `LOCKED` or `UNLOCKED`.',
      `recovery_point_arn` string COMMENT 'The ARN of the recovery point.',
      `lifecycle_move_to_cold_storage_after_days` bigint COMMENT 'Days after its creation when the recovery point moves to cold storage.',
      `lifecycle_delete_after_days` bigint COMMENT 'Days after its creation when the recovery point is deleted.',
      `lifecycle_opt_in_to_archive_for_supported_resources` boolean COMMENT 'Whether the recovery point of a supported resource moves to the archive tier.',
      `lifecycle_delete_after_event` string COMMENT 'The event after which the recovery point is deleted.',
      `encryption_key_arn` string COMMENT 'The ARN of the KMS key that encrypts the backup.',
      `is_encrypted` boolean COMMENT 'Whether the backup is encrypted.',
      `resource_arn` string COMMENT 'The ARN of the resource.',
      `creation_date` timestamp COMMENT 'When the job was created; its UTC day is the day of the job.',
      `completion_date` timestamp COMMENT 'When the job ended; AWS leaves it out for some failed jobs.',
      `state` string COMMENT 'The state as AWS gave it.',
      `status_message` string COMMENT 'A sentence that explains the state; on a COMPLETED backup it means that something needs attention.',
      `percent_done` string COMMENT 'The estimated progress when the job was read, as text: AWS writes `0.0`, `100.0` and `0.00%`.',
      `backup_size_in_bytes` bigint COMMENT 'The size in bytes; NULL and 0 both mean that AWS does not know it for the resource type.',
      `iam_role_arn` string COMMENT 'The ARN of the IAM role that runs the job.',
      `backup_plan_id` string COMMENT 'Identifies the backup plan; NULL for on-demand jobs.',
      `backup_plan_arn` string COMMENT 'The ARN of the backup plan.',
      `backup_plan_name` string COMMENT 'The name of the backup plan.',
      `backup_plan_version` string COMMENT 'The version of the backup plan.',
      `backup_rule_id` string COMMENT 'Identifies the rule of the backup plan.',
      `backup_rule_name` string COMMENT 'The name of the rule of the backup plan.',
      `backup_rule_cron` string COMMENT 'The schedule of the rule, as a cron expression.',
      `backup_rule_timezone` string COMMENT 'The time zone of the schedule of the rule.',
      `expected_completion_date` timestamp COMMENT 'When the job is expected to end.',
      `start_by` timestamp COMMENT 'When the start window ends: a backup job that has not started by then expires.',
      `resource_type` string COMMENT 'The type of the resource, such as `EBS`, `EC2` or `RDS`.',
      `bytes_transferred` bigint COMMENT 'The bytes transferred to the vault when the job was read.',
      `backup_options` map<string,string> COMMENT 'Options of the backup, such as `WindowsVSS`.',
      `backup_type` string COMMENT 'The type of the backup.',
      `parent_job_id` string COMMENT 'The parent (composite) job, for a child (nested) job.',
      `is_parent` boolean COMMENT 'Whether the job is a parent (composite) job.',
      `resource_name` string COMMENT 'The name of the resource; it need not be unique.',
      `initiation_date` timestamp COMMENT 'When the job was initiated.',
      `message_category` string COMMENT 'The category of the status message, such as `SUCCESS` or `ACCESS_DENIED`.',
      `number_of_child_jobs` bigint COMMENT 'The number of child (nested) jobs.',
      `child_jobs_in_state` map<string,bigint> COMMENT 'The number of child (nested) jobs in each state.',
      `tracking` string COMMENT 'Whether the job can still change: `open`, `settled`, or `forgotten` (open when AWS stopped showing it).',
      `source` string COMMENT 'The source whose observation the row shows.',
      `origin` string COMMENT 'How the observation came: `list`, `describe`, `cli-json`, `audit-report` or `event`.',
      `first_seen_at` timestamp COMMENT 'When the job was first observed.',
      `observed_at` timestamp COMMENT 'When the values that the row shows were first read.'
    )
    COMMENT 'One row a backup job: its newest observation.'
    PARTITIONED BY (`year` int, `month` int)
    STORED AS PARQUET
    LOCATION 's3://bucket/lake/backup_jobs/'
    TBLPROPERTIES (
      'parquet.compression' = 'ZSTD',
      'projection.enabled' = 'true',
      'projection.year.type' = 'integer',
      'projection.year.range' = '2019,2049',
      'projection.month.type' = 'integer',
      'projection.month.range' = '1,12'
    );
    ");
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
    #   backup_jobs = pd.read_parquet("[DESK]/export" + "/backup_jobs")
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
