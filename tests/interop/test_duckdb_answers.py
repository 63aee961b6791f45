"""DuckDB and `lookback sql` give the same answers over a million jobs, whatever DuckDB's zone."""

import pytest
from agreement import csv_text, duck_answer, lookback_rows
from queries import QUERIES

ZONES = {"UTC": 0, "Asia/Tokyo": 9, "America/New_York": -4}


@pytest.mark.parametrize("name", QUERIES)
def test_both_answer_alike(name, million, lookback, duck):
    sql = QUERIES[name]
    rows = lookback_rows(lookback, million, sql)
    assert rows, "a question without an answer shows nothing"
    for zone in ("UTC", "Asia/Tokyo"):
        names, found = duck_answer(duck().attach(million, timezone=zone), sql)
        assert found == rows, zone
    outcome = lookback("--warehouse", million, "sql", "--format", "csv", sql)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == csv_text(names, rows)


def test_the_questions_are_enough():
    assert len(QUERIES) >= 25


@pytest.mark.parametrize("zone", ZONES)
def test_the_month_in_the_readers_zone_loses_no_row(zone, million, lookback, duck):
    """Files are partitioned by the month in UTC; DuckDB takes months in its reader's zone."""
    local = f"creation_date + INTERVAL '{ZONES[zone]} hours'"
    expected = lookback_rows(
        lookback,
        million,
        f"""SELECT CAST(date_part('year', {local}) AS bigint) AS year,
                   CAST(date_part('month', {local}) AS bigint) AS month, count(*) AS jobs
            FROM backup_jobs GROUP BY 1, 2 ORDER BY 1, 2""",
    )
    reader = duck().attach(million, timezone=zone)
    months = [(row["year"], row["month"], row["jobs"]) for row in expected]
    assert sum(jobs for _, _, jobs in months) > 500_000
    for condition in (
        "year(creation_date) = ? AND month(creation_date) = ?",
        "date_trunc('month', creation_date) = make_timestamptz(?, ?, 1, 0, 0, 0)",
        "creation_date >= make_timestamptz(?1, ?2, 1, 0, 0, 0)"
        " AND creation_date < make_timestamptz(?1, ?2, 1, 0, 0, 0) + INTERVAL 1 MONTH",
    ):
        sql = f"SELECT count(*) FROM backup_jobs WHERE {condition}"
        found = [(year, month, *reader.rows(sql, year, month)[0]) for year, month, _ in months]
        assert found == months, condition
    whole_year = reader.rows("SELECT count(*) FROM backup_jobs WHERE year(creation_date) = 2026")
    assert whole_year == [(sum(jobs for _, _, jobs in months),)]


@pytest.mark.parametrize("zone", ZONES)
def test_one_instant_at_the_edge_of_a_month_is_found_in_every_zone(zone, million, lookback, duck):
    """DuckDB prunes files by an instant's month too, which is not the same in every zone."""
    rows = lookback_rows(
        lookback,
        million,
        """SELECT creation_date AS at, count(*) AS jobs FROM backup_jobs
           WHERE creation_date BETWEEN '2026-08-31T15:00:00Z' AND '2026-08-31T15:00:10Z'
              OR creation_date BETWEEN '2026-08-31T23:59:00Z' AND '2026-09-01T00:01:00Z'
              OR creation_date BETWEEN '2026-09-01T03:59:00Z' AND '2026-09-01T04:01:00Z'
           GROUP BY creation_date ORDER BY creation_date LIMIT 60""",
    )
    assert len(rows) > 20
    reader = duck().attach(million, timezone=zone)
    for row in rows:
        sql = "SELECT count(*) FROM backup_jobs WHERE creation_date = CAST(? AS timestamptz)"
        assert reader.rows(sql, row["at"]) == [(row["jobs"],)], row["at"]
