"""boto3 and the AWS CLI take `lookback emulate` for AWS Backup: all 13 operations.

And so they take `lookback serve aws`, with a warehouse that has read all that the emulator shows.
"""

import datetime
import json
import os
import subprocess

import boto3
import botocore.config
import botocore.exceptions
import pytest
from aws_shapes import complaints
from botocore import UNSIGNED, xform_name
from conftest import run_lookback

OWN = "111111111111"
REGION = "eu-west-1"
NOW = "2026-11-22T03:21:00Z"
MIDNIGHT = datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)

# A small organisation in which much happens.
ORGANIZATION = f"""
management_account = "{OWN}"
accounts = 9
[rates]
failed = 0.05
on_demand = 0.05
copied = 0.9
restored = 0.1
tested = 0.5
scanned = 1.0
threats = 0.3
"""

# The member of a job that a parameter is compared with, where its name does not tell.
MEMBERS = {
    "ByCreatedAfter": "CreationDate",
    "ByCreatedBefore": "CreationDate",
    "ByCompleteAfter": "CompletionDate",
    "ByCompleteBefore": "CompletionDate",
    "ByRecoveryPointCreationDateAfter": "RecoveryPointCreationDate",
    "ByRecoveryPointCreationDateBefore": "RecoveryPointCreationDate",
    "ByDestinationVaultArn": "DestinationBackupVaultArn",
    "ByRestoreTestingPlanArn": "CreatedBy.RestoreTestingPlanArn",
    "ByScanResultStatus": "ScanResult.ScanResultStatus",
}

LISTS = {
    "ListBackupJobs": "BackupJobs",
    "ListCopyJobs": "CopyJobs",
    "ListRestoreJobs": "RestoreJobs",
    "ListRestoreJobsByProtectedResource": "RestoreJobs",
    "ListScanJobs": "ScanJobs",
}
DESCRIBES = {
    "DescribeBackupJob": ("ListBackupJobs", "BackupJobId"),
    "DescribeCopyJob": ("ListCopyJobs", "CopyJobId"),
    "DescribeRestoreJob": ("ListRestoreJobs", "RestoreJobId"),
    "DescribeScanJob": ("ListScanJobs", "ScanJobId"),
}
SUMMARIES = {
    "ListBackupJobSummaries": "ListBackupJobs",
    "ListCopyJobSummaries": "ListCopyJobs",
    "ListRestoreJobSummaries": "ListRestoreJobs",
    "ListScanJobSummaries": "ListScanJobs",
}


REGIONS = f"{REGION},us-east-1"


@pytest.fixture(scope="module", params=["emulator", "warehouse"])
def endpoint(request, emulate, serve, tmp_path_factory):
    """The URL of an emulated organisation at an instant, or of a warehouse that has read it."""
    folder = tmp_path_factory.mktemp("organization")
    (folder / "organization.toml").write_text(ORGANIZATION)
    flags = ("--accounts", 3, "--resources", 50, "--regions", REGIONS, "--seed", 7)
    organization = ("--organization-file", folder / "organization.toml", *flags)
    url = emulate(*organization, "--speed", 0, now=NOW)
    if request.param == "emulator":
        return url
    source = ("--emulator", "--endpoint-url", url, "--organization", "--region", REGIONS)
    outcome = run_lookback(folder, "ingest", *source, "--now", NOW)
    assert outcome.status == 0, outcome.stderr
    return serve(folder, "--caller", OWN, "--retention", "30d", now=NOW)


@pytest.fixture(scope="module")
def backup(endpoint):
    """A client whose every answer is compared with botocore's model."""
    return client(endpoint)


def client(url: str, region: str = REGION, **config):
    made = boto3.client(
        "backup",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=botocore.config.Config(**config),
    )

    def check(http_response, model, **_):
        if http_response.status_code == 200:
            answer = json.loads(http_response.content)
            assert complaints(model.output_shape, answer) == [], model.name

    made.meta.events.register("after-call.backup", check)
    return made


def call(backup, operation: str, **parameters):
    return getattr(backup, xform_name(operation))(**parameters)


def pages(backup, operation: str, **parameters) -> list[dict]:
    """All pages, by botocore's paginator where it has one, else by hand."""
    if backup.can_paginate(xform_name(operation)):
        return list(backup.get_paginator(xform_name(operation)).paginate(**parameters))
    read = [call(backup, operation, **parameters)]
    while token := read[-1].get("NextToken"):
        read.append(call(backup, operation, **parameters, NextToken=token))
    return read


