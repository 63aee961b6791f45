-- What is kept of data files for `lookback verify`, beside what DuckLake keeps of them.

-- One row a data file that Lookback wrote: a digest of its bytes, taken while they were written.
CREATE TABLE lookback_file_digest(
    data_file_id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL
) STRICT;
