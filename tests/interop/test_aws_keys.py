"""boto3 and the AWS CLI with keys of `[[serve.key]]`, and with wrong ones, against `serve aws`."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
import pytest
from botocore import UNSIGNED, xform_name
from conftest import SECONDS_MAX, environment, from_run, run_lookback

NOW = "2026-10-03T12:00:00Z"
READER = {"aws_access_key_id": "LOOKBACKREADER00", "aws_secret_access_key": "r" * 40}
MEMBER = {"aws_access_key_id": "LOOKBACKMEMBER00", "aws_secret_access_key": "m" * 40}

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
INVALID_TOKEN = "The security token included in the request is invalid."

# The listing that shows a job, where its ids are, and the operation that describes it.
DESCRIBES = {
    "DescribeBackupJob": ("ListBackupJobs", "BackupJobs", "BackupJobId"),
    "DescribeCopyJob": ("ListCopyJobs", "CopyJobs", "CopyJobId"),
    "DescribeRestoreJob": ("ListRestoreJobs", "RestoreJobs", "RestoreJobId"),
    "DescribeScanJob": ("ListScanJobs", "ScanJobs", "ScanJobId"),
}
SUMMARIES = ["Backup", "Copy", "Restore", "Scan"]


def settings(account: str) -> str:
    return f"""
        [[serve.key]]
        access_key_id = "{READER["aws_access_key_id"]}"
        secret_access_key_file = "reader.secret"
        account_id = "{account}"
        scope = "organization"
        [[serve.key]]
        access_key_id = "{MEMBER["aws_access_key_id"]}"
        secret_access_key = "{MEMBER["aws_secret_access_key"]}"
        account_id = "{account}"
    """


def write_private(path, text: str):
    path.write_text(text)
    path.chmod(0o600)


@pytest.fixture(scope="module")
def served(small_template, tmp_path_factory):
    """A warehouse behind keys: URL, a Region of it, the account of the keys, the log so far.

    It listens on every address, which it does with keys only.
    """
    folder = tmp_path_factory.mktemp("served")
    query = "SELECT region, account_id FROM scan_jobs ORDER BY region, account_id LIMIT 1"
    found = run_lookback(folder, "--warehouse", small_template, "sql", query, "--format", "json")
    assert found.status == 0, found.stderr
    (place,) = json.loads(found.stdout)
    write_private(folder / "l.toml", settings(place["account_id"]))
    write_private(folder / "reader.secret", READER["aws_secret_access_key"] + "\n")
    command = [from_run("LOOKBACK_BIN"), "--config", "l.toml", "--warehouse", small_template]
    command += ["--now", NOW, "serve", "aws", "--listen", "0.0.0.0:0", "--log", "info"]
    log = folder / "stderr"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*map(str, command)], cwd=folder, env=environment(folder),
            stdout=subprocess.PIPE, stderr=errors, encoding="utf-8",
        )  # fmt: skip
    url = process.stdout.readline().strip().replace("0.0.0.0", "127.0.0.1")
    yield url, place["region"], place["account_id"], log
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=SECONDS_MAX)
    assert (process.returncode, rest) == (0, ""), log.read_text()


def client(served, key: dict, **config):
    url, region, _, _ = served
    config = botocore.config.Config(retries={"total_max_attempts": 1}, **config)
    return boto3.client("backup", endpoint_url=url, region_name=region, config=config, **key)


def call(backup, operation: str, **parameters) -> dict:
    return getattr(backup, xform_name(operation))(**parameters)


def test_boto3_asks_everything_with_the_right_key(served):
    backup = client(served, READER)
    asked = set()

    def ask(operation, **parameters):
        asked.add(operation)
        return call(backup, operation, **parameters)

    for describe, (listing, jobs, name) in DESCRIBES.items():
        # Of the key's own account: Describe finds a job by its id alone.
        job = ask(listing)[jobs][0]
        described = ask(describe, **{name: job[name]})
        assert described.get("CopyJob", described)[name] == job[name]
    resource = ask("ListRestoreJobs")["RestoreJobs"][0]["SourceResourceArn"]
    found = ask("ListRestoreJobsByProtectedResource", ResourceArn=resource)["RestoreJobs"]
    assert {job["SourceResourceArn"] for job in found} == {resource}
    for kind in SUMMARIES:
        rows = ask(f"List{kind}JobSummaries", AccountId="ANY", AggregationPeriod="FOURTEEN_DAYS")
        assert rows[f"{kind}JobSummaries"]
    assert len(asked) == 13


def test_a_member_s_key_sees_its_own_account(served):
    _, _, account, _ = served
    reader, member = client(served, READER), client(served, MEMBER)
    everyone = call(reader, "ListBackupJobs", ByAccountId="*")["BackupJobs"]
    assert len({job["AccountId"] for job in everyone}) > 1
    own = call(member, "ListBackupJobs")["BackupJobs"]
    assert {job["AccountId"] for job in own} == {account}
    with pytest.raises(botocore.exceptions.ClientError) as denied:
        call(member, "ListBackupJobs", ByAccountId="*")
    assert told(denied) == (
        400, "AccessDeniedException", "Insufficient privileges to perform this action."
    )  # fmt: skip
    every = {"AggregationPeriod": "FOURTEEN_DAYS", "AccountId": "ANY"}
    counts = call(member, "ListBackupJobSummaries", **every)["BackupJobSummaries"]
    assert {row["AccountId"] for row in counts} == {account}
    counts = call(reader, "ListBackupJobSummaries", **every)["BackupJobSummaries"]
    assert len({row["AccountId"] for row in counts}) > 1


def told(raised) -> tuple[int, str, str]:
    response = raised.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("change", "config", "expected"),
    [
        ({"aws_secret_access_key": "x" * 40}, {}, (403, "InvalidSignatureException", MISMATCH)),
        (
            {"aws_access_key_id": "LOOKBACKNOBODY00"},
            {},
            (403, "UnrecognizedClientException", INVALID_TOKEN),
        ),
        (
            {"aws_session_token": "FwoGZXIvYXdzEXAMPLE"},
            {},
            (403, "UnrecognizedClientException", INVALID_TOKEN),
        ),
        (
            {},
            {"signature_version": UNSIGNED},
            (403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        ),
    ],
    ids=["wrong secret", "unknown key", "session token", "unsigned"],
)
def test_boto3_is_told_what_is_wrong_with_its_key(served, change, config, expected):
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(client(served, READER | change, **config), "ListBackupJobs")
    assert told(refused) == expected


def aws(served, key: dict, *arguments: str) -> subprocess.CompletedProcess:
    url, region, _, _ = served
    return subprocess.run(
        ["aws", "backup", *arguments, "--endpoint-url", url, "--region", region],
        env={
            "PATH": os.environ["PATH"],
            "AWS_DEFAULT_OUTPUT": "json",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **{name.upper(): value for name, value in key.items()},
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_the_aws_cli_asks_with_the_right_key(served):
    done = aws(served, READER, "list-backup-jobs", "--by-account-id", "*")
    assert (done.returncode, done.stderr) == (0, "")
    listed = call(client(served, READER), "ListBackupJobs", ByAccountId="*")["BackupJobs"]
    ids = [job["BackupJobId"] for job in listed]
    assert [job["BackupJobId"] for job in json.loads(done.stdout)["BackupJobs"]][: len(ids)] == ids


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"aws_secret_access_key": "x" * 40}, "InvalidSignatureException", MISMATCH),
        (
            {"aws_access_key_id": "LOOKBACKNOBODY00"},
            "UnrecognizedClientException",
            INVALID_TOKEN,
        ),
    ],
    ids=["wrong secret", "unknown key"],
)
def test_the_aws_cli_is_told_what_is_wrong_with_its_key(served, change, code, message):
    done = aws(served, READER | change, "list-backup-jobs")
    expected = f"An error occurred ({code}) when calling the ListBackupJobs operation: {message}"
    # Version 2 ends with 254.
    assert (done.returncode, done.stdout) == (255, "")
    assert done.stderr.strip() == expected


def test_a_presigned_address_is_good_as_it_is(served):
    address = client(served, READER).generate_presigned_url(
        "list_backup_jobs", Params={"ByAccountId": "*"}, ExpiresIn=60
    )
    with urllib.request.urlopen(address, timeout=60) as answer:
        assert json.load(answer)["BackupJobs"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address.replace("Expires=60", "Expires=6000"), timeout=60)
    assert refused.value.headers["x-amzn-errortype"] == "InvalidSignatureException"


def test_no_secret_is_in_the_log(served):
    *_, log = served
    call(client(served, READER), "ListBackupJobs")
    text = log.read_text()
    assert "ListBackupJobs" in text
    for key in (READER, MEMBER):
        assert key["aws_secret_access_key"] not in text


def test_without_keys_it_listens_on_this_machine_only(small_template, tmp_path):
    listen = ("serve", "aws", "--listen", "0.0.0.0:0")
    outcome = run_lookback(tmp_path, "--warehouse", small_template, *listen)
    assert (outcome.status, outcome.stdout) == (2, "")
    first, second, *rest = outcome.stderr.splitlines()
    assert first.startswith('error: address "0.0.0.0:')
    assert first.endswith('" is not a loopback address')
    assert second == (
        "hint: listen on 127.0.0.1 or [::1]; `lookback serve aws` listens elsewhere once "
        "[[serve.key]] of the settings file says who may call"
    )
    assert rest == []


def test_a_secret_that_others_can_read_is_refused(small_template, tmp_path):
    (tmp_path / "l.toml").write_text(settings("111122223333"))
    (tmp_path / "l.toml").chmod(0o644)
    serve = ("--config", "l.toml", "--warehouse", small_template, "serve", "aws")
    outcome = run_lookback(tmp_path, *serve, "--listen", "127.0.0.1:0")
    assert (outcome.status, outcome.stdout, outcome.stderr) == (
        2,
        "",
        'error: settings file "l.toml" shows a secret to others: its mode is 0644\n'
        "hint: run: chmod 600 l.toml; or write the secret to a file of its own, and name it with "
        "secret_access_key_file\n",
    )