def jobs(backup, operation: str, **parameters) -> list[dict]:
    found = sum((page[LISTS[operation]] for page in pages(backup, operation, **parameters)), [])
    return found


@pytest.fixture(scope="module")
def everything(backup):
    """Every job that each List operation gives, over all accounts."""
    found = {}
    for operation in LISTS:
        if operation != "ListRestoreJobsByProtectedResource":
            found[operation] = jobs(backup, operation, ByAccountId="*")
    # This one has no parameter for other accounts: it gives the caller's own.
    restores = [job for job in found["ListRestoreJobs"] if job["AccountId"] == OWN]
    arns = [job["SourceResourceArn"] for job in restores if "SourceResourceArn" in job]
    arn = max(sorted(set(arns)), key=arns.count)
    of_one = [job for job in restores if job.get("SourceResourceArn") == arn]
    return found | {"ListRestoreJobsByProtectedResource": of_one}


def value_of(job: dict, parameter: str):
    """What a job has where a parameter looks."""
    for name in MEMBERS.get(parameter, parameter.removeprefix("By")).split("."):
        job = job.get(name) if job else None
    return job


def matches(job: dict, parameter: str, asked) -> bool:
    value = value_of(job, parameter)
    if parameter.endswith("After"):
        return value is not None and value > asked
    if parameter.endswith("Before"):
        return value is not None and value < asked
    return value == asked


def filters_of(backup, operation: str) -> list[str]:
    names = backup.meta.service_model.operation_model(operation).input_shape.members
    return [name for name in names if name.startswith("By")]


def fixed(everything, operation: str) -> dict:
    """What a request must name besides its filters."""
    if operation != "ListRestoreJobsByProtectedResource":
        return {"ByAccountId": "*"}
    return {"ResourceArn": everything[operation][0]["SourceResourceArn"]}


def asked_of(witness: dict, parameter: str):
    """A value that the witness itself satisfies, if it can."""
    value = value_of(witness, parameter)
    second = datetime.timedelta(seconds=1)
    if parameter.endswith(("After", "Before")):
        value = value or MIDNIGHT
        return value - second if parameter.endswith("After") else value + second
    return value or "none"


def fullest(backup, everything, operation: str) -> dict:
    """The first job that has most of what can be asked for."""
    names = filters_of(backup, operation)
    return max(everything[operation], key=lambda job: sum(bool(value_of(job, n)) for n in names))


def test_there_is_enough_to_ask_for(everything):
    assert set(everything) == set(LISTS)
    assert all(len(found) > 3 for found in everything.values())
    for name in SUMMARIES.values():
        assert len({job["AccountId"] for job in everything[name]}) == 3


@pytest.mark.parametrize("operation", LISTS)
def test_pages_of_any_size_are_the_whole(backup, everything, operation):
    for size in (1000, 7):
        sizes = {"PaginationConfig": {"PageSize": size}}
        found = jobs(backup, operation, **fixed(everything, operation), **sizes)
        assert found == everything[operation]


