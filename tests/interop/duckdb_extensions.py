"""Installs DuckDB's extensions from their Python packages into a folder: no download by DuckDB."""

import importlib.resources
import pathlib
import shutil
import sys
import tempfile

import duckdb

# The package of each extension, by the name under which DuckDB loads it.
EXTENSIONS = {
    "ducklake": "duckdb_extension_ducklake",
    "sqlite_scanner": "duckdb_extension_sqlite_scanner",
}


def main(folder: str) -> None:
    connection = duckdb.connect(config={"extension_directory": folder})
    for name, package in EXTENSIONS.items():
        # DuckDB takes the extension's name from the file's.
        file_name = f"{name}.duckdb_extension"
        version = f"v{duckdb.__version__}"
        packed = importlib.resources.files(package) / "extensions" / version / file_name
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / file_name
            with packed.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
            connection.execute(f"INSTALL '{path}'")
        connection.execute(f"LOAD {name}")


if __name__ == "__main__":
    main(sys.argv[1])
