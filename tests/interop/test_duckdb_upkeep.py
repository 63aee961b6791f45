"""Upkeep and DuckDB: each reads what the other left, at whatever step an upkeep ends."""

import shutil
import signal

import pytest
from agreement import duck_answer, lookback_rows
from conftest import LOOKS, import_look
from test_duckdb_changes import (
    CASES,
    CLEAN,
    DELETE_HINT,
    DELETED,
    EXPIRE,
    FLUSH,
    MERGE,
    REWRITE,
    TABLES,
    TO_FILES,
    check_agreement,
    check_each_job_once,
    check_pruning,
)
from test_duckdb_races import Held, Running

# When September and October, in which all jobs of the small warehouse were created, are old.
WINTER = ("--now", "2026-12-20T04:00:00Z")
LATER = ("--now", "2026-12-22T04:00:00Z")


def maintain(lookback, warehouse, *flags, now=WINTER, status=0) -> str:
    outcome = lookback("--warehouse", warehouse, "maintain", *now, *flags)
    assert (outcome.status, outcome.stdout) == (status, ""), outcome.stderr
    return outcome.stderr


def check_whole(lookback, warehouse):
    """Verifying finds nothing; what a killed run has just left is too young to be told."""
    outcome = lookback("--warehouse", warehouse, "verify")
    assert (outcome.status, outcome.stdout) == (0, ""), outcome.stdout + outcome.stderr


def check_both(lookback, duck, warehouse):
    """Both read it, and agree; and nothing is wrong with it."""
    check_agreement(warehouse, lookback, duck)
    check_pruning(warehouse, lookback, duck)
    check_each_job_once(warehouse, lookback)
    check_whole(lookback, warehouse)


def rows(lookback, warehouse) -> list:
    return [
        lookback_rows(lookback, warehouse, f"SELECT * FROM {table} ORDER BY {key}")
        for table, key in TABLES.items()
    ]


def test_both_agree_after_each_task(small, lookback, duck):
    before = rows(lookback, small)
    assert maintain(lookback, small, "--only", "compact").startswith("compact: ")
    check_both(lookback, duck, small)
    # Earlier versions are the same to both as long as they are kept.
    reader = duck().attach(small, timezone="Asia/Tokyo")
    for version in (2, 3):
        sql = "SELECT * FROM backup_jobs{} ORDER BY backup_job_id"
        ours = lookback_rows(lookback, small, sql.format(""), "--as-of", version)
        theirs = duck_answer(reader, sql.format(f" AT (VERSION => {version})"))[1]
        assert theirs == ours and ours
    reader.connection.close()
    for task, now in (("expire", WINTER), ("sweep", LATER), ("vacuum", LATER), ("copy", LATER)):
        maintain(lookback, small, "--only", task, "--keep", "1d", now=now)
        check_both(lookback, duck, small)
        assert rows(lookback, small) == before
    assert import_look(small, LOOKS[2]).status == 0
    check_both(lookback, duck, small)


def test_the_snapshots_that_are_left_are_the_same_to_both(small, lookback, duck):
    maintain(lookback, small, "--keep", "1d")
    theirs = duck().attach(small).rows("SELECT snapshot_id FROM lake.snapshots() ORDER BY 1")
    ours = lookback_rows(lookback, small, "SELECT snapshot_id FROM ops.snapshots ORDER BY 1")
    assert [row[0] for row in theirs] == [row["snapshot_id"] for row in ours]
    # The last one of October was in force until then.
    assert theirs[0] == (3,)


@pytest.mark.parametrize("order", [[MERGE, EXPIRE, CLEAN], [CLEAN, MERGE, EXPIRE]])
def test_duckdb_goes_on_where_lookback_ended_and_the_reverse(order, small, lookback, duck):
    before = rows(lookback, small)
    maintain(lookback, small, "--keep", "1d")
    writer = duck().attach(small, read_only=False)
    for statement in order:
        writer.rows(statement)
    writer.connection.close()
    check_both(lookback, duck, small)
    # DuckDB listed its files as to be deleted at the machine's time, which is before winter.
    maintain(lookback, small, "--keep", "1d", now=LATER)
    check_both(lookback, duck, small)
    assert rows(lookback, small) == before
    writer = duck().attach(small, read_only=False)
    for statement in (CLEAN, MERGE):
        writer.rows(statement)
    writer.connection.close()
    check_both(lookback, duck, small)


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case.refusal is None and "makes" not in name]
)
def test_what_duckdb_leaves_whole_has_no_findings(name, small, lookback, duck):
    case = CASES[name]
    writer = duck().attach(small, read_only=False, options=case.options)
    for statement in case.statements:
        writer.rows(statement)
    writer.connection.close()
    outcome = lookback("--warehouse", small, "verify")
    # Rows that DuckDB copied from others say that they are open, and those that it deleted are
    # gone: the ledger knows neither, and says so. An insert of the same row twice is one.
    told = {line.split()[0] for line in outcome.stdout.splitlines()[1:] if line[0] != " "}
    assert told <= {"open_job"}, outcome.stdout


