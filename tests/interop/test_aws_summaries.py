"""`lookback summaries --format aws-json` prints what the AWS CLI prints, byte for byte.

The warehouse is read from an emulator, and the AWS CLI asks the same emulator at the same instant.
Its version 1, which is the one that Python's package index has, prints times as version 2 does when
it is told to.
"""

import os
import subprocess

import pytest
from conftest import run_lookback

OWN = "111111111111"
REGION = "eu-west-1"
NOW = "2026-11-22T03:21:00Z"

ORGANIZATION = f"""
management_account = "{OWN}"
accounts = 3
[rates]
failed = 0.1
copied = 0.9
restored = 0.2
scanned = 1.0
threats = 0.3
"""

KEYS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}

QUESTIONS = [
    ("backup",),
    ("backup", "--aggregation-period", "SEVEN_DAYS", "--account-id", "ANY"),
    ("backup", "--state", "ANY", "--message-category", "ANY", "--account-id", "AGGREGATE_ALL"),
    ("backup", "--state", "COMPLETED", "--message-category", "SUCCESS"),
    ("backup", "--state", "ABORTING"),
    ("copy", "--resource-type", "ANY", "--aggregation-period", "FOURTEEN_DAYS"),
    ("restore", "--state", "ANY", "--account-id", "ANY"),
    ("scan", "--account-id", "ANY", "--scan-result-status", "THREATS_FOUND"),
    ("scan", "--state", "AGGREGATE_ALL", "--resource-type", "ANY", "--account-id", "ANY"),
]


@pytest.fixture(scope="module")
def held(emulate, tmp_path_factory):
    """An emulator's URL, and the folder whose warehouse holds all that it shows."""
    folder = tmp_path_factory.mktemp("held")
    (folder / "organization.toml").write_text(ORGANIZATION)
    flags = ("--resources", 40, "--regions", f"{REGION},us-east-1", "--speed", 0)
    url = emulate("--organization-file", folder / "organization.toml", *flags, now=NOW)
    source = ("--organization", "--region", f"{REGION},us-east-1", "--endpoint-url", url)
    outcome = run_lookback(folder, "ingest", *source, "--now", NOW, **KEYS)
    assert outcome.status == 0, outcome.stderr
    return url, folder


def aws(url: str, folder, kind: str, *flags: str) -> str:
    """What the AWS CLI prints."""
    (folder / "aws.conf").write_text("[default]\ncli_timestamp_format = iso8601\n")
    done = subprocess.run(
        ["aws", "backup", f"list-{kind}-job-summaries", "--endpoint-url", url, *flags],
        env={
            "PATH": os.environ["PATH"],
            "TZ": "UTC",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_DEFAULT_OUTPUT": "json",
            "AWS_CONFIG_FILE": str(folder / "aws.conf"),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **KEYS,
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_both_print_the_same(held, question):
    url, folder = held
    ours = ("--region", REGION, "--caller", OWN, "--format", "aws-json", "--now", NOW)
    outcome = run_lookback(folder, "summaries", *question, *ours)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == aws(url, folder, *question)
    assert ("Count" in outcome.stdout) == ("ABORTING" not in question)


def test_the_recipe_for_completed_with_issues_gives_what_outcome_says(held):
    """The two requests of the README, and the column."""
    url, folder = held
    asked = ("--aggregation-period", "FOURTEEN_DAYS", "--state", "COMPLETED")
    total = ("--query", "sum(BackupJobSummaries[].Count)")
    completed = int(aws(url, folder, "backup", *asked, *total))
    well = int(aws(url, folder, "backup", *asked, "--message-category", "SUCCESS", *total))
    sql = f"""
        SELECT count(*) AS jobs FROM jobs
        WHERE kind = 'backup' AND outcome = 'ok_with_issues'
        AND region = '{REGION}' AND account_id = '{OWN}'
        AND creation_date >= '2026-11-08' AND creation_date < '2026-11-22'
    """
    outcome = run_lookback(folder, "sql", sql, "--format", "csv")
    assert outcome.stdout == f"jobs\n{completed - well}\n"
    assert 0 < completed - well < completed