@pytest.mark.parametrize("operation", LISTS)
def test_each_parameter_filters(backup, everything, operation):
    for parameter in filters_of(backup, operation):
        witnesses = [job for job in everything[operation] if value_of(job, parameter)]
        assert witnesses, f"no job has what {parameter} asks for"
        asked = value_of(witnesses[len(witnesses) // 2], parameter)
        found = jobs(backup, operation, **fixed(everything, operation) | {parameter: asked})
        expected = [job for job in everything[operation] if matches(job, parameter, asked)]
        assert found == expected, (parameter, asked)


@pytest.mark.parametrize("operation", LISTS)
def test_all_parameters_filter_together(backup, everything, operation):
    witness = fullest(backup, everything, operation)
    asked = {name: asked_of(witness, name) for name in filters_of(backup, operation)}
    enums = ("ByScanResultStatus", "ByState", "ByStatus")
    asked = {name: value for name, value in asked.items() if value != "none" or name not in enums}
    found = call(backup, operation, **fixed(everything, operation) | asked, MaxResults=1000)
    expected = [
        job
        for job in everything[operation]
        if all(matches(job, name, value) for name, value in asked.items())
    ]
    assert found[LISTS[operation]] == expected
    one = call(backup, operation, **fixed(everything, operation), MaxResults=1)
    two = call(backup, operation, **fixed(everything, operation), NextToken=one["NextToken"])
    assert one[LISTS[operation]] + two[LISTS[operation]] == everything[operation][:1001]


@pytest.mark.parametrize("operation", DESCRIBES)
def test_each_own_job_is_described_as_it_is_listed(backup, everything, operation):
    listing, name = DESCRIBES[operation]
    own = [job for job in everything[listing] if job["AccountId"] == OWN]
    for job in own[:100]:
        described = call(backup, operation, **{name: job[name]})
        described = described.get("CopyJob", described)
        listed = {member: described.get(member) for member in job}
        # AWS's List and Describe share the members of these names.
        assert listed == job
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        call(backup, operation, **{name: "11111111-2222-4333-8444-555555555555/x"})


def summaries(backup, operation: str, **parameters) -> list[dict]:
    found = pages(backup, operation, **parameters)
    assert {page["AggregationPeriod"] for page in found} == {parameters["AggregationPeriod"]}
    key = operation.removeprefix("List")
    return sum((page[key] for page in found), [])


def choices_of(backup, operation: str) -> list[str]:
    members = backup.meta.service_model.operation_model(operation).input_shape.members
    others = ("AggregationPeriod", "MaxResults", "NextToken")
    return [name for name in members if name not in others]


@pytest.mark.parametrize("operation", SUMMARIES)
def test_summaries_add_up_to_the_listing(backup, everything, operation):
    listed = everything[SUMMARIES[operation]]
    # AWS has no word for every scan result.
    choices = [name for name in choices_of(backup, operation) if name != "ScanResultStatus"]
    for period, days in (("ONE_DAY", 14), ("SEVEN_DAYS", 7), ("FOURTEEN_DAYS", 14)):
        within = [job for job in listed if MIDNIGHT - days * DAY <= job["CreationDate"] < MIDNIGHT]
        for word in ("ANY", "AGGREGATE_ALL"):
            asked = dict.fromkeys(choices, word) | {"AggregationPeriod": period}
            rows = summaries(backup, operation, **asked)
            assert sum(row["Count"] for row in rows) == len(within)
            assert all(set(choices) - {"MessageCategory"} <= set(row) for row in rows)
            assert rows == by_hand(backup, operation, asked)


def by_hand(backup, operation: str, asked: dict) -> list[dict]:
    """The rows in pages of 7, token by token."""
    rows, more = [], {}
    while True:
        page = call(backup, operation, **asked, **more, MaxResults=7)
        rows += page[operation.removeprefix("List")]
        if "NextToken" not in page:
            return rows
        more = {"NextToken": page["NextToken"]}


@pytest.mark.parametrize("operation", SUMMARIES)
def test_each_parameter_of_the_summaries_counts_its_value(backup, everything, operation):
    listed = everything[SUMMARIES[operation]]
    fortnight = [job for job in listed if MIDNIGHT - 14 * DAY <= job["CreationDate"] < MIDNIGHT]
    for name in choices_of(backup, operation):
        state = "Status" if operation == "ListRestoreJobSummaries" else "State"
        member = {"State": state, "ScanResultStatus": "ScanResult.ScanResultStatus"}.get(name, name)
        values = sorted({value_of(job, member) for job in fortnight} - {None})
        for value in values:
            # Without an account, only the caller's own jobs are counted.
            asked = {"AccountId": "AGGREGATE_ALL"} | {name: value}
            rows = summaries(backup, operation, **asked, AggregationPeriod="FOURTEEN_DAYS")
            expected = sum(value_of(job, member) == value for job in fortnight)
            assert [(row["Count"], row[name]) for row in rows] == [(expected, value)]


def test_what_is_wrong_is_refused_in_words_of_aws(backup):
    for operation in [*LISTS, *SUMMARIES]:
        needed = {"ResourceArn": "arn:x"} if operation.endswith("ProtectedResource") else {}
        with pytest.raises(backup.exceptions.InvalidParameterValueException) as refused:
            call(backup, operation, **needed, MaxResults=5000)
        problem = 'MaxResults: "5000" is no whole number from 1 to 1000'
        assert refused.value.response["Error"]["Message"] == problem


def test_a_request_that_is_not_signed_is_of_the_first_region(endpoint, everything):
    anyone = client(endpoint, signature_version=UNSIGNED)
    found = jobs(anyone, "ListBackupJobs", ByAccountId="*")
    assert found == everything["ListBackupJobs"]


def test_boto3_gets_everything_through_faults(emulate, tmp_path):
    flags = ("--resources", 60, "--regions", REGION, "--speed", 0, "--seed", 3)
    whole = jobs(client(emulate(*flags, now=NOW)), "ListBackupJobs", ByAccountId="*")
    faults = "throttle=0.1,too-many=0.05,failure=0.05,unavailable=0.05,drop=0.2"
    faulty = emulate(*flags, "--faults", faults, now=NOW)
    retrying = client(faulty, retries={"total_max_attempts": 20, "mode": "standard"})
    broken = set()

    def note(exception, **_):
        if exception is not None:
            broken.add(type(exception))

    retrying.meta.events.register("response-received.backup", note)
    sizes = {"PageSize": len(whole) // 25}
    assert jobs(retrying, "ListBackupJobs", ByAccountId="*", PaginationConfig=sizes) == whole
    # Connections were reset, and none failed otherwise.
    assert broken == {botocore.exceptions.ConnectionClosedError}


def aws(url: str, operation: str, **parameters) -> dict:
    """What the AWS CLI prints; its options are the parameters' names."""
    options = []
    for name, value in parameters.items():
        text = value.isoformat() if isinstance(value, datetime.datetime) else str(value)
        options += [f"--{xform_name(name, '-')}", text]
    done = subprocess.run(
        ["aws", "backup", xform_name(operation, "-"), "--endpoint-url", url, *options],
        env={
            "PATH": os.environ["PATH"],
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_DEFAULT_OUTPUT": "json",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def ids(found: list[dict]) -> list[str]:
    name = next(name for _, name in DESCRIBES.values() if name in found[0])
    return [job[name] for job in found]


@pytest.mark.parametrize("operation", LISTS)
def test_the_cli_lists(backup, endpoint, everything, operation):
    whole = aws(endpoint, operation, **fixed(everything, operation), PageSize=100)
    assert ids(whole[LISTS[operation]]) == ids(everything[operation])
    model = backup.meta.service_model.operation_model(operation)
    assert complaints(model.output_shape, whole) == []

    witness = fullest(backup, everything, operation)
    asked = {n: asked_of(witness, n) for n in filters_of(backup, operation) if value_of(witness, n)}
    asked = fixed(everything, operation) | asked
    expected = [
        job
        for job in everything[operation]
        if all(matches(job, name, value) for name, value in asked.items() if name[:2] == "By")
    ]
    found = aws(endpoint, operation, **asked)
    assert ids(found[LISTS[operation]]) == ids(expected)
    first = aws(endpoint, operation, **fixed(everything, operation), MaxResults=1)
    assert ids(first[LISTS[operation]]) == ids(everything[operation])[:1]


@pytest.mark.parametrize("operation", DESCRIBES)
def test_the_cli_describes(backup, endpoint, everything, operation):
    listing, name = DESCRIBES[operation]
    job = next(job for job in everything[listing] if job["AccountId"] == OWN)
    described = aws(endpoint, operation, **{name: job[name]})
    assert described.get("CopyJob", described)[name] == job[name]
    model = backup.meta.service_model.operation_model(operation)
    assert complaints(model.output_shape, described) == []


@pytest.mark.parametrize("operation", SUMMARIES)
def test_the_cli_counts(backup, endpoint, operation):
    words = {"ScanResultStatus": "THREATS_FOUND", "MalwareScanner": "GUARDDUTY"}
    asked = {name: words.get(name, "ANY") for name in choices_of(backup, operation)}
    asked["AggregationPeriod"] = "SEVEN_DAYS"
    counted = aws(endpoint, operation, **asked)
    key = operation.removeprefix("List")
    expected = [row["Count"] for row in by_hand(backup, operation, asked)]
    assert [row["Count"] for row in counted[key]] == expected
    first = aws(endpoint, operation, **asked, MaxResults=1)
    second = aws(endpoint, operation, **asked, MaxResults=1, NextToken=first["NextToken"])
    assert [row["Count"] for row in first[key] + second[key]] == expected[:2]