# Of about a thousand; which step each is does not matter, as long as they are spread.
STEPS = [3, 60, 200, 400, 520]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("only", ["compact", "expire,sweep,vacuum,copy"])
def test_both_agree_after_an_upkeep_was_killed(step, only, small, lookback, duck):
    before = rows(lookback, small)
    if only != "compact":
        maintain(lookback, small, "--only", "compact,expire", "--keep", "1d")
        step = step // 20 + 1
    killed = lookback(
        "--warehouse", small, "maintain", "--only", only, "--keep", "1d", *LATER,
        LOOKBACK_TEST_ABORT_AT_STEP=str(step),
    )  # fmt: skip
    assert killed.status == -signal.SIGABRT, killed.stderr
    check_both(lookback, duck, small)
    maintain(lookback, small, "--only", only, "--keep", "1d", now=LATER)
    check_both(lookback, duck, small)
    assert rows(lookback, small) == before


class HeldUpkeep(Held):
    """A compaction that has written its first files, held before it commits them."""

    def __init__(self, warehouse, folder):
        command = ("maintain", "--only", "compact", *WINTER)
        super().__init__(warehouse, lambda: Running(warehouse, folder, "backup_jobs", *command))


@pytest.mark.parametrize(
    "statements",
    [[MERGE], ["DELETE FROM backup_jobs WHERE creation_date < '2026-09-29 00:00:00+00'"]],
    ids=["merge", "delete of files"],
)
def test_a_compaction_is_planned_anew_when_duckdb_commits_first(
    statements, small, lookback, duck, tmp_path
):
    held = HeldUpkeep(small, tmp_path)
    winner = duck().attach(small, read_only=False)
    for statement in statements:
        winner.rows(statement)
    expected = winner.rows("SELECT count(*) FROM backup_jobs")
    winner.connection.close()
    status, said = held.end()
    assert status == 0 and said.startswith("compact: "), said
    assert duck().attach(small).rows("SELECT count(*) FROM backup_jobs") == expected
    check_agreement(small, lookback, duck)
    check_each_job_once(small, lookback)


def test_a_compaction_gives_way_when_duckdb_leaves_what_cannot_be_read(
    small, lookback, duck, tmp_path
):
    held = HeldUpkeep(small, tmp_path)
    winner = duck().attach(small, read_only=False, options=TO_FILES)
    winner.rows(
        "DELETE FROM backup_jobs WHERE backup_job_id = (SELECT min(backup_job_id) FROM backup_jobs)"
    )
    expected = winner.rows("SELECT count(*) FROM backup_jobs")
    status, said = held.end()
    assert status == 1 and said.endswith(f"warning: {DELETED}\nhint: {DELETE_HINT}\n"), said
    for command in (FLUSH, REWRITE):
        winner.rows(command)
    winner.connection.close()
    assert duck().attach(small).rows("SELECT count(*) FROM backup_jobs") == expected
    check_agreement(small, lookback, duck)


def test_duckdb_reads_a_catalog_that_was_restored(small, lookback, duck):
    before = rows(lookback, small)
    maintain(lookback, small, "--only", "copy")
    import_look(small, LOOKS[2])
    assert rows(lookback, small) != before
    restored = lookback("--warehouse", small, "restore-catalog", *LATER)
    assert restored.status == 0, restored.stderr
    assert rows(lookback, small) == before
    check_both(lookback, duck, small)


def test_bytes_of_a_job_beside_duckdb(small, lookback, duck, tmp_path):
    """Compacted files are no larger than the same rows as DuckDB writes them, but for a few small
    ones, whose footers are most of them."""
    maintain(lookback, small, "--only", "compact")
    [ours] = lookback_rows(
        lookback,
        small,
        "SELECT sum(file_size_bytes) AS bytes FROM ops.files WHERE table_name = 'backup_jobs'",
    )
    file = tmp_path / "jobs.parquet"
    duck().attach(small).rows(
        f"COPY (SELECT * FROM backup_jobs ORDER BY creation_date) TO '{file}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    assert ours["bytes"] < 2 * file.stat().st_size


def test_a_copy_of_the_warehouse_may_be_kept_up_by_itself(small, tmp_path, lookback, duck):
    copy = tmp_path / "copy"
    shutil.copytree(small, copy)
    maintain(lookback, copy)
    check_both(lookback, duck, copy)
    check_both(lookback, duck, small)
