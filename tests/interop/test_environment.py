"""The tools that the other tests speak with are there, in the versions that are pinned."""

import datetime
import pathlib
import re
import subprocess
from importlib.metadata import version

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


def test_every_package_has_the_pinned_version():
    pinned = dict(re.findall(r"^([\w-]+)==(.+)$", REQUIREMENTS.read_text(), re.MULTILINE))
    assert {name: version(name) for name in pinned} == pinned
    assert len(pinned) > 10


def test_the_aws_cli_starts():
    done = subprocess.run(["aws", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == f"aws-cli/{version('awscli')}"


def test_the_extensions_of_duckdb_are_loaded(duck):
    loaded = duck().rows(
        "SELECT extension_name FROM duckdb_extensions() "
        "WHERE loaded AND install_mode = 'CUSTOM_PATH' ORDER BY extension_name"
    )
    assert loaded == [("ducklake",), ("sqlite_scanner",)]


def test_duckdb_makes_a_ducklake_and_another_reads_it(duck, warehouse):
    warehouse.mkdir()
    options = f"DATA_PATH '{warehouse}/data/', DATA_INLINING_ROW_LIMIT 0"
    maker = duck().attach(warehouse, read_only=False, options=options)
    maker.rows("CREATE TABLE jobs (id varchar, created timestamptz, options map(varchar, varchar))")
    maker.rows(
        "INSERT INTO jobs VALUES "
        "('b-1', '2026-11-01 00:00:00+00', map {'vss': 'on'}), ('b-2', NULL, NULL)"
    )
    maker.rows("DELETE FROM jobs WHERE id = 'b-1'")
    maker.connection.close()

    reader = duck().attach(warehouse, timezone="Asia/Tokyo")
    assert reader.rows("SELECT id FROM jobs") == [("b-2",)]
    before = reader.rows("SELECT * FROM jobs AT (VERSION => 2) ORDER BY id")
    created = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
    assert before == [("b-1", created, {"vss": "on"}), ("b-2", None, None)]
