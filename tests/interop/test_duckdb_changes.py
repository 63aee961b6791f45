"""After DuckDB has written a warehouse, Lookback answers right, or refuses and says the way out.

Either way an import on top works in the end, and both agree on every row.
"""

import json
from dataclasses import dataclass

import pytest
from agreement import duck_answer, lookback_rows
from conftest import LOOKS, generated_import, import_look

TABLES = {
    "backup_jobs": "backup_job_id",
    "copy_jobs": "copy_job_id",
    "restore_jobs": "restore_job_id",
    "scan_jobs": "scan_job_id",
    "job_transitions": "job_id, run_id",
}

TO_FILES = "DATA_INLINING_ROW_LIMIT 0"
FLUSH = "CALL ducklake_flush_inlined_data('lake')"
REWRITE = "CALL ducklake_rewrite_data_files('lake', delete_threshold => 0)"
MERGE = "CALL ducklake_merge_adjacent_files('lake')"
EXPIRE = "CALL ducklake_expire_snapshots('lake', older_than => now())"
CLEAN = "CALL ducklake_cleanup_old_files('lake', cleanup_all => true)"

FEW = "backup_job_id = (SELECT min(backup_job_id) FROM backup_jobs)"
MANY = "state = 'COMPLETED' AND creation_date >= '2026-10-01 00:00:00+00'"
COPY_A_JOB = f"""INSERT INTO backup_jobs SELECT * REPLACE (
    'new-1' AS backup_job_id, map {{'WindowsVSS': 'enabled'}} AS backup_options,
    map {{'FAILED': 3}} AS child_jobs_in_state) FROM backup_jobs WHERE {FEW}"""
COPY_JOBS = f"""INSERT INTO backup_jobs SELECT * REPLACE (
    backup_job_id || '-new' AS backup_job_id) FROM backup_jobs WHERE {MANY}"""

DELETED = 'table "backup_jobs" has rows that another tool deleted without rewriting its files'
INLINED = (
    'table "backup_jobs" has rows that another tool wrote into the catalog instead of a file'
)
ADDED = (
    'another tool changed the columns of table "backup_jobs": column "extra" was added'
)
UNDO = "undo the change of the columns in the tool that made it"


@dataclass(frozen=True)
class Case:
    """What DuckDB runs, and what Lookback says then: nothing if it answers."""

    statements: list[str]
    refusal: str | None = None
    hint: str = ""
    options: str = ""


DELETE_HINT = f"in DuckDB, run: {FLUSH}; {REWRITE}"
INLINED_HINT = f"in DuckDB, run: {FLUSH}"

CASES = {
    "deletes many rows": Case(
        [f"DELETE FROM backup_jobs WHERE {MANY}"], DELETED, DELETE_HINT, TO_FILES
    ),
    "deletes a row into the catalog": Case(
        [f"DELETE FROM backup_jobs WHERE {FEW}"], DELETED, DELETE_HINT
    ),
    "deletes a row into a file": Case(
        [f"DELETE FROM backup_jobs WHERE {FEW}"], DELETED, DELETE_HINT, TO_FILES
    ),
    "deletes all rows of some files": Case(
        ["DELETE FROM backup_jobs WHERE creation_date < '2026-09-29 00:00:00+00'"]
    ),
    "deletes, and merges what has no deletes": Case(
        [f"DELETE FROM backup_jobs WHERE {FEW}", MERGE], DELETED, DELETE_HINT
    ),
    "deletes, and checkpoints": Case(
        [f"DELETE FROM backup_jobs WHERE {FEW}", "CHECKPOINT lake"], DELETED, DELETE_HINT
    ),
    "deletes and rewrites": Case(
        [f"DELETE FROM backup_jobs WHERE {MANY}", REWRITE], options=TO_FILES
    ),
    "inserts a row into the catalog": Case([COPY_A_JOB], INLINED, INLINED_HINT),
    "inserts a row into a file": Case([COPY_A_JOB], options=TO_FILES),
    "inserts many rows": Case([COPY_JOBS]),
    "inserts and flushes": Case([COPY_A_JOB, FLUSH]),
    "inserts twice and flushes": Case(
        [COPY_A_JOB, COPY_A_JOB.replace("new-1", "new-2"), FLUSH]
    ),
    "inserts and checkpoints": Case([COPY_A_JOB, "CHECKPOINT lake"]),
    "inserts into the catalog and deletes it there": Case(
        [COPY_A_JOB, "DELETE FROM backup_jobs WHERE backup_job_id = 'new-1'"]
    ),
    "updates a row": Case(
        [f"UPDATE backup_jobs SET state = 'FAILED' WHERE {FEW}"], DELETED, DELETE_HINT
    ),
    "updates many rows": Case(
        [f"UPDATE backup_jobs SET percent_done = '99' WHERE {MANY}"],
        DELETED,
        DELETE_HINT,
        TO_FILES,
    ),
    "merges": Case([MERGE]),
    "inserts and merges": Case([COPY_JOBS, MERGE]),
    "merges twice": Case([MERGE, COPY_JOBS, MERGE]),
    "expires and cleans up": Case([EXPIRE, CLEAN]),
    "merges, expires and cleans up": Case([MERGE, EXPIRE, CLEAN]),
    "checkpoints": Case(["CHECKPOINT lake"]),
    "adds a column": Case(
        ["ALTER TABLE backup_jobs ADD COLUMN extra varchar"], ADDED, UNDO
    ),
    "adds a column and drops it": Case(
        [
            "ALTER TABLE backup_jobs ADD COLUMN extra varchar",
            COPY_A_JOB,
            "ALTER TABLE backup_jobs DROP COLUMN extra",
        ],
        options=TO_FILES,
    ),
    "makes a table of its own": Case(["CREATE TABLE mine AS SELECT * FROM jobs LIMIT 5"]),
}


