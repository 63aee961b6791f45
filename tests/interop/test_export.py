"""What `lookback export` writes reads back in DuckDB, pandas and Polars as the warehouse has it.

Spark is too large to be installed here: what it needs of a Parquet file is read from the footers.
"""

import datetime
import json
import pathlib
import re
import shutil

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from agreement import lookback_rows, shown
from conftest import LOOKS, import_look, run_lookback
from test_duckdb_catalog import TABLES
from test_duckdb_changes import CASES

FORMATS = ("parquet", "csv", "ndjson", "arrow")

# What is hard to carry over: numbers beyond a double's, milliseconds, maps, odd names.
EDGES = {
    "BackupJobs": [
        {
            "BackupJobId": f"edge-{number}",
            "AccountId": "000000000012",
            "State": "COMPLETED",
            "CreationDate": created,
            "BackupVaultArn": "arn:aws:backup:eu-west-1:000000000012:backup-vault:v",
            "BackupSizeInBytes": size,
            "ResourceName": name,
            "BackupOptions": options,
            "StatusMessage": message,
        }
        for number, (created, size, name, options, message) in enumerate(
            [
                (
                    "2026-02-28T23:59:59.999Z",
                    2**53 + 1,
                    "a/b=c% d:é日本",
                    {"WindowsVSS": "on"},
                    'a,"b"\nc',
                ),
                ("2026-03-01T00:00:00.001Z", 2**63 - 1, None, {}, "NULL"),
                ("2026-03-01T00:00:00Z", None, "💾", {"é": "ü", "b": '"'}, "\\N"),
                ("1999-12-31T23:59:59.123Z", 0, "NA", None, "null"),
            ]
        )
    ]
}
SUMMARIES = {
    "AggregationPeriod": "ONE_DAY",
    "BackupJobSummaries": [
        {
            "Region": "eu-west-1",
            "AccountId": "000000000012",
            "State": state,
            "Count": count,
            "StartTime": "2026-03-01T00:00:00Z",
            "EndTime": "2026-03-02T00:00:00Z",
        }
        for state, count in (("FAILED", 2**31), ("COMPLETED", 7))
    ],
}


@pytest.fixture(scope="module")
def edges(tmp_path_factory) -> pathlib.Path:
    """A warehouse with rows in every table, of a simulated organisation and of the edges."""
    folder = tmp_path_factory.mktemp("export")
    warehouse = folder / "warehouse"
    for look in LOOKS[:2]:
        import_look(warehouse, look)
    for number, document in enumerate((EDGES, SUMMARIES)):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(document))
        outcome = run_lookback(
            folder, "--warehouse", warehouse, "import", path, "--observed-at", LOOKS[1]
        )
        assert outcome.status == 0, outcome.stderr
    return warehouse


@pytest.fixture(scope="module")
def export(edges, tmp_path_factory):
    """Exports with flags, and gives the folder."""

    def run(*flags) -> pathlib.Path:
        folder = tmp_path_factory.mktemp("out")
        out = folder / "export"
        outcome = run_lookback(
            folder, "--warehouse", edges, "export", *flags, "--output", out
        )
        assert (outcome.status, outcome.stdout) == (0, ""), outcome.stderr
        return out

    return run


@pytest.fixture(scope="module")
def held(edges):
    """The rows of each table as Lookback tells them, and the types of its columns."""
    folder = edges.parent

    def lookback(*arguments):
        return run_lookback(folder, *arguments)

    rows = {t: lookback_rows(lookback, edges, f"SELECT * FROM {t}") for t in TABLES}
    types = {
        t: {
            row["column_name"]: row["data_type"]
            for row in lookback_rows(lookback, edges, f"DESCRIBE {t}")
        }
        for t in TABLES
    }
    assert all(rows.values())
    return rows, types


def plain(value, of):
    """A value of any tool, for a column of this type, as `lookback sql --format json` has it."""
    if of.startswith("map") and isinstance(value, str):
        value = json.loads(value)
    if of.startswith("map") and isinstance(value, (list, tuple)):
        pairs = [(it["key"], it["value"]) if isinstance(it, dict) else tuple(it) for it in value]
        value = dict(pairs)
        assert len(value) == len(pairs)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if of.startswith("timestamp") and isinstance(value, datetime.datetime):
        assert value.utcoffset() == datetime.timedelta(0), "an instant has its zone"
        return shown(value)
    if of == "bigint":
        assert not isinstance(value, float), "a whole number is whole"
        return int(value)
    if of == "boolean":
        return bool(value)
    return value


