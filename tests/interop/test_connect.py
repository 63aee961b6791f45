"""The texts of `lookback connect` run as they are printed, and give the right answers.

Only what is installed already is not installed again. Spark is too large to be installed here: its
text runs with a stand-in. Athena's is parsed.
"""

import ast
import os
import pathlib
import subprocess
import sys
import types

import duckdb
import pytest
import sqlglot
from agreement import lookback_rows
from conftest import Duck, from_run
from sqlglot import exp
from test_duckdb_catalog import TABLES

QUESTION = """SELECT kind, state, count(*) AS jobs FROM jobs
              GROUP BY kind, state ORDER BY kind, state"""


@pytest.fixture
def odd(small, tmp_path) -> pathlib.Path:
    """A warehouse whose path needs quotes in every language."""
    path = tmp_path / "it's \"mine\" é" / "warehouse"
    path.parent.mkdir()
    small.rename(path)
    return path


@pytest.fixture
def connect(lookback, odd):
    """Prints the text of a tool."""

    def run(*arguments) -> str:
        outcome = lookback("--warehouse", odd, "connect", *arguments)
        assert (outcome.status, outcome.stderr) == (0, "")
        return outcome.stdout

    return run


def states(lookback, warehouse, *flags) -> list[tuple]:
    """What Lookback itself answers."""
    rows = lookback_rows(lookback, warehouse, QUESTION, *flags)
    assert len(rows) > 5
    return [tuple(row.values()) for row in rows]


def export_of(text: str, mark: str, tmp_path) -> None:
    """Runs the command with which a text begins, in a shell that finds `lookback`."""
    [command] = [line for line in text.splitlines() if line.startswith(f"{mark}   lookback ")]
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "lookback").symlink_to(from_run("LOOKBACK_BIN"))
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", command.removeprefix(mark)],
        env={"PATH": f"{folder}:{os.environ['PATH']}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("flags", [(), ("--as-of", "2")], ids=["newest", "earlier"])
def test_duckdb_runs_its_text(flags, connect, lookback, odd, duck):
    reader = duck()
    lines = connect("duckdb", *flags).split(";\n")
    answers = [reader.rows(line) for line in lines if line.strip() and "INSTALL" not in line]
    assert answers[-1] == states(lookback, odd, *flags)


def test_python_runs_its_text(connect, lookback, odd, monkeypatch, capsys, tmp_path):
    text = connect("python")
    lines = [line for line in text.splitlines() if "INSTALL" not in line]
    reader = Duck()
    monkeypatch.setattr(duckdb, "connect", lambda: reader.connection)
    scope = {}
    exec("\n".join(lines), scope)  # noqa: S102
    found = [tuple(row) for row in scope["jobs"].itertuples(index=False)]
    assert found == states(lookback, odd)
    assert str(len(found) - 1) in capsys.readouterr().out
    # The second half, behind the export that it names.
    export_of(text, "#", tmp_path)
    _, _, rest = text.partition("# Then:\n")
    exec("\n".join(line.removeprefix("#   ") for line in rest.splitlines()), scope)
    backups = [row for row in states(lookback, odd) if row[0] == "backup"]
    counts = scope["backup_jobs"].groupby("state").size()
    assert [("backup", state, jobs) for state, jobs in counts.items()] == backups


def test_polars_runs_its_text(connect, lookback, odd, capsys, tmp_path):
    text = connect("polars", "--files", tmp_path / "for [polars]")
    export_of(text, "#", tmp_path)
    scope = {}
    exec(text, scope)  # noqa: S102
    capsys.readouterr()
    counts = scope["tables"]["backup_jobs"].group_by("state").len().sort("state").collect()
    backups = [row for row in states(lookback, odd) if row[0] == "backup"]
    assert [("backup", *row) for row in counts.rows()] == backups
    for name, table in scope["tables"].items():
        rows = lookback_rows(lookback, odd, f"SELECT count(*) AS n FROM {name}")
        frame = table.collect()
        assert frame.height == rows[0]["n"], name
        assert str(frame.schema["year"]) == "Int32", name


def test_spark_is_asked_for_every_table(connect, monkeypatch):
    text = connect("spark", "--files", "s3://bucket/it's")
    ast.parse(text)
    asked = []

    class Anything:
        def __getattr__(self, name):
            return lambda *arguments: asked.append((name, *arguments)) or self

        def __init__(self):
            self.conf = self.read = self.builder = None

        conf = read = builder = property(lambda self: self, lambda self, value: None)

    stand_in = types.ModuleType("pyspark.sql")
    stand_in.SparkSession = Anything()
    monkeypatch.setitem(sys.modules, "pyspark", types.ModuleType("pyspark"))
    monkeypatch.setitem(sys.modules, "pyspark.sql", stand_in)
    exec(text, {})  # noqa: S102
    views = [arguments[0] for name, *arguments in asked if name == "createOrReplaceTempView"]
    read = [arguments[0] for name, *arguments in asked if name == "parquet"]
    assert sorted(views) == TABLES
    assert read == [f"s3a://bucket/it's/{view}" for view in views]


HIVE = {
    "varchar": "TEXT",
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "timestamp with time zone": "TIMESTAMP",
    "map(varchar, varchar)": "MAP<TEXT, TEXT>",
    "map(varchar, bigint)": "MAP<TEXT, BIGINT>",
}


def test_athena_has_the_declared_columns(connect, lookback, odd):
    text = connect("athena", "--files", "s3://bucket/lake")
    statements = [it for it in sqlglot.parse(text, dialect="athena") if it is not None]
    assert len(statements) == 6
    for statement in statements:
        assert isinstance(statement, exp.Create), statement
        table = statement.this.this.name
        found = {
            column.name: column.kind.sql() for column in statement.this.expressions
        }
        declared = {
            row["column_name"]: HIVE[row["data_type"]]
            for row in lookback_rows(lookback, odd, f"DESCRIBE {table}")
        }
        assert found == declared, table
        assert f"LOCATION 's3://bucket/lake/{table}/'" in text
