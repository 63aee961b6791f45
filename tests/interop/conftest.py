"""Fixtures: the built binary, DuckDB with its extensions, and a warehouse folder to fill."""

import os
import pathlib
import shutil
import signal
import subprocess
from dataclasses import dataclass

import duckdb
import pytest

# Longer than any command here takes, on a busy machine too; a command that hangs fails instead of
# hanging the tests.
SECONDS_MAX = 1200


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


# Credentials with which the emulator lets anyone in.
KEYS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}


def environment(folder: pathlib.Path) -> dict[str, str]:
    """No setting of the machine reaches the command but what it needs to start."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "TZ": "Asia/Tokyo"}


def run_lookback(folder: pathlib.Path, *arguments, stdin=None, **variables) -> Outcome:
    """Runs `lookback` in a folder; `stdin` is text, or the output of another process.

    `variables` are those of its environment, besides what it needs to start.
    """
    # Root writes where nothing may be written; without these two rights it is an owner like others.
    humble = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*(humble if os.getuid() == 0 else []), from_run("LOOKBACK_BIN"), *map(str, arguments)],
        cwd=folder,
        env=environment(folder) | variables,
        **({"stdin": stdin} if hasattr(stdin, "read") else {"input": stdin or ""}),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS_MAX,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def lookback(tmp_path):
    """Runs `lookback` with arguments, and text for its standard input if any."""

    def run(*arguments, stdin: str | None = None, **variables) -> Outcome:
        return run_lookback(tmp_path, *arguments, stdin=stdin, **variables)

    return run


def generated_import(warehouse: pathlib.Path, until: str, *flags) -> Outcome:
    """Imports the jobs of a simulated organisation as they were seen at `until`.

    The same flags with a later `until` are the same jobs, later in their lives.
    """
    generate = [from_run("LOOKBACK_GENERATE"), "--until", until, *map(str, flags)]
    folder = warehouse.parent
    with subprocess.Popen(generate, stdout=subprocess.PIPE, env=environment(folder)) as made:
        outcome = run_lookback(
            folder, "--warehouse", warehouse, "import", "-", "--observed-at", until,
            stdin=made.stdout,
        )  # fmt: skip
    return outcome


def import_generated(warehouse: pathlib.Path, until: str, *flags) -> Outcome:
    """The same, and it must succeed."""
    outcome = generated_import(warehouse, until, *flags)
    assert outcome.status == 0, outcome.stderr
    return outcome


@pytest.fixture(scope="session")
def million(tmp_path_factory) -> pathlib.Path:
    """A warehouse of a million jobs of all kinds in 90 days, for all tests to read."""
    warehouse = tmp_path_factory.mktemp("million") / "warehouse"
    outcome = import_generated(
        warehouse, "2026-10-31T23:59:59Z", "--jobs", 1_000_000, "--resources", 8_200,
        "--accounts", 4, "--regions", "us-east-1,eu-central-1,ap-northeast-1",
    )  # fmt: skip
    assert outcome.stderr == (
        "imported 1 file: 1000000 new, 0 changed, 0 unchanged, 0 refused; snapshot 2\n"
    )
    return warehouse


# Three looks at the same small organisation: two in one night, one two days later.
LOOKS = ["2026-10-03T02:00:00Z", "2026-10-03T12:00:00Z", "2026-10-05T03:00:00Z"]


def import_look(warehouse: pathlib.Path, look: str) -> Outcome:
    """Imports what the small organisation shows at an instant."""
    days = 6 if look < LOOKS[2] else 8
    return import_generated(warehouse, look, "--resources", 100, "--days", days)


@pytest.fixture(scope="session")
def small_template(tmp_path_factory) -> pathlib.Path:
    """A small warehouse after two looks, to be copied."""
    warehouse = tmp_path_factory.mktemp("small") / "warehouse"
    for look in LOOKS[:2]:
        import_look(warehouse, look)
    return warehouse


@pytest.fixture
def small(small_template, warehouse, lookback) -> pathlib.Path:
    """A small warehouse of the test's own, with jobs that changed between two imports."""
    shutil.copytree(small_template, warehouse)
    # Opened once at its new place, so that DuckDB finds it there.
    assert lookback("--warehouse", warehouse, "sql", "SELECT 1").status == 0
    return warehouse


@pytest.fixture(scope="module")
def start_server(tmp_path_factory):
    """Starts `lookback` with arguments, in a folder, and gives the URL that it tells.

    At the end each server is interrupted, and must have ended well: it has told nothing but its
    URL and the notes of its start, of which the last two are commands to try.
    """
    running = []

    def start(folder: pathlib.Path, *arguments, notes: int) -> str:
        errors = (tmp_path_factory.mktemp("server") / "stderr").open("w+")
        process = subprocess.Popen(
            [from_run("LOOKBACK_BIN"), *map(str, arguments)],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "TZ": "Asia/Tokyo"},
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
        running.append((process, errors, notes))
        return process.stdout.readline().strip()

    yield start
    for process, errors, notes in running:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=SECONDS_MAX)
        errors.seek(0)
        told = errors.read()
        assert (process.returncode, rest) == (0, ""), told
        lines = told.splitlines()
        assert len(lines) == notes and all(line.startswith("try: ") for line in lines[-2:]), told


@pytest.fixture(scope="module")
def emulate(start_server, tmp_path_factory):
    """Starts `lookback emulate` with flags, at an instant, and gives its URL."""

    def start(*flags, now: str) -> str:
        command = ["--now", now, "emulate", "--listen", "127.0.0.1:0", *flags]
        return start_server(tmp_path_factory.mktemp("emulate"), *command, notes=2)

    return start


@pytest.fixture(scope="module")
def serve(start_server):
    """Starts `lookback serve aws` in the folder of a warehouse, at an instant; gives its URL."""

    def start(folder: pathlib.Path, *flags, now: str) -> str:
        command = ["--now", now, "serve", "aws", "--listen", "127.0.0.1:0", *flags]
        return start_server(folder, *command, notes=4)

    return start


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
