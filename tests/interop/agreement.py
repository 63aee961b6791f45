"""Lookback's answers beside DuckDB's: the same rows, in the notation of `lookback sql`."""

import datetime
import json


def shown(value):
    """A value of DuckDB as `lookback sql --format json` shows it."""
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        precision = "milliseconds" if utc.microsecond % 1000 == 0 else "microseconds"
        text = utc.isoformat(timespec=precision if utc.microsecond else "seconds")
        return f"{text}Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def csv_cell(value) -> str:
    """A shown value as `--format csv` writes it: NULL is nothing, and '' is a pair of quotes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    text = str(value)
    if text == "" or any(char in text for char in ',"\n\r'):
        text = '"' + text.replace('"', '""') + '"'
    return text


def csv_text(names: list[str], rows: list[dict]) -> str:
    """The rows as `--format csv` writes them."""
    lines = [",".join(map(csv_cell, names))]
    lines += [",".join(map(csv_cell, row.values())) for row in rows]
    return "".join(line + "\n" for line in lines)


def duck_answer(duck, sql: str) -> tuple[list[str], list[dict]]:
    """DuckDB's answer: the names of the columns, and the rows as Lookback shows them."""
    cursor = duck.connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return names, [dict(zip(names, map(shown, row))) for row in cursor.fetchall()]


def lookback_rows(lookback, warehouse, sql: str, *options) -> list[dict]:
    """Lookback's answer; the test fails if it gives none."""
    outcome = lookback("--warehouse", warehouse, "sql", "--format", "json", *options, sql)
    assert (outcome.status, outcome.stderr) == (0, ""), sql
    return json.loads(outcome.stdout)
