"""What every engine is asked (对照引擎接口): build, open, give the best 1,000 among those that pass a filter."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.filters import Filter
from tests.benchmarks.prepared import World

LIMIT = 1_000
PEERS = {
    "faiss": "tests.benchmarks.peers.faiss_flat:FaissFlat",
    "rongtong": "tests.benchmarks.peers.ours:Ours",
    "duckdb": "tests.benchmarks.peers.duckdb_sql:DuckDb",
    "pgvector": "tests.benchmarks.peers.pgvector_exact:PgVector",
    "lancedb": "tests.benchmarks.peers.lancedb_flat:LanceDb",
    "milvus-lite": "tests.benchmarks.peers.milvus_lite_flat:MilvusLite",
    "qdrant-edge": "tests.benchmarks.peers.qdrant_edge_exact:QdrantEdge",
    "qdrant-edge-int8": "tests.benchmarks.peers.qdrant_edge_exact:QdrantEdgeInt8",
    "rongtong-lexical": "tests.benchmarks.peers.ours_lexical:OursLexical",
    "tantivy": "tests.benchmarks.peers.tantivy_text:Tantivy",
}
"""Each engine by its name; those of words rather than vectors come last."""
LEXICAL = frozenset({"rongtong-lexical", "tantivy"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: its words and its vector, (d,) float32."""

    text: str
    vector: NDArray[np.float32]


class Peer(Protocol):
    """One engine. `build` and `open` run in processes of their own, so that each is measured alone."""

    settings: str
    """The version, the index and the settings, for the table."""

    def build(self, world: World, folder: Path) -> None:
        """Store the world's rows in the folder in the engine's own form."""

    def open(self, world: World, folder: Path) -> None:
        """Load what was built, ready to be asked."""

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """Give the numbers of the `LIMIT` best rows that pass, best first."""

    def servers(self) -> list[int]:
        """The processes that work for the engine beside this one."""

    def close(self) -> None:
        """Let go of everything."""


def peer(name: str) -> Peer:
    """Give the engine of a name. Raises ImportError where its package is not installed."""
    module, _, attribute = PEERS[name].partition(":")
    made: Peer = getattr(import_module(module), attribute)()
    return made


class InProcess:
    """An engine that is a library: no process beside this one, nothing to let go of."""

    def servers(self) -> list[int]:
        """None."""
        return []

    def close(self) -> None:
        """Nothing."""