def ordered(rows, types):
    """Rows in one notation and one order, whatever the tool and the order of the columns."""
    assert all(set(row) == set(types) for row in rows)
    rows = [{name: plain(row[name], of) for name, of in types.items()} for row in rows]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def duck_types(types, maps=True):
    """Columns for DuckDB's readers of text; a map is a text in CSV."""
    names = (
        f"'{name}': '{of if maps or not of.startswith('map') else 'varchar'}'"
        for name, of in types.items()
    )
    return "{" + ", ".join(names) + "}"


def by_duckdb(path, format, types):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    if format == "arrow":
        table = pa.ipc.open_stream(path).read_all()
        cursor = connection.from_arrow(table)
    else:
        reader = {
            "parquet": f"read_parquet('{path}')",
            "csv": f"read_csv('{path}', header = true, columns = {duck_types(types, maps=False)}, "
            "allow_quoted_nulls = false, auto_detect = false, delim = ',', quote = '\"', "
            "escape = '\"')",
            "ndjson": f"read_json('{path}', format = 'nd', columns = {duck_types(types)})",
        }[format]
        cursor = connection.sql(f"SELECT * FROM {reader}")
        if format == "parquet":
            found = {name: str(of).lower() for name, of in zip(cursor.columns, cursor.types)}
            assert found == types
    rows = [dict(zip(cursor.columns, row)) for row in cursor.fetchall()]
    connection.close()
    return rows


def by_pandas(path, format, types):
    times = [name for name, of in types.items() if of.startswith("timestamp")]
    if format == "parquet":
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
        assert all(str(frame[name].dtype) == "timestamp[us, tz=UTC][pyarrow]" for name in times)
    elif format == "arrow":
        frame = pa.ipc.open_stream(path).read_all().to_pandas(types_mapper=pd.ArrowDtype)
    elif format == "csv":
        # To pandas '' and an empty field are one; nothing that is held is ''.
        dtypes = {"bigint": "int64[pyarrow]", "boolean": "bool[pyarrow]"}
        dtype = {name: dtypes.get(of, "string[pyarrow]") for name, of in types.items()}
        frame = pd.read_csv(path, dtype=dtype, keep_default_na=False, na_values=[""])
        for name in times:
            frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True)
    else:
        # Its own reader makes numbers of a column with NULLs doubles, which lose some.
        lines = path.read_text().splitlines()
        frame = pd.DataFrame(map(json.loads, lines), columns=list(types), dtype=object)
        for name in times:
            frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True)
    assert list(frame.columns) == list(types)
    columns = {name: frame[name].tolist() for name in frame.columns}
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


POLARS = {
    "varchar": pl.String,
    "bigint": pl.Int64,
    "boolean": pl.Boolean,
    "timestamp with time zone": pl.Datetime("us", "UTC"),
}


def by_polars(path, format, types):
    texts = {
        name: pl.String if of.startswith(("map", "timestamp")) else POLARS[of]
        for name, of in types.items()
    }
    if format == "parquet":
        frame = pl.read_parquet(path)
        plain_types = {name: POLARS[of] for name, of in types.items() if of in POLARS}
        assert {name: frame.schema[name] for name in plain_types} == plain_types
    elif format == "arrow":
        frame = pl.read_ipc_stream(path)
    elif format == "csv":
        frame = pl.read_csv(path, schema=texts)
    else:
        # An object is a struct to Polars, of the same members in each row: a map is read as text.
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        maps = [name for name, of in types.items() if of.startswith("map")]
        for row in rows:
            given = {name: row[name] for name in maps if row[name] is not None}
            row.update({name: json.dumps(value) for name, value in given.items()})
        if not maps:
            frame = pl.read_ndjson(path, schema=texts)
        else:
            frame = pl.DataFrame(rows, schema=texts)
    if format in ("csv", "ndjson"):
        times = [name for name, of in types.items() if of.startswith("timestamp")]
        frame = frame.with_columns(
            pl.col(times).str.to_datetime("%+", time_unit="us", time_zone="UTC")
        )
    return frame.to_dicts()


READERS = {"duckdb": by_duckdb, "pandas": by_pandas, "polars": by_polars}


@pytest.fixture(scope="module")
def exported(export):
    """All tables in each format."""
    return {format: export("--all", "--format", format) for format in FORMATS}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("tool", READERS)
def test_every_table_reads_back_as_it_is(tool, format, exported, held):
    rows, types = held
    for table in TABLES:
        path = exported[format] / table / f"part-00001.{format}"
        found = READERS[tool](path, format, types[table])
        expected = ordered(rows[table], types[table])
        assert ordered(found, types[table]) == expected, table


@pytest.mark.parametrize("format", [format for format in FORMATS if format != "ndjson"])
@pytest.mark.parametrize("tool", READERS)
def test_an_empty_table_keeps_its_columns(tool, format, export, held):
    out = export("backup_jobs", "--since", "2100-01-01", "--format", format)
    types = held[1]["backup_jobs"]
    assert READERS[tool](out / "backup_jobs" / f"part-00001.{format}", format, types) == []


