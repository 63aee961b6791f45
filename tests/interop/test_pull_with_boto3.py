"""The script that `lookback ingest` is compared with reads the same jobs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.dataset
from agreement import lookback_rows
from conftest import KEYS, SECONDS_MAX

# Nothing of this small organisation is created in the minute before, which an ingest leaves to the
# next one.
NOW = "2026-11-22T03:21:30Z"
REGIONS = "eu-west-1,us-east-1"
SCRIPT = Path(__file__).with_name("pull_with_boto3.py")


def test_it_reads_what_an_ingest_reads(emulate, lookback, warehouse, tmp_path):
    flags = ("--accounts", 3, "--resources", 60, "--regions", REGIONS, "--speed", 0)
    url = emulate(*flags, now=NOW)
    pulled = tmp_path / "pulled"
    command = [sys.executable, SCRIPT, pulled, "--region", REGIONS, "--endpoint-url", url]
    done = subprocess.run(
        [*command, "--now", NOW],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TZ": "Asia/Tokyo"} | KEYS,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS_MAX,
        check=True,
    )
    *lines, last = done.stdout.splitlines()
    told = {kind: int(jobs) for kind, jobs in map(str.split, lines)}
    figures = r"(\d+) jobs in \d+\.\d s: \d+ jobs a second, peak \d+ MiB"
    assert int(re.fullmatch(figures, last)[1]) == sum(told.values()) > 1000

    source = ("--organization", "--region", REGIONS, "--endpoint-url", url)
    outcome = lookback("--now", NOW, "--warehouse", warehouse, "ingest", *source, **KEYS)
    assert outcome.status == 0, outcome.stderr
    counts = "SELECT kind, CAST(count(*) AS bigint) AS jobs FROM jobs GROUP BY kind"
    rows = lookback_rows(lookback, warehouse, counts)
    assert told == {row["kind"]: row["jobs"] for row in rows}

    for kind in told:
        files = pyarrow.dataset.dataset(pulled / kind)
        table = lookback_rows(
            lookback,
            warehouse,
            f"SELECT region || ' ' || {kind}_job_id AS name FROM {kind}_jobs",
        )
        ids = files.to_table(columns=[f"{kind.title()}JobId"]).column(0).to_pylist()
        assert sorted(ids) == sorted(row["name"].split()[1] for row in table)
