"""DuckDB and Lookback write at the same time: one of the two gives way, and no job is lost or doubled.

Each race is forced, not hoped for: the one that began first is held before its commit until the
other has committed.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import time

import duckdb
import pytest
from agreement import lookback_rows
from conftest import LOOKS, SECONDS_MAX, environment, from_run, import_generated, import_look
from test_duckdb_changes import (
    DELETE_HINT,
    DELETED,
    FLUSH,
    MERGE,
    REWRITE,
    TABLES,
    TO_FILES,
    check_agreement,
    check_each_job_once,
)

# A job that the next import changes: it was open, and will not be.
OPEN = """backup_job_id = (SELECT min(backup_job_id) FROM backup_jobs
                          WHERE state IN ('CREATED', 'PENDING', 'RUNNING'))"""
DELETE = f"DELETE FROM backup_jobs WHERE {OPEN}"
UPDATE = f"UPDATE backup_jobs SET percent_done = '99' WHERE {OPEN}"
DELETE_FILE = f"""DELETE FROM backup_jobs WHERE (region, creation_date::date) =
    (SELECT (region, creation_date::date) FROM backup_jobs WHERE {OPEN})"""


@pytest.fixture(scope="session")
def first_template(tmp_path_factory):
    """A small warehouse after the first look only: the second changes what was open then."""
    warehouse = tmp_path_factory.mktemp("first") / "warehouse"
    import_look(warehouse, LOOKS[0])
    return warehouse


@pytest.fixture
def first(first_template, warehouse, lookback):
    """A small warehouse of the test's own, after the first look."""
    shutil.copytree(first_template, warehouse)
    lookback("--warehouse", warehouse, "sql", "SELECT 1")
    return warehouse


def check_all_jobs(warehouse, lookback, duck, tmp_path):
    """After one more import it holds what a warehouse holds that nobody raced for."""
    import_look(warehouse, LOOKS[1])
    check_each_job_once(warehouse, lookback)
    check_agreement(warehouse, lookback, duck)
    quiet = tmp_path / "quiet" / "warehouse"
    quiet.parent.mkdir()
    for look in LOOKS[:2]:
        import_look(quiet, look)
    for table, key in list(TABLES.items())[:4]:
        # A job that DuckDB deleted comes again as new: when it was first seen differs then.
        state = "status" if table == "restore_jobs" else "state"
        sql = f"SELECT {key}, {state}, completion_date, region FROM {table} ORDER BY {key}"
        ours = lookback_rows(lookback, warehouse, sql)
        assert ours == lookback_rows(lookback, quiet, sql), table


@pytest.mark.parametrize("inlining", ["", TO_FILES], ids=["inlined", "in files"])
@pytest.mark.parametrize(
    "statements",
    [[DELETE], [UPDATE], [DELETE_FILE], [MERGE]],
    ids=["delete", "update", "delete of a file", "merge"],
)
def test_duckdb_gives_way_to_an_import_that_commits_first(
    statements, inlining, first, lookback, duck, tmp_path
):
    loser = duck().attach(first, read_only=False, options=inlining)
    loser.rows("BEGIN")
    for statement in statements:
        loser.rows(statement)
    outcome = import_look(first, LOOKS[1])
    assert " changed, " in outcome.stderr and " 0 changed, " not in outcome.stderr
    with pytest.raises(duckdb.Error, match="onflict"):
        loser.rows("COMMIT")
    loser.connection.close()
    check_agreement(first, lookback, duck)
    check_all_jobs(first, lookback, duck, tmp_path)


class HeldImport:
    """An import that has worked out its changes and written its files, held before its commit."""

    def __init__(self, warehouse, look: str, folder):
        generate = [from_run("LOOKBACK_GENERATE"), "--until", look]
        records = folder / "records.ndjson"
        flags = ["--resources", "100", "--days", "6", "--output", str(records)]
        subprocess.run(generate + flags, check=True)
        trail = warehouse / "data" / "main" / "job_transitions"
        before = set(trail.rglob("*.parquet"))
        # While this transaction is open, others read the catalog and cannot commit to it.
        gate = sqlite3.connect(warehouse / "catalog.sqlite", isolation_level=None)
        gate.execute("BEGIN IMMEDIATE")
        self.process = subprocess.Popen(
            [
                from_run("LOOKBACK_BIN"), "--warehouse", str(warehouse),
                "import", str(records), "--observed-at", look,
            ],
            env=environment(folder),
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip
        # The transitions are the last file of a run; after them comes the commit.
        deadline = time.monotonic() + SECONDS_MAX
        while not set(trail.rglob("*.parquet")) - before:
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.5)
        os.kill(self.process.pid, signal.SIGSTOP)
        gate.execute("ROLLBACK")
        gate.close()

    def go_on(self) -> tuple[int, str]:
        """Lets it commit, or give way; gives its status and what it said."""
        os.kill(self.process.pid, signal.SIGCONT)
        _, said = self.process.communicate(timeout=SECONDS_MAX)
        return self.process.returncode, said


@pytest.mark.parametrize("inlining", ["", TO_FILES], ids=["inlined", "in files"])
@pytest.mark.parametrize(
    "statements",
    [[MERGE], [DELETE_FILE], [DELETE, FLUSH, REWRITE], [DELETE, FLUSH, REWRITE, MERGE]],
    ids=["merge", "delete of a file", "delete and rewrite", "delete, rewrite and merge"],
)
def test_an_import_works_its_changes_out_anew_when_duckdb_commits_first(
    statements, inlining, first, lookback, duck, tmp_path
):
    held = HeldImport(first, LOOKS[1], tmp_path)
    winner = duck().attach(first, read_only=False, options=inlining)
    for statement in statements:
        winner.rows(statement)
    winner.connection.close()
    status, said = held.go_on()
    assert (status, said.startswith("imported 1 file: ")) == (0, True), said
    check_agreement(first, lookback, duck)
    check_all_jobs(first, lookback, duck, tmp_path)


@pytest.mark.parametrize("inlining", ["", TO_FILES], ids=["inlined", "in files"])
@pytest.mark.parametrize("statement", [DELETE, UPDATE], ids=["delete", "update"])
def test_an_import_gives_way_when_duckdb_leaves_what_cannot_be_read(
    statement, inlining, first, lookback, duck, tmp_path
):
    held = HeldImport(first, LOOKS[1], tmp_path)
    winner = duck().attach(first, read_only=False, options=inlining)
    winner.rows(statement)
    status, said = held.go_on()
    assert (status, said) == (2, f"error: {DELETED}\nhint: {DELETE_HINT}\n")
    for command in (FLUSH, REWRITE):
        winner.rows(command)
    winner.connection.close()
    check_agreement(first, lookback, duck)
    check_all_jobs(first, lookback, duck, tmp_path)
