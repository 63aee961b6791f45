"""What `lookback ingest` holds is what boto3 reads from the same emulator, as DuckDB sees it."""

import json
import pathlib
import re
import shutil
import sqlite3

import pytest
from agreement import duck_answer, lookback_rows, shown
from conftest import KEYS, Duck, run_lookback
from test_aws_emulator import LISTS, SUMMARIES, choices_of, client, jobs, pages

NOW = "2026-11-22T03:21:30Z"
REGIONS = ("eu-west-1", "us-east-1")
# What the scan results are asked for by: they alone have no ANY.
SCAN_RESULTS = ("NO_THREATS_FOUND", "THREATS_FOUND", "UNKNOWN")
KINDS = ("Backup", "Copy", "Restore", "Scan")


@pytest.fixture(scope="module")
def url(emulate):
    """An emulated organisation whose time stands still."""
    flags = ("--accounts", 3, "--resources", 80, "--regions", ",".join(REGIONS), "--seed", 5)
    return emulate(*flags, "--speed", 0, now=NOW)


def ingest(folder: pathlib.Path, url: str, *flags):
    """`lookback ingest` of the whole organisation into the warehouse of a folder."""
    source = ("--organization", "--region", ",".join(REGIONS), "--endpoint-url", url)
    return run_lookback(folder, "--now", NOW, "ingest", *source, *flags, **KEYS)


@pytest.fixture(scope="module")
def ingested(url, tmp_path_factory) -> pathlib.Path:
    """A folder with a warehouse that holds all of it."""
    folder = tmp_path_factory.mktemp("ingested")
    outcome = ingest(folder, url)
    assert (outcome.status, outcome.stdout) == (0, ""), outcome.stderr
    return folder


@pytest.fixture(scope="module")
def lake(ingested):
    """DuckDB with that warehouse."""
    made = Duck().attach(ingested / "warehouse")
    yield made
    made.connection.close()


def test_the_jobs_are_those_that_boto3_lists(url, lake):
    listed = {}
    for region in REGIONS:
        backup = client(url, region)
        for kind in KINDS:
            state = "Status" if kind == "Restore" else "State"
            for job in jobs(backup, f"List{kind}Jobs", ByAccountId="*"):
                key = (kind.lower(), region, job["AccountId"], job[state])
                listed[key] = listed.get(key, 0) + 1
    assert len({state for *_, state in listed}) > 6 and sum(listed.values()) > 1000
    sql = "SELECT kind, region, account_id, state, count(*) FROM jobs GROUP BY ALL"
    assert {tuple(key): jobs for *key, jobs in lake.rows(sql)} == listed


@pytest.mark.parametrize("kind", KINDS)
def test_each_job_is_the_one_that_boto3_lists(kind, url, lake):
    key = f"{kind}JobId"
    listed = {}
    for region in REGIONS:
        found = jobs(client(url, region), f"List{kind}Jobs", ByAccountId="*")
        listed |= {(region, job[key]): job for job in found}
    names, rows = duck_answer(lake, f"SELECT * FROM {kind.lower()}_jobs")
    assert len(rows) == len(listed)
    columns = {name.replace("_", ""): name for name in names}
    for row in rows:
        job = listed[row["region"], row[f"{kind.lower()}_job_id"]]
        plain = {name: value for name, value in job.items() if isinstance(value, (str, int))}
        assert len(plain) > 5
        assert plain == {name: row[columns[name.lower()]] for name in plain}


