"""Pulls every job of an organisation with boto3 and pyarrow: `lookback ingest` is compared with it.

Written as one would write it without Lookback: a paginator and a zstd-compressed Parquet file for
each Region, kind and day, and threads, each of which has one page in memory. It keeps no state, so
it reads everything every time. README.md beside it says how the comparison is run.
"""

import argparse
import contextlib
import datetime
import pathlib
import resource
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.config
import pyarrow as pa
import pyarrow.parquet as pq
from botocore import xform_name

# The operation of each kind, and the member of its answer that has the jobs.
KINDS = {
    "backup": ("ListBackupJobs", "BackupJobs"),
    "copy": ("ListCopyJobs", "CopyJobs"),
    "restore": ("ListRestoreJobs", "RestoreJobs"),
    "scan": ("ListScanJobs", "ScanJobs"),
}
DAY = datetime.timedelta(days=1)
MILLISECOND = datetime.timedelta(milliseconds=1)
# AWS lists jobs of 30 days, which lie in 31 days of the calendar.
DAYS = 31


def arrow_type(shape) -> pa.DataType:
    """The Arrow type of a shape of botocore's model."""
    if shape.type_name == "structure":
        return pa.struct([(name, arrow_type(each)) for name, each in shape.members.items()])
    if shape.type_name == "map":
        return pa.map_(arrow_type(shape.key), arrow_type(shape.value))
    if shape.type_name == "list":
        return pa.list_(arrow_type(shape.member))
    return {
        "string": pa.string(),
        "timestamp": pa.timestamp("ms", tz="UTC"),
        "long": pa.int64(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
    }[shape.type_name]


def schema_of(backup, kind: str) -> pa.Schema:
    """The columns of a kind: all members that a listing may have."""
    operation, key = KINDS[kind]
    output = backup.meta.service_model.operation_model(operation).output_shape
    return pa.schema(list(arrow_type(output.members[key].member)))


class Files:
    """The Parquet files of one Region and kind: one a day, written a page at a time."""

    def __init__(self, folder: pathlib.Path, region: str, kind: str, schema: pa.Schema):
        self.folder, self.region, self.kind, self.schema = folder, region, kind, schema
        self.writers = {}

    def write(self, day: datetime.date, jobs: list[dict]):
        if day not in self.writers:
            path = self.folder / self.kind / f"day={day}" / f"{self.region}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self.writers[day] = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.writers[day].write_table(pa.Table.from_pylist(jobs, schema=self.schema))

    def close(self):
        for writer in self.writers.values():
            writer.close()


def pages(backup, kind: str, **parameters):
    """The jobs of a listing, a page at a time, of all accounts."""
    operation, key = KINDS[kind]
    sizes = {"PageSize": 1000}
    paginator = backup.get_paginator(xform_name(operation))
    for page in paginator.paginate(ByAccountId="*", PaginationConfig=sizes, **parameters):
        yield page[key]


def pull_day(backup, folder: pathlib.Path, kind: str, start, until) -> Counter:
    """Pulls the jobs of a kind that were created on one day."""
    region, read = backup.meta.region_name, 0
    with contextlib.closing(Files(folder, region, kind, schema_of(backup, kind))) as files:
        # Nothing says whether AWS counts the bound itself, so it is asked for more.
        bounds = {"ByCreatedAfter": start - MILLISECOND, "ByCreatedBefore": until}
        for page in pages(backup, kind, **bounds):
            jobs = [job for job in page if start <= job["CreationDate"] < until]
            if jobs:
                files.write(start.date(), jobs)
            read += len(jobs)
    return Counter({kind: read})


def pull_scans(backup, folder: pathlib.Path) -> Counter:
    """Pulls the scan jobs, which cannot be asked for by day."""
    region, read = backup.meta.region_name, 0
    with contextlib.closing(Files(folder, region, "scan", schema_of(backup, "scan"))) as files:
        for page in pages(backup, "scan"):
            days = {}
            for job in page:
                created = job["CreationDate"].astimezone(datetime.timezone.utc)
                days.setdefault(created.date(), []).append(job)
            for day, jobs in days.items():
                files.write(day, jobs)
            read += len(page)
    return Counter(scan=read)


def client(region: str, endpoint_url: str | None, threads: int):
    """A client of one Region, which its threads share."""
    config = botocore.config.Config(
        retries={"total_max_attempts": 10, "mode": "standard"}, max_pool_connections=threads
    )
    return boto3.client("backup", region_name=region, endpoint_url=endpoint_url, config=config)


def pull(folder: pathlib.Path, regions: list[str], now, endpoint_url=None, threads=4) -> Counter:
    """Pulls everything into a folder; gives the number of jobs of each kind.

    `threads` are those of each Region.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - number * DAY for number in range(DAYS)]
    with ThreadPoolExecutor(threads * len(regions)) as pool:
        running = []
        clients = [client(region, endpoint_url, threads) for region in regions]
        for backup in clients:
            # The longest first: it cannot be split.
            running.append(pool.submit(pull_scans, backup, folder))
        for day in days:
            for backup in clients:
                for kind in ("backup", "copy", "restore"):
                    until = min(day + DAY, now)
                    running.append(pool.submit(pull_day, backup, folder, kind, day, until))
        return sum((each.result() for each in running), Counter())


def instant(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="where the files go")
    parser.add_argument("--region", required=True, help="the Regions, with commas between them")
    parser.add_argument("--endpoint-url", help="instead of AWS's")
    parser.add_argument("--threads", type=int, default=4, help="of each Region")
    parser.add_argument("--now", type=instant, default=None, help="the emulator's instant")
    flags = parser.parse_args()

    now = flags.now or datetime.datetime.now(datetime.timezone.utc)
    began = time.monotonic()
    regions = flags.region.split(",")
    counts = pull(flags.folder, regions, now, flags.endpoint_url, flags.threads)
    seconds = time.monotonic() - began
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for kind in KINDS:
        print(f"{kind:8}{counts[kind]:12}")
    jobs = counts.total()
    print(
        f"{jobs} jobs in {seconds:.1f} s: {jobs / seconds:.0f} jobs a second, peak {peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()
