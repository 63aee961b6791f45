"""Fixtures: the built binary, DuckDB with its extensions, and a warehouse folder to fill."""

import os
import pathlib
import signal
import subprocess
from dataclasses import dataclass

import duckdb
import pytest

# Longer than any command here takes; a command that hangs fails instead of hanging the tests.
SECONDS_MAX = 300


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str


def from_run(name: str) -> str:
    """A setting that `tests/interop/run` gives."""
    if name not in os.environ:
        pytest.exit(f"{name} is not set: start these tests with tests/interop/run", returncode=2)
    return os.environ[name]


@pytest.fixture
def lookback(tmp_path):
    """Runs `lookback` with arguments, and text for its standard input if any."""
    binary = from_run("LOOKBACK_BIN")
    # No setting of the machine reaches the command but what it needs to start.
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TZ": "Asia/Tokyo"}

    def run(*arguments, stdin: str | None = None) -> Outcome:
        done = subprocess.run(
            [binary, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            input=stdin if stdin is not None else "",
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS_MAX,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="module")
def emulate(tmp_path_factory):
    """Starts `lookback emulate` with flags, at an instant, and gives its URL.

    At the end each is interrupted, and must have ended well.
    """
    running = []

    def start(*flags, now: str) -> str:
        command = [from_run("LOOKBACK_BIN"), "--now", now, "emulate", "--listen", "127.0.0.1:0"]
        errors = (tmp_path_factory.mktemp("emulate") / "stderr").open("w+")
        process = subprocess.Popen(
            [*command, *map(str, flags)],
            env={"PATH": os.environ["PATH"], "TZ": "Asia/Tokyo"},
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
        running.append((process, errors))
        return process.stdout.readline().strip()

    yield start
    for process, errors in running:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=SECONDS_MAX)
        errors.seek(0)
        told = errors.read()
        assert (process.returncode, rest) == (0, ""), told
        assert told.startswith("try: ") and told.count("\n") == 1, told


class Duck:
    """A DuckDB connection with the extensions loaded, and nothing loaded but them."""

    def __init__(self):
        folder = from_run("LOOKBACK_DUCKDB_EXTENSIONS")
        self.connection = duckdb.connect(
            config={
                "extension_directory": folder,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        for extension in ("sqlite_scanner", "ducklake"):
            self.connection.execute(f"LOAD {extension}")

    def attach(
        self,
        warehouse: pathlib.Path,
        read_only: bool = True,
        timezone: str = "UTC",
        options: str = "",
    ) -> "Duck":
        """Attaches a warehouse as `lake`, makes it the current one, and takes a time zone.

        `options` are further options of ATTACH, as SQL.
        """
        given = ", ".join(filter(None, ["READ_ONLY" if read_only else "", options]))
        catalog = warehouse / "catalog.sqlite"
        self.connection.execute(
            f"ATTACH 'ducklake:sqlite:{catalog}' AS lake" + (f" ({given})" if given else "")
        )
        self.connection.execute("USE lake")
        self.connection.execute(f"SET TimeZone = '{timezone}'")
        return self

    def rows(self, sql: str, *parameters) -> list[tuple]:
        """The rows of a query."""
        return self.connection.execute(sql, parameters or None).fetchall()


@pytest.fixture
def duck():
    """Makes connections; they are closed at the end of the test."""
    made = []

    def make() -> Duck:
        made.append(Duck())
        return made[-1]

    yield make
    for each in made:
        each.connection.close()


@pytest.fixture
def warehouse(tmp_path) -> pathlib.Path:
    """A folder for a warehouse, not yet there."""
    return tmp_path / "warehouse"
