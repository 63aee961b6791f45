"""A moved or copied warehouse opens at its new place: in Lookback at once, in DuckDB after that."""

import shutil

import duckdb
import pytest
from agreement import lookback_rows
from conftest import LOOKS, import_look
from test_duckdb_changes import check_agreement

COUNT = "SELECT count(*) AS jobs, max(observed_at) AS last FROM backup_jobs"


@pytest.fixture
def moved(small, tmp_path):
    """The small warehouse, moved to a folder whose name needs care."""
    place = tmp_path / "näw place's" / "w%20#1"
    place.parent.mkdir()
    small.rename(place)
    return place


def test_a_moved_warehouse_is_read_at_once_and_by_duckdb_after_that(moved, lookback, duck):
    assert lookback_rows(lookback, moved, COUNT)[0]["jobs"] > 100
    # Attached through a link, because DuckDB's own text of ATTACH has no place for a quote.
    link = moved.parent.parent / "link"
    link.symlink_to(moved)
    check_agreement(link, lookback, duck)


def test_a_moved_warehouse_is_written_at_once(moved, lookback):
    assert import_look(moved, LOOKS[2]).stderr.endswith("; snapshot 4\n")
    assert lookback_rows(lookback, moved, COUNT)[0]["last"] == LOOKS[2]


def test_duckdb_does_not_read_a_copy_that_lookback_has_not_opened(small, tmp_path, lookback, duck):
    copy = tmp_path / "copy"
    shutil.copytree(small, copy)
    shutil.rmtree(small)
    with pytest.raises(duckdb.Error):
        duck().attach(copy).rows(COUNT + " WHERE state = 'COMPLETED'")
    lookback_rows(lookback, copy, COUNT)
    check_agreement(copy, lookback, duck)


def test_a_copy_and_its_original_go_their_own_ways(small, tmp_path, lookback, duck):
    copy = tmp_path / "copy"
    shutil.copytree(small, copy)
    before = lookback_rows(lookback, small, COUNT)
    import_look(copy, LOOKS[2])
    assert lookback_rows(lookback, small, COUNT) == before != lookback_rows(lookback, copy, COUNT)
    check_agreement(small, lookback, duck)
    check_agreement(copy, lookback, duck)


def test_a_copy_that_may_not_be_written_is_read_by_lookback(small, tmp_path, lookback):
    expected = lookback_rows(lookback, small, COUNT)
    copy = tmp_path / "copy"
    shutil.copytree(small, copy)
    shutil.rmtree(small)
    places = [copy, *copy.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    assert lookback_rows(lookback, copy, COUNT) == expected
    refused = lookback("--warehouse", copy, "import", "-", stdin="{}")
    # So that what pytest leaves behind can be removed.
    for place in places:
        place.chmod(0o755 if place.is_dir() else 0o644)
    assert (refused.status, refused.stdout) == (2, "")
    assert refused.stderr == (
        f'error: failed to open lock file "{copy}/writer.lock": '
        "Permission denied (os error 13)\n"
        "hint: writing needs a warehouse folder that may be written\n"
    )
