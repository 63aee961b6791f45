"""DuckDB sees the warehouse's tables, columns, comments and snapshots as Lookback declares them."""

import datetime

import pytest
from agreement import duck_answer, lookback_rows, shown
from conftest import LOOKS, import_look

TABLES = [
    "aws_job_summaries",
    "backup_jobs",
    "copy_jobs",
    "job_transitions",
    "restore_jobs",
    "scan_jobs",
]
VIEWS = [
    "backup_job_summaries",
    "copy_job_summaries",
    "job_day_counts",
    "jobs",
    "restore_job_summaries",
    "scan_job_summaries",
]


@pytest.fixture(params=[True, False], ids=["read-only", "read-write"])
def reader(request, duck, small):
    """DuckDB with the small warehouse, attached either way."""
    return duck().attach(small, read_only=request.param)


def test_all_tables_and_views_are_listed_with_their_comments(reader):
    tables = reader.rows(
        "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'lake' "
        "ORDER BY table_name"
    )
    views = reader.rows(
        "SELECT view_name, comment FROM duckdb_views() WHERE database_name = 'lake' "
        "AND NOT internal ORDER BY view_name"
    )
    assert [name for name, _ in tables] == TABLES
    assert [name for name, _ in views] == VIEWS
    assert all(comment.startswith("One row ") for _, comment in tables + views)


@pytest.mark.parametrize("table", TABLES)
def test_columns_types_and_comments_are_the_declared_ones(table, reader, small, lookback):
    declared = [
        (row["column_name"], row["data_type"].upper(), row["description"])
        for row in lookback_rows(lookback, small, f"DESCRIBE {table}")
    ]
    seen = reader.rows(
        "SELECT column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = 'lake' AND table_name = ? ORDER BY column_index",
        table,
    )
    assert seen == declared
    assert len(declared) >= 9


@pytest.mark.parametrize("view", VIEWS)
def test_the_columns_of_views_have_the_same_names_and_order(view, reader, small, lookback):
    ours = [row["column_name"] for row in lookback_rows(lookback, small, f"DESCRIBE {view}")]
    assert [row[0] for row in reader.rows(f"DESCRIBE {view}")] == ours


def test_the_snapshots_are_listed_with_who_made_them(reader):
    listed = reader.rows(
        "SELECT snapshot_id, author, commit_message FROM lake.snapshots() ORDER BY snapshot_id"
    )
    assert listed == [
        (0, None, None),
        (1, "lookback", "create the warehouse"),
        (2, "lookback", "import"),
        (3, "lookback", "import"),
    ]


def test_every_version_is_the_same_to_both(small, lookback, duck):
    changed = import_look(small, LOOKS[2])
    assert changed.stderr.endswith("; snapshot 4\n")
    reader = duck().attach(small, timezone="Asia/Tokyo")
    answers = []
    for version in (1, 2, 3, 4):
        for table, key in (
            ("backup_jobs", "backup_job_id"),
            ("copy_jobs", "copy_job_id"),
            ("restore_jobs", "restore_job_id"),
            ("scan_jobs", "scan_job_id"),
            ("job_transitions", "job_id, run_id"),
        ):
            sql = f"SELECT * FROM {table}{{}} ORDER BY {key}"
            rows = lookback_rows(lookback, small, sql.format(""), "--as-of", version)
            _, found = duck_answer(reader, sql.format(f" AT (VERSION => {version})"))
            assert found == rows, (version, table)
            answers.append((version, table, rows))
    # The versions differ, or their agreement would mean little.
    backups = [rows for _, table, rows in answers if table == "backup_jobs"]
    assert backups[0] == [] and backups[1] != backups[2] != backups[3]


def test_an_instant_is_the_same_version_to_both(small, lookback, duck):
    """Asked a millisecond after each commit: Lookback takes instants to the millisecond."""
    reader = duck().attach(small, timezone="Asia/Tokyo")
    sql = "SELECT snapshot_time FROM lake.snapshots() WHERE snapshot_id = ?"
    for version in (2, 3):
        after = reader.rows(sql, version)[0][0] + datetime.timedelta(milliseconds=1)
        instant = shown(after.replace(microsecond=after.microsecond // 1000 * 1000))
        count = "SELECT count(*) AS rows FROM job_transitions"
        ours = lookback_rows(lookback, small, count, "--as-of", instant)
        assert ours == lookback_rows(lookback, small, count, "--as-of", version)
        at = f" AT (TIMESTAMP => timestamptz '{instant}')"
        assert duck_answer(reader, count + at)[1] == ours
