"""Milvus Lite: a FLAT index (exact) with inner product, INVERTED indexes on the attributes, a filter expression."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World

_BATCH = 5_000
_TYPES = {
    "region": DataType.INT32,
    "industry": DataType.INT32,
    "headcount": DataType.INT32,
    "founded": DataType.INT32,
    "capital": DataType.DOUBLE,
}


class MilvusLite(InProcess):
    """One collection; a local file engages the engine of the package milvus-lite."""

    settings = f"milvus-lite {version('milvus-lite')}, FLAT, IP, INVERTED on each attribute, consistency of one client"

    def build(self, world: World, folder: Path) -> None:
        """Insert the rows, then index and flush."""
        client = self._client(folder)
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("number", DataType.INT64, is_primary=True)
        for name, kind in _TYPES.items():
            schema.add_field(name, kind, nullable=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=world.dimension)
        client.create_collection("world", schema=schema)
        plain, vectors = world.plain(), world.vectors()
        for start in range(0, world.rows, _BATCH):
            rows = plain.slice(start, _BATCH).to_dicts()
            given = zip(rows, vectors[start : start + _BATCH].tolist(), strict=True)
            client.insert(
                "world",
                [{"number": start + place, **row, "vector": vector} for place, (row, vector) in enumerate(given)],
            )
        client.flush("world")
        indexes = client.prepare_index_params()
        indexes.add_index("vector", index_type="FLAT", metric_type="IP")
        for name in _TYPES:
            indexes.add_index(name, index_type="INVERTED")
        client.create_index("world", indexes)
        client.close()

    def open(self, world: World, folder: Path) -> None:
        """Open the file and load the collection."""
        self._opened = self._client(folder)
        self._opened.load_collection("world")

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """One search."""
        ranges = [f"{code} >= {low} and {code} <= {high}" for code, (low, high) in chosen.ranges().items()]
        expression = " and ".join([*ranges, f"founded >= {chosen.founded}", f"capital >= {chosen.capital}"])
        found = self._opened.search(
            "world",
            data=[question.vector.tolist()],
            filter=expression,
            limit=LIMIT,
            anns_field="vector",
            search_params={"metric_type": "IP"},
        )
        return np.array([hit["number"] if "number" in hit else hit["id"] for hit in found[0]], dtype=np.int64)

    def close(self) -> None:
        """Close the file."""
        self._opened.close()

    def _client(self, folder: Path) -> MilvusClient:
        return MilvusClient(str(folder / "world.db"))
