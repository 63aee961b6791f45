"""DuckDB and Lookback write at once: one of the two gives way, and no job is lost or doubled.

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


def check_all_jobs(warehouse, undisturbed, lookback, duck):
    """After one more import it holds what a warehouse holds that nobody raced for."""
    import_look(warehouse, LOOKS[1])
    check_each_job_once(warehouse, lookback)
    check_agreement(warehouse, lookback, duck)
    for table, key in list(TABLES.items())[:4]:
        # A job that DuckDB deleted comes again as new: when it was first seen differs then.
        state = "status" if table == "restore_jobs" else "state"
        sql = f"SELECT {key}, {state}, completion_date, region FROM {table} ORDER BY {key}"
        ours = lookback_rows(lookback, warehouse, sql)
        assert ours == lookback_rows(lookback, undisturbed, sql), table


class Running:
    """A command that has worked out its changes and written its files, and is about to commit."""

    def __init__(self, warehouse, folder, table: str, *arguments):
        """`table` is the one whose files are the last to be written."""
        trail = warehouse / "data" / "main" / table
        before = set(trail.rglob("*.parquet"))
        self.process = subprocess.Popen(
            [from_run("LOOKBACK_BIN"), "--warehouse", str(warehouse), *map(str, arguments)],
            env=environment(folder),
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        deadline = time.monotonic() + SECONDS_MAX
        while not set(trail.rglob("*.parquet")) - before:
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.5)
        assert self.process.poll() is None

    def end(self) -> tuple[int, str]:
        """Waits for it; gives its status and what it said."""
        _, said = self.process.communicate(timeout=SECONDS_MAX)
        return self.process.returncode, said


class RunningImport(Running):
    """An import that is about to commit: the transitions are the last file of a run."""

    def __init__(self, warehouse, look: str, folder, only: str = ""):
        """`only` is in the text of the records that are imported."""
        records = folder / "records.ndjson"
        flags = ["--until", look, "--resources", "100", "--days", "6", "--output", str(records)]
        subprocess.run([from_run("LOOKBACK_GENERATE"), *flags], check=True)
        lines = records.read_text().splitlines(keepends=True)
        records.write_text("".join(line for line in lines if only in line))
        super().__init__(
            warehouse, folder, "job_transitions", "import", records, "--observed-at", look
        )


class Held:
    """A running command, stopped before its commit until it is told to go on."""

    def __init__(self, warehouse, start):
        # While this transaction is open, others read the catalog and cannot commit to it.
        gate = sqlite3.connect(warehouse / "catalog.sqlite", isolation_level=None)
        gate.execute("BEGIN IMMEDIATE")
        self.running = start()
        os.kill(self.running.process.pid, signal.SIGSTOP)
        gate.execute("ROLLBACK")
        gate.close()

    def end(self) -> tuple[int, str]:
        """Lets it go on; gives its status and what it said."""
        os.kill(self.running.process.pid, signal.SIGCONT)
        return self.running.end()


class HeldImport(Held):
    """A running import, held."""

    def __init__(self, warehouse, *arguments, **named):
        super().__init__(warehouse, lambda: RunningImport(warehouse, *arguments, **named))


def data_files(warehouse) -> set:
    return set(warehouse.rglob("*.parquet"))


def test_an_import_gives_way_to_a_transaction_of_duckdb_that_stays_open(
    first, small_template, lookback, duck, tmp_path
):
    """SQLite lets nobody commit while another program is in the middle of reading."""
    winner = duck().attach(first, read_only=False)
    winner.rows("BEGIN")
    winner.rows(DELETE_FILE)
    before = data_files(first)
    status, said = RunningImport(first, LOOKS[1], tmp_path).end()
    assert (status, said) == (
        2,
        "error: failed to commit: database is locked: Error code 5: database is locked\n"
        "hint: another program holds the catalog; try again when it is done\n",
    )
    assert data_files(first) == before
    winner.rows("COMMIT")
    winner.connection.close()
    check_agreement(first, lookback, duck)
    check_all_jobs(first, small_template, lookback, duck)


@pytest.mark.parametrize(
    "statement",
    [DELETE, DELETE_FILE, MERGE],
    ids=["delete", "delete of a file", "merge"],
)
def test_duckdb_gives_way_to_an_import_that_is_about_to_commit(
    statement, first, small_template, lookback, duck, tmp_path
):
    loser = duck().attach(first, read_only=False, options=TO_FILES)
    loser.rows("BEGIN")
    loser.rows(statement)
    running = RunningImport(first, LOOKS[1], tmp_path)
    with pytest.raises(duckdb.Error) as given_way:
        loser.rows("COMMIT")
    assert str(given_way.value) == (
        "TransactionContext Error: Failed to commit: Failed to commit DuckLake transaction.\n"
        "Failed to flush changes into DuckLake: database is locked"
    )
    loser.connection.close()
    status, said = running.end()
    assert (status, said.startswith("imported 1 file: ")) == (0, True), said
    check_agreement(first, lookback, duck)
    check_all_jobs(first, small_template, lookback, duck)


@pytest.mark.parametrize(
    "statements",
    [[MERGE], [DELETE_FILE], [DELETE, FLUSH, REWRITE, MERGE]],
    ids=["merge", "delete of a file", "delete, rewrite and merge"],
)
def test_an_import_works_its_changes_out_anew_when_duckdb_commits_first(
    statements, first, small_template, lookback, duck, tmp_path
):
    held = HeldImport(first, LOOKS[1], tmp_path)
    winner = duck().attach(first, read_only=False)
    for statement in statements:
        winner.rows(statement)
    winner.connection.close()
    status, said = held.end()
    assert (status, said.startswith("imported 1 file: ")) == (0, True), said
    check_agreement(first, lookback, duck)
    check_all_jobs(first, small_template, lookback, duck)


@pytest.mark.parametrize(
    ("statement", "inlining"),
    [(DELETE, ""), (DELETE, TO_FILES), (UPDATE, "")],
    ids=["inlined delete", "delete file", "update"],
)
def test_an_import_gives_way_when_duckdb_leaves_what_cannot_be_read(
    statement, inlining, first, small_template, lookback, duck, tmp_path
):
    held = HeldImport(first, LOOKS[1], tmp_path)
    winner = duck().attach(first, read_only=False, options=inlining)
    winner.rows(statement)
    status, said = held.end()
    assert (status, said) == (2, f"error: {DELETED}\nhint: {DELETE_HINT}\n")
    for command in (FLUSH, REWRITE):
        winner.rows(command)
    winner.connection.close()
    check_agreement(first, lookback, duck)
    check_all_jobs(first, small_template, lookback, duck)


def test_a_job_that_duckdb_inserts_and_merges_away_is_not_imported_twice(
    first, small_template, lookback, duck, tmp_path
):
    """The merged file takes the first snapshot of its inputs: it looks older than it is."""
    [new] = lookback_rows(
        lookback,
        small_template,
        """SELECT backup_job_id, region, account_id, creation_date FROM backup_jobs
           ORDER BY creation_date DESC, backup_job_id LIMIT 1""",
    )
    held = HeldImport(first, LOOKS[1], tmp_path, only=new["backup_job_id"])
    winner = duck().attach(first, read_only=False, options=TO_FILES)
    assert winner.rows(
        """INSERT INTO backup_jobs SELECT * REPLACE (? AS backup_job_id, ? AS region,
               ? AS account_id, CAST(? AS timestamptz) AS creation_date)
           FROM backup_jobs LIMIT 1""",
        *new.values(),
    ) == [(1,)]
    winner.rows(MERGE)
    winner.connection.close()
    status, said = held.end()
    assert (status, said.startswith("imported 1 file: 0 new, ")) == (0, True), said
    check_each_job_once(first, lookback)
    check_agreement(first, lookback, duck)