def check_agreement(small, lookback, duck):
    """Every table is the same to both."""
    # A connection of its own: another one may still hold what it read before.
    reader = duck().attach(small, timezone="Asia/Tokyo")
    for table, key in TABLES.items():
        sql = f"SELECT * FROM {table} ORDER BY {key}"
        ours = lookback_rows(lookback, small, sql)
        assert duck_answer(reader, sql)[1] == ours, table
        # Counts and bounds come from statistics, which another tool wrote.
        sql = f"""SELECT count(*) AS n, min(region) AS a, max(region) AS b,
                         min(observed_at) AS c, max(observed_at) AS d,
                         min(creation_date) AS e, max(creation_date) AS f FROM {table}"""
        ours = lookback_rows(lookback, small, sql)
        assert duck_answer(reader, sql)[1] == ours, table
    reader.connection.close()


def check_pruning(small, lookback, duck):
    """Files are pruned by statistics that another tool wrote, and no row is lost by it."""
    reader = duck().attach(small)
    for condition in (
        "state = 'COMPLETED'",
        "creation_date >= '2026-10-02T00:00:00Z'",
        "backup_job_id LIKE 'new%'",
        "backup_job_id = 'new-1'",
        "is_parent",
        "backup_size_in_bytes > 1000000000000",
        "region = 'us-east-1' AND completion_date IS NULL",
    ):
        sql = f"SELECT count(*) AS n, min(backup_job_id) AS id FROM backup_jobs WHERE {condition}"
        assert duck_answer(reader, sql)[1] == lookback_rows(lookback, small, sql), condition
    reader.connection.close()


def check_earlier_snapshots(writer, small, lookback):
    """Each snapshot that DuckDB left is the same to both, or refused because files were merged."""
    held = [row[0] for row in writer.rows("SELECT snapshot_id FROM lake.snapshots()")]
    for version in (2, 3):
        sql = "SELECT * FROM backup_jobs{} ORDER BY backup_job_id"
        outcome = lookback(
            "--warehouse", small, "sql", "--format", "json", "--as-of", version, sql.format("")
        )
        if version not in held:
            assert outcome.stderr.startswith(f"error: there is no snapshot {version}\n")
        elif outcome.status == 2:
            merged = "SELECT count(*) FROM __ducklake_metadata_lake.ducklake_data_file "
            assert writer.rows(f"{merged} WHERE partial_max > ?", version) != [(0,)]
            assert outcome.stderr == (
                f'error: snapshot {version} of table "backup_jobs" lies in files that another '
                "tool merged with later snapshots\n"
                "hint: ask for the newest snapshot, or ask DuckDB for this one\n"
            )
        else:
            theirs = duck_answer(writer, sql.format(f" AT (VERSION => {version})"))[1]
            assert json.loads(outcome.stdout) == theirs, version


def check_each_job_once(small, lookback):
    for table, key in list(TABLES.items())[:4]:
        sql = f"SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) <> 1"
        assert lookback_rows(lookback, small, sql) == []


@pytest.mark.parametrize("name", CASES)
def test_after_duckdb_the_answers_are_right_or_refused(name, small, lookback, duck):
    case = CASES[name]
    writer = duck().attach(small, read_only=False, options=case.options)
    for statement in case.statements:
        writer.rows(statement)
    check_earlier_snapshots(writer, small, lookback)
    if case.refusal is not None:
        refused = lookback("--warehouse", small, "sql", "SELECT count(*) FROM backup_jobs")
        said = f"error: {case.refusal}\nhint: {case.hint}\n"
        assert (refused.status, refused.stdout, refused.stderr) == (2, "", said)
        # Only that table is concerned.
        assert lookback_rows(lookback, small, "SELECT count(*) AS n FROM copy_jobs")[0]["n"] > 10
        way_out = case.hint.removeprefix("in DuckDB, run: ")
        if case.hint == UNDO:
            way_out = "ALTER TABLE backup_jobs DROP COLUMN extra"
        before = writer.rows("SELECT * FROM backup_jobs ORDER BY ALL")
        for statement in way_out.split("; "):
            writer.rows(statement)
        if case.hint != UNDO:
            assert writer.rows("SELECT * FROM backup_jobs ORDER BY ALL") == before
    writer.connection.close()
    check_agreement(small, lookback, duck)
    check_pruning(small, lookback, duck)

    imported = import_look(small, LOOKS[2])
    assert " new, " in imported.stderr
    check_each_job_once(small, lookback)
    check_agreement(small, lookback, duck)


@pytest.mark.parametrize("problem", ["deletes a row into the catalog", "updates a row"])
def test_an_import_into_what_cannot_be_read_is_refused_whole(problem, small, lookback, duck):
    case = CASES[problem]
    writer = duck().attach(small, read_only=False, options=case.options)
    writer.rows(case.statements[0])
    writer.connection.close()
    before = sorted(small.rglob("*.parquet"))
    refused = generated_import(small, LOOKS[2], "--resources", 20, "--days", 2)
    assert (refused.status, refused.stderr) == (
        2,
        f"error: {case.refusal}\nhint: {case.hint}\n",
    )
    assert sorted(small.rglob("*.parquet")) == before