def test_an_empty_table_in_ndjson_is_an_empty_file(export):
    """Each line is a row, so that there is no place for columns without one."""
    out = export("backup_jobs", "--since", "2100-01-01", "--format", "ndjson")
    assert (out / "backup_jobs" / "part-00001.ndjson").read_bytes() == b""


def test_a_csv_of_null_and_empty_text_is_told_apart_by_duckdb(export):
    out = export("--sql", "SELECT 1 AS n, '' AS a, CAST(NULL AS varchar) AS b", "--format", "csv")
    path = out / "query" / "part-00001.csv"
    assert by_duckdb(path, "csv", {"n": "bigint", "a": "varchar", "b": "varchar"}) == [
        {"n": 1, "a": "", "b": None}
    ]


def arrow_types(field_type):
    """A type and those in it."""
    yield field_type
    if pa.types.is_map(field_type):
        yield from (field_type.key_type, field_type.item_type)


def test_the_footers_have_what_spark_and_athena_need(exported, held):
    """No INT96, instants adjusted to UTC in microseconds, and no type that only Arrow has."""
    for table in TABLES:
        types = held[1][table]
        path = exported["parquet"] / table / "part-00001.parquet"
        schema = pq.ParquetFile(path).schema
        columns = [schema.column(place) for place in range(len(schema))]
        for column in columns:
            assert column.physical_type in ("BYTE_ARRAY", "INT64", "BOOLEAN"), column
            if column.physical_type == "BYTE_ARRAY":
                assert column.logical_type.type == "STRING", column
            of = types[column.path.split(".")[0]]
            if of.startswith("timestamp"):
                logical = json.loads(column.logical_type.to_json())
                assert logical == {
                    "Type": "Timestamp",
                    "isAdjustedToUTC": True,
                    "timeUnit": "microseconds",
                    "is_from_converted_type": False,
                    "force_set_converted_type": False,
                }
        paths = [column.path for column in columns if "." in column.path]
        maps = [name for name, of in types.items() if of.startswith("map")]
        assert paths == [f"{name}.key_value.{part}" for name in maps for part in ("key", "value")]
        plain_types = {pa.string(), pa.int64(), pa.bool_(), pa.timestamp("us", "UTC")}
        for field in pq.read_schema(path):
            assert field.nullable
            inner = list(arrow_types(field.type))
            inner = inner[1:] if pa.types.is_map(field.type) else inner
            assert set(inner) <= plain_types, field


def test_arrow_files_have_plain_types(exported):
    for table in TABLES:
        path = exported["arrow"] / table / "part-00001.arrow"
        for field in pa.ipc.open_stream(path).schema:
            assert not pa.types.is_dictionary(field.type), field
            assert field.type not in (pa.string_view(), pa.large_string()), field


PARTITIONS = {
    "year,month": {"year": "int", "month": "int"},
    "account_id,resource_name": {"account_id": "varchar", "resource_name": "varchar"},
    "is_encrypted": {"is_encrypted": "boolean"},
}


@pytest.fixture(scope="module", params=PARTITIONS)
def partitioned(request, export, held):
    """A table partitioned by columns: the files, the expected rows, and the types by name."""
    out = export("backup_jobs", "--partition-by", request.param, "--max-file-size", "64K")
    rows, types = held[0]["backup_jobs"], dict(held[1]["backup_jobs"])
    for name, of in PARTITIONS[request.param].items():
        if name not in types:
            types[name] = "bigint"
            part = slice(0, 4) if name == "year" else slice(5, 7)
            rows = [row | {name: int(row["creation_date"][part])} for row in rows]
    return out / "backup_jobs", ordered(rows, types), types, PARTITIONS[request.param]


def test_duckdb_reads_hive_partitions(partitioned):
    folder, rows, types, parts = partitioned
    hive_types = ", ".join(f"'{name}': {of}" for name, of in parts.items())
    sql = f"""SELECT * FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true,
                                         hive_types = {{{hive_types}}})"""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    cursor = connection.sql(sql)
    found = [dict(zip(cursor.columns, row)) for row in cursor.fetchall()]
    assert ordered(found, types) == rows


def test_polars_reads_hive_partitions(partitioned):
    folder, rows, types, parts = partitioned
    kinds = {"int": pl.Int32, "boolean": pl.Boolean, "varchar": pl.String}
    schema = {name: kinds[of] for name, of in parts.items()}
    frame = pl.scan_parquet(f"{folder}/**/*.parquet", hive_schema=schema).collect()
    assert ordered(frame.to_dicts(), types) == rows


