"""LanceDB: exact search without a vector index, the filter applied before it, a scalar index for each attribute."""

from collections.abc import Iterator
from pathlib import Path

import lancedb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World

_BATCH = 50_000


class LanceDb(InProcess):
    """Flat search (bypass_vector_index) with prefilter, as its documentation says for exact results."""

    settings = f"lancedb {lancedb.__version__}, no vector index (flat), prefilter, BTREE on each attribute"

    def build(self, world: World, folder: Path) -> None:
        """Write the table and its scalar indexes."""
        fields = {"number": pa.int64(), "region": pa.int32(), "industry": pa.int32(), "headcount": pa.int32()}
        fields |= {"founded": pa.int32(), "capital": pa.float64(), "vector": pa.list_(pa.float32(), world.dimension)}
        schema = pa.schema(list(fields.items()))
        batches = pa.RecordBatchReader.from_batches(schema, _batches(world, schema))
        table = lancedb.connect(folder).create_table("world", batches, schema=schema)
        for name in ("region", "industry", "headcount", "founded", "capital"):
            table.create_scalar_index(name, index_type="BTREE")

    def open(self, world: World, folder: Path) -> None:
        """Open the table."""
        self._table = lancedb.connect(folder).open_table("world")

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """One flat search."""
        query = self._table.search(question.vector, vector_column_name="vector").distance_type("dot")
        chosen_rows = query.where(chosen.sql(), prefilter=True).bypass_vector_index().limit(LIMIT)
        found: NDArray[np.int64] = chosen_rows.select(["number", "_distance"]).to_arrow()["number"].to_numpy()
        return found


def _batches(world: World, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    plain, vectors = world.plain().with_row_index("number"), world.vectors()
    for start in range(0, world.rows, _BATCH):
        columns = plain.slice(start, _BATCH).to_arrow()
        rows = np.ascontiguousarray(vectors[start : start + _BATCH])
        listed = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), world.dimension)
        yield (
            pa.table([*columns.cast(pa.schema(list(schema)[:-1])).columns, listed], schema=schema)
            .combine_chunks()
            .to_batches()[0]
        )
