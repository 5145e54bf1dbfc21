"""DuckDB: vectors as a FLOAT array column, scanned in order of the inner product. Its vss extension is approximate."""

from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World

_BATCH = 50_000


class DuckDb(InProcess):
    """One table, no index: its own min-max statistics are what DuckDB recommends for ranges."""

    settings = f"duckdb {duckdb.__version__}, FLOAT[d] column, array_inner_product, ORDER BY, file without compression"

    def build(self, world: World, folder: Path) -> None:
        """Fill the table in batches."""
        plain, vectors, dimension = world.plain().with_row_index("number"), world.vectors(), world.dimension
        given = folder / "batch.parquet"
        with duckdb.connect(str(folder / "world.duckdb")) as database:
            database.execute("SET force_compression = 'uncompressed'")  # vectors do not shrink
            database.execute(
                "CREATE TABLE world (number BIGINT, region INTEGER, industry INTEGER, headcount INTEGER, "
                f"founded INTEGER, capital DOUBLE, vector FLOAT[{dimension}])"
            )
            for start in range(0, world.rows, _BATCH):
                rows = np.ascontiguousarray(vectors[start : start + _BATCH])
                vector = pl.Series("vector", rows, dtype=pl.Array(pl.Float32, dimension))
                plain.slice(start, _BATCH).with_columns(vector).write_parquet(given, compression="uncompressed")
                database.execute(f"INSERT INTO world SELECT * FROM read_parquet('{given}')")
        given.unlink()

    def open(self, world: World, folder: Path) -> None:
        """Open the file."""
        self._database = duckdb.connect(str(folder / "world.duckdb"), read_only=True)
        self._type = f"FLOAT[{world.dimension}]"

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """One statement."""
        found: NDArray[np.int64] = self._database.execute(
            f"SELECT number FROM world WHERE {chosen.sql()} "
            f"ORDER BY array_inner_product(vector, ?::{self._type}) DESC LIMIT {LIMIT}",
            [question.vector.tolist()],
        ).fetchnumpy()["number"]
        return found

    def close(self) -> None:
        """Close the file."""
        self._database.close()