def test_pandas_reads_hive_partitions(partitioned):
    folder, rows, types, parts = partitioned
    arrow = {"int": pa.int32(), "boolean": pa.bool_(), "varchar": pa.string()}
    schema = pa.schema([(name, arrow[of]) for name, of in parts.items()])
    partitioning = pa.dataset.partitioning(schema, flavor="hive")
    frame = pd.read_parquet(folder, dtype_backend="pyarrow", partitioning=partitioning)
    columns = {name: frame[name].tolist() for name in frame.columns}
    found = [dict(zip(columns, row)) for row in zip(*columns.values())]
    assert ordered(found, types) == rows


def test_an_empty_partitioned_table_reads_as_one_without_rows(export):
    out = export("backup_jobs", "--partition-by", "year,month", "--since", "2100-01-01")
    files = f"{out}/backup_jobs/**/*.parquet"
    hive = "hive_partitioning = true, hive_types = {'year': int, 'month': int}"
    sql = f"SELECT count(*), count(year) FROM read_parquet('{files}', {hive})"
    assert duckdb.sql(sql).fetchall() == [(0, 0)]
    schema = {"year": pl.Int32, "month": pl.Int32}
    frame = pl.scan_parquet(files, hive_schema=schema).collect()
    assert frame.height == 0 and {"year", "month", "region"} <= set(frame.columns)


def test_increments_merge_to_the_whole(edges, tmp_path, monkeypatch):
    """As the README tells it, in DuckDB: the newest row of each key."""
    readme = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
    [merge] = re.findall(r"^```sql\n(SELECT \* EXCLUDE.*?)^```$", readme, re.M | re.S)
    later = tmp_path / "later.json"
    changed = json.loads(json.dumps(EDGES))
    changed["BackupJobs"][0]["State"] = "FAILED"
    changed["BackupJobs"][1]["BackupJobId"] = "edge-new"
    later.write_text(json.dumps(changed))
    copy = tmp_path / "warehouse"
    shutil.copytree(edges, copy)

    def run(*flags):
        outcome = run_lookback(tmp_path, "--warehouse", copy, *flags)
        assert outcome.status == 0, outcome.stderr

    run("export", "backup_jobs", "--output", "lake-1")
    snapshot = json.loads((tmp_path / "lake-1" / "_lookback.json").read_text())["snapshot"]
    run("import", later, "--observed-at", LOOKS[2])
    run("export", "backup_jobs", "--output", "lake-2", "--changed-since", snapshot)
    run("export", "backup_jobs", "--output", "whole")
    manifest = json.loads((tmp_path / "lake-2" / "_lookback.json").read_text())
    assert manifest["tables"][0]["rows"] == 2 and manifest["changed_since"] == snapshot
    assert ", ".join(manifest["tables"][0]["key"]) in merge
    monkeypatch.chdir(tmp_path)
    merged = merge.strip().removesuffix(";")
    whole = "SELECT * FROM read_parquet('whole/backup_jobs/*.parquet')"
    for one, other in ((merged, whole), (whole, merged)):
        assert duckdb.sql(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})").fetchall() == [(0,)]


# What DuckDB does, and whether it then merges files of the earlier snapshot with later ones.
FOREIGN = {
    "inserts a row into a file": False,
    "inserts many rows": False,
    "inserts and flushes": False,
    "deletes and rewrites": False,
    "merges": False,
    "inserts and merges": True,
    "merges twice": True,
    "inserts and checkpoints": True,
}
MERGED = (
    'error: snapshot 3 of table "backup_jobs" lies in files that another tool merged with later '
    "snapshots\nhint: ask for the newest snapshot, or ask DuckDB for this one; leave out "
    "--changed-since for all rows\n"
)


@pytest.mark.parametrize("name", FOREIGN)
def test_what_duckdb_changed_is_a_change(name, small, duck, lookback, tmp_path):
    """Whoever wrote the files: what differs from the earlier snapshot, or a refusal."""
    case = CASES[name]
    writer = duck().attach(small, read_only=False, options=case.options)
    [(before,)] = writer.rows("SELECT max(snapshot_id) FROM lake.snapshots()")
    sql = "SELECT backup_job_id, state, percent_done FROM backup_jobs"
    old = set(writer.rows(sql))
    for statement in case.statements:
        writer.rows(statement)
    new = set(writer.rows(sql))
    writer.connection.close()
    out = tmp_path / "out"
    outcome = lookback(
        "--warehouse", small, "export", "backup_jobs", "--changed-since", before, "--output", out
    )
    if FOREIGN[name]:
        assert (outcome.status, outcome.stderr) == (2, MERGED)
        assert not out.exists()
        return
    assert outcome.status == 0, outcome.stderr
    found = duckdb.sql(f"{sql.replace('backup_jobs', '')} '{out}/backup_jobs/*.parquet'")
    assert set(found.fetchall()) == new - old