def summaries(backup, kind: str) -> list[dict]:
    """The rows of one Region, a day each, with a row for each value of every dimension."""
    operation = f"List{kind}JobSummaries"
    asked = dict.fromkeys(choices_of(backup, operation), "ANY") | {"AggregationPeriod": "ONE_DAY"}
    results = [{"ScanResultStatus": result} for result in SCAN_RESULTS] if kind == "Scan" else [{}]
    found = (pages(backup, operation, **asked | result) for result in results)
    return [row for pages in found for page in pages for row in page[f"{kind}JobSummaries"]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_summaries_are_those_of_boto3_row_by_row(kind, url, lake):
    members = {
        "Region": "region",
        "AccountId": "account_id",
        "State": "state",
        "ResourceType": "resource_type",
        "MessageCategory": "message_category",
        "MalwareScanner": "malware_scanner",
        "ScanResultStatus": "scan_result_status",
        "Count": "count",
        "StartTime": "start_time",
        "EndTime": "end_time",
    }
    asked = [row for region in REGIONS for row in summaries(client(url, region), kind)]
    assert len(asked) > 10 and all(set(row) <= set(members) for row in asked)
    expected = [{column: shown(row.get(name)) for name, column in members.items()} for row in asked]
    _, held = duck_answer(
        lake,
        f"""SELECT {", ".join(members.values())} FROM aws_job_summaries
            WHERE kind = '{kind.lower()}' AND aggregation_period = 'ONE_DAY'
              AND replaced_at IS NULL""",
    )
    assert sorted(held, key=repr) == sorted(expected, key=repr)


def test_there_is_something_of_every_operation():
    assert {f"List{kind}Jobs" for kind in KINDS} <= set(LISTS)
    assert {f"List{kind}JobSummaries" for kind in KINDS} == set(SUMMARIES)


def test_the_same_again_adds_no_snapshot(ingested, url, tmp_path):
    shutil.copytree(ingested, tmp_path / "again")
    snapshots = sqlite3.connect(tmp_path / "again" / "warehouse" / "catalog.sqlite")
    before = snapshots.execute("SELECT * FROM ducklake_snapshot").fetchall()
    outcome = ingest(tmp_path / "again", url, "--json")
    assert outcome.status == 0, outcome.stderr
    told = json.loads(outcome.stdout)
    assert (told["status"], told["snapshot"], told["problems"]) == ("done", None, [])
    for place in told["places"]:
        assert (place["new"], place["changed"], place["read"]) == (0, 0, place["unchanged"])
    assert snapshots.execute("SELECT * FROM ducklake_snapshot").fetchall() == before
    snapshots.close()


LEDGER = {"coverage": "coverage", "open_job": "open_jobs", "run": "runs", "unit": "units"}


@pytest.mark.parametrize("name", LEDGER)
def test_the_ledger_is_in_tables_of_sqlite_beside_those_of_ducklake(name, ingested, lake, lookback):
    """DuckDB shows them in the database that its extension makes of the catalog."""
    catalog = sqlite3.connect(f"file:{ingested}/warehouse/catalog.sqlite?mode=ro", uri=True)
    rows = catalog.execute(f"SELECT * FROM lookback_{name}").fetchall()
    catalog.close()
    assert rows
    found = lake.rows(f"SELECT * FROM __ducklake_metadata_lake.lookback_{name}")
    assert sorted(found, key=repr) == sorted(rows, key=repr)
    sql = f"SELECT count(*) AS rows FROM ops.{LEDGER[name]}"
    assert lookback_rows(lookback, ingested / "warehouse", sql) == [{"rows": len(rows)}]


# A sample in the text format of Prometheus, version 0.0.4: a metric, labels or none, and a number.
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
LABELS = rf"\{{({LABEL}(?:,{LABEL})*)\}}"
SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:{LABELS})? (-?\d+(?:\.\d+)?)")


def samples(text: str) -> dict[str, dict[str, float]]:
    """The values of each metric by their labels; each has its help and its type before it."""
    assert text.endswith("\n")
    metrics = {}
    lines = iter(text.splitlines())
    for line in lines:
        if help := re.fullmatch(r"# HELP (\S+) \S.*", line):
            name = help[1]
            kind = "counter" if name.endswith("_total") else "gauge"
            assert name not in metrics and next(lines) == f"# TYPE {name} {kind}"
            metrics[name] = {}
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample and sample[1] == name, line
        assert sample[2] not in metrics[name], line
        metrics[name][sample[2]] = float(sample[3])
    return metrics


def test_the_status_is_prometheus_text(ingested):
    outcome = run_lookback(ingested, "--now", NOW, "status", "--format", "prometheus")
    assert (outcome.status, outcome.stderr) == (0, "")
    found = samples(outcome.stdout)
    places = {
        f'source="default",scope="organization",region="{region}",kind="{kind.lower()}"'
        for region in REGIONS
        for kind in KINDS
    }
    for name in ("last_success_timestamp_seconds", "open_jobs", "lost_days"):
        assert set(found.pop(f"lookback_{name}")) == places
    days = found.pop("lookback_days")
    of_runs = ("runs_total", "rows_total", "calls_total", "throttles_total", "retries_total")
    of_last_run = ("last_run_timestamp_seconds", "last_run_duration_seconds")
    of_files = ("files", "file_rows", "file_bytes", "catalog_bytes")
    assert set(found) == {f"lookback_{name}" for name in of_runs + of_last_run + of_files}
    assert all(value >= 0 for values in found.values() for value in values.values())
    for place in places:
        of_place = {labels: count for labels, count in days.items() if labels.startswith(place)}
        assert sum(of_place.values()) == 45 and of_place[f'{place},coverage="complete"'] > 20


def test_duckdb_reads_the_warehouse_of_a_demo(lookback, tmp_path, duck):
    kept = tmp_path / "kept"
    outcome = lookback("demo", "--nights", 6, "--accounts", 2, "--keep", kept)
    assert outcome.status == 0, outcome.stderr
    jobs = int(re.search(r"^All (\d+) jobs that AWS ever showed are held", outcome.stdout, re.M)[1])
    reader = duck().attach(kept)
    assert reader.rows("SELECT count(*) FROM jobs") == [(jobs,)]
    assert reader.rows("SELECT count(DISTINCT account_id) FROM jobs") == [(2,)]


def test_the_readmes_lines_for_duckdb_run(ingested, duck, monkeypatch):
    readme = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
    # Another block reads exports: test_export.py runs it.
    blocks = re.findall(r"^```sql\n(INSTALL.*?)^```$", readme, re.M | re.S)
    assert blocks
    monkeypatch.chdir(ingested)
    reader = duck()
    for line in "".join(blocks).split(";"):
        # What is installed already is not installed again.
        if line.strip() and not line.strip().startswith("INSTALL"):
            assert reader.rows(line) or line.strip().startswith("ATTACH"), line
