"""Qdrant Edge: Qdrant's own engine in the process, searched exactly; with and without its 8-bit copy of the vectors."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import qdrant_edge as qdrant
from numpy.typing import NDArray

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World

_BATCH = 5_000
_NO_GRAPH = qdrant.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=1_000_000_000)
_AT_ONCE = 1
_INDEXED = {
    "region": "Integer",
    "industry": "Integer",
    "headcount": "Integer",
    "founded": "Integer",
    "capital": "Float",
}


class QdrantEdge(InProcess):
    """Float32 rows, `exact`, a payload index for each attribute; optimised segments without a graph (m = 0)."""

    settings = (
        f"qdrant-edge {version('qdrant-edge-py')}, float32, exact, optimised, payload index on each attribute, m = 0"
    )
    _quantisation: qdrant.ScalarQuantizationConfig | None = None
    _rescoring: qdrant.QuantizationSearchParams | None = None

    def build(self, world: World, folder: Path) -> None:
        """Upsert the points, index the payload, optimise."""
        shard = qdrant.EdgeShard.create(str(folder), self._config(world))
        for name, kind in _INDEXED.items():
            shard.update(qdrant.UpdateOperation.create_field_index(name, getattr(qdrant.PayloadSchemaType, kind)))
        vectors = world.vectors()
        for start in range(0, world.rows, _BATCH):
            rows = world.plain_rows(start, _BATCH)
            points = [
                qdrant.Point(start + place, vector, {code: value for code, value in row.items() if value is not None})
                for place, (row, vector) in enumerate(zip(rows, vectors[start : start + _BATCH].tolist(), strict=True))
            ]
            shard.update(qdrant.UpdateOperation.upsert_points(points))
        shard.optimize()
        shard.flush()
        shard.close()

    def open(self, world: World, folder: Path) -> None:
        """Load the shard."""
        self._shard = qdrant.EdgeShard.load(str(folder))

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """One exact query."""
        request = qdrant.QueryRequest(
            limit=LIMIT,
            query=qdrant.Query.Nearest(question.vector.tolist()),
            filter=_filter(chosen),
            params=qdrant.SearchParams(exact=self._rescoring is None, quantization=self._rescoring),
        )
        return np.array([point.id for point in self._shard.query(request)], dtype=np.int64)

    def close(self) -> None:
        """Close the shard."""
        self._shard.close()

    def _config(self, world: World) -> qdrant.EdgeConfig:
        return qdrant.EdgeConfig(
            vectors=qdrant.EdgeVectorParams(world.dimension, qdrant.Distance.Dot),
            quantization_config=self._quantisation,
            hnsw_config=_NO_GRAPH,
            optimizers=qdrant.EdgeOptimizersConfig(indexing_threshold=_AT_ONCE, default_segment_number=1),
        )


class QdrantEdgeInt8(QdrantEdge):
    """The 8-bit copy scanned, twice as many as wanted rescored in float32, as its documentation advises for recall."""

    settings = (
        f"qdrant-edge {version('qdrant-edge-py')}, int8 in memory, rescored, oversampling 2, payload indexes, m = 0"
    )
    _quantisation = qdrant.ScalarQuantizationConfig(qdrant.ScalarType.Int8, quantile=1.0, always_ram=True)
    _rescoring = qdrant.QuantizationSearchParams(rescore=True, oversampling=2.0)


def _filter(chosen: Filter) -> qdrant.Filter:
    conditions = [
        qdrant.FieldCondition(code, range=qdrant.RangeFloat(gte=low, lte=high))
        for code, (low, high) in chosen.ranges().items()
    ]
    conditions.append(qdrant.FieldCondition("founded", range=qdrant.RangeFloat(gte=chosen.founded)))
    conditions.append(qdrant.FieldCondition("capital", range=qdrant.RangeFloat(gte=chosen.capital)))
    return qdrant.Filter(must=conditions)
